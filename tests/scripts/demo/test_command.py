"""`penchant demo`: from nothing to a running service, once; from then on it serves what there is."""

import socket
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from app.settings import CONFIG_VARIABLE
from indexer.snapshot_files import SnapshotFolder
from scripts.cli import app
from scripts.demo import command

PEOPLE, FILMS = 60, 24


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv(CONFIG_VARIABLE, "")


def run(*options: object) -> Result:
    return CliRunner().invoke(app, ["demo", *map(str, options)])


def small_films(folder: Path, cache: Path) -> None:  # noqa: ARG001 - as `fetch_files` is called
    """Two dozen films, and people who each like one in three of them."""
    folder.mkdir(parents=True, exist_ok=True)
    film = {"format": "film", "language": "en", "published_at": "1998-01-01T00:00:00Z"}
    items = [
        {"item_id": str(n), "title": f"Film {n}", "tags": [("comedy", "music")[n % 2]], **film} for n in range(FILMS)
    ]
    times = "1998-04-01T00:00:00Z"
    events = [
        {"event_id": f"{user}-{n}", "user_id": str(user), "item_id": str(n), "type": "like", "occurred_at": times}
        for user in range(PEOPLE)
        for n in range(user % 3, FILMS, 3)
    ]
    users = [{"user_id": str(user), "role": "writer"} for user in range(PEOPLE)]
    for name, rows in (("items", items), ("events", events), ("users", users)):
        (folder / f"{name}.ndjson").write_bytes(b"\n".join(map(orjson.dumps, rows)))


@pytest.mark.server
@pytest.mark.real_model
def test_it_builds_replays_learns_and_serves_and_the_second_time_only_serves(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "fetch_files", small_films)
    monkeypatch.setenv("PENCHANT_INDEX__BEHAVIOUR__FACTORS__LEAST_INTERACTIONS", "100")
    first = run("--port", port, "--once")
    assert first.exit_code == 0, first.output
    for said in ("building the index", "starting the service", "replaying 480 events", "learning item vectors"):
        assert f"==> {said}" in first.output
    assert f"curl -s 'http://127.0.0.1:{port}/recommend?user_id=196&limit=5'" in first.output
    assert "1998Q2-" in "".join(path.name for path in (tmp_path / "data" / "audits").glob("*.html"))
    snapshots = SnapshotFolder(tmp_path / "data" / "snapshots")
    served = snapshots.current_id()
    assert served is not None
    assert snapshots.manifest(served).interactions == 480
    second = run("--port", port, "--once")
    assert second.exit_code == 0, second.output
    assert "building" not in second.output
    assert "replaying" not in second.output
    assert f"Penchant serves MovieLens 100K at http://127.0.0.1:{port}" in second.output
    assert snapshots.current_id() == served


def test_a_port_that_is_taken_is_told_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run("--port", port)
    assert answer.exit_code == 1
    assert f"demo: port {port} cannot be used (Address already in use)" in answer.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["0", "65536", "eight"])
def test_an_impossible_port_is_refused(port: str) -> None:
    answer = run("--port", port)
    assert answer.exit_code == 2
    assert "--port" in answer.output


def test_impossible_settings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_QUERY__HIDE_SEEN", "perhaps")
    answer = run()
    assert answer.exit_code == 1
    assert "demo: query.hide_seen" in answer.output


def test_a_service_that_ends_at_its_start_ends_the_demo(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(command, "fetch_files", small_films)
    monkeypatch.setattr(command, "_penchant", lambda *_: None)
    ended = [sys.executable, "-c", "raise SystemExit(3)"]
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _, env: start(ended, env=env))
    answer = run("--port", port)
    assert answer.exit_code == 3
