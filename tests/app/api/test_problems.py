"""Every error is a problem document."""

import asyncio
import logging
import re

import pytest

from app import errors
from app.errors import PenchantError


def tree(kind: type[PenchantError] = PenchantError) -> set[type[PenchantError]]:
    return {one for sub in kind.__subclasses__() for one in {sub, *tree(sub)}}


def test_the_tree_of_errors_is_drawn_as_it_is():
    drawn = set(re.findall(r"(\w+Error) +(\d{3})  ([\w-]+)", errors.__doc__))
    assert drawn == {
        (kind.__name__, str(kind.status), kind.slug) for kind in tree() if kind.__module__ == errors.__name__
    }


def test_no_two_errors_share_a_type():
    ours = [kind.slug for kind in tree() if kind.__module__ == errors.__name__]
    assert len(set(ours)) == len(ours)


def test_an_unknown_path_is_a_problem(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "/problems/unknown-path",
        "title": "There is nothing here",
        "status": 404,
        "detail": "Nothing is served at this path; /openapi.json lists what is.",
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/items/i1", "DELETE, GET, PATCH"),
        ("POST", "/items/i1", "DELETE, GET, PATCH"),
        ("DELETE", "/items", "GET, POST"),
        ("DELETE", "/recommend", "GET, POST"),
        ("PUT", "/users/a%2Fb/profile", "GET, PATCH"),
        ("PROPFIND", "/livez", "GET"),
    ],
)
def test_a_wrong_method_is_told_all_the_right_ones(client, method, path, allowed):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert answer.json()["type"] == "/problems/method-not-allowed"
    assert answer.json()["detail"] == f"{method} is not allowed here; allowed: {allowed}."


def test_what_nobody_expected_is_logged_and_not_told(client, service, caplog):
    service.failure = RuntimeError("the secret of u1")
    with caplog.at_level(logging.ERROR, logger="app.api.crashes"):
        answer = client.get("/recommend?user_id=u1")
    assert answer.status_code == 500
    assert answer.json()["type"] == "/problems/unexpected-error"
    assert "secret" not in answer.text
    (record,) = caplog.records
    assert answer.json()["instance"] in record.getMessage()
    assert record.exc_info[1] is service.failure


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error_of_ours(app, service, http, access, caplog):
    messages = iter([{"type": "http.request", "body": b"[", "more_body": True}, {"type": "http.disconnect"}])

    async def receive():
        return next(messages)

    async def send(_message):
        pass

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/events",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
        "client": ("127.0.0.1", 50_000),
        "state": {"service": service, "http": http, "access": access},
    }
    asyncio.run(app(scope, receive, send))
    assert not [record for record in caplog.records if record.levelno > logging.INFO]
