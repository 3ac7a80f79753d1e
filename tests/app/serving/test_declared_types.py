"""Types of the operator's own, and values: learned from by their declaration, live as by replay."""

import asyncio
import logging

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.policy.charter.charter import PACKAGED, CharterError, load_charter
from app.serving.declared_types import check_types, with_types
from app.serving.generation import build_generation
from app.settings import Settings
from models.events import FIRST_DECLARED
from tests.app.conftest import NOW

TYPES = {
    "booked": {"polarity": 1, "weight": 1.5, "verb": "booked", "value": {"kind": "amount", "full": 4}},
    "stars": {"polarity": 1, "weight": 1.0, "verb": "rated", "value": {"kind": "rating", "highest": 10}},
    "listened": {"polarity": 1, "weight": 0.7, "verb": "heard", "value": {"kind": "seconds"}},
    "returned": {"polarity": -1, "weight": 1.0, "verb": "sent back", "seen": False},
    "hovered": {"polarity": 0, "weight": 0.0, "verb": "passed", "seen": False},
}
ITEMS = 24


@pytest.fixture
def opened(tmp_path, open_household):
    return lambda **events: open_household(tmp_path, events=events)


@pytest.fixture
def shop(opened, an_item):
    with opened(types=TYPES) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


def valued(an_event, number, user, item, kind, value=None, days_ago=1.0):
    return an_event(number, user, item, kind, days_ago).model_copy(update={"value": value})


def people(home):
    return home.service.snapshot_swap.current.people


def replayed(home):
    """The people of a generation that is built from the log alone."""
    current = home.service.snapshot_swap.current
    declared = with_types(home.settings, home.stores.events)
    return build_generation(current.catalogue.snapshot, home.stores, home.embedder, declared)


SOME = st.lists(
    st.tuples(
        st.sampled_from([*TYPES, "rating", "watch", "purchase", "complete", "dwell", "like", "dislike"]),
        st.integers(0, ITEMS - 1),
        st.one_of(st.none(), st.floats(1, 5, width=32)),
        st.floats(0, 200),
    ),
    min_size=1,
    max_size=12,
)


@given(events=st.lists(SOME, min_size=1, max_size=3))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_live_state_is_the_state_of_a_replay(shop, an_event, events):
    user = f"u{len(shop.stores.events.users_of([f'i{n:03}' for n in range(ITEMS)]))}"
    for batch, several in enumerate(events):
        rows = [
            valued(an_event, f"{user}-{batch}-{place}", user, f"i{item:03}", kind, value or 2.0, days)
            for place, (kind, item, value, days) in enumerate(several)
        ]
        assert set(shop.ingest(*rows)) == {"accepted"}
    from_log = replayed(shop)
    live, again = people(shop).get(user), from_log.people.get(user)
    assert live.events.codes.tolist() == again.events.codes.tolist()
    np.testing.assert_allclose(live.events.weights, again.events.weights, rtol=1e-6)
    for one, other in ((live.state.positive, again.state.positive), (live.state.negative, again.state.negative)):
        assert one.topics.tolist() == other.topics.tolist()
        np.testing.assert_allclose(one.masses, other.masses, rtol=1e-5)
        np.testing.assert_allclose(one.vectors, other.vectors, rtol=1e-4, atol=1e-6)
    counted, others = (each.environment.popularity for each in (shop.service.snapshot_swap.current, from_log))
    rows, now = np.arange(ITEMS, dtype=np.int32), NOW.timestamp()
    np.testing.assert_allclose(counted.share(rows, now), others.share(rows, now), rtol=1e-6)


def test_sums_are_those_that_a_hand_computes(shop, an_event):
    """Half-lives are 90 and 60 days: of a day ago, 2^(-1/90) and 2^(-1/60) are left."""
    shop.ingest(
        valued(an_event, 1, "ada", "i000", "booked", 2.0),
        valued(an_event, 2, "ada", "i001", "stars", 1.0),
        valued(an_event, 3, "ada", "i002", "stars", 7.0),
        valued(an_event, 4, "ada", "i003", "returned"),
        valued(an_event, 5, "ada", "i004", "hovered"),
    )
    state, now = people(shop).get("ada").state, NOW.timestamp()
    assert state.positive.mass(now) == pytest.approx((0.75 + 1.5 / 4.5) * 2 ** (-1 / 90), rel=1e-5)
    assert state.negative.mass(now) == pytest.approx((1.0 + 1.0) * 2 ** (-1 / 60), rel=1e-5)
    signals = shop.profile("ada")["signals"]
    assert (signals["positive"], signals["negative"], signals["neutral"]) == (2, 2, 1)
    assert signals["by_type"] == {"booked": 1, "stars": 2, "returned": 1, "hovered": 1}


def test_a_low_rating_lowers_and_a_high_one_raises(shop, an_event):
    def scores(user):
        return {each.item_id: each.score for each in shop.recommend(user, limit=ITEMS, hide_seen=False).items}

    shop.ingest(valued(an_event, 1, "high", "i000", "rating", 5.0), valued(an_event, 2, "low", "i000", "rating", 1.0))
    liked, disliked = shop.profile("high"), shop.profile("low")
    assert liked["implicit"]["topics"]
    assert not disliked["implicit"]["topics"]
    assert [each["event"] for each in disliked["negative"]["evidence"]] == ["rating"]
    assert "i000" not in scores("low"), "what was spoken against is dismissed"


