"""Events that come while there is no index: stored, and learned from once there is one."""

import pytest


@pytest.fixture
def empty(tmp_path, open_household):
    with open_household(tmp_path) as home:
        yield home


def test_they_are_stored_and_count_once_there_is_an_index(empty, an_item, an_event):
    assert (
        empty.ingest(an_event(1, "ann", "i000"), an_event(2, "ann", "i006"), an_event(3, "ann", "nowhere"))
        == ["awaiting_item"] * 3
    )
    assert empty.ingest(an_event(1, "ann", "i000")) == ["duplicate"]
    empty.publish([an_item(number) for number in range(30)])
    assert empty.recommend("ann").items[0].reasons
    columns = empty.stores.events.columns(user_id="ann")
    assert {columns.items[code] for code in columns.item_codes} == {"i000", "i006", "nowhere"}
    assert len(empty.stores.events.awaited_items()) == 1


def test_what_a_person_decided_holds_without_an_index_too(empty, an_event):
    empty.stores.users.set_personalization("off", False, 1.0).result()
    assert empty.ingest(an_event(1, "off", "i000"), an_event(2, "ann", "i000", days_ago=4_000)) == ["ignored"] * 2
    assert empty.ingest(an_event(3, "ann", "i000", days_ago=-1)) == ["rejected"]
    assert len(empty.stores.events.columns()) == 0


def test_on_a_sensitive_item_nothing_stays_once_it_is_known_to_be_one(empty, an_item, an_event):
    assert empty.ingest(an_event(1, "ann", "i000"), an_event(2, "ann", "i001")) == ["awaiting_item"] * 2
    empty.publish([an_item(0, sensitive_topics=["health"]), *(an_item(number) for number in range(1, 12))])
    assert not empty.service.snapshot_swap.current.people.may_learn("ann", "i000")
    assert empty.recommend("ann").items
