"""A catalogue that begins over HTTP: the first items are stored, indexed, and in the next answer."""

import asyncio

import pytest

from app.errors import SnapshotMissingError


@pytest.fixture
def empty(tmp_path, open_household):
    with open_household(tmp_path) as home:
        yield home


def test_nothing_is_not_ready_and_says_how_to_begin(empty):
    assert not empty.service.readiness()["ready"]
    assert "POST /items" in empty.service.readiness()["reasons"][0]
    with pytest.raises(SnapshotMissingError):
        empty.recommend("ann")


def test_the_first_items_are_taken_and_recommended(empty, an_item, an_event):
    assert empty.put(*(an_item(number) for number in range(5)), an_item(2)) == [True] * 6
    assert empty.service.readiness()["ready"]
    assert {item.item_id for item in empty.recommend("ann").items} == {f"i{number:03}" for number in range(5)}
    assert empty.ingest(an_event(1, "ann", "i001")) == ["accepted"]
    assert empty.recommend("ann").personalized
    assert empty.put(an_item(1), an_item(7)) == [False, True]
    assert "i007" in {item.item_id for item in empty.recommend("ann").items}


def test_one_item_is_a_beginning(empty, an_item):
    assert empty.put(an_item(3)) == [True]
    assert [item.item_id for item in empty.recommend("ann").items] == ["i003"]
    empty.delete("i003")
    assert empty.recommend("ann").items == ()


def test_what_was_stored_is_built_by_the_next_service(tmp_path, open_household, an_item, monkeypatch):
    with open_household(tmp_path) as home:
        monkeypatch.setattr("app.serving.own_build.from_snapshot", lambda *_: 1 / 0)
        assert home.put(an_item(1)) == [True]
        assert "division by zero" in home.service.readiness()["reasons"][0]
    monkeypatch.undo()
    with open_household(tmp_path) as home:
        run(home, lambda: home.service.readiness()["ready"])
        assert [item.item_id for item in home.recommend("ann").items] == ["i001"]


def test_a_small_catalogue_that_grows_is_built_anew(empty, an_item):
    empty.put(an_item(0))
    first = empty.service.readiness()["snapshot"]
    empty.put(*(an_item(number) for number in range(1, 40)))
    run(empty, lambda: empty.service.readiness()["snapshot"] != first)
    assert empty.service.readiness()["items"] == 40
    assert len(empty.service.snapshot_swap.current.catalogue.topic_names) > 1


def test_an_index_that_was_refused_is_not_built_over(tmp_path, open_household, an_item):
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(5)])
        current = home.snapshots.current_id()
    (tmp_path / "snapshots" / current / "manifest.json").write_text("{}")
    with open_household(tmp_path) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        with pytest.raises(SnapshotMissingError):
            home.put(an_item(9))
    assert home.snapshots.current_id() == current


def run(home, until):
    """Run the service as a server does, until something holds."""

    async def watched():
        watching = await home.service.start()
        for _ in range(200):
            if until():
                break
            await asyncio.sleep(0.05)
        watching.cancel()
        await asyncio.wait([watching])

    home.loop.run_until_complete(watched())
    assert until()
