"""By default an answer holds what a page shows: the label and the reason that it rests on, as in the full one."""

from dataclasses import replace

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidPayloadError
from app.pipeline.explanation import claims, quotes
from app.pipeline.stages import build_pipeline
from scripts.benchmarks.explanations.recorded_requests import RecordedRequests

ITEMS = 90
SHARE = 3e-6
"""Sums are formed in another order: a part of a score may differ in the last digit that is told."""
KINDS = ("like", "click", "save", "dislike", "complete", "dwell", "dismiss")
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
acts = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(KINDS), st.sampled_from([0.001, 0.01, 1.0, 30.0, 200.0])),
    max_size=25,
)
statements = st.sampled_from([None, {"goals": ["learn rust"]}, {"preferences": {"tags": ["jazz", "rust"]}}])


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("brief")) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


def context_of(home, user):
    generation = home.service.snapshot_swap.current
    requests = RecordedRequests(generation, home.settings.as_of.timestamp(), 10)
    return requests.context(user, generation.people.get(user)), build_pipeline(home.settings.query)


@quick
@given(acts, statements, st.sampled_from([3, 512]))
def test_the_label_and_its_reason_are_those_of_the_full_answer(shared, somebody, history, stated, compared):
    context, pipeline = context_of(shared, somebody(history, stated))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.pipeline.explanation.label_columns.COMPARED", compared)  # more is compared when it is needed
        full, brief = (pipeline(context, full=each).slate for each in (True, False))
    assert [item.label for item in brief.items] == [item.label for item in full.items]
    assert brief.receipt == full.receipt
    for item, whole in zip(brief.items, full.items, strict=True):
        assert len(item.reasons) == 1
        said, unsaid = item.reasons[0], dict.fromkeys(("evidence", "events", "event", "occurred_at", "share"))
        assert replace(said, share=None) == replace(whole.reasons[0], **unsaid)
        assert said.share == pytest.approx(whole.reasons[0].share, abs=SHARE), said


@quick
@given(acts, statements)
def test_what_is_compiled_says_of_every_claim_what_columns_say(shared, somebody, history, stated):
    context, pipeline = context_of(shared, somebody(history, stated))
    compared = []

    def tested(context, pool, slate, score_parts):
        found = claims_of(context, pool, slate, score_parts)
        rows = slate[found.places]
        compared.append((found.holds, claims.hold_by_columns(context, pool, found.members, found.sets, rows)))
        return found

    def strongest(context, score_parts, pool, found, chosen):
        quoted = strongest_of(context, score_parts, pool, found, chosen)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(quotes, "carried_by", lambda _, *asked: quotes.carry_by_columns(context, pool, *asked))
            slow = strongest_of(context, score_parts, pool, found, chosen)
        compared.append((quoted.may, slow.may))
        return quoted

    claims_of, strongest_of = claims.claims_of, quotes.strongest_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.pipeline.explainer.claims_of", tested)
        patch.setattr(quotes, "strongest_of", strongest)
        pipeline(context)
    assert all(np.array_equal(one, other) for one, other in compared)
    assert compared or not context.personalized


def test_a_page_of_twenty_items_takes_at_most_six_kilobytes(shared, somebody):
    user = somebody([(item, "like", 1.0) for item in range(20)], {"goals": ["learn rust"]})
    brief, full = (
        orjson.dumps(shared.recommend(user, limit=20, explain=explain).payload()) for explain in ("label", "full")
    )
    assert len(brief) <= 6_000 < len(full)


def test_a_brief_answer_holds_what_a_page_shows(shared, somebody):
    user = somebody([(item, "like", 1.0) for item in range(5)], None)
    payload = shared.recommend(user, limit=5, explain="label", fields=["tags"]).payload()
    assert {
        "recommendation_id",
        "user_id",
        "personalized",
        "snapshot",
        "items",
        "receipt",
        "withheld",
        "next_cursor",
    } == set(payload) - {"policy", "experiment", "variant"}
    for item in payload["items"]:
        assert set(item) == {"item_id", "title", "tags", "label", "reasons", "exploration"}
        assert set(item["reasons"][0]) <= {"code", "share", "tag", "item_id", "title"}
    assert all(None not in floor.values() for floor in payload["receipt"])


def test_a_page_that_was_given_briefly_is_not_explained_afterwards(shared, somebody):
    user = somebody([(item, "like", 1.0) for item in range(5)], None)
    cursor = shared.recommend(user, limit=5, explain="label").next_cursor
    shared.recommend(user, limit=5, cursor=cursor, explain="label")
    with pytest.raises(InvalidPayloadError, match="comes too late"):
        shared.recommend(user, limit=5, cursor=cursor, explain="full")


def test_debugging_explains_in_full(shared, somebody):
    user = somebody([(item, "like", 1.0) for item in range(5)], None)
    assert shared.recommend(user, limit=5, explain="label", debug=True).items[0].attribution is not None
