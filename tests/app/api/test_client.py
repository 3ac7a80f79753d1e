"""The Python client, against the application in this process: what it sends is taken, what it answers is typed."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.caller import Scope as KeyScope
from app.access.keyfile import KeyFile
from penchant_client import AsyncClient, Client, ProblemError, Retries, Unanswered, calls
from penchant_client.call import Call
from penchant_client.client import Service
from penchant_client.models import Slate

EVENT = {"event_id": "e1", "user_id": "ada/1", "item_id": "i1", "type": "like", "occurred_at": "2024-05-01T12:00:00Z"}
ITEM = {"item_id": "i/1", "title": "Title", "text": "", "tags": [], "format": "article", "language": "en"}
URL = "http://localhost"
PAGE = Path(__file__).parents[3] / "docs" / "client.md"


class Waiting(httpx.BaseTransport):
    """Lets the waiting client ask an application that must be awaited."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def ask() -> httpx.Response:
            answer = await self._transport.handle_async_request(request)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return asyncio.run(ask())


def through(app: ASGIApp) -> httpx.Client:
    return httpx.Client(transport=Waiting(app))


@pytest.fixture
def served(app, service, http, access) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"service": service, "http": http, "access": access}}, receive, send)

    return serve


@pytest.fixture(params=["waiting", "awaited"])
def send(request, served) -> Callable[..., Any]:
    """Sends calls with either client."""

    async def awaited(call: Call[Any], **shown: str) -> Any:
        async with AsyncClient(URL, http=httpx.AsyncClient(transport=httpx.ASGITransport(served)), **shown) as client:
            return await client.send(call)

    def waiting(call: Call[Any], **shown: str) -> Any:
        with Client(URL, http=through(served), **shown) as client:
            return client.send(call)

    return waiting if request.param == "waiting" else lambda call, **shown: asyncio.run(awaited(call, **shown))


def test_the_pages_examples_run(served, tmp_path, monkeypatch, capsys):
    """The first and the last need no loop of their own; the second is the first, awaited."""
    first, _, last = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    monkeypatch.setattr("penchant_client.Client", lambda url, **shown: Client(url, http=through(served), **shown))
    scope: dict[str, Any] = {}
    exec(first, scope)  # noqa: S102 - our own page
    assert "Because you liked rust" in capsys.readouterr().out
    key = KeyFile(tmp_path).change(lambda ring: ring.with_key("shop", [KeyScope.TOKENS], datetime.now(UTC)))
    exec(last, scope | {"penchant": Client(URL, key=key, http=through(served))})  # noqa: S102 - likewise


def test_a_slate_is_typed(send, service):
    slate = send(calls.recommend("ada", limit=5, exclude=["i9"]))
    assert isinstance(slate, Slate)
    assert slate.items[0].label == "Because you liked rust"
    assert (service.asked[0].user_id, service.asked[0].limit, service.asked[0].exclude) == ("ada", 5, ["i9"])


