"""What several processes on one PostgreSQL database can rely on."""

from contextlib import closing

import pytest

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
