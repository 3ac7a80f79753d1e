"""Databases that earlier versions made, with people in them: today's code opens them, and nothing of them is lost.

Each is made by the migrations up to its number, which never change, and by rows as that version wrote them.
"""

import shutil
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import orjson
import pytest

from app.storage.migrate import migrate, shipped
from indexer.documents import EventDocument
from models.events import CODE_OF
from models.ids import digests_of

LAST = len(shipped())
NUMBERS = [
    each if each in {1, 2, LAST} else pytest.param(each, marks=pytest.mark.nightly) for each in range(1, LAST + 1)
]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MADE = "2026-02-01"
EVENTS = {
    "ann": [("e1", "i000", "like"), ("e2", "i006", "click"), ("e3", "i001", "dismiss"), ("e4", "i012", "save")],
    "bob": [("e5", "i002", "complete"), ("e6", "i003", "impression")],
    "eve": [("e7", "i004", "like"), ("e8", "i005", "like")],
}
RESET = "eve"
PROFILE = {"goals": ["grow vegetables"], "muted": {"tags": ["chess"]}}
LATE_ITEM = {"item_id": "late", "title": "rust that came over HTTP", "text": "borrow checker", "tags": ["rust"]}


def row_of(number, user, event):
    event_id, item_id, kind = event
    occurred = NOW - timedelta(days=40 - number)
    return {"event_id": event_id, "user_id": user, "item_id": item_id, "type": kind, "occurred_at": occurred}


ROWS = [row_of(number, user, each) for user, events in EVENTS.items() for number, each in enumerate(events)]
COUNTING = [row for row in ROWS if row["user_id"] != RESET]


def insert(connection, table, **values):
    names, places = ", ".join(values), ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names of columns stand in this file
    connection.execute(sql, list(values.values()))


def write_events(connection, number):
    for sequence, row in enumerate(ROWS, 1):
        forgotten = {"forgotten_by": 1 if row["user_id"] == RESET else None} if number >= 2 else {}
        digest = int(digests_of([row["event_id"]])[0])
        occurred = row["occurred_at"].replace(tzinfo=None)
        stored = row | {"type": CODE_OF[row["type"]], "occurred_at": occurred, "received_at": occurred}
        insert(connection, "events", sequence=sequence, event_digest=digest, **stored, **forgotten)


def write_people(connection, number):
    for user in EVENTS:
        reset = {"reset_at": MADE, "epoch": 1} if user == RESET else {}
        kept = {"reset_sequence": len(ROWS), "reset_keeps_seen": True} if reset and number == 1 else {}
        profile = orjson.dumps({"user_id": user} | PROFILE).decode() if user == "ann" else None
        insert(connection, "users", user_id=user, profile=profile, created_at=MADE, updated_at=MADE, **reset, **kept)
    if number >= 2:
        about = {"scope": "all", "made_at": MADE, "keeps_seen": True, "undo_until": MADE, "final": False}
        insert(connection, "forgettings", number=1, user_id=RESET, **about)
        for item_id in ("i004", "i005"):
            seen_at = {"seen_at": MADE} if number >= 3 else {}
            insert(connection, "seen_items", user_id=RESET, item_id=item_id, kept_by=1, **seen_at)
        insert(connection, "aliases", alias="visitor", user_id="bob", merged_at=MADE)
        insert(connection, "control_actions", number=1, user_id=RESET, action="reset", detail="{}", happened_at=MADE)
        insert(connection, "ignored_events", user_id="bob", event_digest=int(digests_of(["gone"])[0]))


def write_rest(connection, number):
    listed = {"sensitive_topics": []} if number < 4 else {}
    document = orjson.dumps(listed | LATE_ITEM).decode()
    insert(connection, "item_journal", version=1, item_id="late", document=document, changed_at=MADE)
    insert(connection, "item_journal", version=2, item_id="i007", document=None, changed_at=MADE)
    insert(connection, "snapshot_history", number=1, snapshot_id="s", event="activated", happened_at=MADE, detail="")
    if number >= 8:
        insert(connection, "event_types", code=32, name="listen")


