"""`penchant import`: every kind of file, into the stores and over HTTP, broken off and taken up again."""

import csv
import gzip
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from shutil import copytree

import httpx
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.imports import import_run
from app.imports.finishing import event_id
from app.imports.import_state import ImportState
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.sinks import HttpSink, StoreSink
from app.imports.transfer import good_rows
from app.imports.wishes import Wishes
from app.storage.duckdb import open_stores
from indexer.build import Builder, BuildInput, IndexSettings
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.rejects import Rejects
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from penchant_client import Client
from scripts import import_
from scripts.cli import app

AT = "2026-03-01T10:00:00Z"


def signal(number, kind="dwell", item="i1", **fields):
    row = {"event_id": f"e{number}", "user_id": f"u{number % 7}", "item_id": item, "type": kind, "occurred_at": AT}
    return row | fields


def write(path: Path, rows) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    return path


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Path:
    """A data folder with an index of three items."""
    folder: Path = tmp_path_factory.mktemp("data")
    items = [ItemDocument(item_id=f"i{n}", title=f"item {n}", text="words of it") for n in range(3)]
    cache, snapshots = EmbeddingCache(folder / "embeddings"), SnapshotFolder(folder / "snapshots")
    Builder(IndexSettings(), HashingEncoder(64), cache, snapshots, lambda _: None)(BuildInput(items, 0), force=True)
    return folder


@pytest.fixture
def run(tmp_path, snapshot, monkeypatch):
    """Runs the command on a folder of its own."""
    copytree(snapshot / "snapshots", tmp_path / "data" / "snapshots")
    monkeypatch.setattr(IndexSettings, "open_encoder", lambda _: HashingEncoder(64))
    environment = {"PENCHANT_DATA_DIR": str(tmp_path / "data"), "PENCHANT_AS_OF": "2026-03-02T00:00:00Z"}

    def invoke(*arguments, kind="events", command=("import",)):
        return CliRunner().invoke(app, [*command, kind, *map(str, arguments)], env=environment)

    return invoke


def stored(tmp_path):
    stores = open_stores(tmp_path / "data")
    try:
        return stores.events.columns()
    finally:
        stores.close()


def test_every_row_is_accounted_for(tmp_path, run):
    rows = [signal(1, value=30.0), signal(2, "scroll", value=80), signal(3, item="unknown"), signal(4, "stare"), "text"]
    done = run(write(tmp_path / "signals.ndjson", rows), "--rejects", tmp_path / "rejects.ndjson")
    assert done.exit_code == 1  # two of five
    for said in (
        "2 accepted",
        "1 awaiting_item",
        "2 rejected (",
        'row 4: the row has the unknown type "stare": say what it is, such as --type',
    ):
        assert said in done.output
    told = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines()]
    assert [(each["row"], each["field"]) for each in told] == [(4, ""), (5, "")]
    assert told[0]["original"] == rows[3]
    log = stored(tmp_path)
    assert log.values.tolist()[:2] == pytest.approx([30.0, 0.8])


def test_what_the_service_refuses_stands_among_the_rejects_too(tmp_path, run):
    rows = [*(signal(n) for n in range(9)), signal(9, occurred_at="2027-01-01T00:00:00Z"), signal(1, value=7.0)]
    done = run(write(tmp_path / "signals.ndjson", rows), "--rejects", tmp_path / "rejects.ndjson")
    assert "9 accepted, 1 conflict (" in done.output
    told = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text().splitlines()]
    assert [(each["row"], each["field"]) for each in told] == [(10, "occurred_at"), (11, "event_id")]


def test_again_and_where_it_was_broken_off(tmp_path, run, monkeypatch):
    monkeypatch.setattr(StoreSink, "ROWS", {Kind.EVENTS: 10})
    file = write(tmp_path / "signals.ndjson", [signal(n) for n in range(95)])
    ImportState.of(tmp_path / "data", file, f"events\n{Wishes().model_dump_json()}").keep(40)
    resumed = run(file)
    assert "going on after row 40" in resumed.output
    assert "55 accepted" in resumed.output
    assert "no events" in run(file).output
    again = run(file, "--again")
    assert "40 accepted, 55 duplicate" in again.output
    assert len(stored(tmp_path)) == 95
    write(file, [signal(n) for n in range(96)])  # another file by the same name begins at the first row
    assert "1 accepted, 95 duplicate" in run(file).output


