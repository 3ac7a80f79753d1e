"""What every slate keeps, whatever people did before: floors, filters, and labels that are facts."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.explanation.label_evidence import Pool, removed
from app.pipeline.request import SlateRequest
from app.pipeline.score_attribution import attribute
from app.pipeline.scorer import WeightedScorer
from app.serving.exploration_window import reported

ITEMS, THEMES = 90, 6
KINDS = ("like", "click", "save", "dislike", "dismiss", "impression", "complete", "report")
acts = st.lists(st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(KINDS), st.integers(0, 200)), max_size=25)
CLICK_DAYS = 14
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


def context_of(home, user, limit=10):
    generation = home.service.snapshot_swap.current
    ask = SlateRequest(user, limit, np.empty(0, np.int32), home.settings.as_of.timestamp(), ())
    return Context(generation.environment, ask, generation.people.get(user))


def own_themes(context):
    """What is a person's own: themes, each of which has a tag of its own, beside tags that half of all items bear."""
    events, amounts = context.evidence.amounts
    if not len(events):
        return []
    shares = np.bincount(events.rows % THEMES, weights=amounts, minlength=THEMES) / amounts.sum()
    heaviest = sorted(range(THEMES), key=lambda theme: (-shares[theme], context.catalogue.topics.at(theme)))
    held = np.cumsum(shares[heaviest])
    established = heaviest[: int(np.searchsorted(held, 0.8 * (1 - 1e-9))) + 1]
    telling = math.log(THEMES) / math.log(ITEMS)
    return sorted({*established, *np.flatnonzero((shares >= 0.3) | (shares * telling >= 0.07)).tolist()})


@quick
@given(acts, st.integers(1, 40))
def test_floors_hold_whenever_the_catalogue_allows(shared, somebody, history, limit):
    user = somebody(history)
    slate, context = shared.recommend(user, limit=limit), context_of(shared, user, limit)
    gone = {item for item, kind, _ in history if kind != "impression"}
    left = np.array([row for row in range(ITEMS) if row not in gone], dtype=np.int32)
    chosen = context.catalogue.rows([item.item_id for item in slate.items])
    assert len(set(chosen.tolist())) == len(chosen) == min(limit, len(left))
    own = own_themes(context)
    outside = ~np.isin(left % THEMES, own) & context.personalized
    recent = context.catalogue.published_at[left] >= context.now - 30 * 86400
    receipt = {entry.floor: entry for entry in slate.receipt}
    shown = reported(context, 50 - limit)
    owed = max(0, math.ceil(0.2 * (len(shown) + limit) - 1e-9) - sum(shown)) if context.personalized else 0
    assert receipt["exploration"].achieved >= min(owed, outside.sum(), len(chosen))
    assert [item.exploration for item in slate.items] == (
        ~np.isin(chosen % THEMES, own) & context.personalized
    ).tolist()
    assert sum(item.exploration for item in slate.items) == receipt["exploration"].achieved
    caps = np.bincount(chosen % THEMES, minlength=THEMES)
    assert receipt["topic_cap"].achieved == caps.max(initial=0)
    assert receipt["topic_cap"].reason or caps.max(initial=0) <= max(1, math.ceil(0.4 * limit - 1e-9))
    if receipt["recency"].achieved < math.ceil(0.1 * limit - 1e-9):
        assert receipt["recency"].reason
        assert recent.sum() < math.ceil(0.1 * limit) or receipt["exploration"].achieved <= owed
    assert all((entry.reason is None) == (entry.achieved >= entry.required) for entry in slate.receipt[1:3])


@quick
@given(acts, st.sets(st.integers(0, ITEMS - 1), max_size=30))
def test_nothing_seen_dismissed_or_excluded_ever_appears(shared, somebody, history, excluded):
    user = somebody(history)
    slate = shared.recommend(user, limit=100, exclude=[f"i{item:03}" for item in excluded])
    shown = {int(item.item_id[1:]) for item in slate.items}
    assert not shown & excluded
    seen = {item for item, kind, days in history if kind != "impression" and (kind != "click" or days < CLICK_DAYS)}
    assert not shown & seen
    rested = set(context_of(shared, user, 100).exclusions.rested.tolist())
    assert shown == set(range(ITEMS)) - excluded - rested - seen


