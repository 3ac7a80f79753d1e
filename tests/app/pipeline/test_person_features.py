"""What is derived of a person is held between requests, and is never older than what it follows from."""

from contextlib import suppress
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import ItemNotFoundError
from app.pipeline.aversion import aversion_by_columns
from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.request import SlateRequest
from app.pipeline.scorer import WeightedScorer, terms_by_columns
from app.pipeline.stages import EVERYWHERE, FILTERS, build_pipeline
from app.pipeline.stated_preferences import preference_exponents, preferences_kept
from app.pipeline.withheld import first_filters, first_filters_by_masks

ITEMS, DAY, _NUMBERS = 90, 86_400.0, count()
KINDS = ("like", "click", "save", "dislike", "dismiss", "impression")
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
acts = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(KINDS), st.sampled_from([0.001, 1.0, 13.99, 30.0, 400.0])),
    max_size=25,
)
statements = st.sampled_from(
    [
        None,
        {"goals": ["learn rust"], "muted": {"tags": ["chess"], "providers": ["p1"]}},
        {"preferences": {"languages": ["fr"], "tags": ["rust"]}, "muted": {"topics": ["cooking"]}},
    ]
)
moments = st.lists(st.sampled_from([0.0, 60.0, DAY, 20 * DAY, 700 * DAY, -2 * DAY]), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    def made(number):
        return an_item(number, language=("en", "fr", None)[number % 3], tags=["alcohol"] if number % 11 == 0 else [])

    with open_household(tmp_path_factory.mktemp("held")) as home:
        home.publish([made(number) for number in range(ITEMS)])
        yield home


def asked(home, user, later=0.0, exclude=(), hide_seen=None, *, held=True):
    """A request, by what is held of the person or derived anew."""
    generation = home.service.snapshot_swap.current
    person = generation.people.get(user)
    person = person if held or person is None else replace(person, features=None)
    now = home.settings.as_of.timestamp() + later
    rows = np.array(sorted(exclude), dtype=np.int32)
    return Context(generation.environment, SlateRequest(user, 10, rows, now, hide_seen=hide_seen), person)


def told(home, context):
    """What a request is answered, but for the id of the answer."""
    slate = build_pipeline(home.settings.query)(context).slate
    return replace(slate, recommendation_id="")


@quick
@given(acts, statements, moments)
def test_an_answer_from_what_is_held_is_the_answer_from_what_is_derived_anew(
    shared, somebody, history, stated, moments
):
    user = somebody(history, stated)
    for later in moments:
        held, anew = (told(shared, asked(shared, user, later, held=held)) for held in (True, False))
        assert [item.item_id for item in held.items] == [item.item_id for item in anew.items]
        assert held.withheld == anew.withheld
        assert held.receipt == anew.receipt


def test_nothing_is_derived_twice_until_something_happens(shared, somebody, an_event):
    user = somebody([(3, "like", 1.0)], None)
    first, again = (asked(shared, user, later).evidence.features for later in (0.0, 60.0))
    assert first is again
    shared.ingest(an_event("more", user, "i009"))
    more = asked(shared, user).evidence.features
    assert more is not first
    shared.patch(user, preferences={"tags": ["rust"]})
    assert asked(shared, user).evidence.features is not more


def test_what_is_yet_to_come_is_not_held(shared, somebody):
    user = somebody([(3, "like", 1.0), (4, "like", 0.001)], None)
    early = asked(shared, user, -DAY / 2)
    assert early.evidence.features is not asked(shared, user, -DAY / 2).evidence.features
    np.testing.assert_allclose(sorted(early.evidence.amounts[1]), [2 ** (-0.5 / 90), 1.0], rtol=1e-3)


@quick
@given(acts, statements, st.sets(st.integers(0, ITEMS - 1)), st.sampled_from([None, False]))
def test_one_pass_says_of_every_item_what_the_filters_say_one_by_one(shared, somebody, history, stated, out, hide):
    context = asked(shared, somebody(history, stated), exclude=out, hide_seen=hide)
    context.exclusions.repeats = np.array(sorted(out), dtype=np.int32)[::3]
    rows = np.random.default_rng(len(out)).permutation(ITEMS).astype(np.int32)
    for filters in (FILTERS, EVERYWHERE):
        expected = first_filters_by_masks(filters, context, rows)
        assert first_filters(filters, context, rows).tolist() == expected.tolist()


@quick
@given(acts, statements, moments)
def test_what_is_compiled_scores_every_item_as_columns_do(shared, somebody, history, stated, moments):
    user, rows = somebody(history, stated), np.arange(ITEMS, dtype=np.int32)
    for later in moments:
        context = asked(shared, user, later)
        weights = context.settings.weights
        scored = WeightedScorer(weights)(context, Candidates.found(rows, np.zeros(ITEMS, np.int8)))
        terms = terms_by_columns(context, rows, weights)
        terms[:, -2] = preferences_kept(context, rows)
        terms[:, -1] = aversion_by_columns(context, rows) - preference_exponents(context, rows)
        np.testing.assert_allclose(scored.terms, terms[scored.rows], atol=1e-5)


@pytest.fixture(scope="module")
def changing(tmp_path_factory, open_household, an_item):
    few = {"sources": {"interests": 12, "embedding": 6, "stated": 4}}  # so that what is found is not everything
    with open_household(tmp_path_factory.mktemp("changing"), query=few) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


changed_items = st.tuples(
    st.integers(0, ITEMS + 5),
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.sampled_from(["borrow checker ownership", "soil compost seeds", "opening endgame bishop"]),
            "title": st.sampled_from(["rust number 6", "a title"]),
            "tags": st.lists(st.sampled_from(["chess", "rust", "alcohol", "new-1", "new-2", "new-3"]), max_size=2),
            "provider": st.sampled_from(["p1", "p9"]),
            "format": st.sampled_from(["video", "podcast", "comic"]),
            "language": st.sampled_from(["fr", "de", "pt"]),
        },
    ),
)
changes = st.lists(st.one_of(changed_items, st.integers(0, ITEMS + 5)), min_size=1, max_size=3)
more_statements = st.one_of(
    statements,
    st.just({"preferences": {"tags": ["new-1", "chess"]}, "muted": {"tags": ["new-2"], "providers": ["p9"]}}),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts, more_statements, st.lists(changes, min_size=1, max_size=3))
