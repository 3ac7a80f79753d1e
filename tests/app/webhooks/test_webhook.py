"""Alerts are sent, signed, until they are taken; and to nobody unless somebody asked for it."""

import asyncio
import hashlib
import hmac
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.alerts.settings import AlertSettings
from app.webhooks.settings import WebhookSettings
from app.webhooks.webhook import Webhook

SECRET = "a secret of sixteen and more"  # noqa: S105 - of this test
GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "webhooks.md"


def webhook(folder, url, **more):
    return Webhook(WebhookSettings(url=url, first_wait_seconds=0.01, **{"secret": SECRET} | more), folder)


def send(hook, *messages):
    for message in messages:
        hook.put(message)
    asyncio.run(hook.send_all())


def test_it_is_sent_again_until_it_is_taken_and_never_after(tmp_path, receive, caplog):
    receiver = receive(refusals=2)
    hook = webhook(tmp_path, receiver.url)
    with caplog.at_level(logging.DEBUG):
        send(hook, {"name": "recall_low"})
        send(hook)
    assert len(receiver.got) == 3
    assert len({headers["Penchant-Delivery"] for headers, _ in receiver.got}) == 1
    assert hook.waiting() == []
    assert "status 503" in caplog.text
    assert SECRET not in caplog.text


def test_the_signature_is_that_of_time_and_body(tmp_path, receive):
    receiver = receive()
    send(webhook(tmp_path, receiver.url), {"name": "recall_low"})
    ((headers, body),) = receiver.got
    signed = f"{headers['Penchant-Timestamp']}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Penchant-Signature"] == f"v1={expected}"
    assert body == b'{"name":"recall_low"}'


def test_the_guides_example_verifies_it(tmp_path, receive):
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    told: dict[str, Any] = {}
    exec(example, told)  # noqa: S102 - the page's own example
    receiver = receive()
    send(webhook(tmp_path, receiver.url), {"name": "recall_low"})
    ((headers, body),) = receiver.got
    now = int(headers["Penchant-Timestamp"])
    assert told["is_genuine"](headers, body, SECRET.encode(), now)
    assert not told["is_genuine"](headers, body + b" ", SECRET.encode(), now)
    assert not told["is_genuine"](headers, body, b"another", now)
    assert not told["is_genuine"](headers, body, SECRET.encode(), now + 301)


def test_what_waits_outlasts_a_restart_in_its_order(tmp_path, receive):
    receiver = receive()
    for name in ("first", "second"):
        webhook(tmp_path, receiver.url).put({"name": name})
    asyncio.run(webhook(tmp_path, receiver.url).send_all())
    assert [body for _, body in receiver.got] == [b'{"name":"first"}', b'{"name":"second"}']


def test_it_is_given_up_and_that_is_told(tmp_path, receive, caplog):
    receiver = receive(refusals=99)
    hook = webhook(tmp_path, receiver.url, attempts=2)
    send(hook, {"name": "recall_low"})
    assert (len(receiver.got), hook.waiting()) == (2, [])
    assert "given up after 2 attempts" in caplog.text
    assert (len(hook.given_up()), hook.problem) == (1, "status 503")
    receiver.refusals = 0
    assert hook.again() == 1
    send(hook)
    assert len({headers["Penchant-Delivery"] for headers, _ in receiver.got}) == 1
    assert (hook.waiting(), hook.given_up(), hook.sent, hook.problem) == ([], [], 1, None)


def test_what_there_is_no_room_for_is_counted_and_the_oldest_that_were_given_up_go(tmp_path):
    hook = webhook(tmp_path, "http://127.0.0.1:1/", attempts=1, most_waiting=3, most_given_up=2)
    for number in range(5):
        hook.put({"number": number})
    assert (len(hook.waiting()), hook.lost) == (3, 2)
    asyncio.run(hook.send_all())
    assert [path.read_bytes() for path in hook.given_up()] == [b'{"number":1}', b'{"number":2}']
    hook.put({"number": 9})
    assert len(hook.waiting()) == 1


def test_a_redirect_is_not_followed(tmp_path, receive):
    elsewhere = receive()
    receiver = receive(refusals=99, status=307, location=elsewhere.url)
    send(webhook(tmp_path, receiver.url, attempts=1), {"name": "recall_low"})
    assert (len(receiver.got), elsewhere.got) == (1, [])


def test_nobody_there_is_an_attempt_that_failed(tmp_path, caplog):
    send(webhook(tmp_path, "http://127.0.0.1:1/", attempts=1), {"name": "recall_low"})
    assert "ConnectError" in caplog.text


def test_the_secret_may_stand_in_a_file(tmp_path, receive):
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    receiver = receive()
    send(webhook(tmp_path, receiver.url, secret=None, secret_file=tmp_path / "secret"), {"name": "x"})
    signed = f"{receiver.got[0][0]['Penchant-Timestamp']}.".encode() + receiver.got[0][1]
    assert hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() in receiver.got[0][0]["Penchant-Signature"]


def test_without_a_url_nothing_is_kept(tmp_path):
    hook = Webhook(AlertSettings().webhook, tmp_path)
    hook.put({"name": "recall_low"})
    assert hook.waiting() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://example.org/", "secret": SECRET}, "neither https"),
        ({"url": "https://example.org/"}, "either secret or secret_file"),
        ({"url": "https://example.org/", "secret": "short"}, "fewer than 16"),
        ({"url": "https://me:pass@example.org/", "secret": SECRET}, "a name or a password"),
        ({"url": "https://169.254.169.254/latest", "secret": SECRET}, "link-local"),
        ({"url": "http://[fe80::1]/", "secret": SECRET, "plain_hosts": ("fe80::1",)}, "link-local"),
    ],
)
def test_what_is_unsafe_is_refused_at_the_start(wrong, said):
    with pytest.raises(ValidationError, match=said):
        WebhookSettings(**wrong)
    assert WebhookSettings(url="http://collector:8080/", plain_hosts=("collector",), secret=SECRET).url
    assert SECRET not in repr(WebhookSettings(url="https://example.org/", secret=SECRET))
