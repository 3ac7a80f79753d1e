"""The firewall: what a sensitive topic keeps from whom, whatever the order of events, permissions and withdrawals."""

from itertools import count
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.policy.charter.charter import ProfileField, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.requests.people import ProfilePatch
from app.serving.training_events import training_events
from indexer.build import BuildInput
from indexer.sensitive.permitted_events import permitted_events
from indexer.sensitive.rules import Mode, SensitiveRules
from models.events import EventType
from models.ids import IdMap

TOPICS = {
    "i300": ["religion"],
    "i301": ["gambling"],
    "i302": ["religion", "gambling"],
    "i000": [],
    "i001": [],
    "i002": [],
}
CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
click = {{ why = "test", keep_days = 400 }}
like = {{ why = "test", keep_days = 400 }}
dislike = {{ why = "test", keep_days = 400 }}
[profile]
allowed_sensitive_topics = {{ why = "test" }}
"preferences.tags" = {{ why = "test" }}
[attributes]
team = {{ why = "test" }}
[sensitive]
gambling = {{ mode = "{mode}" }}
"""
numbers = count(1)


def sensitive_items(an_item):
    return [an_item(int(name[1:]), sensitive_topics=topics) for name, topics in TOPICS.items() if topics]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("guarded")) as home:
        home.publish([*(an_item(number) for number in range(60)), *sensitive_items(an_item)])
        yield home


@pytest.fixture
def chartered(tmp_path, open_household):
    """A service whose charter treats gambling in some mode, and declares little."""

    def open_with(mode="permission", **more):
        (tmp_path / "charter.toml").write_text(CHARTER.format(mode=mode))
        return open_household(tmp_path / "data", charter=tmp_path / "charter.toml", **more)

    return open_with


def person(home, user):
    return home.service.snapshot_swap.current.people.get(user)


def rows_of(home, *item_ids):
    return set(home.service.snapshot_swap.current.catalogue.rows(item_ids).tolist())


steps = st.one_of(
    st.tuples(st.just("event"), st.sampled_from(sorted(TOPICS)), st.sampled_from(["like", "dislike", "click"])),
    st.tuples(st.just("permit"), st.sets(st.sampled_from(["religion", "gambling"]))),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(steps, min_size=1, max_size=10))
def test_any_history_leaves_the_state_of_who_did_only_what_is_permitted(guarded, an_event, steps):
    number = next(numbers)
    one, other = f"one{number}", f"other{number}"
    done, permitted = [], set()
    for step in steps:
        if step[0] == "permit":
            permitted = step[1]
            guarded.patch(one, allowed_sensitive_topics=sorted(permitted))
        else:
            done.append(step[1:])
            guarded.ingest(an_event(f"{one}-{len(done)}", one, step[1], step[2]))
    guarded.patch(other, allowed_sensitive_topics=sorted(permitted))
    allowed = [(item, kind) for item, kind in done if set(TOPICS[item]) <= permitted]
    guarded.ingest(*(an_event(f"{other}-{place}", other, *event) for place, event in enumerate(allowed)))
    guarded.patch(one, allowed_sensitive_topics=sorted(permitted))
    mine, theirs = person(guarded, one), person(guarded, other)
    for name in ("positive", "negative"):
        ours, wanted = getattr(mine.state, name), getattr(theirs.state, name) if theirs else None
        assert ours.topics.tolist() == wanted.topics.tolist()
        np.testing.assert_allclose(ours.vectors, wanted.vectors, atol=1e-5)
        np.testing.assert_allclose(ours.masses, wanted.masses, atol=1e-9)
    assert sorted(mine.history.columns().rows.tolist()) == sorted(theirs.history.columns().rows.tolist())
    assert set(mine.experienced().rows.tolist()) == rows_of(guarded, *(item for item, _ in done))


def test_what_is_not_permitted_counts_as_seen_and_as_nothing_else(guarded, an_event):
    guarded.ingest(an_event("seen-1", "eve", "i301"), an_event("seen-2", "eve", "i003"))
    assert rows_of(guarded, "i301") <= set(person(guarded, "eve").withheld.columns().rows.tolist())
    guarded.ingest(an_event("seen-3", "only", "i300"))
    assert not guarded.recommend("only").personalized


def test_permission_and_withdrawal_take_effect_at_once(guarded, an_event):
    guarded.ingest(an_event("at-once", "flo", "i300"))
    assert not guarded.recommend("flo").personalized
    guarded.patch("flo", allowed_sensitive_topics=["religion"])
    assert guarded.recommend("flo").personalized
    guarded.patch("flo", allowed_sensitive_topics=None)
    assert not guarded.recommend("flo").personalized


def test_similar_neither_finds_nor_names_what_is_not_permitted(guarded):
    found = guarded.similar(item_id="i300", limit=50)["items"]
    assert not {item["item_id"] for item in found} & {"i301", "i302"}
    assert not any("number 300" in item["label"] for item in found)


def test_a_topic_to_recommend_only_is_recommended_and_never_learned(chartered, an_item, an_event):
    with chartered("recommend_only") as home:
        home.publish(sensitive_items(an_item))
        assert "i301" in [item.item_id for item in home.recommend("new").items]
        home.patch("ann", allowed_sensitive_topics=["gambling"])
        home.ingest(an_event(1, "ann", "i301"))
        assert not home.recommend("ann").personalized


def test_a_free_topic_is_like_any_other(chartered, an_item, an_event):
    with chartered("free") as home:
        home.publish(sensitive_items(an_item))
        assert [item.item_id for item in home.recommend("new").items] == ["i301"]
        home.ingest(an_event(1, "ann", "i301"))
        assert home.recommend("ann").personalized


def test_a_setting_drops_what_may_not_be_learned(chartered, an_item, an_event):
    with chartered(firewall={"keep_as_seen": False}) as home:
        home.publish([an_item(0), *sensitive_items(an_item)])
        assert home.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i000")) == ["ignored", "accepted"]
        assert home.stores.events.columns().items == ["i000"]


def test_item_vectors_learn_only_from_who_permits(guarded, an_event):
    guarded.ingest(an_event("vec-1", "gus", "i300"), an_event("vec-2", "hal", "i300"), an_event("vec-3", "hal", "i004"))
    guarded.patch("gus", allowed_sensitive_topics=["religion"])
    signals = guarded.service.snapshot_swap.current.people.signals
    log = guarded.stores.events.columns()
    table = type(training_events(log, guarded.stores.users.all(), signals)).from_bytes(
        training_events(log, guarded.stores.users.all(), signals).to_bytes()
    )
    mine = [log.users.index(user) for user in ("gus", "hal")]
    ids = IdMap.build(["i004", "i300"])
    kept = permitted_events(table, ids, [[], ["religion"]], SensitiveRules())
    pairs = {(user, kept.item_ids[item]) for user, item in zip(kept.users.tolist(), kept.items, strict=True)}
    assert {pair for pair in pairs if pair[0] in mine} == {(mine[0], "i300"), (mine[1], "i004")}
    free = permitted_events(table, ids, [[], ["religion"]], SensitiveRules({"religion": Mode.FREE}))
    assert len(free.users) == len(table.users)
    assert len(BuildInput([]).events.users) == 0


UNDECLARED = {
    "attribute of a person": lambda home, _: refused(home, attributes={"shoe_size": 44}) == ["attributes.shoe_size"],
    "profile field": lambda home, _: refused(home, role="nurse") == ["role"],
    "preference": lambda home, _: refused(home, preferences={"formats": ["film"]}) == ["preferences.formats"],
}


FIELDS = {
    "role": "nurse",
    "time_zone": "Europe/Vienna",
    "goals": ["sleep"],
    **{f"preferences.{name}": ["one"] for name in ("topics", "less_of", "providers", "formats")},
    "preferences.languages": ["de"],
    **{f"muted.{name}": ["one"] for name in ("tags", "topics", "providers")},
    "personalization": False,
}


def test_every_profile_field_is_refused_where_the_charter_does_not_declare_it(chartered):
    declared = {"allowed_sensitive_topics", "preferences.tags"}
    assert FIELDS.keys() | declared == set(get_args(ProfileField))
    with chartered() as home:
        for path, value in FIELDS.items():
            outer, _, inner = path.partition(".")
            assert refused(home, **{outer: {inner: value} if inner else value}) == [path]
        assert home.stores.users.all() == []


def test_every_undeclared_event_type_is_refused_by_the_name_of_the_charter(chartered, an_item, an_event):
    with chartered() as home:
        home.publish([an_item(0)])
        kinds = [kind for kind in EventType if kind not in home.service.gate.charter.events]
        assert len(kinds) == len(EventType) - 3
        for kind in kinds:
            (result,) = home.loop.run_until_complete(home.service.ingest([an_event(kind, "ann", "i000", kind)]))
            assert (result.status, result.field) == ("rejected", "type")
            assert "charter of 'Test' (GET /transparency)" in str(result.message)
        assert len(home.stores.events.columns()) == 0


def refused(home, **fields):
    with pytest.raises(Exception, match="charter of 'Test'") as caught:
        home.patch("ann", **fields)
    return [error.field for error in caught.value.members["errors"]]


@pytest.mark.parametrize("kind", UNDECLARED)
def test_undeclared_data_is_refused_by_the_name_of_the_charter(chartered, an_item, an_event, kind):
    with chartered() as home:
        home.publish([an_item(0)])
        assert UNDECLARED[kind](home, an_event)
        assert len(home.stores.events.columns()) == 0
        home.patch("ann", attributes={"team": "red", "gone": None})


def test_the_packaged_charter_declares_every_event_type_and_profile_field_that_there_is():
    charter = load_charter()
    stated = {}
    for name, field in ProfilePatch.model_fields.items():
        inner = [kind for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        stated[name] = {part: ["x"] for model in inner for part in model.model_fields} if inner else ["x"]
    del stated["attributes"]
    stated["allowed_sensitive_topics"] = ["health"]
    assert IngestionGate(charter).profile(stated) == []
    assert set(charter.events) == {*EventType, "*"}


def test_an_undeclared_entry_of_a_context_is_refused(chartered, an_item, an_event):
    with chartered() as home:
        home.publish([an_item(0)])
        event = an_event(1, "ann", "i000").model_copy(update={"context": {"device": "phone"}})
        (result,) = home.loop.run_until_complete(home.service.ingest([event]))
        assert (result.status, result.field) == ("rejected", "context.device")
        assert "charter of 'Test'" in str(result.message)


def test_an_undeclared_attribute_of_an_item_is_refused_and_the_rest_of_the_batch_is_not(chartered, an_item):
    with chartered() as home:
        home.publish([an_item(0)])
        problem, new = home.put(an_item(1, attributes={"colour": "red"}), an_item(2))
        assert problem.field == "attributes.colour"
        assert "charter of 'Test'" in problem.message
        assert new is True


def test_what_is_older_than_the_charter_keeps_is_deleted_and_forgotten(chartered, an_item, an_event):
    with chartered() as home:
        home.publish([an_item(number) for number in range(12)])
        old, new = an_event(1, "ann", "i000", days_ago=399.0), an_event(2, "bob", "i001")
        assert home.ingest(old, new, an_event(3, "cid", "i002", days_ago=401.0)) == ["accepted", "accepted", "ignored"]
        assert home.recommend("ann").personalized
        before = dict.fromkeys(home.service.gate.kept_since(0.0), home.settings.as_of.timestamp() - 86_400 * 30)
        expired = home.stores.events.delete_older(before).result()
        assert (expired.events, expired.users) == (1, ("ann",))
        assert home.stores.events.columns().users == ["bob"]
        assert home.ingest(an_event(4, "ann", "i003")) == ["accepted"]