def made_at(folder, number):
    """A database as the version of a migration left it."""
    with closing(duckdb.connect(folder / "penchant.duckdb")) as connection:
        migrate(connection, shipped()[:number])
        write_events(connection, number)
        write_people(connection, number)
        write_rest(connection, number)


def as_document(row):
    return EventDocument.model_validate(row | {"occurred_at": row["occurred_at"].isoformat()}, strict=False)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory, open_household, an_item):
    """A folder of snapshots."""
    folder = tmp_path_factory.mktemp("catalogue")
    with open_household(folder) as home:
        home.publish([an_item(each) for each in range(30)])
    return folder / "snapshots"


@pytest.fixture(scope="module")
def opened(tmp_path_factory, open_household, catalogue):
    """Opens a folder with today's code, and gives it a catalogue."""

    @contextmanager
    def opening(number=None):
        folder = tmp_path_factory.mktemp("old")
        shutil.copytree(catalogue, folder / "snapshots")
        if number:
            made_at(folder, number)
        with open_household(folder) as home:
            home.loop.run_until_complete(home.service.snapshot_swap.refresh())
            yield home

    return opening


@pytest.fixture(scope="module")
def fresh(opened):
    """What a service says of these people that never was another version's."""
    with opened() as home:
        home.ingest(*map(as_document, COUNTING))
        home.patch("ann", **PROFILE)
        return {user: inferred(home.profile(user)) for user in EVENTS if user != RESET}


def inferred(profile):
    return {name: profile[name] for name in ("explicit", "implicit", "negative", "signals", "freshness")}


def exported(home, user):
    return orjson.loads(b"".join(home.export(user).json()))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_database_of_every_version_opens_with_all_that_is_in_it(opened, fresh, number):
    with opened(number) as home:
        assert {user: inferred(home.profile(user)) for user in fresh} == fresh
        for user in EVENTS:
            export = exported(home, user)
            ids = [row["event_id"] for row in ROWS if row["user_id"] == user]
            kept, gone = ([], ids) if user == RESET else (ids, [])
            assert [row["event_id"] for row in export["events"]] == kept
            assert [row["event_id"] for row in export["forgotten"]] in (gone, [])  # what is final may be deleted
        assert {row["item_id"] for row in exported(home, RESET)["seen"]} == {"i004", "i005"}
        assert orjson.loads(home.service.get_item("late"))["title"] == LATE_ITEM["title"]
        assert orjson.loads(home.service.get_item("late"))["sensitivity"]["withheld"] is False
        assert "i007" not in {item.item_id for item in home.recommend("ann", 30).items}


@pytest.mark.parametrize("number", [1, LAST])
def test_it_goes_on_from_there(opened, number):
    with opened(number) as home:
        again, new = as_document(ROWS[0]), as_document(ROWS[0] | {"event_id": "new", "occurred_at": NOW})
        assert home.ingest(again, new) == ["duplicate", "accepted"]
        late = as_document(ROWS[-1] | {"event_id": "late", "occurred_at": NOW - timedelta(days=50)})
        assert home.ingest(late) == ["ignored"]
        sequences = [each.sequence for user in EVENTS for each in home.stores.events.held(user)]
        assert all(before < after for before, after in pairwise(sorted(sequences)))
        assert home.erase("ann")["deleted"]["events"] == len(EVENTS["ann"]) + 1


@pytest.mark.parametrize("number", [LAST])
def test_what_was_merged_and_ignored_stays_so(opened, number):
    with opened(number) as home:
        assert home.merge("bob", "visitor")["merged"] is False
        ignored = as_document(row_of(0, "bob", ("gone", "i002", "like")))
        assert home.ingest(ignored) == ["duplicate"]
        assert exported(home, "bob")["aliases"] == [{"alias": "visitor"}]
        assert [each["action"] for each in home.controls(RESET)["actions"]] == ["reset"]
