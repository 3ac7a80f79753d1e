"""`penchant rebuild-index`: what it says, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.serving import build_source
from app.storage.errors import DatabaseInUseError
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.cli import app

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENCHANT_CONFIG", "")
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: HashingEncoder(32))


@pytest.fixture
def snapshots(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "data" / "snapshots")


def rebuild(*options: object) -> Result:
    return CliRunner().invoke(app, ["rebuild-index", *map(str, options)])


def items(path: Path, count: int, *lines: str) -> Path:
    more = {"format": "text", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    rows = [json.dumps({"item_id": f"i{number}", "title": f"number {number}", **more}) for number in range(count)]
    path.write_text("\n".join([*rows, *lines, ""]))
    return path


def test_it_says_what_it_built(tmp_path: Path, snapshots: SnapshotFolder) -> None:
    answer = rebuild("--items", items(tmp_path / "items.ndjson", 5))
    assert answer.exit_code == 0, answer.output
    assert (
        f"{snapshots.current_id()} is in service: 5 items, 1 topics, 0 tags, 32 dimensions, flat index" in answer.output
    )
    assert "recall@10 1.000" in answer.output


def test_an_unchanged_catalogue_is_not_built_again_unless_forced(tmp_path: Path, snapshots: SnapshotFolder) -> None:
    path = items(tmp_path / "items.ndjson", 5)
    rebuild("--items", path)
    first = snapshots.current_id()
    assert f"nothing has changed: {first} stays in service" in rebuild("--items", path).output
    assert f"nothing has changed: {first} stays in service" in rebuild().output
    assert "is in service" in rebuild("--force").output
    assert snapshots.current_id() != first


def test_bad_rows_are_put_aside_and_told(tmp_path: Path) -> None:
    path = items(tmp_path / "items.ndjson", 3, '{"item_id": "bad", "titel": "x"}', "no json")
    answer = rebuild("--items", path)
    assert answer.exit_code == 0
    assert "2 of the rows in" in answer.output
    assert "row 4: title is required" in answer.output
    assert "row 5: the row is not valid JSON" in answer.output
    assert "3 items" in answer.output
    assert len((tmp_path / "data" / "rejects" / "items.ndjson.rejects.ndjson").read_bytes().splitlines()) == 2


def test_old_snapshots_are_removed(tmp_path: Path, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_SNAPSHOTS__KEEP", "2")
    for count in (3, 4, 5, 6):
        rebuild("--items", items(tmp_path / "items.ndjson", count))
    assert len(snapshots.ids()) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "there is no item to index"),
        (["--items", "nowhere.ndjson"], "nowhere.ndjson does not exist"),
        (["--items", __file__], "is of no known kind"),
        (["--config", "nowhere.toml"], "nowhere.toml does not exist"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(options: list[str], said: str, snapshots: SnapshotFolder) -> None:
    answer = rebuild(*options)
    assert answer.exit_code == 1
    assert answer.output.startswith("rebuild-index: ")
    assert said in answer.output
    assert snapshots.current_id() is None


def test_a_setting_that_is_impossible_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_INDEX__ANN__RECALL_FLOOR", "2")
    assert "index.ann.recall_floor must be at most 1" in rebuild().output


def test_an_index_that_finds_too_little_is_refused_unless_forced(
    tmp_path: Path, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FLAT_BELOW": 0, "LINKS": 4, "EF_CONSTRUCTION": 8, "EF_SEARCH": 8, "RECALL_FLOOR": 1}.items():
        monkeypatch.setenv(f"PENCHANT_INDEX__ANN__{name}", str(value))
    path = items(tmp_path / "items.ndjson", 600)
    answer = rebuild("--items", path)
    assert answer.exit_code == 1
    assert "below the floor of 1.0" in answer.output
    assert snapshots.current_id() is None
    assert rebuild("--items", path, "--force").exit_code == 0
    assert snapshots.current_id() is not None


def test_one_build_at_a_time(tmp_path: Path, snapshots: SnapshotFolder) -> None:
    with snapshots.building():
        answer = rebuild("--items", items(tmp_path / "items.ndjson", 3))
    assert answer.exit_code == 1
    assert "rebuild-index: another process is building a snapshot" in answer.output


@pytest.mark.server
def test_a_database_that_is_held_by_who_does_not_answer_ends_the_build(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from app.storage.duckdb import open_stores\n"
    program += "stores = open_stores(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", program, str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        answer = rebuild("--items", items(tmp_path / "items.ndjson", 3))
        (tmp_path / "data" / "service.json").write_text('{"address": "http://127.0.0.1:9"}')
        unanswered = rebuild("--items", items(tmp_path / "items.ndjson", 3))
        holder.communicate()
    assert answer.exit_code == unanswered.exit_code == 1
    assert f"process {holder.pid}: stop the service" in answer.output
    assert "the service at http://127.0.0.1:9 holds the database and says: " in unanswered.output


def test_a_service_with_keys_is_shown_the_one_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the database, and a service that wants a key answers for it."""
    shown: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        shown.append(request.headers.get("X-API-Key"))
        return httpx.Response(401)

    real = httpx.Client
    monkeypatch.setattr(
        build_source.httpx, "Client", lambda **options: real(**options, transport=httpx.MockTransport(answer))
    )
    monkeypatch.setattr(build_source, "open_stores", Mock(side_effect=DatabaseInUseError("held")))
    monkeypatch.setattr(build_source, "service_address", lambda _: "http://127.0.0.1:9")
    monkeypatch.setenv("PENCHANT_API_KEY", "penchant_a_b")
    refused = rebuild("--items", items(tmp_path / "items.ndjson", 3))
    assert refused.exit_code == 1
    assert "wants an operator's key: set PENCHANT_API_KEY" in refused.output
    assert shown == ["penchant_a_b"]


@pytest.mark.parametrize(("given", "told"), [(["--device", "xpu:7"], "xpu:7"), ([], "warp")])
def test_a_device_that_is_not_there_is_refused_before_anything_is_built(
    tmp_path: Path, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch, given: list[str], told: str
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENCHANT_INDEX__DEVICE", "warp")
    answer = rebuild("--items", items(tmp_path / "items.ndjson", 3), *given)
    assert answer.exit_code == 1
    assert f"there is no device '{told}' here that PyTorch" in answer.output
    assert snapshots.current_id() is None


def test_another_device_is_no_other_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = items(tmp_path / "items.ndjson", 5)
    rebuild("--items", path)
    monkeypatch.setenv("PENCHANT_INDEX__DEVICE", "cuda")
    assert "nothing has changed" in rebuild("--items", path).output
    assert "nothing has changed" in rebuild("--items", path, "--device", "mps").output


def test_an_encoder_whose_package_is_missing_is_named_with_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENCHANT_INDEX__ENCODER", "use-multilingual-v3")
    monkeypatch.setattr("models.universal_encoder.find_spec", lambda _name: None)
    answer = rebuild("--items", items(tmp_path / "items.ndjson", 3))
    assert answer.exit_code == 1
    assert "pip install 'penchant[multilingual]'" in answer.output
