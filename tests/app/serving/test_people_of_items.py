"""An item that changes, goes or comes back changes what is known of who had to do with it, and of nobody else."""

import pytest


def likes(home, user):
    person = home.service.snapshot_swap.current.people.get(user)
    catalogue = home.service.snapshot_swap.current.catalogue
    return sorted(catalogue.item_id(row) for row in person.events.rows.tolist())


@pytest.fixture
def read_users(home, monkeypatch):
    """Items whose people were asked for in the log, which takes a look at every event."""
    asked, journal = [], type(home.stores.events)
    users_of = journal.users_of

    def noted(events, item_ids):
        asked.extend(item_ids)
        return users_of(events, item_ids)

    monkeypatch.setattr(journal, "users_of", noted)
    return asked


def test_what_was_said_of_an_item_is_gone_with_it_and_back_with_it(home, an_item, an_event, read_users):
    home.ingest(an_event(1, "ada", "i003"), an_event(2, "ada", "i004"), an_event(3, "bob", "i004"))
    home.delete("i003")
    assert likes(home, "ada") == ["i004"]
    home.put(an_item(3))
    assert likes(home, "ada") == ["i003", "i004"]
    assert read_users == ["i003"]


def test_an_item_of_which_the_log_knew_before_any_snapshot_did_is_learned_of(home, an_item, an_event, read_users):
    home.ingest(an_event(1, "ada", "i003"), an_event(2, "ada", "i004"))
    home.publish([an_item(number) for number in range(90) if number != 3])
    assert likes(home, "ada") == ["i004"]
    home.put(an_item(3))
    assert likes(home, "ada") == ["i003", "i004"]
    assert read_users == ["i003"]


def test_only_who_had_to_do_with_a_changed_item_is_derived_anew(home, an_item, an_event, read_users):
    home.ingest(an_event(1, "ada", "i003"), an_event(2, "bob", "i004"))
    people = home.service.snapshot_swap.current.people
    ada, bob = people.get("ada"), people.get("bob")
    home.put(an_item(3, title="another"), an_item(500))
    assert people.get("ada") is not ada
    assert people.get("bob") is bob
    assert read_users == []
