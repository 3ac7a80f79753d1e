"""What is made piece by piece: an error where the beginning fails, all of it where nothing does."""

import asyncio

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import StreamingResponse

from app.api.streams import HELD_BYTES, streamed
from app.disk import DiskProblemError


def pieces(count, failing_at=None):
    for number in range(count):
        if number == failing_at:
            raise DiskProblemError("the disk fails", 1)
        yield f"{number:064}".encode()


def told(parts):
    app = FastAPI()
    app.get("/")(lambda: asyncio.run(streamed(parts, "text/plain", {"X-Whose": "ada"})))
    answer = TestClient(app).get("/")
    assert answer.headers["X-Whose"] == "ada"
    return answer


@pytest.mark.parametrize("count", [0, 1, HELD_BYTES // 64, HELD_BYTES // 64 + 1])
def test_all_of_it_is_sent_and_a_short_one_says_how_long_it_is(count):
    answer = told(pieces(count))
    assert answer.content == b"".join(pieces(count))
    assert ("Content-Length" in answer.headers) == (count < HELD_BYTES // 64)


def test_what_fails_at_the_beginning_is_an_error_and_not_half_an_answer():
    with pytest.raises(DiskProblemError):
        asyncio.run(streamed(pieces(9, failing_at=8), "text/plain"))
    late = asyncio.run(streamed(pieces(HELD_BYTES, failing_at=HELD_BYTES - 1), "text/plain"))
    assert isinstance(late, StreamingResponse)
