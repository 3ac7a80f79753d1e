"""Exports to a warehouse: what may leave does, once; what was taken back is named for deletion."""

import tomllib
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from app.policy.charter.charter import PACKAGED
from app.warehouse.errors import ExportError
from app.warehouse.export import export
from app.warehouse.kinds import Kind, schema_of
from app.warehouse.manifest import read_manifest
from indexer.progress import silent

EXPORTS = '\n[exports]\nevents = { why = "To count." }\npeople = { why = "To group." }\n'


@pytest.fixture
def charter(tmp_path_factory):
    """The packaged charter, which also lets events and people leave; of context the device alone."""
    path = tmp_path_factory.mktemp("charter") / "charter.toml"
    text = PACKAGED.read_text().replace('[context]\n"*"', "[context]\ndevice")
    assert "device" in tomllib.loads(text)["context"]
    path.write_text(text + EXPORTS)
    return path


@pytest.fixture
def house(tmp_path, charter, open_household, an_item, an_event):
    """Three people, of whom each did ten things."""
    with open_household(tmp_path, charter=charter) as home:
        home.publish([an_item(number) for number in range(90)])
        names = ("ann", "bob", "cleo")
        home.ingest(*(an_event(n, names[n % 3], f"i{n:03}") for n in range(30)))
        yield home


def exported(home, folder, kind=Kind.EVENTS, **asked):
    done = export(home.settings, kind, folder, silent, **asked)
    files = [folder / kind.value / part.file for part in done.manifest.parts if part.file]
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return done, rows


def test_events_leave_once_and_later_ones_in_files_of_their_own(house, tmp_path_factory, an_event):
    folder = tmp_path_factory.mktemp("warehouse")
    done, rows = exported(house, folder)
    assert (done.written, done.deleted, len(rows)) == (30, 0, 30)
    file = folder / "events" / done.manifest.parts[0].file
    assert pq.read_schema(file).equals(schema_of(Kind.EVENTS, pseudonyms=False))
    assert rows[0]["user_id"] == "ann"
    assert (rows[0]["type"], rows[0]["item_id"]) == ("like", "i000")
    again, _ = exported(house, folder)
    assert (again.written, again.deleted) == (0, 0)
    house.ingest(an_event(99, "ann", "i050"))
    later, rows = exported(house, folder)
    assert (later.written, len(rows)) == (1, 31)
    assert [part.run for part in later.manifest.parts] == [1, 3]


