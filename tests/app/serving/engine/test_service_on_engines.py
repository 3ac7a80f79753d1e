"""A service whose candidates an engine brings answers as one whose own index does, and obeys the same rules."""

import asyncio
import threading
import time

import pytest

from app.errors import EngineAwayError
from app.requests.slates import PageRequest
from app.serving.engine.waiting import answered
from indexer.documents import ItemDocument
from indexer.engines.settings import EngineKind, EngineSettings

ATTRIBUTES = {"price": {"type": "number"}, "sizes": {"type": "texts"}, "sold": {"type": "boolean"}}
THEMES = (
    "borrow checker ownership compiler rust",
    "soil compost seeds watering gardening",
    "telescope galaxies planets nebula astronomy",
    "recipe oven garlic simmer cooking",
    "bicycle gears saddle climbing cycling",
    "opening endgame bishop sacrifice chess",
)
FILTERS = [
    "price < 40",
    "price in (3, 7) or price is absent",
    "not sold and language = 'de'",
    'sizes contains any ("S", "M")',
    "sizes is absent",
    'not (sizes contains all ("S", "M")) and format = "video"',
    'tags contains "rust" and published_at > now-90d',
    'item_id not in ("i000", "i006")',
    'topic != "rust"',
    "expires_at is absent and provider is present",
]


