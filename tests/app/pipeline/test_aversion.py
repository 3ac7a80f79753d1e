"""Dismissals reach to what is like the dismissed item, more when repeated, and fade by their half-life."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.pipeline.aversion import aversion
from app.pipeline.context import Context
from app.pipeline.request import SlateRequest
from app.pipeline.settings import AversionSettings

ITEMS = 90
NOTHING = {"near": 0.0, "topic": 0.0, "provider": 0.0, "tags": 0.0}
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


@pytest.fixture(scope="module")
def averse(shared, an_event):
    """Of somebody who did this, how averse they are to each item, after some days and under some settings."""
    numbers = iter(range(10**9))

    def measured(history, days_later=0.0, **chosen):
        user = f"user-{next(numbers)}"
        shared.ingest(
            *(an_event(f"{user}-{next(numbers)}", user, f"i{item:03}", kind, days) for item, kind, days in history)
        )
        generation = shared.service.snapshot_swap.current
        query = generation.environment.settings.model_copy(update={"aversion": AversionSettings(**chosen)})
        world = type(generation.environment)(**{**vars(generation.environment), "settings": query})
        now = shared.settings.as_of.timestamp() + days_later * 86_400
        context = Context(world, SlateRequest(user, 10, np.empty(0, np.int32), now), generation.people.get(user))
        return aversion(context, generation.catalogue.rows([f"i{number:03}" for number in range(ITEMS)]))

    return measured


def number(found):
    return set(np.flatnonzero(found > 1e-9).tolist())


def test_without_dismissals_there_is_none(averse):
    assert not averse([(0, "like", 1), (7, "impression", 1)]).any()


def test_what_has_faded_since_the_last_event_counts_no_more(averse):
    faded = [(item, "dismiss", 75 + item / 10) for item in range(2, 40)]
    for days in (20, 30, 45):
        alone, among = averse([(0, "dismiss", 0)], days), averse([(0, "dismiss", 0), *faded], days)
        assert alone.any()
        np.testing.assert_array_equal(among, alone)


@quick
@given(st.integers(0, ITEMS - 1), st.sampled_from(["dislike", "dismiss", "less_like_this", "report"]), st.floats(0, 60))
def test_it_halves_with_every_half_life(averse, item, kind, days):
    at_once = averse([(item, kind, 0)], half_life_days=14.0, least_strength=0.0)
    later = averse([(item, kind, 0)], days, half_life_days=14.0, least_strength=0.0)
    capped = at_once >= AversionSettings().cap
    np.testing.assert_allclose(later[~capped], at_once[~capped] * 2 ** (-days / 14.0), rtol=1e-4)


@quick
@given(
    st.lists(
        st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(["dismiss", "less_like_this"])), min_size=1, max_size=6
    )
)
def test_it_grows_with_every_repetition_and_is_never_beyond_the_cap(averse, actions):
    one = averse([(item, kind, 1) for item, kind in actions[:-1]])
    more = averse([(item, kind, 1) for item, kind in actions])
    assert (more >= one - 1e-6).all()
    assert more[actions[-1][0]] > one[actions[-1][0]] or more[actions[-1][0]] == pytest.approx(AversionSettings().cap)
    assert more.max() <= AversionSettings().cap + 1e-6


@pytest.mark.parametrize("many", [2, 30])
def test_a_shelf_of_dislikes_is_as_strong_as_one_and_those_of_another_day_add_to_it(averse, many):
    near = {**NOTHING, "topic": 1.0}
    one = averse([(0, "dislike", 1)], **near)
    shelf = averse([(6 * place % ITEMS, "dislike", 1) for place in range(many)], **near)
    assert shelf.sum() == pytest.approx(one.sum(), rel=0.2)
    assert averse([(0, "dislike", 1), (0, "dislike", 3)], **near).max() > one.max()
    assert averse([(0, "dismiss", 1), (0, "dismiss", 1)], **near).max() == pytest.approx(2 * one.max(), rel=1e-3)


def test_each_likeness_reaches_what_it_names(shared, averse):
    catalogue = shared.service.snapshot_swap.current.catalogue
    row = catalogue.rows([f"i{each:03}" for each in range(ITEMS)])
    dismissed = [(12, "dismiss", 0)]
    topic = averse(dismissed, **{**NOTHING, "topic": 1.0})
    assert number(topic) == set(np.flatnonzero(catalogue.topics[row] == catalogue.topics.at(row[12])).tolist())
    provider = averse(dismissed, **{**NOTHING, "provider": 1.0})
    assert number(provider) == {each for each in range(ITEMS) if each % 4 == 0}
    tags = averse(dismissed, **{**NOTHING, "tags": 1.0})
    assert number(tags) == {each for each in range(ITEMS) if each % 6 == 0 or each % 2 == 0}
    assert tags[0] == pytest.approx(1.0)
    assert 0 < tags[2] < 0.5
    near = averse(dismissed, **{**NOTHING, "near": 1.0})
    assert near[[each for each in range(ITEMS) if each % 6 == 0]].min() > near[1::6].max()


def test_dates_make_nothing_alike(home, an_item, an_event):
    home.put(*(an_item(300 + each, tags=["1970s", f"t{each}"], text=f"word{each}", provider=None) for each in range(4)))
    home.ingest(an_event(1, "ann", "i300", "dismiss"))
    context = home.service._recommender.context("ann", 10, [])  # noqa: SLF001 - there is no public way in
    rows = context.catalogue.rows(["i300", "i301"])
    _, codes = context.environment.likeness.tags_of(rows)
    dated = np.array([context.catalogue.tag_words.names[code] == "1970s" for code in codes])
    assert not context.environment.likeness.telling(codes[dated]).any()
    assert context.environment.likeness.telling(codes[~dated]).all()


def test_engaging_with_the_topic_afterwards_takes_the_charge_on_it_back(averse):
    alone = averse([(0, "dismiss", 5)], **{**NOTHING, "topic": 1.0})
    before = averse([(0, "dismiss", 5), (6, "like", 9)], **{**NOTHING, "topic": 1.0})
    after = averse([(0, "dismiss", 5), (6, "like", 1)], **{**NOTHING, "topic": 1.0})
    np.testing.assert_allclose(before, alone, rtol=1e-6)
    assert after[12] == pytest.approx(alone[12] / (1 + 2 ** (-1 / 90)), rel=1e-3)
