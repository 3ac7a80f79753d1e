"""`penchant replay`: what it sends, and what it says of what became of it."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner, Result

from app.storage.service_address import announced
from penchant_client import Client
from scripts import command_settings, replay
from scripts.cli import app


class Service:
    """Answers like the service: items named `unknown` are rejected, event ids seen before are duplicates."""

    def __init__(self) -> None:
        self.bodies: list[list[dict[str, Any]]] = []
        self.profiles: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            self.profiles[request.url.raw_path.decode()] = orjson.loads(request.content)
            return httpx.Response(204)
        rows = orjson.loads(request.content)
        self.bodies.append(rows)
        results = [self._result(row) for row in rows]
        tally = Counter(result["status"] for result in results)
        counts = {status: tally[status] for status in ("accepted", "duplicate", "ignored", "rejected")}
        numbered = [{"row": number, **result} for number, result in enumerate(results, start=1)]
        status = 422 if counts["rejected"] == len(rows) else 200
        return httpx.Response(
            status,
            headers={"Content-Type": "application/problem+json" if status == 422 else "application/json"},
            content=orjson.dumps({"counts": counts, "results": numbered}),
        )

    def _result(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["item_id"] == "unknown":
            errors = [{"field": "item_id", "message": "the catalogue has no item with this id"}]
            return {"event_id": row["event_id"], "status": "rejected", "errors": errors}
        if row["item_id"] == "long-ago":
            message = "is older than the 1095 days that the charter keeps a like (keep_days): nothing was stored"
            return {"event_id": row["event_id"], "status": "ignored", "reason": "too_old", "message": message}
        status = "duplicate" if row["event_id"] in self.seen else "accepted"
        self.seen.add(row["event_id"])
        return {"event_id": row["event_id"], "status": status}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def client(service: Service) -> Client:
    return Client("http://penchant.test", http=httpx.Client(transport=httpx.MockTransport(service)))


def event(number: int, item_id: str = "i1") -> dict[str, Any]:
    times = f"2026-01-01T00:00:{number % 60:02}Z"
    return {"event_id": f"e{number}", "user_id": "u", "item_id": item_id, "type": "like", "occurred_at": times}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


def test_events_are_sent_in_order_in_batches_and_as_they_are(
    service: Service, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "ROWS", 3)
    rows = [event(number) for number in range(8)]
    assert replay.send_events(client, write(tmp_path / "events.ndjson", *rows)) == Counter(accepted=8)
    assert [len(body) for body in service.bodies] == [3, 3, 2]
    assert [row for body in service.bodies for row in body] == rows


def test_a_replay_may_be_repeated(client: Client, tmp_path: Path) -> None:
    path = write(tmp_path / "events.ndjson", event(1), event(2))
    replay.send_events(client, path)
    assert replay.send_events(client, write(path, event(2), event(3))) == Counter(accepted=1, duplicate=1)


def test_rows_are_rejected_here_or_there_and_the_reasons_told(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "events.ndjson", event(1), event(2, "unknown"), {**event(3), "position": -1})
    assert replay.send_events(client, path) == Counter(accepted=1, rejected=2)
    said = capsys.readouterr().err
    assert "event e2: item_id the catalogue has no item with this id" in said
    assert "row 3: position must be at least 0" in said


def test_a_batch_in_which_every_row_is_rejected_ends_nothing(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "ROWS", 1)
    path = write(tmp_path / "events.ndjson", event(1, "unknown"), event(2))
    assert replay.send_events(client, path) == Counter(accepted=1, rejected=1)


def test_users_are_sent_as_what_they_state(service: Service, client: Client, tmp_path: Path) -> None:
    stated = {"role": "nurse", "preferences": {"tags": ["rust"]}}
    replay.send_users(client, write(tmp_path / "users.ndjson", {"user_id": "a/b é", **stated}, {"user_id": "c"}))
    assert service.profiles == {"/users/a%2Fb%20%C3%A9/profile": stated, "/users/c/profile": {}}


def test_what_no_service_answers_is_told_in_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "events.ndjson", event(1))
    answer = CliRunner().invoke(app, ["replay", "--events", str(path), "--url", "http://127.0.0.1:9"])
    assert answer.exit_code == 1
    assert "replay: no service answers at http://127.0.0.1:9 (" in answer.output
    assert "refused" in answer.output
    assert "Traceback" not in answer.output


def test_without_an_address_it_is_the_service_on_the_data_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "events.ndjson", event(1))
    with announced(tmp_path, "http://127.0.0.1:9"):
        answer = CliRunner().invoke(app, ["replay", "--events", str(path)], env={"PENCHANT_DATA_DIR": str(tmp_path)})
    assert "no service answers at http://127.0.0.1:9 (" in answer.output


@pytest.mark.parametrize("name", ["nowhere.ndjson", "events.csv"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    answer = CliRunner().invoke(app, ["replay", "--events", str(tmp_path / name)])
    assert answer.exit_code == 1
    assert name in answer.output


def test_an_events_file_is_required() -> None:
    answer = CliRunner().invoke(app, ["replay"])
    assert answer.exit_code == 2
    assert "--events" in answer.output


@pytest.mark.parametrize(("environment", "shown"), [({}, None), ({"PENCHANT_API_KEY": "penchant_a_b"}, "penchant_a_b")])
def test_the_key_of_the_settings_is_shown(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], shown: str | None
) -> None:
    keys: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("X-API-Key"))
        return service(request)

    real = httpx.Client
    monkeypatch.setattr(
        command_settings.httpx, "Client", lambda **options: real(**options, transport=httpx.MockTransport(answer))
    )
    path = write(tmp_path / "events.ndjson", event(1))
    assert CliRunner().invoke(app, ["replay", "--events", str(path)], env=environment).exit_code == 0
    assert keys == [shown]


@pytest.fixture
def command(service: Service, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, against the service."""
    real = httpx.Client
    monkeypatch.setattr(
        command_settings.httpx, "Client", lambda **options: real(**options, transport=httpx.MockTransport(service))
    )
    return lambda path, *more: CliRunner().invoke(app, ["replay", "--events", str(path), *more])