def test_a_label_says_what_was_done(shop, an_event):
    shop.ingest(*(valued(an_event, n, "ada", f"i{n:03}", "booked", 4.0) for n in (0, 6, 12)))
    shop.ingest(*(valued(an_event, 10 + n, "bob", f"i{n:03}", "purchase", 9.9) for n in (0, 6, 12)))
    for user, verb in (("ada", "booked"), ("bob", "bought")):
        labels = [each.label for each in shop.recommend(user, limit=5).items]
        assert any(label.startswith(f"Because you {verb} ") for label in labels), labels


def test_reset_undo_and_ignoring_an_event_are_exact_for_values(shop, an_event):
    shop.ingest(valued(an_event, 1, "ada", "i000", "rating", 1.0), valued(an_event, 2, "ada", "i001", "stars", 9.0))
    before = shop.recommend("ada").payload()["items"]
    shop.reset("ada")
    assert shop.profile("ada")["signals"]["by_type"] == {}
    shop.undo_reset("ada")
    assert shop.recommend("ada").payload()["items"] == before
    shop.ignore_event("ada", "e2")
    shop.ignore_event("ada", "e1")
    assert people(shop).get("ada").state.positive.mass(NOW.timestamp()) == 0


def test_what_is_unknown_is_refused_with_what_is_known(shop, an_event):
    (result,) = shop.loop.run_until_complete(shop.service.ingest([an_event(1, "ada", "i000", "beamed")]))
    assert (result.status, result.field) == ("rejected", "type")
    assert "there are impression, click, like" in result.message
    assert "stars" in result.message
    assert "[events.types.beamed]" in result.message


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("rating", None, "must be given for a rating"),
        ("rating", 9.0, "must lie between 1 and 5 for a rating"),
        ("listened", -2.0, "must be at least 0 seconds for a listened"),
    ],
)
def test_a_value_of_no_such_kind_is_refused(shop, an_event, kind, value, message):
    (result,) = shop.loop.run_until_complete(shop.service.ingest([valued(an_event, 1, "ada", "i000", kind, value)]))
    assert (result.status, result.field, result.message) == ("rejected", "value", message)


def test_an_item_is_hidden_for_as_long_as_its_type_says(opened, an_item, an_event):
    types = {"peeked": TYPES["booked"] | {"seen_days": 2}, "glanced": TYPES["booked"] | {"seen": False}}
    with opened(types=types) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        home.ingest(
            an_event(1, "ada", "i000", "peeked", days_ago=1),
            an_event(2, "ada", "i001", "peeked", days_ago=3),
            an_event(3, "ada", "i002", "glanced", days_ago=1),
        )
        shown = {each.item_id for each in home.recommend("ada", limit=ITEMS).items}
        assert shown & {"i000", "i001", "i002"} == {"i001", "i002"}


def test_another_weight_holds_from_the_next_start_for_all_that_was_done(opened, an_item, an_event):
    items = [an_item(number) for number in range(ITEMS)]
    with opened(types=TYPES) as home:
        home.publish(items)
        home.ingest(valued(an_event, 1, "ada", "i000", "booked"), valued(an_event, 2, "ada", "i001", "returned"))
    changed = {
        name: TYPES[name] | more for name, more in {"returned": {"polarity": 1}, "booked": {"weight": 9}}.items()
    }
    with opened(types=changed) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert people(home).get("ada").events.weights.tolist() == pytest.approx([9.0, 1.0])
        assert home.profile("ada")["signals"]["positive"] == 2
        assert home.stores.events.types() == {name: FIRST_DECLARED + place for place, name in enumerate(TYPES)}


def test_a_type_that_is_declared_no_longer_is_kept_counted_and_not_learned_from(opened, an_item, an_event, caplog):
    with opened(types=TYPES) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        home.ingest(valued(an_event, 1, "ada", "i000", "booked"), an_event(2, "ada", "i001"))
    with opened(types={"stars": TYPES["stars"]}) as home, caplog.at_level(logging.WARNING):
        watching = home.loop.run_until_complete(home.service.start())
        assert home.service.readiness()["undeclared_events"] == {"booked": 1}
        assert "[events.types.booked]" in caplog.text
        assert people(home).get("ada").events.weights.tolist() == [0.0, 1.0]
        assert home.profile("ada")["signals"] == {
            "positive": 1,
            "neutral": 1,
            "negative": 0,
            "by_type": {"like": 1, "booked": 1},
        }
        assert [row["type"] for row in home.export("ada").parts()["events"]()] == ["booked", "like"]
        watching.cancel()
        home.loop.run_until_complete(asyncio.wait([watching]))
    with opened(types=TYPES) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert people(home).get("ada").events.weights.tolist() == [1.5, 1.0]


def test_a_charter_speaks_of_declared_types_and_of_no_others(tmp_path, open_household, an_item, an_event):
    own = PACKAGED.read_text(encoding="utf-8").replace('"*" = { why = "A signal', 'booked = { why = "A signal')
    file = tmp_path / "charter.toml"
    file.write_text(own, encoding="utf-8")
    with open_household(tmp_path, charter=file, events={"types": TYPES}) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        results = home.loop.run_until_complete(
            home.service.ingest([an_event(1, "ada", "i000", "booked"), an_event(2, "ada", "i000", "returned")])
        )
        assert [each.status for each in results] == ["accepted", "rejected"]
        assert "not declared in the charter of 'Penchant'" in results[1].message
        used = {row["data"] for row in home.service.transparency()["data_used"]}
        assert "event: booked" in used
        assert "event: returned" not in used
    with pytest.raises(CharterError, match=r"events\.booked is no event type"):
        check_types(load_charter(file), Settings())


def test_settings_name_no_type_that_there_is_not():
    with pytest.raises(ValueError, match=r"query\.seen_days\.beamed is no event type"):
        Settings(query={"seen_days": {"beamed": 3}})
    assert Settings(query={"seen_days": {"booked": 3}}, events={"types": TYPES})
