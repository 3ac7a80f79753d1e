"""Neighbours of an item: by content, by what people did, or both, each labelled with what it is."""

import pytest

from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from models.factors.settings import ExactSettings, FactorSettings

FACTORS = FactorSettings(least_interactions=10, rank=4, exact=ExactSettings(ridge=5.0, content_weight=1.0))
INDEX = {"behaviour": {"factors": FACTORS.model_dump()}}


@pytest.fixture
def club(tmp_path, open_household, an_item, an_event):
    """Everybody who likes one rust item likes one on cooking too, of different tags."""
    with open_household(tmp_path / "club", index=INDEX) as home:
        items = [an_item(number, tags=[f"own {number}"]) for number in range(90)]
        home.publish(items)
        home.ingest(
            *(
                an_event(f"{person}-{item}", f"u{person}", f"i{item:03}", "like", 2)
                for person in range(12)
                for item in (0, 3, 6 + 6 * person)
            )
        )
        events = EventTable.from_bytes(home.loop.run_until_complete(home.service.training_events()))
        builder = Builder(home.settings.index, home.encoder, home.cache, home.snapshots, lambda _: None)
        builder(BuildInput(items, 10**6, events), force=True)
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        yield home


def test_content_alone_finds_what_is_alike(club):
    answer = club.similar(item_id="i000", by="content", limit=5)
    assert all(item["title"].startswith("rust") for item in answer["items"])
    assert {item["label"] for item in answer["items"]} == {"Similar to rust number 0"}
    assert {item["match"] for item in answer["items"]} == {"content"}


def test_behaviour_alone_finds_what_the_same_people_chose(club):
    first = club.similar(item_id="i000", by="behaviour", limit=5)["items"][0]
    assert (first["item_id"], first["label"], first["match"]) == ("i003", "Chosen by the same people", "behaviour")


def test_both_is_the_default(club):
    assert club.similar(item_id="i000", limit=9) == club.similar(item_id="i000", by="both", limit=9)
    assert "i003" in [item["item_id"] for item in club.similar(item_id="i000", limit=9)["items"]]


def test_nothing_is_like_an_item_that_nobody_chose_by_behaviour(club, home):
    for answer in (club.similar(item_id="i005", by="behaviour"), home.similar(item_id="i000", by="behaviour")):
        assert (answer["items"], answer["near"]) == ([], False)


def test_what_is_only_the_nearest_there_is_is_called_no_more(home, an_item):
    home.put(an_item(200, title="Zither", tags=["zither"], text="plucked strings rust"))
    items = home.similar(item_id="i200", limit=30)["items"]
    assert items
    for item in items:
        assert (item["label"] == "The nearest there is") == (item["match"] is None)


def test_a_tag_in_common_makes_things_also_about_it_and_not_similar(home, an_item):
    home.put(an_item(200, title="Pan", tags=["black", "kitchen"], text="iron skillet lid grill flame oil salt handle"))
    home.put(
        an_item(201, title="Novel", tags=["black", "books"], text="crime story farewell detective city clue handle")
    )
    items = {item["item_id"]: item for item in home.similar(item_id="i200", limit=90)["items"]}
    assert (items["i201"]["label"], items["i201"]["match"]) == ("Also about Black", None)
