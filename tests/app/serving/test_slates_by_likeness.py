"""Scenarios that go by content alone, or by what people did alone: scores, evidence and labels follow."""

import numpy as np
import pytest

from app.requests.slates import RecommendRequest
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from models.factors.settings import ExactSettings, FactorSettings

FACTORS = FactorSettings(
    least_interactions=10, rank=8, neighbours=5, exact=ExactSettings(ridge=5.0, content_weight=1.0)
)
INDEX = {"behaviour": {"factors": FACTORS.model_dump()}}
BY = ("content", "behaviour", "both")
SCENARIOS = {by: {"by": by} for by in BY}
PEOPLE = 60


@pytest.fixture(scope="module")
def town(tmp_path_factory, open_household, an_item, an_event):
    """People like two themes at a time that have nothing in common but them; ann is one of them."""
    items = [an_item(number) for number in range(90)]
    random = np.random.default_rng(1)
    with open_household(tmp_path_factory.mktemp("town"), index=INDEX, scenarios=SCENARIOS) as home:
        home.publish(items)
        for person in range(PEOPLE):
            mine = [item for item in range(60) if item % 6 in {person % 3, person % 3 + 3}]
            liked = random.choice(mine, 6, replace=False).tolist()
            home.ingest(*(an_event(f"{person}-{item}", f"u{person}", f"i{item:03}", "like", 20.0) for item in liked))
        events = EventTable.from_bytes(home.loop.run_until_complete(home.service.training_events()))
        builder = Builder(home.settings.index, home.encoder, home.cache, home.snapshots, lambda _: None)
        builder(BuildInput(items, 10**6, events), force=True)
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        home.ingest(*(an_event(f"ann-{item}", "ann", f"i{item:03}") for item in (0, 6, 12)))
        home.ingest(an_event("ann-no", "ann", "i001", "dislike"))
        home.patch("ann", goals=["learn rust"])
        yield home


def drafted(home, by, user="ann", **asked):
    """(Context, slate), whatever was shown before."""
    request = RecommendRequest(user_id=user, limit=12, scenario=by, **asked)
    context, answer = home.service._recommender.draft(request, window=False)  # noqa: SLF001 - a slate without a past
    return context, answer.slate


def slate(home, by, user="ann", **asked):
    return drafted(home, by, user, **asked)[1]


def theme(item):
    return int(item.item_id[1:]) % 6


def test_each_goes_by_its_own_likeness(town):
    own = {by: [theme(item) for item in slate(town, by).items if not item.exploration] for by in BY}
    assert own["content"].count(0) > own["content"].count(3)
    assert own["behaviour"].count(3) > own["content"].count(3)


@pytest.mark.parametrize("by", BY)
def test_the_score_is_that_of_its_block_and_its_evidence_sums_to_it(town, by):
    context, found = drafted(town, by, debug=True)
    catalogue, width = context.catalogue, context.catalogue.space.content_dimension
    kept = {"content": slice(0, width), "behaviour": slice(width, None), "both": slice(None)}[by]
    for item in found.items:
        row = catalogue.row(item.item_id)
        near = float(catalogue.index.at(row)[kept] @ context.evidence.embedding[kept])
        linked = dict(zip(*map(np.ndarray.tolist, context.evidence.neighbour_sums), strict=True)).get(row, 0.0)
        assert linked == 0 or by != "content"
        assert item.terms["similarity"] == pytest.approx((near + linked) * context.evidence.confidence, abs=1e-4)
        assert item.terms["interest"] == pytest.approx(0.0, abs=1e-6) or by != "behaviour"
        parts = item.attribution
        assert sum(parts.terms.values()) == pytest.approx(item.score, abs=1e-5)
        assert sum(part.part for part in parts.evidence) == pytest.approx(item.score, abs=1e-5)


@pytest.mark.parametrize("by", BY)
def test_the_label_of_a_brief_answer_is_that_of_the_full_one(town, by):
    full, brief = (slate(town, by, explain=explain) for explain in ("full", "label"))
    assert [(item.item_id, item.label) for item in full.items] == [(item.item_id, item.label) for item in brief.items]


def test_what_was_found_by_one_likeness_is_not_taken_for_what_another_finds(town):
    first = [item.item_id for item in slate(town, "content", user="u1").items]
    slate(town, "behaviour", user="u1")
    assert [item.item_id for item in slate(town, "content", user="u1").items] == first


def test_without_behaviour_slates_go_by_content(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, scenarios=SCENARIOS) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event("e", "bea", "i000"))
        scores = [[item.score for item in slate(home, by, user="bea").items] for by in BY]
        assert scores[0] == scores[1] == scores[2]