@quick
@given(acts)
def test_the_trace_shows_that_filters_only_remove(shared, somebody, history):
    slate = shared.recommend(somebody(history), limit=10, debug=True)
    filters = ("seen", "dismissed", "rested", "excluded", "hidden", "expired", "language", "sensitive")
    stages = {stage.stage: stage for stage in slate.trace}
    assert all(stages[name].n_out <= stages[name].n_in for name in filters)
    assert stages["backfill"].n_out >= stages["sensitive"].n_out


@quick
@given(acts)
def test_attribution_sums_up_to_the_personal_terms(shared, somebody, history):
    context = context_of(shared, somebody(history))
    rows, weights = np.arange(0, ITEMS, 7, dtype=np.int32), context.settings.weights
    attribution, _ = attribute(context, rows, weights)
    scored = WeightedScorer(weights)(context, _candidates(rows))
    by_name = dict(zip(TERMS, scored.terms.T, strict=True))
    personal = sum(getattr(weights, name) * by_name[name] for name in ("similarity", "format", "interest", "session"))
    np.testing.assert_allclose(attribution.scores(), personal[np.argsort(scored.rows)], atol=1e-5)


@quick
@given(acts)
def test_without_the_event_of_the_label_the_score_is_lower(shared, somebody, history):
    history = list({item: (item, kind, days) for item, kind, days in history}.values())
    user = somebody(history)
    for item in shared.recommend(user, limit=10).items:
        reason = item.reasons[0]
        if reason.events != 1:  # of more, only all together carry the label
            continue
        without = somebody([each for each in history if f"i{each[0]:03}" != reason.item_id])
        assert _score(shared, without, item.item_id) < _score(shared, user, item.item_id)


@quick
@given(acts, st.integers(0, 2**32 - 1))
def test_what_scores_would_be_without_some_events_is_what_they_are_without_them(shared, somebody, history, seed):
    history = list({item: (item, kind, days) for item, kind, days in history}.values())
    context = context_of(shared, somebody(history))
    rows, weights = np.arange(ITEMS, dtype=np.int32), context.settings.weights
    left_out = np.random.default_rng(seed).integers(0, 2, len(context.evidence.amounts[0])).astype(np.float32)
    gone = {context.catalogue.item_id(int(row)) for row in context.evidence.amounts[0].rows[left_out > 0]}
    without = context_of(shared, somebody([each for each in history if f"i{each[0]:03}" not in gone]))
    pool = Pool(WeightedScorer(weights)(context, _candidates(rows)), weights)
    taken = removed(context, left_out[None, :], pool.candidates.rows, weights)
    then = pool.scores(context.evidence.evidence_square).without(taken)[0]
    factor = _factors(pool.candidates)
    scored = WeightedScorer(weights)(without, _candidates(pool.candidates.rows))
    order, sums = np.argsort(scored.rows), scored.sums
    expected = np.where(sums > 0, sums * factor[np.searchsorted(rows, scored.rows)], sums)
    np.testing.assert_allclose(then[np.argsort(pool.candidates.rows)], expected[order], atol=1e-4)


def _factors(candidates):
    """exp(-aversion) of each row, ascending: with fewer likes less is forgiven, which labels leave as it is."""
    return np.exp(-candidates.terms[np.argsort(candidates.rows), -1])


def _score(home, user, item_id):
    context = context_of(home, user)
    rows = context.catalogue.rows([item_id])
    return float(WeightedScorer(context.settings.weights)(context, _candidates(rows)).scores[0])


def _candidates(rows):
    return Candidates.found(rows, np.zeros(len(rows), np.int8))
