"""What is held back is held back on every path: one list of filters, and a receipt that names them."""

from itertools import count

import pytest

from app.errors import ItemNotFoundError

NUMBERS = count()
VICTIM = "i006"
"""It is on rust, by provider p2, in French; as many others are like it as a page holds."""


@pytest.fixture(scope="module")
def stock(an_item):
    stock = [an_item(number, provider=f"p{number}") for number in range(48)]
    return [*stock[:6], an_item(6, provider="p2x", language="fr", tags=["rust", "odd"]), *stock[7:]]


@pytest.fixture(scope="module")
def shared(open_household, tmp_path_factory, stock):
    with open_household(tmp_path_factory.mktemp("shop")) as home:
        home.publish(stock)
        yield home


@pytest.fixture
def shop(shared, stock, an_item, an_event):
    """The same stock for every test, and somebody new each time."""
    shared.user = f"person-{next(NUMBERS)}"
    shared.make = an_item
    shared.dismiss = lambda item: shared.ingest(an_event(next(NUMBERS), shared.user, item, "dismiss"))
    shared.patch(shared.user, preferences={"tags": ["rust"]})
    yield shared
    shared.put(stock[6])


CAUSES = {
    "deleted": lambda home: home.delete(VICTIM),
    "unpublished": lambda home: home.put(home.make(6, published_at="2027-01-01T00:00:00Z")),
    "expired": lambda home: home.put(home.make(6, published_at=LONG_AGO, expires_at="2026-02-01T00:00:00Z")),
    "sensitive": lambda home: home.put(home.make(6, sensitive_topics=["health"])),
    "muted tag": lambda home: home.patch(home.user, muted={"tags": ["odd"]}),
    "muted provider": lambda home: home.patch(home.user, muted={"providers": ["p2x"]}),
    "muted topic": lambda home: home.patch(home.user, muted={"topics": [topic_of_victim(home)]}),
    "language": lambda home: home.patch(home.user, preferences={"languages": ["en"]}),
    "dismissed": lambda home: home.dismiss(VICTIM),
}
LONG_AGO = "2026-01-01T00:00:00Z"


def topic_of_victim(home):
    return home.service.snapshot_swap.current.catalogue.slug_of(VICTIM)


def first_page(home):
    return [item.item_id for item in home.recommend(home.user, limit=100).items]


def all_pages(home):
    slate = home.recommend(home.user, limit=9)
    yield from (item.item_id for item in slate.items)
    while slate.next_cursor:
        slate = home.recommend(home.user, limit=9, cursor=slate.next_cursor)
        yield from (item.item_id for item in slate.items)


def similar_item(home):
    return [item["item_id"] for item in home.similar(item_id="i000", user_id=home.user, limit=100)["items"]]


def similar_text(home):
    return [item["item_id"] for item in home.similar(text="rust compiler", user_id=home.user, limit=100)["items"]]


def previews(home):
    topic = next(iter(home.service.snapshot_swap.current.catalogue.topic_slugs))
    shown = home.wish(home.user, topic, "more", preview=True, limit=100)
    return [item["item_id"] for when in ("before", "after") for item in shown[when]["items"]]


PATHS = [first_page, all_pages, similar_item, similar_text, previews]


@pytest.mark.parametrize("path", PATHS)
def test_on_every_path_it_is_shown_unless_there_is_a_cause(shop, path):
    assert VICTIM in list(path(shop))


@pytest.mark.parametrize("cause", CAUSES)
def test_what_one_path_holds_back_every_path_holds_back(shop, cause):
    CAUSES[cause](shop)
    for path in PATHS:
        assert VICTIM not in list(path(shop)), path.__name__


@pytest.mark.parametrize("cause", ["deleted", "unpublished", "expired", "sensitive", "dismissed"])
def test_a_page_that_is_given_again_leaves_out_what_is_held_back_by_now(shop, cause):
    first = shop.recommend(shop.user, limit=1)
    asked = {"limit": 1, "cursor": first.next_cursor}
    while (page := shop.recommend(shop.user, **asked)).items[0].item_id != VICTIM:
        asked = asked | {"cursor": page.next_cursor}
    CAUSES[cause](shop)
    again = shop.recommend(shop.user, **asked)
    assert not again.items
    assert {each.count for each in again.withheld} == (set() if cause == "deleted" else {1})
    (length,) = [floor for floor in again.receipt if floor.floor == "length"]
    assert (length.required, length.achieved) == (1, 0)
    assert length.reason.startswith("1 of what was given is deleted" if cause == "deleted" else "1 is withheld: ")


