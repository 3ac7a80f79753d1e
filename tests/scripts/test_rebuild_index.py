"""`penchant rebuild-index`: what it says, and what it refuses."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest
from typer.testing import CliRunner, Result

from app.serving import build_source
from app.serving.policies.folder import PolicyFolder
from app.serving.policies.policy import Policy
from app.storage.duckdb import open_stores
from app.storage.errors import DatabaseInUseError
from indexer.documents import ItemDocument
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


def test_other_accounts_read_nothing_of_what_it_wrote(tmp_path: Path) -> None:
    rebuild("--items", items(tmp_path / "items.ndjson", 5))
    written = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
    assert len(written) > 10
    assert not [path for path in written if path.stat().st_mode & 0o077]


def test_an_unchanged_catalogue_is_not_built_again_unless_forced(tmp_path: Path, snapshots: SnapshotFolder) -> None:
    path = items(tmp_path / "items.ndjson", 5)
    rebuild("--items", path)
    first = snapshots.current_id()
    assert f"nothing has changed: {first} stays in service" in rebuild("--items", path).output
    assert f"nothing has changed: {first} stays in service" in rebuild().output
    assert "is in service" in rebuild("--force").output
    assert snapshots.current_id() != first


def test_bad_rows_are_put_aside_and_told_by_reason_on_the_last_line(tmp_path: Path) -> None:
    wrong = [f'{{"item_id": "x{n}", "title": "x", "published_at": "03/04/202{n}"}}' for n in range(2)]
    path = items(tmp_path / "items.ndjson", 12, *wrong, "no json")
    answer = rebuild("--items", path)
    assert answer.exit_code == 0
    last = answer.output.strip().splitlines()[-1]
    assert last.startswith("15 rows: 12 taken, 3 rejected (2 such as row 13: published_at could be the 3. of month 4")
    assert "; 1 such as row 15: the row is not valid JSON" in last
    assert "12 items" in answer.output
    rejected = tmp_path / "data" / "rejects" / "items.ndjson.rejects.ndjson"
    assert last.endswith(f"see {rejected}")
    assert len(rejected.read_bytes().splitlines()) == 3


def test_what_was_changed_on_the_way_in_is_counted(tmp_path: Path) -> None:
    rows = [
        {"item_id": 1, "title": "One &amp; only", "tags": ["a", ""], "url": "", "published_at": "1970-01-01"},
        {"item_id": 2, "title": "Two", "text": "<p>Two</p>", "tags": ["", ""]},
        {"item_id": 3, "title": "Three", "published_at": "Nov 25, 2199"},
    ]
    path = tmp_path / "items.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = rebuild("--items", path)
    assert answer.exit_code == 0, answer.output
    mended, last = answer.output.strip().splitlines()[-2:]
    assert last == "3 rows: 3 taken"
    assert mended == (
        "2 texts had markup; 1 empty value is absent; 3 empty tags fell away; 3 numbers became text; "
        "2 dates were written in another form than RFC 3339; 1 item without a date, never recent; "
        "1 item dated 1970-01-01, as if by mistake; 1 item dated ahead, hidden until then, the furthest on 2199-11-25"
    )


@pytest.mark.parametrize("in_service", [0, 10])
def test_a_file_of_which_too_much_is_rejected_is_refused(
    tmp_path: Path, snapshots: SnapshotFolder, in_service: int
) -> None:
    if in_service:
        rebuild("--items", items(tmp_path / "good.ndjson", in_service))
    before = snapshots.current_id()
    wrong = [f'{{"item_id": "w{n}", "title": "w", "published_at": "2026-02-30T00:00:00Z"}}' for n in range(3)]
    path = items(tmp_path / "items.ndjson", 9, *wrong)
    answer = rebuild("--items", path)
    assert answer.exit_code == 1
    assert "more than 20% of the rows" in answer.output
    assert "12 rows: 9 taken, 3 rejected (3 such as row 10: published_at is no time: day is out of" in answer.output
    assert snapshots.current_id() == before
    assert rebuild("--items", path, "--allow-shrink").exit_code == 0
    assert snapshots.current_id() != before


def test_rows_that_others_of_the_same_id_replace_are_no_loss(tmp_path: Path) -> None:
    path = items(tmp_path / "items.ndjson", 4)
    path.write_text(path.read_text() * 3)
    answer = rebuild("--items", path)
    assert answer.exit_code == 0, answer.output
    assert "12 rows: 4 taken, 8 replaced by later rows of the same id" in answer.output


def test_a_catalogue_that_would_shrink_is_kept(tmp_path: Path, snapshots: SnapshotFolder) -> None:
    rebuild("--items", items(tmp_path / "items.ndjson", 10))
    before = snapshots.current_id()
    smaller = items(tmp_path / "smaller.ndjson", 7)
    answer = rebuild("--items", smaller)
    assert answer.exit_code == 1
    assert "the catalogue would shrink from 10 items to 7, by more than 20%" in answer.output
    assert "--allow-shrink" in answer.output
    assert snapshots.current_id() == before
    allowed = rebuild("--items", smaller, "--allow-shrink")
    assert allowed.exit_code == 0
    assert "3 of the items in service are not in this build: i7, i8, i9; all are listed in " in allowed.output
    listed = tmp_path / "data" / "rejects" / "smaller.ndjson.displaced.ndjson"
    assert [json.loads(line) for line in listed.read_bytes().splitlines()] == [
        {"item_id": f"i{number}", "what": "gone"} for number in (7, 8, 9)
    ]


def test_a_little_less_is_published_and_the_share_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild("--items", items(tmp_path / "items.ndjson", 10))
    assert rebuild("--items", items(tmp_path / "items.ndjson", 8)).exit_code == 0
    monkeypatch.setenv("PENCHANT_INTAKE__MAX_SHRINK_SHARE", "0.1")
    assert rebuild("--items", items(tmp_path / "items.ndjson", 7)).exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no item that can be taken"),
        ('{"event_id": "e", "user_id": "u", "item_id": "i", "type": "like"}\n', "it reads like a file of events"),
        ('{"user_id": "u", "role": "nurse"}\n', "it reads like a file of users"),
    ],
)
def test_an_empty_file_or_one_of_the_wrong_kind_is_refused(
    tmp_path: Path, snapshots: SnapshotFolder, text: str, said: str
) -> None:
    rebuild("--items", items(tmp_path / "items.ndjson", 5))
    before = snapshots.current_id()
    (tmp_path / "wrong.ndjson").write_text(text)
    for options in ([], ["--allow-shrink"]):
        answer = rebuild("--items", tmp_path / "wrong.ndjson", *options)
        assert answer.exit_code == 1
        assert said in answer.output
    assert snapshots.current_id() == before


def change_over_http(data: Path, put: tuple[dict[str, str], ...] = (), deleted: tuple[str, ...] = ()) -> None:
    """What a service would have written in 2033."""
    stores = open_stores(data)
    documents = [ItemDocument.model_validate(row) for row in put]
    rows = [(each.item_id, each.model_dump_json(exclude_none=True).encode()) for each in documents]

    async def write() -> None:
        if rows:
            await stores.items.upsert(rows, 2e9)
        await stores.items.delete(deleted, 2e9)

    asyncio.run(write())
    stores.close()


@pytest.fixture
def contradicted(tmp_path: Path) -> Path:
    """An items file in service, and then one item added, one changed and one deleted over HTTP."""
    path = items(tmp_path / "items.ndjson", 10)
    rebuild("--items", path)
    put = ({"item_id": "new", "title": "new"}, {"item_id": "i1", "title": "renamed"})
    change_over_http(tmp_path / "data", put, deleted=("i2",))
    return path


def served(snapshots: SnapshotFolder) -> dict[str, str]:
    documents = snapshots.documents(snapshots.current_id() or "")
    told = (json.loads(documents[row]) for row in range(len(documents)))
    return {row["item_id"]: row["title"] for row in told}


def test_where_the_file_and_http_contradict_each_other_it_is_asked(
    contradicted: Path, snapshots: SnapshotFolder
) -> None:
    before = snapshots.current_id()
    contradicted.touch()
    answer = rebuild("--items", contradicted)
    assert answer.exit_code == 1
    for said in (
        "1 changed over HTTP and otherwise in the file (i1)",
        "1 came over HTTP and not in the file (new)",
        "1 deleted over HTTP and in the file (i2)",
        "--newer file, --newer http",
    ):
        assert said in answer.output
    assert snapshots.current_id() == before


@pytest.mark.parametrize("options", [["--newer", "http"], ["--written-at", "2030-01-01"]])
def test_what_came_over_http_later_is_taken_along(
    contradicted: Path, snapshots: SnapshotFolder, options: list[str]
) -> None:
    answer = rebuild("--items", contradicted, *options)
    assert answer.exit_code == 0, answer.output
    assert "3 as over HTTP, not as in the file: i1, i2, new" in answer.output
    now = served(snapshots)
    assert (now["new"], now["i1"], "i2" in now) == ("new", "renamed", False)


@pytest.mark.parametrize("options", [["--newer", "file"], ["--written-at", "Jan 1, 2040"]])
def test_what_a_newer_file_displaces_and_brings_back_is_listed(
    contradicted: Path, snapshots: SnapshotFolder, options: list[str]
) -> None:
    answer = rebuild("--items", contradicted, *options)
    assert answer.exit_code == 0, answer.output
    for said in (
        "1 as in the file, not as over HTTP: i1",
        "1 came over HTTP, not in the file, and gone: new",
        "1 deleted over HTTP, in the file, and back: i2",
    ):
        assert said in answer.output
    now = served(snapshots)
    assert ("new" in now, now["i1"], "i2" in now) == (False, "number 1", True)
    assert rebuild("--items", contradicted).exit_code == 0  # what was decided is not asked again


def test_nothing_is_asked_where_both_say_the_same(tmp_path: Path) -> None:
    path = items(tmp_path / "items.ndjson", 10)
    rebuild("--items", path)
    change_over_http(tmp_path / "data", deleted=("i9",))
    assert rebuild("--items", items(tmp_path / "items.ndjson", 9)).exit_code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--newer", "file", "--written-at", "2030-01-01"], "give one of them"),
        (["--written-at", "03/04/2030"], "--written-at could be"),
    ],
)
def test_an_answer_that_is_none_is_told(tmp_path: Path, options: list[str], said: str) -> None:
    answer = rebuild("--items", items(tmp_path / "items.ndjson", 3), *options)
    assert answer.exit_code == 1
    assert said in answer.output


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
    for name, value in {
        "FLAT_BELOW": 0,
        "FLAT_WHERE_MISSED": 0,
        "CELLS": 100,
        "MISSED": 500,
        "MARGIN": 0,
        "LEAST": 0,
        "FIRST": 1,
        "RECALL_FLOOR": 1,
    }.items():
        monkeypatch.setenv(f"PENCHANT_INDEX__ANN__{name}", str(value))
    path = items(tmp_path / "items.ndjson", 2_000)
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


def test_it_says_what_it_removes_and_what_it_keeps_for_a_policy(
    tmp_path: Path, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_SNAPSHOTS__KEEP", "1")
    policies, built = PolicyFolder(tmp_path / "data"), []
    for count, kept in ((5, True), (6, False), (7, False)):
        answer = rebuild("--items", items(tmp_path / "items.ndjson", count))
        built.append(snapshots.current_id() or "")
        about = {"made_at": "2026-01-01T00:00:00Z", "made_by": "key", "why": "to be tested", "kept": kept}
        policies.keep(Policy.of({"floors": {"exploration_share": count / 10}}, built[-1], **about))
    first, second, third = built
    assert snapshots.ids() == sorted([first, third])
    gone = next(each.policy_id for each in policies.all() if each.snapshot == second)
    assert f"removed {second}" in answer.output
    assert f"policies whose snapshot is gone, so that they cannot be gone back to: {gone}" in answer.output
    assert f"kept {first} beyond snapshots.keep: policy" in answer.output
    assert answer.output.strip().splitlines()[-1].startswith("7 rows")


def test_a_cluster_without_ray_is_an_error_that_names_the_extra(
    tmp_path: Path, snapshots: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.distributed.cluster.find_spec", lambda _: None)
    answer = rebuild("--items", items(tmp_path / "items.ndjson", 5), "--ray", "local")
    assert answer.exit_code == 1
    assert "--ray and ray.address need a package of their own: pip install 'penchant[ray]'" in answer.output
    assert snapshots.current_id() is None
