"""Labels are facts: what they rest on carries the score, and nothing that may not be named is named."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.explanation.nameable import like_any, link_of
from app.pipeline.explanation.own_tags import OwnTags
from app.pipeline.labels.reason_text import label
from app.pipeline.request import SlateRequest
from app.pipeline.scorer import WeightedScorer
from app.pipeline.slate import Reason
from app.pipeline.stages import build_pipeline
from scripts.benchmarks.explanations.counterfactual import EVIDENCED, Counterfactual
from scripts.benchmarks.explanations.recorded_requests import RecordedRequests

ITEMS = 90
KINDS = ("like", "click", "save", "dislike", "complete", "dwell", "dismiss", "impression")
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
acts = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), st.sampled_from(KINDS), st.sampled_from([0.001, 0.01, 1.0, 30.0, 200.0])),
    max_size=25,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


@pytest.fixture(scope="module")
def somebody(shared, an_event):
    """Gives a new person a history."""
    numbers = iter(range(10**9))

    def act(history):
        user = f"user-{next(numbers)}"
        shared.ingest(
            *(an_event(f"{user}-{next(numbers)}", user, f"i{item:03}", kind, days) for item, kind, days in history)
        )
        return user

    return act


def answered(home, user, limit=10):
    generation = home.service.snapshot_swap.current
    requests = RecordedRequests(generation, home.settings.as_of.timestamp(), limit)
    return requests.ask(requests.context(user, generation.people.get(user)))


@quick
@given(acts, st.booleans())
def test_terms_and_evidence_both_sum_to_the_score(shared, somebody, history, debug):
    user = somebody(history)
    for item in shared.recommend(user, limit=10, debug=debug).items:
        parts = item.attribution
        assert sum(parts.terms.values()) == pytest.approx(item.score, abs=1e-5)
        assert sum(part.part for part in parts.evidence) == pytest.approx(item.score, abs=1e-5)


@quick
@given(acts)
def test_without_its_evidence_an_item_scores_and_ranks_lower(shared, somebody, history):
    answer = answered(shared, somebody(history))
    counterfactual = Counterfactual(shared.service.snapshot_swap.current.people)
    verdicts = list(counterfactual.verdicts(answer))
    assert all(verdict.score for verdict in verdicts)
    assert all(verdict.rank for verdict in verdicts)
    assert len(verdicts) == sum(item.reasons[0].code in EVIDENCED for item in answer.slate.items)


@quick
@given(acts)
def test_exploration_is_called_so_and_never_similar_to_what_was_liked(shared, somebody, history):
    for item in shared.recommend(somebody(history), limit=20).items:
        if item.exploration:
            assert item.reasons[0].code in {"explore", "stated_preference", "session"}
            assert not item.label.startswith("Similar to")


def test_variety_is_named_by_the_tag_of_which_the_person_did_least(home, an_item, an_event):
    home.put(*(an_item(300 + n, tags=["rust", "chess"]) for n in range(3)))
    home.ingest(*(an_event(n, "ann", f"i{6 * n:03}") for n in range(9)), an_event(20, "ann", "i301", "click"))
    generation = home.service.snapshot_swap.current
    ask = SlateRequest("ann", 5, np.empty(0, np.int32), home.settings.as_of.timestamp())
    context = Context(generation.environment, ask, generation.people.get("ann"))
    own, word = OwnTags.of(context), context.catalogue.tag_words.code
    assert own.least(np.array([word("rust"), word("chess")], dtype=np.int32)).tolist() == [word("chess")]
    assert own.least(np.empty(0, dtype=np.int32)).tolist() == []


@quick
@given(acts)
def test_every_item_has_words_and_a_reason_of_a_known_code(shared, somebody, history):
    codes = {*EVIDENCED, "fresh", "popular", "explore"}
    for item in shared.recommend(somebody(history), limit=20).items:
        assert item.label
        assert item.reasons[0].code in codes
        assert len({reason.code for reason in item.reasons}) == len(item.reasons)
        for reason in item.reasons:
            assert reason.code != "because_you" or (reason.tag and reason.evidence and reason.events)
            assert reason.code != "similar_to" or (reason.title and reason.item_id)


def test_the_named_tag_is_the_nearest_of_those_that_hold(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(5)))
    reasons = [item.reasons[0] for item in home.recommend("ann", limit=5).items]
    assert {reason.tag for reason in reasons if reason.code == "because_you"} <= {"rust", "craft"}
    first = home.recommend("ann", limit=5).items[0]
    assert first.label == f"Because you liked {first.reasons[0].title} (Rust)"
    assert first.reasons[0].events == 5
    assert len(first.reasons[0].evidence) == home.settings.query.labels.events


@pytest.mark.parametrize(
    ("kind", "start", "words"),
    [
        ("like", 0, "liked"),
        ("save", 0, "saved"),
        ("complete", 0, "read"),
        ("complete", 1, "watched"),
        ("click", 0, "opened"),
    ],
)
def test_the_verb_says_what_was_done_with_the_item_that_is_named(home, an_event, kind, start, words):
    other = "click" if kind != "click" else "dwell"
    home.ingest(*(an_event(number, "ann", f"i{start + 6 * number:03}", kind, 1 + number) for number in range(4)))
    home.ingest(an_event("old", "ann", f"i{start + 24:03}", other, 400))
    reason = next(item.reasons[0] for item in home.recommend("ann").items if item.reasons[0].code == "because_you")
    assert reason.verb == words


def test_nothing_in_common_but_the_vectors_is_similar_to_an_item(home, an_item, an_event):
    home.put(an_item(200, tags=["unheard of"], text="rust rust borrow checker compiler systems"))
    home.ingest(an_event(1, "ann", "i200"))
    reasons = [item.reasons[0] for item in home.recommend("ann").items if item.label.startswith("Similar to")]
    assert reasons
    assert {(reason.code, reason.item_id, reason.link) for reason in reasons} == {("similar_to", "i200", "content")}


def test_an_item_that_only_people_link_to_one_of_theirs_is_not_called_similar_to_it(home):
    context = answered(home, "nobody").context
    row = context.catalogue.row
    assert link_of(context, row("i000"), row("i006")) == "content"
    assert link_of(context, row("i000"), row("i001")) is None  # nothing was learned from what people did
    reason = Reason("similar_to", item_id="i001", title="Soil", verb="saved", link="behaviour")
    assert label(context.phrases, reason, exploration=False) == "Because you saved Soil"


def test_a_date_is_never_named(home, an_item, an_event):
    home.put(*(an_item(300 + number, tags=["1970s", "late 80s", "disco"], text="disco") for number in range(9)))
    home.ingest(*(an_event(number, "ann", f"i{300 + number}") for number in range(3)))
    items = home.recommend("ann", limit=20).items
    assert any(item.label.endswith("(Disco)") for item in items)
    assert not any(_names(item, "0s") for item in items)


def test_what_was_stated_is_named_as_such(home):
    home.patch("ann", preferences={"tags": ["chess"]})
    item = home.recommend("ann").items[0]
    assert item.reasons[0].code == "stated_preference"
    assert item.label == "Because you prefer Chess"
    home.patch("ben", goals=["bicycle gears saddle climbing wheels"])
    assert home.recommend("ben").items[0].label == "Because of the goals you stated"


def test_a_session_is_named_and_never_before_that_an_item_is_different(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}", "like", 30) for number in range(14)))
    home.ingest(an_event("now", "ann", "i003", "like", 0.0001))
    items = home.recommend("ann", limit=60).items
    assert any(reason.code == "session" for item in items for reason in item.reasons)
    different = [item for item in items if item.exploration and item.reasons[0].different]
    assert different
    assert not any(item.label == "Because of what you just looked at" for item in different)
    assert any(item.reasons[0].code == "because_you" and "rust" in item.title for item in items)


def test_a_session_is_not_named_of_what_is_unlike_it_though_every_item_bears_one_tag(home, an_item, an_event):
    home.publish([an_item(number, tags=["product"]) for number in range(90)])
    home.ingest(an_event(1, "ann", "i000", "save", 0.0001))
    items = home.recommend("ann", limit=30).items
    explored = [item for item in items if item.exploration]
    assert len(explored) >= 6
    assert {item.reasons[0].code for item in explored} == {"explore"}
    alike = {item.title.partition(" ")[0] for item in items if item.reasons[0].code == "session"}
    assert alike <= {"rust"}


def test_all_links_at_once_are_each_link(shared, somebody):
    context = answered(shared, somebody([(0, "like", 1.0), (7, "save", 2.0)])).context
    rows, others = np.arange(0, 90, 7, dtype=np.int32), np.array([0, 7, 20], dtype=np.int32)
    one_by_one = [any(link_of(context, row, other) == "content" for other in others.tolist()) for row in rows.tolist()]
    assert like_any(context, rows, others).tolist() == one_by_one
    assert 0 < sum(one_by_one) < len(rows)
    assert not like_any(context, rows, others[:0]).any()


def test_strangers_are_told_what_is_new_or_popular(home, an_event):
    home.ingest(*(an_event(number, f"u{number}", "i007") for number in range(9)))
    items = {item.item_id: item for item in home.recommend("stranger", limit=40).items}
    assert items["i007"].reasons[0].code == "popular"
    codes = {item.reasons[0].code for item in items.values()}
    assert "fresh" in codes


def test_exploration_is_called_different_by_a_tag_that_it_bears_and_the_person_liked_nothing_of(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(5)))
    catalogue = home.service.snapshot_swap.current.catalogue
    explored = [item for item in home.recommend("ann", limit=20).items if item.reasons[0].code == "explore"]
    assert explored
    for item in explored:
        reason = item.reasons[0]
        borne = {catalogue.tag_words.names[code] for code in catalogue.tags(catalogue.row(item.item_id))}
        assert item.exploration
        assert reason.different
        assert reason.tag in borne - {"rust", "craft"}
        assert item.label == f"Something different: {reason.tag.title()}"


def test_what_a_person_asked_for_or_liked_is_never_called_different(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{item:03}") for number, item in enumerate((0, 6, 12, 18, 24, 1, 2, 3, 4))))
    home.patch("ben", preferences={"tags": ["chess", "hobby"]})
    for user in ("ann", "ben"):
        items = home.recommend(user, limit=40).items
        assert any(item.exploration for item in items)
        for tag in ("rust", "gardening", "astronomy", "cooking", "cycling") if user == "ann" else ("chess", "hobby"):
            assert not any(item.label == f"Something different: {tag.title()}" for item in items)


def test_what_was_stated_comes_before_that_an_item_is_different(home):
    home.patch("ann", goals=["bicycle gears saddle climbing wheels"])
    for item in home.recommend("ann", limit=40).items:
        if "stated_preference" in {reason.code for reason in item.reasons}:
            assert item.label == "Because of the goals you stated"


def test_what_is_far_from_what_was_stated_is_not_there_for_it(home):
    home.patch("ann", preferences={"tags": ["chess"]})
    home.patch("ben", goals=["bicycle gears saddle climbing wheels"])
    for person, stated in (("ann", "chess"), ("ben", "cycling")):
        items = home.recommend(person, limit=40).items
        explored = [item for item in items if item.exploration]
        assert len(explored) >= 8
        assert not any(reason.code == "stated_preference" for item in explored for reason in item.reasons)
        assert any(item.label.startswith("Something different: ") for item in explored)
        said = {item.title.partition(" ")[0] for item in items if item.reasons[0].code == "stated_preference"}
        assert said == {stated}


def test_an_explored_item_that_says_what_the_goal_says_is_there_for_it(home, an_item):
    words = "bicycle gears saddle climbing wheels"
    home.put(*(an_item(300 + n, title=f"{words} pump {n}", text=f"{words} pump {n}", tags=["pumps"]) for n in range(9)))
    home.patch("ben", goals=[words])
    said = [item for item in home.recommend("ben", limit=60).items if item.title.endswith(tuple("012345678"))]
    pumps = [item for item in said if "pump" in item.title]
    assert pumps
    assert {item.label for item in pumps} == {"Because of the goals you stated"}


def test_ids_and_stubs_are_never_named(home, an_item, an_event):
    stubs = ["1003778007373126185", "uncategorized", "b00x4whp5e"]
    home.put(*(an_item(300 + number, tags=stubs, text="disco") for number in range(9)))
    home.ingest(*(an_event(number, "ann", f"i{300 + number}") for number in range(3)))
    items = home.recommend("ann", limit=40).items
    assert any(item.reasons[0].code == "similar_to" for item in items)
    assert not any(_names(item, stub) for item in items for stub in stubs)


def test_behaviour_is_no_link_where_nothing_was_learned_from_it(home, an_item, an_event):
    home.put(an_item(200, tags=["unheard of"], text="unheard of"))
    home.ingest(an_event(1, "ann", "i200"), an_event(2, "ann", "i003"))
    reasons = [reason for item in home.recommend("ann", limit=40).items for reason in item.reasons]
    assert {reason.link for reason in reasons if reason.code == "similar_to"} <= {"content", None}


def test_the_named_item_itself_carries_the_score(shared, somebody):
    user = somebody([(0, "like", 1.0), (6, "like", 2.0), (12, "click", 300.0), (1, "save", 3.0), (7, "click", 40.0)])
    answer = answered(shared, user)
    people, catalogue = shared.service.snapshot_swap.current.people, answer.context.catalogue
    named = [item for item in answer.slate.items if item.reasons[0].code == "because_you"]
    assert named
    for item in named:
        events = answer.context.person.history.columns()
        others = people.with_history(
            answer.context.person, events.where(events.rows != catalogue.row(item.reasons[0].item_id))
        )
        row = np.array([catalogue.row(item.item_id)], dtype=np.int32)
        without = Context(answer.context.environment, answer.context.request, others)
        candidates = Candidates.found(row, np.zeros(1, np.int8))
        scorer = WeightedScorer(answer.context.settings.weights)
        assert scorer(without, candidates).scores[0] < scorer(answer.context, candidates).scores[0]


def test_sensitive_and_muted_things_are_never_named(home, an_item, an_event):
    home.put(
        *(an_item(300 + number, tags=["disability", "rust"], text="rust compiler disability") for number in range(6))
    )
    home.patch("ann", allowed_sensitive_topics=["health"])
    home.ingest(*(an_event(number, "ann", f"i{300 + number}") for number in range(4)))
    home.ingest(*(an_event(f"r{number}", "ann", f"i{6 * number:03}") for number in range(3)))
    items = home.recommend("ann", limit=20).items
    assert any(item.sensitive for item in items)
    assert not any("disability" in item.label.casefold() or _names(item, "disability") for item in items)
    home.patch("ann", allowed_sensitive_topics=[], muted={"tags": ["craft"]})
    items = home.recommend("ann", limit=20, debug=True).items
    assert items
    gone = {f"i{300 + number}" for number in range(6)}
    named = {part.item_id for item in items for part in _parts(item)}
    assert not named & gone
    assert not any(_names(item, "craft") for item in items)


def test_deleted_items_are_no_longer_named(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(3)))
    home.delete("i000")
    for item in home.recommend("ann", debug=True).items:
        assert "i000" not in {part.item_id for part in _parts(item)}
        assert sum(part.part for part in item.attribution.evidence) == pytest.approx(item.score, abs=1e-5)


def test_labels_are_in_the_language_that_the_person_prefers(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(5)))
    home.patch("ann", preferences={"languages": ["fr", "de-at", "en"]})
    first = home.recommend("ann").items[0]
    assert first.label == f"Weil dir {first.reasons[0].title} (Rust) gefallen hat"


def test_the_pool_is_scored_as_the_scorer_does(shared, somebody):
    user = somebody([(0, "like", 1.0), (6, "save", 0.001), (13, "dislike", 3.0)])
    answer = answered(shared, user)
    context = Context(
        answer.context.environment,
        SlateRequest(user, 10, np.empty(0, np.int32), answer.context.now),
        answer.context.person,
    )
    again = WeightedScorer(context.settings.weights)(
        context, Candidates.found(answer.candidates.rows, answer.candidates.source)
    )
    np.testing.assert_array_equal(again.rows, answer.candidates.rows)
    assert build_pipeline(context.settings).explainer.name == "explainer"


def _parts(item):
    evidence = [part for reason in item.reasons for part in reason.evidence or ()]
    return [*evidence, *item.attribution.evidence]


def _names(item, word):
    return any(word in (text or "").casefold() for reason in item.reasons for text in (reason.tag, item.label))
