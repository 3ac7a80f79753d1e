"""The whole command, on the real MovieLens 100K."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from indexer.documents import EventDocument, ItemDocument, UserDocument
from scripts.cli import app
from scripts.demo.movielens import archive


def fetch(folder: Path) -> str:
    """Calls the command on folders below the given one; gives back what it said."""
    answer = CliRunner().invoke(
        app, ["fetch-movielens", "--folder", str(folder / "files"), "--cache", str(folder / "cache")]
    )
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.fixture(scope="module")
def first_call(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("movielens")
    return folder, fetch(folder)


def lines(folder: Path, name: str) -> list[bytes]:
    return (folder / "files" / f"{name}.ndjson").read_bytes().splitlines()


def test_the_real_tables_become_files_whose_ids_agree(first_call: tuple[Path, str]) -> None:
    folder, said = first_call
    items, events, users = ([orjson.loads(row) for row in lines(folder, name)] for name in ("items", "events", "users"))
    assert (len(items), len(events), len(users)) == (1_663, 99_684, 943)
    assert {event["item_id"] for event in events} == {item["item_id"] for item in items}
    assert {event["user_id"] for event in events} == {user["user_id"] for user in users}
    assert len({event["event_id"] for event in events}) == len(events)
    assert events[-1]["occurred_at"] == "1998-04-22T23:10:38+00:00"
    assert "1,663 items, 99,684 events, 943 users" in said


def test_every_row_is_a_valid_document(first_call: tuple[Path, str]) -> None:
    for document, name in ((ItemDocument, "items"), (EventDocument, "events"), (UserDocument, "users")):
        for row in lines(first_call[0], name):
            document.model_validate_json(row)


def test_a_second_call_fetches_nothing_repeats_no_notice_and_touches_no_file(
    first_call: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said = first_call
    assert "GroupLens" in said
    before = {file: file.stat().st_mtime_ns for file in (folder / "files").iterdir()}
    monkeypatch.setattr(archive, "fetch", None)
    assert "GroupLens" not in fetch(folder)
    assert {file: file.stat().st_mtime_ns for file in (folder / "files").iterdir()} == before


def test_a_download_that_fails_is_reported_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    answer = CliRunner().invoke(app, ["fetch-movielens", "--cache", str(tmp_path)])
    assert answer.exit_code == 1
    assert "pip could not download recbole==1.2.1" in answer.output
    assert "Traceback" not in answer.output