def test_what_is_held_follows_items_that_change(changing, an_item, an_event, history, stated, rounds):
    user = _somebody_of(changing, an_event, history, stated)
    told(changing, asked(changing, user))
    for changed in rounds:
        for change in changed:
            if isinstance(change, int):
                with suppress(ItemNotFoundError):
                    changing.delete(f"i{change:03}")
            else:
                changing.put(an_item(change[0], **change[1]))
        contexts = [asked(changing, user, held=held) for held in (True, False)]
        held, anew = (told(changing, context) for context in contexts)
        assert [item.item_id for item in held.items] == [item.item_id for item in anew.items]
        assert (held.withheld, held.receipt) == (anew.withheld, anew.receipt)
        held, anew = (_searched_of(context) for context in contexts)
        assert held == anew


def _searched_of(context):
    return {source: [rows.tolist() for rows in found] for source, found in (context.found or {}).items()}


def _somebody_of(home, an_event, history, stated):
    user = f"user-{next(_NUMBERS)}"
    for item, kind, days in history:
        home.ingest(an_event(f"{user}-{next(_NUMBERS)}", user, f"i{item:03}", kind, days))
    if stated:
        home.patch(user, **stated)
    return user


def test_an_item_that_a_person_never_met_drops_nothing_of_theirs(changing, an_item, an_event):
    changing.put(an_item(4))
    user = _somebody_of(changing, an_event, [(4, "like", 1.0)], None)
    told(changing, asked(changing, user))
    before = asked(changing, user).evidence.features
    found = before.searched
    changing.put(an_item(400, title="nothing like it", text="zz yy xx", tags=["quite-new"]))
    told(changing, after := asked(changing, user))
    assert after.evidence.features is before
    assert before.searched is found
    changing.put(an_item(406))  # of the same theme
    told(changing, asked(changing, user))
    assert before.searched is not found
    changing.put(an_item(4, title="another title"))
    assert asked(changing, user).evidence.features is not before