def test_a_history_that_is_too_old_as_a_whole_is_a_failure_with_a_reason_and_a_hint(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    answer = command(write(tmp_path / "events.ndjson", *(event(n, "long-ago") for n in range(30))))
    assert answer.exit_code == 1
    assert answer.stdout.strip().splitlines()[-1] == (
        "30 ignored (30: is older than the 1095 days that the charter keeps a like (keep_days): nothing was stored)"
    )


@pytest.mark.parametrize(("lost", "status"), [(2, 0), (3, 1)])
def test_a_loss_beyond_the_share_of_the_settings_is_a_failure(
    command: Callable[..., Result], tmp_path: Path, lost: int, status: int
) -> None:
    rows = [event(number, "unknown" if number < lost else "i1") for number in range(10)]
    answer = command(write(tmp_path / "events.ndjson", *rows))
    assert answer.exit_code == status
    last = answer.stdout.strip().splitlines()[-1]
    assert last == (f"{10 - lost} accepted, {lost} rejected ({lost}: item_id the catalogue has no item with this id)")


def test_rows_that_are_rejected_before_they_are_sent_are_counted_by_reason_too(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    wrong = [{**event(number), "position": -1} for number in (11, 12)]
    answer = command(write(tmp_path / "events.ndjson", *(event(number) for number in range(9)), *wrong))
    assert answer.exit_code == 0
    assert "9 accepted, 2 rejected (2: row 10: position must be at least 0" in answer.stdout.strip().splitlines()[-1]


def test_duplicates_are_taken_and_nothing_at_all_is_a_failure(command: Callable[..., Result], tmp_path: Path) -> None:
    path = write(tmp_path / "events.ndjson", event(1))
    assert command(path).exit_code == command(path).exit_code == 0
    empty = command(write(tmp_path / "empty.ndjson"))
    assert empty.exit_code == 1
    assert empty.stdout.strip().splitlines()[-1] == "no events"


def test_users_that_are_rejected_are_told_and_too_many_are_a_failure(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    users = write(tmp_path / "users.ndjson", {"user_id": "a"}, {"user_id": "b", "shoe_size": 44})
    answer = command(write(tmp_path / "events.ndjson", event(1)), "--users", str(users))
    assert answer.exit_code == 1
    assert "users: 2 rows: 1 taken, 1 rejected (1 such as row 2: shoe_size is not a known field)" in answer.output