def test_what_is_excluded_is_left_out_by_similar(shop):
    for asked in ({"item_id": "i000"}, {"text": "rust compiler"}):
        found = shop.similar(**asked, exclude=[VICTIM, "nowhere"], limit=100)
        assert VICTIM not in [item["item_id"] for item in found["items"]]
        assert {"filter": "excluded", "count": 1} in found["withheld"]


def test_somebody_elses_wishes_hold_for_nobody_else(shop):
    shop.patch(shop.user, muted={"tags": ["odd"]})
    assert VICTIM in [item["item_id"] for item in shop.similar(item_id="i000", limit=100)["items"]]


def withheld(slate):
    return {each.filter: each.count for each in slate.withheld}


def test_a_slate_that_is_shorter_than_asked_counts_what_the_catalogue_lost(shop, stock, an_item):
    shop.put(*(an_item(number, sensitive_topics=["health", "religion"]) for number in range(10, 14)))
    shop.put(an_item(14, sensitive_topics=["religion"]))
    shop.patch(shop.user, preferences={"languages": ["fr"]}, muted={"providers": ["p2x"]})
    shop.delete("i047")
    slate = shop.recommend(shop.user, limit=10)
    assert withheld(slate) == {"muted": 1, "language": 46}
    assert {each.filter: each.detail for each in slate.withheld}["language"] == {"en": 46}
    shop.patch(shop.user, preferences={"languages": None})
    slate = shop.recommend(shop.user, limit=50)
    assert {each.filter: each.detail for each in slate.withheld}["sensitive"] == {"religion": 5, "health": 4}
    length = next(each for each in slate.receipt if each.floor == "length")
    assert length.reason.endswith("6 are withheld: muted 1, sensitive 5 (religion 5, health 4)")
    shop.put(*stock[10:15], stock[47])


def test_a_full_slate_counts_what_was_not_looked_for(shop, an_event):
    shop.ingest(an_event(next(NUMBERS), shop.user, "i001"), an_event(next(NUMBERS), shop.user, "i002", "dismiss"))
    slate = shop.recommend(shop.user, limit=5, exclude=["i003", "i002", "nowhere"])
    assert withheld(slate) == {"seen": 2, "excluded": 1}
    assert withheld(shop.recommend("nobody", limit=5)) == {}


def test_what_earlier_pages_gave_was_not_lost(shop):
    first = shop.recommend(shop.user, limit=30, exclude=["i003"])
    last = shop.recommend(shop.user, limit=30, cursor=first.next_cursor)
    assert len(last.items) == 48 - 1 - 30
    assert withheld(last) == {"excluded": 1}


def test_a_floor_that_was_not_kept_names_what_was_withheld_of_its_kind(open_household, tmp_path, an_item):
    with open_household(tmp_path) as home:
        old = [an_item(number, published_at="2025-01-01T00:00:00Z") for number in range(30)]
        new = [an_item(number, published_at="2026-02-25T00:00:00Z", language="nl") for number in range(30, 34)]
        home.publish([*old, *new])
        home.patch("p", preferences={"languages": ["en"]})
        receipt = {each.floor: each.reason for each in home.recommend("p", limit=10).receipt}
    assert receipt["length"] is None
    assert receipt["recency"].endswith("for this person: 4 are withheld: language 4 (nl 4)")


@pytest.mark.parametrize("cause", ["deleted", "unpublished", "expired", "sensitive"])
def test_a_person_reads_by_its_id_what_may_be_shown_to_them(shop, cause):
    assert shop.service.get_item(VICTIM, shop.user) == shop.service.get_item(VICTIM)
    CAUSES[cause](shop)
    with pytest.raises(ItemNotFoundError):
        shop.service.get_item(VICTIM, shop.user)


def test_what_a_person_muted_or_dismissed_they_can_still_read(shop):
    for cause in ("muted tag", "language", "dismissed"):
        CAUSES[cause](shop)
    assert shop.service.get_item(VICTIM, shop.user)
