"""Slates that are drafted from two: promises kept, teams told, and what people prefer."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insights.experiments.experiment import Experiment, Variant
from app.insights.experiments.preference import Credits, preferred, votes_of
from app.pipeline.interleaving import select_drafted
from models.floors import Demand, Pool, affordable
from models.selection import select
from models.statistics.interleaving import team_draft

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


@st.composite
def pools(draw):
    n = draw(st.integers(12, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    content = random.normal(size=(n, 8)).astype(np.float32)
    return Pool(
        random.normal(size=n).astype(np.float32),
        random.integers(0, 6, n).astype(np.int32),
        random.random(n) < 0.3,
        random.random(n) < 0.3,
        random.integers(-1, 5, n).astype(np.int32),
        content / np.linalg.norm(content, axis=1, keepdims=True),
        np.zeros(n),
    ), random


def kept(pool, chosen, demand):
    topics, providers = np.bincount(pool.topics[chosen]), pool.providers[chosen]
    named = providers[providers >= 0]
    return (
        len(chosen) == len(set(chosen.tolist())) == demand.length
        and pool.exploratory[chosen].sum() >= demand.exploration
        and pool.recent[chosen].sum() >= demand.recency
        and topics.max(initial=0) <= demand.topic_cap,
        not len(named) or np.bincount(named).max() <= demand.provider_cap,
    )


@settings(max_examples=60, deadline=None)
@given(pools())
def test_what_both_slates_keep_is_kept_by_what_is_drafted_from_them(drawn):
    pool, random = drawn
    asked = Demand(length=10, exploration=2, recency=1, topic_cap=4, provider_cap=4)
    owed = affordable(pool, asked)
    other = replace(pool, scores=random.normal(size=len(pool)).astype(np.float32))
    slates = select(pool, owed), select(other, owed)
    draft = team_draft(slates[0], slates[1], 20, random)
    chosen = draft.rows[select_drafted(pool.take(draft.rows), asked, 0.0)]
    both = [kept(pool, slate, owed) for slate in slates]
    assert all(promised for promised, _ in both)
    promised, capped = kept(pool, chosen, owed)
    assert promised
    assert capped or not any(each for _, each in both)


def simulated(slots, appeal, people, random, days=5):
    """Votes of people who were served `days` drafted slates of two rankings and take up what appeals."""
    taken = np.zeros((people, 2), dtype=np.int64)
    for person in range(people):
        for _ in range(days):
            draft = team_draft(slots[0], slots[1], 10, random)
            wanted = random.random(len(draft.rows)) < appeal[draft.rows] / np.log2(2 + np.arange(len(draft.rows)))
            taken[person] += np.bincount(draft.teams[wanted], minlength=2)
    return taken


def looked(taken, days=5.0):
    variants = (Variant(name="control"), Variant(name="bolder"))
    experiment = Experiment(
        name="t", kind="interleaved", variants=variants, salt="s", made_at=BEGAN, made_by="x", started_at=BEGAN
    )
    found = Credits(np.full(len(taken), days), np.full((len(taken), 2), 25), {"engaged": taken, "clicked": taken})
    return next(each for each in preferred(experiment, found, BEGAN)["preferences"] if each["primary"])


def test_the_ranking_that_puts_what_appeals_first_is_preferred():
    """With 300 people; half of what the one ranking brings is what people like less."""
    random = np.random.default_rng(1)
    appeal = np.where(np.arange(20) < 10, 0.3, 0.12)
    good, bad = np.arange(10, dtype=np.int32), np.r_[10:15, 0:5].astype(np.int32)
    assert looked(simulated((bad, good), appeal, 300, random))["verdict"] == "people prefer bolder"
    assert looked(simulated((good, bad), appeal, 300, random))["verdict"] == "people prefer control"


def test_equal_rankings_are_told_apart_in_few_experiments_though_looked_at_again_and_again():
    """200 experiments with two rankings that are equally good, some people taking up much more than others."""
    random, false = np.random.default_rng(2), 0
    for _ in range(200):
        eager = random.gamma(0.5, 4.0, 600)
        total = random.poisson(eager)
        first = random.binomial(total, 0.5)
        taken = np.column_stack([first, total - first])
        says = {looked(taken[:people])["verdict"] for people in range(100, 601, 25)}
        false += any(each.startswith("people prefer") for each in says)
    assert false / 200 <= 0.05


def test_each_person_has_one_vote():
    taken = np.array([[30, 10], [0, 1], [0, 0], [2, 2]])
    assert votes_of(taken).tolist() == [-0.25, 0.5, 0.0]
    few = looked(taken)
    assert (few["verdict"], few["people"], few["people_missing"]) == ("too few people", 3, 97)
    assert looked(np.zeros((0, 2), dtype=np.int64))["share"] is None