CALLS = [
    calls.recommend("ada"),
    calls.similar(text="robots", limit=3),
    calls.send_events([EVENT]),
    calls.put_items([ITEM | {"published_at": "2024-05-01T12:00:00Z"}]),
    calls.profile("ada/1"),
    calls.edit_profile("ada/1", {"goals": ["space"]}),
    calls.state("ada/1", {"goals": ["space"]}),
    calls.reset("ada/1", keep_seen=True),
    calls.switch_personalization("ada/1", enabled=False),
    calls.state_interest("ada/1", "space", "more", preview=True),
    calls.remove_interest("ada/1", "space"),
    calls.ignore_event("ada/1", "e1"),
    calls.merge("ada/1", "session-1"),
    calls.controls("ada/1"),
    calls.export("ada/1"),
    calls.export_zip("ada/1"),
    calls.erase("ada/1"),
    calls.take_back("ada/1"),
    calls.transparency(),
    calls.popular(limit=3),
    calls.trending(),
    calls.tags(),
    calls.topics(limit=2),
    calls.list_items(limit=2),
    calls.delete_items(["i1"]),
    calls.page("ada", [{"limit": 3}]),
    calls.recommend_batch(["ada", "bob"], limit=3),
    calls.together("i1", limit=3),
    calls.delete_matching("provider = 'acme'"),
    calls.delete_matching("provider = 'acme'", confirm=2),
    calls.switches(),
    calls.switch_off("an incident"),
    calls.switch_off("an incident", scenario="home"),
    calls.switch_on(scenario="home"),
    calls.readiness(),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
def test_every_call_is_understood_and_its_answer_too(send, call):
    answer = send(call)
    assert (answer is None) == (call.path == "/users/ada%2F1/events/e1" or "Prefer" in call.headers)


NO_PROGRAMS = {
    "/livez",
    "/metrics",
    "/docs",
    "/",
    "/console",
    "/me",
    "/session",
    "/plots",
    "/static/{release}/{folder}/{name}",
}
"""What probes and browsers ask for."""


def test_a_call_is_known_for_every_operation_that_is_no_probe_and_not_for_operators_tools(app):
    known = {call.path for call in [*CALLS, calls.undo_reset("u"), calls.issue_token("u"), calls.get_item("i")]}
    shapes = {"/".join(path.replace("ada%2F1", "u").split("/")[:2] + path.split("/")[3:]) for path in known}
    for path in app.openapi()["paths"]:
        shape = "/".join(
            path.split("/")[:2] + path.replace("{topic}", "space").replace("{event_id}", "e1").split("/")[3:]
        )
        assert shape in shapes or path.startswith(("/admin", "/insights")) or path in NO_PROGRAMS, path


def test_a_batch_is_a_slate_or_a_reason_for_each(send):
    slate, failed = send(calls.recommend_batch(["ada", "nobody"]))
    assert isinstance(slate, Slate)
    assert slate.items[0].label == "Because you liked rust"
    assert isinstance(failed, Unanswered)
    assert (failed.user_id, failed.error["type"]) == ("nobody", "/problems/unknown-item")


def test_items_come_and_go(send):
    send(calls.put_items([ITEM | {"published_at": "2024-05-01T12:00:00Z"}]))
    assert send(calls.get_item("i/1"))["title"] == "Title"
    send(calls.delete_item("i/1"))
    with pytest.raises(ProblemError, match="404 There is no such item") as caught:
        send(calls.get_item("i/1"))
    assert caught.value.type == "/problems/unknown-item"
    assert caught.value.members == {"item_id": "i/1"}
    assert caught.value.request_id


def test_rejected_rows_are_an_answer_even_if_all_are(send):
    results = send(calls.send_events([EVENT | {"type": "Wink!"}]))
    assert results.counts.rejected == 1
    assert results.results[0].errors[0].field == "type"


def test_a_body_that_cannot_be_read_is_a_problem_though(send):
    with pytest.raises(ProblemError) as caught:
        send(calls.send_events([EVENT] * 6))
    assert caught.value.type == "/problems/too-many-rows"


def test_a_key_makes_a_token_that_speaks_for_one_person(send, tmp_path):
    key = KeyFile(tmp_path).change(lambda ring: ring.with_key("ops", (), datetime.now(UTC)))
    issued = send(calls.issue_token("ada", lifetime_seconds=60), key=key)
    assert send(calls.profile("ada"), token=issued.token).user_id == "ada"
    with pytest.raises(ProblemError) as caught:
        send(calls.profile("bob"), token=issued.token)
    assert caught.value.status == 403


def test_a_newer_service_may_say_more(send, service):
    said = service.person.payload("u")
    service.person.payload = lambda _: said | {"new": 1, "signals": said["signals"] | {"new": 2}}
    assert send(calls.profile("u")).signals.positive == 0


class Flaky(httpx.BaseTransport):
    """Answers with what it was given, one after the other."""

    def __init__(self, *outcomes: int | tuple[int, str] | Exception) -> None:
        self.outcomes = list(outcomes)
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent += 1
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        status, after = outcome if isinstance(outcome, tuple) else (outcome, None)
        return httpx.Response(status, headers={"Retry-After": after} if after else {}, json={})


REPEATABLE = Call("GET", "/x", len)
ONCE = Call("POST", "/x", len, repeatable=False)
LOST, UNSENT = httpx.ReadTimeout("lost"), httpx.ConnectError("unsent")


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("penchant_client.client.time.sleep", waited.append)
    return waited


def attempts(call: Call[int], *outcomes: Any) -> int:
    flaky = Flaky(*outcomes)
    with Client(URL, http=httpx.Client(transport=flaky), retries=Retries(draw=lambda: 1.0)) as client:
        client.send(call)
    return flaky.sent


@pytest.mark.parametrize("outcome", [429, 502, 503, 504, LOST, UNSENT, (429, "3")])
def test_what_may_be_repeated_is(waits, outcome):
    assert attempts(REPEATABLE, outcome, 200) == 2
    assert waits == [3.0 if isinstance(outcome, tuple) else 0.5]


@pytest.mark.parametrize("outcome", [UNSENT, (429, "3"), (503, "1")])
def test_what_may_not_is_repeated_only_if_it_surely_did_nothing(waits, outcome):
    assert attempts(ONCE, outcome, 200) == 2
    assert waits


@pytest.mark.parametrize("outcome", [LOST, 429, 502, 503, 504])
def test_and_else_is_not(waits, outcome):
    with pytest.raises((ProblemError, httpx.ReadTimeout)):
        attempts(ONCE, outcome, 200)
    assert not waits


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_an_answer_that_would_be_the_same_again_stands(waits, status):
    with pytest.raises(ProblemError):
        attempts(REPEATABLE, status, 200)
    assert not waits


def test_waits_double_and_end(waits):
    with pytest.raises(ProblemError):
        attempts(REPEATABLE, 503, 503, 503, 503, 200)
    assert waits == [0.5, 1.0, 2.0]


def test_who_is_told_to_come_back_much_later_is_not_kept_waiting(waits):
    with pytest.raises(ProblemError):
        attempts(REPEATABLE, (429, "3600"), 200)
    assert not waits


def test_the_awaited_client_repeats_too():
    async def ask() -> int:
        answers = [httpx.Response(503), httpx.Response(200, content=b"12345")]
        http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answers.pop(0)))
        async with AsyncClient(URL, http=http, retries=Retries(first_seconds=0.001)) as client:
            return await client.send(REPEATABLE)

    assert asyncio.run(ask()) == 5


@pytest.mark.parametrize(
    ("call", "repeatable"),
    [
        (calls.send_events([EVENT]), True),
        (calls.recommend("u"), True),
        (calls.edit_profile("u", {}), True),
        (calls.edit_profile("u", {}, etag='"1"'), False),
        (calls.state("u", {}), True),
        (calls.reset("u"), False),
        (calls.ignore_event("u", "e"), False),
    ],
)
def test_only_calls_that_do_the_same_twice_are_repeatable(call, repeatable):
    assert call.repeatable is repeatable


def test_a_client_does_not_show_its_key_when_it_is_printed():
    assert "secret" not in repr(Service(URL, key="penchant_a_secret", token="a secret"))  # noqa: S106 - none