class TestKinds:
    def test_csv(self, tmp_path, run):
        file = tmp_path / "signals.csv"
        with file.open("w", newline="") as opened:
            sheet = csv.DictWriter(
                opened, ["user_id", "item_id", "type", "value", "position", "occurred_at", "context"]
            )
            sheet.writeheader()
            sheet.writerow({"user_id": "u", "item_id": "i1", "type": "dwell", "value": "12.5", "occurred_at": AT})
            sheet.writerow({"user_id": "u", "item_id": "i2", "type": "click", "position": "3", "occurred_at": AT})
            sheet.writerow({"user_id": "u", "item_id": "i2", "type": "dwell", "value": "long", "occurred_at": AT})
            sheet.writerow({"user_id": "u", "item_id": "i2", "type": "click", "context": "{", "occurred_at": AT})
        done = run(file)
        assert "2 accepted, 2 rejected (" in done.output
        assert "value must be a number" in done.output
        assert "context must be an object" in done.output
        assert "4 lines" not in done.output

    def test_gzip_and_parquet(self, tmp_path, run):
        rows = [signal(n, value=float(n)) for n in range(5)]
        (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(write(tmp_path / "a.ndjson", rows).read_bytes()))
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
        assert "5 accepted" in run(tmp_path / "a.ndjson.gz").output
        assert "5 duplicate" in run(tmp_path / "b.parquet").output

    @pytest.mark.parametrize(("name", "said"), [("signals.doc", "is of no known kind"), ("none.csv", "does not exist")])
    def test_what_is_none_is_said(self, tmp_path, run, name, said):
        if name.endswith(".doc"):
            (tmp_path / name).touch()
        done = run(tmp_path / name)
        assert done.exit_code == 1
        assert said in done.output

    def test_the_bar_of_a_sheet_counts_rows_and_no_header(self, tmp_path, run, monkeypatch):
        told = []
        monkeypatch.setattr(import_run.ProgressBar, "__call__", lambda _, done, total: told.append((done, total)))
        (tmp_path / "c.csv").write_text("user_id,item_id,type\n" + "".join(f"u{n},i1,like\n" for n in range(5)))
        assert run(tmp_path / "c.csv").exit_code == 0
        assert told[-1] == (5, 5)


class TestSignals:
    def test_shares_in_percent_and_by_other_names(self, tmp_path):
        rows = [signal(1, "scroll_depth", value=75), signal(2, "completion", value=0.5), signal(3, value=75)]
        found = [row.value for row in open_import(write(tmp_path / "a.ndjson", rows), Kind.EVENTS, Wishes())()]
        assert [(each["type"], each["value"]) for each in found] == [
            ("scroll", 0.75),
            ("complete", 0.5),
            ("dwell", 75),
        ]

    def test_an_id_from_what_was_done_however_its_time_is_written(self):
        row = {"user_id": "u", "item_id": "i", "type": "like"}
        ids = {event_id("file", row | {"occurred_at": when}) for when in (AT, "2026-03-01T11:00:00+01:00", 1772359200)}
        assert len(ids) == 1
        assert ids != {event_id("file", row | {"occurred_at": "2026-03-01T10:00:01Z"})}
        assert ids != {event_id("gorse", row | {"occurred_at": AT})}
        assert event_id("gorse", row | {"occurred_at": AT}, timeless=True) == event_id("gorse", row, timeless=True)

    def test_memory_does_not_grow_with_the_file(self, tmp_path):
        file = open_import(write(tmp_path / "a.ndjson", [signal(n) for n in range(500)]), Kind.EVENTS, Wishes())
        rejects = Rejects()
        assert next(good_rows(file, Kind.EVENTS, rejects))[1].event_id == "e0"
        assert rejects.rows == 1  # before the others were read


class Service:
    """Answers like the service; `ids` it has seen before are duplicates."""

    def __init__(self):
        self.ids = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        results = []
        for number, row in enumerate(orjson.loads(request.content), start=1):
            status = "duplicate" if row["event_id"] in self.ids else "accepted"
            self.ids.add(row["event_id"])
            results.append({"row": number, "event_id": row["event_id"], "status": status})
        counts = Counter(result["status"] for result in results)
        tally = {status: counts[status] for status in ("accepted", "duplicate", "ignored", "rejected")}
        return httpx.Response(200, json={"counts": tally, "results": results})


def test_a_running_service_is_sent_them_in_batches(tmp_path, run, monkeypatch):
    service, urls = Service(), []

    def client(_, url):
        urls.append(url)
        return Client(url, http=httpx.Client(transport=httpx.MockTransport(service)))

    monkeypatch.setattr(import_, "client_of", client)
    monkeypatch.setattr(HttpSink, "ROWS", {Kind.EVENTS: 10})
    (tmp_path / "data" / "service.json").write_text('{"address": "http://127.0.0.1:8123"}')
    file = write(tmp_path / "signals.ndjson", [signal(n) for n in range(45)])
    assert "45 accepted" in run(file).output
    assert urls == ["http://127.0.0.1:8123"]
    assert len(service.ids) == 45
    assert "45 duplicate" in run(file, "--again", "--url", "http://example.org").output


def test_a_folder_that_somebody_else_has_open_is_left_alone(tmp_path, run):
    stores = open_stores(tmp_path / "data")
    try:
        done = run(write(tmp_path / "signals.ndjson", [signal(1)]))
    finally:
        stores.close()
    assert done.exit_code == 1
    assert "is in use by this process" in done.output