def test_who_was_erased_is_gone_from_the_folder_and_named_by_digest_alone(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    _, events = exported(house, folder)
    _, people = exported(house, folder, Kind.PEOPLE)
    assert {row["user_id"] for row in people} == {"ann", "bob", "cleo"}
    house.erase("bob")
    done, rows = exported(house, folder)
    assert {row["user_id"] for row in rows} == {"ann", "cleo"}
    assert done.deleted == 10
    exported(house, folder, Kind.PEOPLE)
    assert not [path for path in folder.rglob("*.parquet") if b"bob" in path.read_bytes()]
    # a warehouse that took everything over, and applies what is to be deleted, has what stands
    warehouse = {row["sequence"]: row for row in events}
    manifest = read_manifest(folder / "events")
    for each in manifest.deleted:
        for key in pq.read_table(folder / "events" / each.file).column(0).to_pylist():
            del warehouse[key]
    assert set(warehouse) == {row["sequence"] for row in rows}
    (gone,) = read_manifest(folder / "people").deleted
    digests = pq.read_table(folder / "people" / gone.file).column("person").to_pylist()
    assert digests == [row["person"] for row in people if row["user_id"] == "bob"]


def test_what_was_forgotten_or_switched_off_leaves_the_folder_and_comes_back_when_taken_back(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    exported(house, folder)
    house.reset("ann")
    house.switch("cleo", enabled=False)
    done, rows = exported(house, folder)
    assert {row["user_id"] for row in rows} == {"bob"}
    assert done.manifest.left_out["personalization is off"] == 10
    assert done.manifest.left_out["forgotten"] == 10
    assert {row["user_id"] for row in exported(house, folder, Kind.PEOPLE)[1]} == {"ann", "bob"}
    house.undo_reset("ann")
    done, rows = exported(house, folder)
    assert {row["user_id"] for row in rows} == {"ann", "bob"}
    assert done.deleted == 0


def test_events_on_sensitive_items_never_leave_though_permitted(house, tmp_path_factory, an_item, an_event):
    house.publish([*(an_item(number) for number in range(90)), an_item(90, sensitive_topics=["health"])])
    house.patch("ann", allowed_sensitive_topics=["health"])
    house.ingest(an_event(100, "ann", "i090"))
    done, rows = exported(house, tmp_path_factory.mktemp("warehouse"))
    assert "i090" not in {row["item_id"] for row in rows}
    assert done.manifest.left_out == {"item on a sensitive topic": 1}


def test_an_item_that_turned_sensitive_takes_its_events_back_and_one_that_went_does_not(
    house, tmp_path_factory, an_item
):
    folder = tmp_path_factory.mktemp("warehouse")
    exported(house, folder)
    house.put(an_item(0, sensitive_topics=["health"]))
    house.delete("i001")
    house.put(an_item(2, attributes={"price": 3}))
    done, rows = exported(house, folder)
    items = {row["item_id"] for row in rows}
    assert "i000" not in items
    assert {"i001", "i002"} <= items
    assert done.deleted == 1


def test_context_and_profile_leave_as_far_as_the_charter_declares_them(house, tmp_path_factory, charter, an_event):
    event = an_event(100, "ann", "i050").model_copy(update={"context": {"device": "phone"}})
    house.ingest(event)
    house.patch("ann", role="nurse", goals=["sleep"], muted={"tags": ["war"]}, allowed_sensitive_topics=["health"])
    folder = tmp_path_factory.mktemp("warehouse")
    _, rows = exported(house, folder)
    assert [row["context"] for row in rows if row["context"]] == ['{"device":"phone"}']
    done, people = exported(house, folder, Kind.PEOPLE)
    ann = next(row for row in people if row["user_id"] == "ann")
    assert (ann["role"], ann["goals"]) == ("nurse", ["sleep"])
    assert "allowed_sensitive_topics" in done.manifest.withheld
    text = charter.read_text().replace("[context]\ndevice", "[context]\npage").replace("goals = ", "# goals = ")
    charter.write_text(text)
    _, rows = exported(house, folder)
    assert not [row["context"] for row in rows if row["context"] not in {None, "{}"}]
    _, people = exported(house, folder, Kind.PEOPLE)
    assert next(row for row in people if row["user_id"] == "ann")["goals"] is None


def test_items_are_those_of_the_catalogue_now(house, tmp_path_factory, an_item):
    folder = tmp_path_factory.mktemp("warehouse")
    house.put(an_item(7, title="Told anew", attributes={"price": 3}))
    house.delete("i001")
    done, rows = exported(house, folder, Kind.ITEMS)
    by_id = {row["item_id"]: row for row in rows}
    assert len(by_id) == 89
    assert (by_id["i007"]["title"], by_id["i007"]["attributes"]) == ("Told anew", '{"price":3}')
    assert by_id["i002"]["tags"] == ["astronomy", "craft"]
    house.delete("i002")
    done, _ = exported(house, folder, Kind.ITEMS)
    (gone,) = done.manifest.deleted
    assert pq.read_table(folder / "items" / gone.file).column("item_id").to_pylist() == ["i002"]


def test_without_a_word_in_the_charter_nothing_of_people_leaves(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    for kind in (Kind.EVENTS, Kind.PEOPLE):
        with pytest.raises(ExportError, match=r"\[exports\]"):
            exported(home, folder, kind)
    assert len(exported(home, folder, Kind.ITEMS)[1]) == 90


def test_pseudonyms_stand_for_ids_and_tell_people_apart(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    _, rows = exported(house, folder, pseudonyms=True)
    assert "user_id" not in rows[0]
    assert len({row["person"] for row in rows}) == 3
    with pytest.raises(ExportError, match="begun with --pseudonyms"):
        exported(house, folder)


def test_what_a_broken_export_left_goes_with_the_next_and_no_copy_stays(house, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("warehouse")
    exported(house, folder)
    house.erase("bob")
    with monkeypatch.context() as broken:
        broken.setattr("app.warehouse.export.FILE", "away/manifest.json")
        with pytest.raises(OSError, match="away"):
            exported(house, folder)
    assert not [*Path(house.settings.data_dir).glob("verifying-*")]
    done, rows = exported(house, folder)
    assert (done.deleted, len(rows)) == (10, 20)
    standing = {path.name for path in (folder / "events").glob("*.parquet")}
    assert standing == done.manifest.files() | {"cleared.parquet"}


def test_duckdb_reads_the_files_as_a_warehouse_would(house, tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    exported(house, folder)
    files = duckdb.read_parquet(f"{folder}/events/0*.parquet")
    assert files.aggregate("count(*), count(DISTINCT person)").fetchall() == [(30, 3)]
