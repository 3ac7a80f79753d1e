"""No command prints a traceback for what its caller can mend: it names what is wrong, and where."""

import json
import socket
from contextlib import closing

import pytest
from typer.testing import CliRunner

from app.storage.duckdb import open_stores
from scripts.cli import app

COMMANDS = {
    "rebuild-index": [],
    "tune": [],
    "serve": [],
    "keys list": [],
    "keys create": ["--name", "shop", "--operator"],
    "doctor": [],
    "replay": ["--events", "{events}"],
    "import events": ["{events}"],
    "backup": ["{folder}/backups"],
    "verify-erasure": ["ada"],
    "review-sensitive": [],
    "compare": ["a"],
    "equity-audit": [],
    "enforce-retention": [],
}
FILES = {
    "rebuild-index": ["--items", "{file}"],
    "replay": ["--events", "{file}"],
    "import items": ["{file}"],
    "import events": ["{file}"],
    "restore": ["{file}"],
    "train-sensitive": ["{file}"],
}


@pytest.fixture
def places(tmp_path):
    """A folder, and in it what a command may be given in place of what it wants."""
    (tmp_path / "plain").write_text("x")
    event = {"event_id": "1", "user_id": "ada", "item_id": "i", "type": "like"}
    (tmp_path / "events.ndjson").write_text(json.dumps(event))
    (tmp_path / "garbage.csv").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "folder").mkdir()
    (tmp_path / "settings.toml").write_bytes(b"\xff[[")
    (tmp_path / "unknown.toml").write_text("[nonsense]\na = 1\n")
    return tmp_path


def failed(command, arguments, folder, **environment):
    """What a command said that failed as it should."""
    given = [each.format(events=folder / "events.ndjson", folder=folder) for each in arguments]
    told = CliRunner().invoke(app, [*command.split(), *given], env=environment)
    assert isinstance(told.exception, SystemExit), told.exception
    assert told.exit_code in {1, 2}
    assert "Traceback" not in told.output
    return " ".join(told.output.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_folder_that_is_a_file_is_named(command, places):
    said = failed(command, COMMANDS[command], places, PENCHANT_DATA_DIR=str(places / "plain"))
    assert "plain" in said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("settings", ["no.toml", "settings.toml", "unknown.toml", "folder"])
def test_bad_settings_are_named(command, settings, places):
    named = str(places / settings)
    said = failed(command, COMMANDS[command], places, PENCHANT_CONFIG=named, PENCHANT_DATA_DIR=str(places / "folder"))
    assert settings in said or "nonsense" in said or "UTF-8" in said or "utf-8" in said


@pytest.mark.parametrize("command", FILES)
@pytest.mark.parametrize("file", ["missing.csv", "garbage.csv", "folder"])
def test_a_file_that_cannot_be_read_is_told(command, file, places):
    arguments = [each.format(file=places / file) for each in FILES[command]]
    assert failed(command, arguments, places, PENCHANT_DATA_DIR=str(places / "data"))


@pytest.mark.parametrize("command", ["rebuild-index", "enforce-retention", "verify-erasure", "import events"])
def test_a_damaged_database_is_named(command, places):
    (places / "folder" / "penchant.duckdb").write_bytes(b"no database" * 1_000)
    said = failed(command, COMMANDS[command], places, PENCHANT_DATA_DIR=str(places / "folder"))
    assert "penchant.duckdb" in said


def test_a_database_in_use_is_told(places):
    with closing(open_stores(places / "folder")):
        assert "in use" in failed("enforce-retention", [], places, PENCHANT_DATA_DIR=str(places / "folder"))


def test_a_port_that_is_taken_is_told(places):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = failed("serve", [], places, PENCHANT_DATA_DIR=str(places / "folder"), PENCHANT_HTTP__PORT=port)
        assert f"127.0.0.1:{port}: Address already in use; end what listens there" in said


def test_a_service_that_does_not_answer_is_told(places):
    said = failed("replay", ["--events", "{events}", "--url", "http://127.0.0.1:9"], places)
    assert "127.0.0.1:9" in said or "reached" in said
