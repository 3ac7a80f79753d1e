"""`penchant doctor`: what it finds, and how to mend it."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.access.keyfile import KeyFile
from app.backup.timetable import BackupOutcome, write_outcome
from app.serving import rebuild_outcome
from app.serving.rebuild_outcome import RebuildOutcome
from scripts.cli import app


def doctor(folder: Path, *options: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *options], env={"PENCHANT_DATA_DIR": str(folder), **environment})


def found(folder: Path, about: str, **environment: str) -> list[tuple[str, str]]:
    """State and words of what was found about something."""
    told = json.loads(doctor(folder, "--json", **environment).stdout)
    return [(each["state"], each["said"]) for each in told if each["about"] == about]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory, open_household, an_item) -> Path:
    """A folder with an index."""
    folder: Path = tmp_path_factory.mktemp("indexed")
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(20)])
    return folder


@pytest.fixture
def data(tmp_path, indexed) -> Path:
    """One of its own, with a backup."""
    folder: Path = copytree(indexed, tmp_path / "data")
    folder.chmod(0o700)
    write_outcome(folder, BackupOutcome(at=datetime.now(UTC), ok=True, said="somewhere"))
    return folder


def test_a_folder_that_is_well_is_told_so(data):
    answer = doctor(data)
    assert answer.exit_code == 0
    assert {line[:6].strip() for line in answer.stdout.splitlines()} == {"ok"}
    assert "20 items, built" in answer.stdout


def test_where_there_is_nothing_it_says_how_to_begin(tmp_path):
    answer = doctor(tmp_path / "nowhere")
    assert answer.exit_code == 0
    assert "-> it comes with the first command: penchant import items FILE" in answer.stdout


def test_what_others_may_read_and_a_disk_that_is_full(data, monkeypatch):
    data.chmod(0o755)
    assert found(data, "folder") == [("look", f"other accounts may look into {data}")]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    assert found(data, "disk")[0][0] == "wrong"
    assert doctor(data).exit_code == 1


def test_keys_that_are_gone_or_not_there_where_others_come(data):
    assert found(data, "keys")[0][0] == "ok"
    outside = {"PENCHANT_HTTP__HOST": "0.0.0.0"}  # noqa: S104 - what is warned of
    assert found(data, "keys", **outside)[0][0] == "wrong"
    KeyFile(data).change(lambda ring: ring.with_key("ops", (), datetime.now(UTC)))
    assert found(data, "keys", **outside) == [("ok", "1 keys are good")]
    (data / "keys.json").unlink()
    ((state, said),) = found(data, "keys")
    assert state == "wrong"
    assert "keys.json is gone, and there were keys" in said


def test_an_index_that_is_damaged_old_or_not_there(data):
    snapshot = next(path for path in (data / "snapshots").iterdir() if path.is_dir() and path.name[0] != ".")
    assert found(data, "index")[0][0] == "ok"
    assert found(data, "index", PENCHANT_SNAPSHOTS__REBUILD_DAYS="0.00000001")[0][0] == "look"
    vectors = snapshot / "vectors.content.npy"
    whole = vectors.read_bytes()
    vectors.chmod(0o600)
    vectors.write_bytes(whole[:-4] + b"\xff\xff\xff\xff")
    ((state, said),) = found(data, "index")
    assert (state, "is damaged" in said) == ("wrong", True)
    shutil.rmtree(data / "snapshots")
    assert found(data, "index") == [("look", "there is no index yet")]


def test_builds_and_backups_that_failed_and_rows_that_were_not_taken(data):
    outcome = RebuildOutcome(at=datetime.now(UTC), ok=False, said="the file is empty")
    rebuild_outcome.write_outcome(data / "snapshots", outcome)
    assert found(data, "builds")[0][1].endswith("the file is empty")
    write_outcome(data, BackupOutcome(at=datetime.now(UTC), ok=False, said="no room"))
    assert found(data, "backup")[0][0] == "wrong"
    (data / "rejects").mkdir(exist_ok=True)
    (data / "rejects" / "items.ndjson").write_text("{}\n{}\n")
    assert found(data, "rejects") == [("look", "rows were not taken: items.ndjson (2)")]


def test_a_service_that_is_gone_is_told(data):
    (data / "service.json").write_text(json.dumps({"address": "http://127.0.0.1:9"}))
    assert found(data, "service") == [("wrong", "http://127.0.0.1:9 does not answer as Penchant does: ConnectError")]


ALERTS = {
    "alerts": [
        {"name": "opt_outs", "state": "firing", "message": "Many leave."},
        {"name": "recall", "state": "ok", "message": ""},
    ]
}


def ready(**more):
    told = {"ready": True, "reasons": [], "writes": "taken", "items": 20, "people": 3}
    return told | more


@pytest.mark.parametrize(
    ("told", "about", "state"),
    [
        (ready(), "service", "ok"),
        ({"status": "of something else"}, "service", "wrong"),
        (ready(reasons=["taking up the new snapshot failed"]), "service", "look"),
        (ready(ready=False, reasons=["there is no index yet"]), "service", "wrong"),
        (ready(writes="failing"), "writes", "wrong"),
        (ready(awaiting_item={"events": 7}), "events", "look"),
        (ready(undeclared_events={"trial": 5}), "events", "look"),
        (ready(set_aside={"people": 2}), "people", "look"),
        (ready(not_finite={"scores": 1}), "numbers", "wrong"),
    ],
)
def test_what_a_running_service_says(data, monkeypatch, told, about, state):
    class Answers:
        def __init__(self, **_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def get(self, path, headers=None):
            answers = {"/readyz": told, "/insights/alerts": ALERTS, "/openapi.json": {"info": {"version": "0.0.1"}}}
            date = format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True)
            return SimpleNamespace(
                json=lambda: answers[path], headers={"date": date}, status_code=200, is_success=headers is not None
            )

    monkeypatch.setattr("app.doctor.service.httpx.Client", Answers)
    (data / "service.json").write_text(json.dumps({"address": "http://127.0.0.1:9"}))
    assert found(data, about)[0][0] == state
    if "ready" in told:
        assert [each for each, _ in found(data, "version")] == ["look"]
        state, said = found(data, "clock")[-1]
        assert state == "look"
        assert re.fullmatch(r"the service's is 30\d seconds behind this machine's", said)
        assert found(data, "alerts") == [("look", "opt_outs: Many leave.")]


class TestFit:
    def charter(self, folder, *lines):
        head = 'name = "x"\npersonalised = "x"\noutcome = "x"\ndisclosure = "x"\n'
        (folder / "charter.toml").write_text("\n".join([head, *lines]))
        return {"PENCHANT_CHARTER": str(folder / "charter.toml")}

    def test_what_is_declared_and_refused_is_told(self, data, tmp_path):
        environment = self.charter(tmp_path, '[events]\nlike = { why = "x", keep_days = 9 }')
        types = {"booked": {"polarity": "positive", "weight": 1, "verb": "booked"}}
        environment |= {
            "PENCHANT_EVENTS__TYPES": json.dumps(types),
            "PENCHANT_ATTRIBUTES": json.dumps({"price": {"type": "number"}}),
        }
        assert [state for state, _ in found(data, "charter", **environment)] == ["wrong", "wrong"]
        told = str(found(data, "charter", **environment))
        assert "events of the type booked are declared and refused" in told
        assert "items can be filtered by price" in told

    def test_what_is_mapped_and_refused_is_told(self, data, tmp_path):
        (tmp_path / "mapping.toml").write_text(
            '[items]\nmap = { "attributes.cost" = ["cost"] }\n[events]\ntypes = { Sold = "purchase", Ping = "" }\n'
        )
        environment = self.charter(tmp_path) | {"PENCHANT_MAPPING": str(tmp_path / "mapping.toml")}
        told = found(data, "mapping", **environment)
        assert [said for _, said in told] == [
            "attributes.cost is taken and refused",
            "Sold becomes purchase, which is refused",
        ]

    def test_a_clock_that_stands_still_and_a_log_that_has_faded(self, data, open_household, an_event):
        with open_household(data) as home:
            home.ingest(an_event(1, "ann", "i1"))
        assert found(data, "log")[0][0] == "ok"
        late = (datetime.now(UTC) + timedelta(days=3_650)).isoformat()
        assert found(data, "clock", PENCHANT_AS_OF=late)[0][0] == "look"
        ((state, said),) = found(data, "log", PENCHANT_AS_OF=late)
        assert (state, "days old" in said) == ("look", True)


class TestFiles:
    def of(self, data, path):
        told = json.loads(doctor(data, str(path), "--json").stdout)
        return [(each["state"], each["said"]) for each in told if each["about"] == path.name]

    def test_a_good_file_is_told_for_what_it_is(self, data, tmp_path):
        path = tmp_path / "feedback.jsonl"
        path.write_text('{"FeedbackType": "star", "UserId": "u", "ItemId": "i", "Timestamp": "2026-03-01T10:00:00Z"}\n')
        ((state, said),) = self.of(data, path)
        assert state == "ok"
        assert "events of Gorse, events; 1 rows: 1 taken" in said

    def test_what_is_wrong_in_a_file_is_told(self, data, tmp_path):
        path = tmp_path / "orders.csv"
        path.write_text("customer,sku,action,at\nc1,S1,Sold,2026-03-01 10:00:00\nc1,S2,view,2026-03-01 10:00:00\n")
        said = dict(map(reversed, self.of(data, path)))
        assert said["types of event that nobody explained: Sold (1)"] == "look"
        assert said["times have no offset from UTC"] == "look"
        assert "wrong" in said.values()

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("notes.docx", "x", "of no known kind"),
            ("a.csv", "x,y\n1,2\n", "no columns that tell"),
            ("b.csv", "", "empty"),
        ],
    )
    def test_what_is_no_such_file_is_told(self, data, tmp_path, name, content, told):
        (tmp_path / name).write_text(content)
        ((state, said),) = self.of(data, tmp_path / name)
        assert (state, told in said) == ("wrong", True), said

    def test_rows_that_an_import_did_not_take_are_told(self, data):
        (data / "imports").mkdir()
        (data / "imports" / "a.csv.rejects.ndjson").write_text("{}\n")
        assert found(data, "rejects") == [("look", "rows were not taken: a.csv.rejects.ndjson (1)")]