def items_of(an_item, count=180):
    return [
        an_item(
            number,
            text=f"{THEMES[number % 6]} only{number} in{number * 7} this{number * 31}",
            language=("en", "de", None)[number % 3],
            attributes={
                "sizes": ["S", "M", "L"][: number % 4],
                **({"price": number} if number % 5 else {}),
                "sold": number % 2 == 0,
            },
            expires_at="2026-03-05T00:00:00Z" if number % 7 == 0 else None,
            sensitive_topics=["politics"] if number % 11 == 0 else [],
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def twins(tmp_path_factory, open_household, engine_settings, publish, an_item, an_event):
    """Two services on the same items, of which the second asks an engine; what tests change stays changed."""
    folder = tmp_path_factory.mktemp("twins")
    with (
        open_household(folder / "own", attributes=ATTRIBUTES) as own,
        open_household(folder / "other", attributes=ATTRIBUTES, index={"engine": engine_settings}) as other,
    ):
        own.publish(items_of(an_item))
        publish(other, items_of(an_item))
        for home in (own, other):
            history(home, an_event)
        yield own, other


def history(home, an_event):
    """Somebody with interests, and with things seen and dismissed."""
    home.ingest(
        *(an_event(n, "ada", f"i{item:03}", "like") for n, item in enumerate((0, 6, 12, 18, 1, 7))),
        *(an_event(f"d{n}", "ada", f"i{item:03}", "dismiss") for n, item in enumerate((24, 30))),
    )


def ids(slate):
    return [item.item_id for item in slate.items]


def scores(answer):
    """Of equally near items any may be found."""
    return [item["score"] for item in answer["items"]]


def settle(home):
    """Wait until the engine has what changed."""
    changes, until = home.service.snapshot_swap.current.catalogue.engine.changes, time.monotonic() + 20
    while len(changes.unsettled()) and time.monotonic() < until:
        time.sleep(0.02)
    assert not len(changes.unsettled())


def searches(home):
    return home.service.snapshot_swap.engine.counts.searches


def test_slates_are_those_of_the_own_index_under_every_filter(twins):
    own, other = twins
    for home in twins:
        home.patch("ada", preferences={"languages": ["en"], "tags": ["gardening"]}, muted={"tags": ["chess"]})
    for text in (None, *FILTERS):
        asked = {"filter": text} if text else {}
        first, second = own.recommend("ada", 20, **asked), other.recommend("ada", 20, **asked)
        assert ids(first) == ids(second), text
        assert [each.payload() for each in first.withheld] == [each.payload() for each in second.withheld]
        first, second = (home.similar(item_id="i003", limit=20, **asked) for home in twins)
        assert scores(first) == pytest.approx(scores(second), abs=2e-6), text
        assert first["withheld"] == second["withheld"]
    assert searches(other) >= 2 * len(FILTERS)
    assert other.service.snapshot_swap.engine.counts.by_own_index == 0


def test_the_trace_says_what_the_engine_was_asked_and_found(twins, an_event):
    _, other = twins
    other.ingest(an_event("trace", "ada", "i019", "like"))
    slate = other.recommend("ada", 10, debug=True)
    asked = [each for each in slate.trace if each.stage.startswith("search by ")]
    assert asked
    assert all(each.n_in >= each.n_out > 0 for each in asked)


def test_the_event_loop_goes_on_while_an_engine_is_asked(twins):
    _, other = twins
    engine, asked, going_on = other.service.snapshot_swap.engine, threading.Event(), threading.Event()
    real = engine.engine

    def slow_search(name, question):
        """The real one, which waits until the event loop has seen that it is asked."""
        asked.set()
        assert going_on.wait(5)
        return type(real).search(real, name, question)

    async def see():
        await asyncio.to_thread(asked.wait, 5)
        going_on.set()

    async def run():
        seeing, made = asyncio.create_task(see()), []
        slates = await answered(lambda: other.service.recommend_page(page, made))
        await seeing
        return slates

    failures, page = engine.counts.failures, PageRequest(user_id="ada", placements=[{"limit": 4}, {"limit": 5}])
    real.search = slow_search
    try:
        slates = other.loop.run_until_complete(run())
    finally:
        del real.search
    assert [len(slate.items) for slate in slates] == [4, 5]
    assert len({*ids(slates[0]), *ids(slates[1])}) == 9
    assert engine.counts.failures == failures


def test_while_an_engine_is_away_the_own_index_answers_and_says_so(twins, an_event):
    _, other = twins
    for home in twins:
        home.ingest(an_event("away", "ada", "i014", "like"))
    engine = other.service.snapshot_swap.engine
    address, settings = engine.engine, engine.settings
    engine.engine = settings.model_copy(update={"address": None}).open(0.2)  # nobody listens there
    first, second = (home.similar(item_id="i014", limit=20) for home in twins)
    assert scores(first) == pytest.approx(scores(second), abs=2e-6)
    assert len(other.recommend("ada", 10).items) == 10
    readiness = other.service.readiness()
    assert (readiness["ready"], readiness["state"]) == (True, "degraded")
    assert "the vector engine does not answer, the snapshot's own index answers" in readiness["reasons"][0]
    told = other.service.status.payload()["snapshot"]["engine"]
    assert told["problem"]
    assert told["by_own_index"] >= 1
    engine.engine = address
    engine._away_until = 0.0  # noqa: SLF001 - five seconds later
    before = searches(other)
    other.ingest(an_event("more", "ada", "i013", "like"))
    assert len(other.recommend("ada", 10).items) == 10
    assert searches(other) > before
    assert other.service.readiness()["state"] == "ready"


def test_what_changes_is_found_and_what_is_deleted_is_not(twins, an_item):
    for home in twins:
        home.put(an_item(500, title="rust anew", text="borrow checker ownership compiler rust rust"))
        home.put(
            an_item(0, title="no rust", text="soil compost seeds watering gardening gardening", tags=["gardening"])
        )
        home.delete("i006")
    _, other = twins
    swap = other.service.snapshot_swap
    for settled in (False, True, False):  # at once, when it is written, and by a service that begins anew
        if settled:
            settle(other)
            other.loop.run_until_complete(swap.take_up(swap.current.catalogue.snapshot.snapshot_id))
        for item_id in ("i000", "i012", "i500"):
            first, second = (home.similar(item_id=item_id, limit=30) for home in twins)
            assert scores(first) == pytest.approx(scores(second), abs=2e-6)
            assert "i006" not in [each["item_id"] for each in second["items"]]
    settle(other)
    known = swap.current.catalogue
    engine = known.engine
    assert engine.remote.engine.count(engine.collection) == 180
    other.delete("i500")
    assert known.row("i500") < 0
    assert "i500" not in [each["item_id"] for each in other.similar(item_id="i012", limit=100)["items"]]


def test_without_its_own_index_a_service_rests_on_the_engine(twins, tmp_path, open_household, engine_settings, publish):
    """The last: it takes the address away."""
    own, _ = twins
    alone = engine_settings | {"own_index": False, "prefix": "alone"}
    items = [own.service.snapshot_swap.current.catalogue.document(row) for row in (1, 2, 3, 7, 13, 19)]
    with open_household(tmp_path, attributes=ATTRIBUTES, index={"engine": alone}) as home:
        publish(home, [ItemDocument.kept(each) for each in items])
        catalogue = home.service.snapshot_swap.current.catalogue
        assert catalogue.snapshot.index.kind == "none"
        found = home.similar(item_id="i001", limit=3)["items"]
        assert {item["item_id"] for item in found} == {"i007", "i013", "i019"}
        home.service.snapshot_swap.engine.engine.close()
        home.service.snapshot_swap.engine.engine = (
            EngineSettings().model_copy(update={"kind": EngineKind.PGVECTOR}).open(0.2)
        )
        with pytest.raises(EngineAwayError):
            home.similar(item_id="i001", limit=3)
        assert "503 for some" in home.service.readiness()["reasons"][0]