class TestBeforeAnythingIsWritten:
    def test_a_dry_run_says_what_would_be_and_writes_nothing(self, tmp_path, run):
        (tmp_path / "a.csv").write_text("User,item_id,action,at\nu,i1,fav,1772359200\nu,i2,look,1772359201\n")
        said = ("--map", "user_id=User", "--map", "type=action", "--map", "occurred_at=at", "--type", "fav=save")
        done = run(tmp_path / "a.csv", *said, "--dry-run")
        assert done.exit_code == 0
        for told in (
            "a table with commas between cells, UTF-8",
            "user_id        <- User",
            "fav -> save (1), look -> unknown (1)",
            '"user_id":"u","item_id":"i1","type":"save"',
            '2 rows: 1 taken, 1 rejected (1 such as row 3: the row has the unknown type "look"',
        ):
            assert told in done.output
        assert not list((tmp_path / "data").glob("imports/*"))
        assert "2 rows a second" not in done.output

    @pytest.mark.parametrize("name", ["a.ndjson", "a.csv"])
    def test_what_the_charter_does_not_declare_is_among_it(self, tmp_path, run, name):
        charter = files("app.policy.charter").joinpath("default.toml").read_text()
        (tmp_path / "charter.toml").write_text(re.sub(r"^like = .*\n", "", charter, flags=re.MULTILINE))
        (tmp_path / "settings.toml").write_text(f'charter = "{tmp_path / "charter.toml"}"\n')
        if name == "a.csv":
            (tmp_path / name).write_text("user_id,item_id,type\nu,i1,like\nu,i1,click\n")
        else:
            write(tmp_path / name, [signal(1, "like"), signal(2, "click")])
        done = run(tmp_path / name, "--dry-run", "--config", tmp_path / "settings.toml")
        assert "2 rows: 1 taken, 1 rejected (1 such as row" in done.output
        assert "type like is not declared in the charter" in done.output


class TestItems:
    def test_a_catalogue_begins_with_a_table(self, tmp_path, monkeypatch):
        monkeypatch.setattr(IndexSettings, "open_encoder", lambda _: HashingEncoder(64))
        data = tmp_path / "new"
        lines = [f"S{n},Shoe {n},shoes,{n}.5" for n in range(20)]
        (tmp_path / "shop.csv").write_text("\n".join(["sku,title,category,price", *lines, ",Nameless,shoes,1"]))
        said = ["--map", "item_id=sku", "--map", "tags=category", "--map", "attributes=*"]
        command = ["import", "items", str(tmp_path / "shop.csv"), *said]
        done = CliRunner().invoke(app, command, env={"PENCHANT_DATA_DIR": str(data)})
        assert done.exit_code == 0, done.output
        assert "20 accepted, 1 rejected (1: row 22: item_id is required)" in done.output
        folder = SnapshotFolder(data / "snapshots")
        documents = folder.documents(folder.current_id())
        shoes = {each.item_id: each for each in map(ItemDocument.kept, map(documents.__getitem__, range(20)))}
        assert (shoes["S3"].title, shoes["S3"].tags, shoes["S3"].attributes) == ("Shoe 3", ["shoes"], {"price": 3.5})

    def test_items_are_added_to_those_in_service(self, tmp_path, run):
        done = run(write(tmp_path / "more.json", [{"item_id": "n1", "title": "new"}]), kind="items")
        assert done.exit_code == 0, done.output
        folder = SnapshotFolder(tmp_path / "data" / "snapshots")
        assert len(folder.documents(folder.current_id())) == 4


class TestUsers:
    def test_what_people_say_of_themselves(self, tmp_path, run):
        (tmp_path / "people.csv").write_text("user_id,interests,language\nann,jazz|tea,en\nbob,,de\n")
        said = ("--map", "preferences.tags=interests", "--map", "preferences.languages=language")
        done = run(tmp_path / "people.csv", *said, kind="users")
        assert "2 accepted" in done.output, done.output
        stores = open_stores(tmp_path / "data")
        try:
            profile = orjson.loads(stores.users.get("ann").profile)
        finally:
            stores.close()
        assert profile["preferences"] == {"tags": ["jazz", "tea"], "languages": ["en"]}


def test_the_former_name_still_works(tmp_path, run):
    done = run(write(tmp_path / "signals.ndjson", [signal(1)]), kind="import-events", command=())
    assert "1 accepted" in done.output


def test_types_that_the_settings_declare_are_types(tmp_path, run):
    config = tmp_path / "settings.toml"
    config.write_text('[events.types.cook]\npolarity = 1\nweight = 1.0\nverb = "cooked"\n')
    done = run(write(tmp_path / "signals.ndjson", [signal(1, "Cook")]), "--dry-run", "--config", config)
    assert "Cook -> cook (1)" in done.output


def test_attributes_of_people_that_the_charter_does_not_declare_are_left_out_and_told(tmp_path, run):
    (tmp_path / "users.csv").write_text("USER_ID,PLAN,AGE\nu1,free,19\nu2,plus,34\n")
    done = run(tmp_path / "users.csv", kind="users")
    assert done.exit_code == 0, done.output
    assert "attributes that the charter does not declare: plan (2), age (2)" in done.output
    assert "2 accepted" in done.output
