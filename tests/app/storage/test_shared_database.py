"""What several processes on one PostgreSQL database can rely on."""

from contextlib import closing

import psycopg
import pytest

from app.storage.event_types import TypeCodes
from app.storage.postgres.intake import Intake, take_in
from app.storage.protocols import BEGINNING, ForgetRequest, Forgetting, Merge
from app.storage.rows import Revision, SharedDocument
from tests.postgres import Postgres


@pytest.fixture
def opener(postgres):
    """Of the database that several processes write to."""
    return Postgres(postgres)


def standing(stores, *users):
    return stores.revisions.standing(users).people


def test_a_revision_counts_a_persons_events_and_nobody_elses(stores, event):
    (first,) = stores.events.append([event("a")]).result()
    assert standing(stores, "ada", "bob") == {"ada": first.revision}
    answers = stores.events.append([event("b"), event("a"), event("c", "bob")]).result()
    assert standing(stores, "ada", "bob") == {"ada": answers[0].revision, "bob": answers[2].revision}
    assert answers[0].revision == Revision(first.revision.revision + 1, first.revision.epoch)
    assert answers[1].revision is None


RESET = ForgetRequest(Forgetting(0, "ada", "all", 9e9, keeps_seen=False, undo_until=9e9), (), ())
CHANGES = {
    "reset": lambda stores: stores.forgettings.forget(
        ForgetRequest(Forgetting(0, "ada", "all", 9e9, False, 9e9), (), ())
    ),
    "profile": lambda stores: stores.users.put_profile("ada", b"{}", 1.0),
    "switch": lambda stores: stores.users.set_personalization("ada", False, 1.0),
    "seen": lambda stores: stores.forgettings.see("ada", ["go"], 1.0),
    "ignored": lambda stores: stores.events.ignore("ada", "a"),
    "retention": lambda stores: stores.events.delete_older({"like": 9e9}),
    "merged away": lambda stores: stores.identities.merge(Merge("ada", "bob", None, 1.0)),
    "merged into": lambda stores: stores.identities.merge(Merge("bob", "ada", None, 1.0)),
    "erased": lambda stores: stores.events.delete_user("ada"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_else_changes_begins_another_epoch_which_never_comes_back(stores, event, change):
    (first,) = stores.events.append([event("a")]).result()
    epochs, mark = [first.revision.epoch], stores.revisions.begun_anew()[1]
    change(stores).result()
    if "ada" in (people := standing(stores, "ada")):
        epochs.append(people["ada"].epoch)
        assert "ada" in stores.revisions.begun_anew(mark)[0]
    epochs.append(stores.events.append([event("later")]).result()[0].revision.epoch)
    assert epochs[0] < epochs[1] <= epochs[-1]


def test_events_that_were_checked_under_another_epoch_are_not_stored(stores, event):
    (first,) = stores.events.append([event("a")], None, {"ada": 0}).result()
    told = stores.events.append([event("b"), event("c", "bob")], None, {"ada": first.revision.epoch + 1, "bob": 0})
    assert [(each.stored, each.outdated) for each in told.result()] == [(False, True), (True, False)]
    stores.events.delete_user("ada").result()
    (erased,) = stores.events.append([event("d")], None, {"ada": first.revision.epoch}).result()
    assert erased.outdated
    assert standing(stores, "ada") == {}


def test_who_began_anew_is_told_from_mark_to_mark(stores):
    stores.users.put_profile("ada", b"{}", 1.0).result()
    people, mark = stores.revisions.begun_anew(BEGINNING)
    assert people == ["ada"]
    assert stores.revisions.begun_anew(mark)[0] == []
    stores.users.put_profile("bob", b"{}", 1.0).result()
    assert stores.revisions.begun_anew(mark)[0] == ["bob"]


def test_an_events_number_is_another_ones_never_whichever_process_gives_it(opener, tmp_path, event):
    with closing(opener(tmp_path)) as one, closing(opener(tmp_path)) as other:
        pending = [
            stores.events.append([event(f"{name}{n}", f"u{n % 3}"), event(f"both{n}", f"u{n % 3}")])
            for n in range(60)
            for name, stores in (("one", one), ("other", other))
        ]
        stored = [each for answer in pending for each in answer.result() if each.stored]
        revisions = sorted((each.revision.epoch, each.revision.revision) for each in stored)
        assert len({each.sequence for each in stored}) == len(stored) == 180
        assert revisions == [(epoch, n) for epoch in sorted({e for e, _ in revisions}) for n in range(1, 61)]
        columns = one.events.columns()
        assert len(columns) == 180


def test_documents_are_replaced_by_who_knows_the_last(stores):
    assert stores.shared.get("policy") is None
    first = stores.shared.put("policy", b'{"a": 1}', 0).result()
    assert stores.shared.put("policy", b"{}", 0).result() is None
    second = stores.shared.put("policy", b'{"a": 2}', first).result()
    assert stores.shared.get("policy") == SharedDocument(b'{"a": 2}', second)
    assert stores.shared.versions() == {"policy": second}
    assert stores.revisions.standing([]).operators == second > first


def test_the_newest_change_of_an_item_is_told_with_the_people(stores):
    (version,) = stores.items.upsert([("rust", b"{}")], 1.0).result()
    assert stores.revisions.standing(["nobody"]) == ({}, version, 0)


def by_numbers(stores, after):
    """What a reader would do to whom numbers are the order of the log."""
    columns = stores.events.columns(after=after or 0)
    return columns, int(columns.sequence.max(initial=after or 0))


def by_marks(stores, after):
    return stores.events.walk(after or BEGINNING)


@pytest.mark.parametrize(("reader", "finds"), [(by_marks, {"slow", "fast"}), (by_numbers, {"fast"})])
def test_what_a_slow_transaction_stores_under_a_low_number_is_found_by_who_goes_by_marks(
    opener, tmp_path, event, reader, finds
):
    url = opener.settings(tmp_path).url.get_secret_value()
    with closing(opener(tmp_path)) as stores, psycopg.connect(url) as slow:
        (low,) = take_in(slow, Intake((event("slow"),), None, None), TypeCodes({}))
        (high,) = stores.events.append([event("fast", "bob")]).result()
        assert low.sequence < high.sequence
        first, mark = reader(stores, None)
        slow.commit()
        found = [first, reader(stores, mark)[0]]
        names = [stores.events.event_ids(columns.sequence.tolist()).values() for columns in found]
        assert set().union(*names) == finds
        (again,) = take_in(slow, Intake((event("slow"),), None, None), TypeCodes({}))
        assert again.duplicate


def test_a_person_who_changes_while_their_events_are_looked_at_is_looked_at_again(opener, tmp_path, event):
    url = opener.settings(tmp_path).url.get_secret_value()
    with closing(opener(tmp_path)) as stores, psycopg.connect(url) as slow:
        take_in(slow, Intake((event("same"), event("own")), None, None), TypeCodes({}))
        waiting = stores.events.append([event("same"), event("new"), event("other", "bob")])
        with pytest.raises(TimeoutError):
            waiting.result(0.3)
        slow.commit()
        assert [each.duplicate for each in waiting.result()] == [True, False, False]
        assert standing(stores, "ada")["ada"].revision == 3


def test_rows_from_another_server_do_not_hide_what_comes(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        stores.events.append([event("a")]).result()
    with psycopg.connect(opener.settings(tmp_path).url.get_secret_value()) as connection:
        connection.execute("UPDATE events SET xact = '900000000000'")  # as they are after pg_dump and pg_restore
    with closing(opener(tmp_path)) as stores:
        first, mark = stores.events.walk()
        stores.events.append([event("b")]).result()
        assert (len(first), len(stores.events.walk(mark)[0])) == (1, 1)
