"""The log's copy tells what the log tells, or it is not used."""

from contextlib import closing

import numpy as np
import pytest

from app.person.erasure.byte_search import sweep
from app.storage import log_copy
from app.storage.duckdb import open_stores
from app.storage.rows import ForgetRequest, Forgetting, LoggedPeople, Merge
from app.storage.settings import StorageSettings
from models.events import EventType

ALWAYS, NEVER = StorageSettings(copy_from_events=0), StorageSettings(copy_from_events=10**9)
PEOPLE = [f"person-{number}@example.org" for number in range(7)]


@pytest.fixture
def opener():
    """Of the database that is read by one process alone."""
    return open_stores


@pytest.fixture
def copied(opener, tmp_path, event):
    """A folder with some people's events, some impressions among them, and their copy."""
    rows = [
        event(f"e{n}", PEOPLE[n * n % 7], f"item {n % 5}", occurred_at=float(n), value=float(n) if n % 2 else None)
        for n in range(60)
    ]
    told = {"type": EventType.IMPRESSION, "recommendation_id": "r1"}
    rows += [event(f"i{n}", PEOPLE[0], f"item {n}", **told) for n in range(3)]
    with closing(opener(tmp_path, ALWAYS)) as stores:
        stores.events.append(rows).result()
        stores.events.by_person()
    return tmp_path


def place(folder):
    return folder / log_copy.FOLDER


def told(people: LoggedPeople):
    """By person, the events in order of arrival."""
    columns = (people.sequence, people.item_codes, people.codes, people.values, people.times)
    return {
        user: [
            (int(number), people.items[item], int(code), repr(float(value)), float(time))
            for number, item, code, value, time in zip(
                *(each[people.offsets[n] : people.offsets[n + 1]] for each in columns), strict=True
            )
        ]
        for n, user in enumerate(people.users)
        if people.offsets[n] < people.offsets[n + 1]
    }


def of_log(stores):
    return told(LoggedPeople.of(stores.events.columns()))


def is_used(stores):
    return isinstance(stores.events.by_person()[0].times, np.memmap)


def test_after_a_restart_it_is_mapped_and_what_came_since_is_read_from_the_log(opener, copied, event):
    with closing(opener(copied, NEVER)) as stores:
        assert is_used(stores)
        people, _ = stores.events.by_person()
        assert told(people) == of_log(stores)
        stores.events.append([event("later", "somebody else")]).result()
        assert told(stores.events.by_person()[0]) == told(people)
        assert stores.events.columns(after=people.through).users == ["somebody else"]


def test_ids_and_impressions_of_copied_events_are_known_and_so_are_those_that_came_since(opener, copied, event):
    told = {"type": EventType.IMPRESSION, "recommendation_id": "r1"}
    with closing(opener(copied, NEVER)) as stores:
        stores.events.append([event("later")]).result()
    with closing(opener(copied, NEVER)) as stores:
        again = event("e7", PEOPLE[0], "item 2", occurred_at=7.0, value=7.0)
        shown = event("another id", PEOPLE[0], "item 1", **told)
        appended = stores.events.append([again, shown, event("later"), event("new")]).result()
    assert [each.duplicate for each in appended] == [True, True, True, False]


def forget(stores):
    forgetting = Forgetting(0, PEOPLE[1], "all", 100.0, keeps_seen=False, undo_until=200.0)
    stores.forgettings.forget(ForgetRequest(forgetting, (), ())).result()


CHANGES = {
    "a person is erased": lambda stores: stores.events.delete_user(PEOPLE[2]).result(),
    "an event is ignored": lambda stores: stores.events.ignore(PEOPLE[0], "e7").result(),
    "events are too old": lambda stores: stores.events.delete_older({EventType.LIKE: 5.0}).result(),
    "two people are one": lambda stores: stores.identities.merge(Merge(PEOPLE[1], PEOPLE[2], None, 100.0)).result(),
    "a person is reset": forget,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_once_the_log_tells_anything_else_it_is_not_used(opener, copied, change):
    with closing(opener(copied, NEVER)) as stores:
        change(stores)
        assert not is_used(stores)
        assert told(stores.events.by_person()[0]) == of_log(stores)
    with closing(opener(copied, ALWAYS)) as stores:
        assert told(stores.events.by_person()[0]) == of_log(stores)
        assert is_used(stores)


@pytest.mark.parametrize(
    "file", ["sequence.npy", "times.npy", "users_payload.npy", "known_digests.npy", "manifest.json"]
)
@pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
def test_a_damaged_copy_is_not_used(opener, copied, file, damage):
    path = place(copied) / file
    held = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(held[:-3] if damage == "cut" else held[:-3] + bytes([held[-3] ^ 1]) + held[-2:])
    with closing(opener(copied, NEVER)) as stores:
        assert not is_used(stores)
        assert told(stores.events.by_person()[0]) == of_log(stores)


def test_a_copy_of_an_earlier_version_which_knew_ids_without_their_persons_is_not_used(opener, copied, event):
    manifest = place(copied) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"version":2', '"version":1'))
    np.save(place(copied) / "known_digests.npy", np.empty(0, dtype=np.uint64))
    with closing(opener(copied, NEVER)) as stores:
        assert not is_used(stores)
        again = event("e7", PEOPLE[0], "item 2", occurred_at=7.0, value=7.0)
        assert [each.duplicate for each in stores.events.append([again]).result()] == [True]


def test_what_is_written_over_in_memory_stays_in_the_file(opener, copied):
    with closing(opener(copied, NEVER)) as stores:
        stores.events.by_person()[0].times[:] = 0
        before = of_log(stores)
    with closing(opener(copied, NEVER)) as stores:
        assert is_used(stores)
        assert told(stores.events.by_person()[0]) == before


def test_of_who_is_erased_no_byte_stays_in_it(opener, copied):
    assert any(hit.place.startswith(log_copy.FOLDER) for hit in sweep(copied, PEOPLE[2]).hits)
    with closing(opener(copied, ALWAYS)) as stores:
        stores.events.delete_user(PEOPLE[2]).result()
        assert stores.rewrite().result()
        assert sweep(copied, PEOPLE[2]).hits == ()
        assert told(stores.events.by_person()[0]) == of_log(stores)
        assert is_used(stores)
    assert sweep(copied, PEOPLE[2]).hits == ()


def test_a_copy_that_cannot_be_written_costs_nothing_else(opener, tmp_path, event, caplog):
    (tmp_path / f"{log_copy.FOLDER}.new").write_text("in the way")
    with closing(opener(tmp_path, ALWAYS)) as stores:
        stores.events.append([event("a")]).result()
        assert told(stores.events.by_person()[0]) == of_log(stores)
    assert "cannot be written" in caplog.text


def test_most_of_a_log_that_came_since_is_copied_anew(opener, copied, event):
    with closing(opener(copied, ALWAYS)) as stores:
        stores.events.append([event(f"n{n}", f"new {n}") for n in range(100)]).result()
        assert told(stores.events.by_person()[0]) == of_log(stores)
        assert is_used(stores)


def test_a_small_log_is_not_copied(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        stores.events.append([event("a"), event("b", "bob")]).result()
        assert told(stores.events.by_person()[0]) == of_log(stores)
    assert not place(tmp_path).exists()
