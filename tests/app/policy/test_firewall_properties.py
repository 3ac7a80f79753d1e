"""Whatever a person does, permits and withdraws: what they do not permit is not shown, named, told or learned from."""

import re
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOPICS = {
    "i300": {"religion"},
    "i301": {"gambling"},
    "i302": {"religion", "gambling"},
    "i000": set(),
    "i001": set(),
    "i002": set(),
}
NUMBERS = count(1)
KINDS = ["like", "save", "dislike", "dismiss", "click", "complete", "more_like_this", "less_like_this", "report"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.sampled_from(sorted(TOPICS)), st.sampled_from(KINDS)),
        st.tuples(st.just("permit"), st.frozensets(st.sampled_from(["religion", "gambling"]))),
    ),
    min_size=1,
    max_size=10,
)
SOME = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module", params=[True, False], ids=["kept as seen", "dropped"])
def guarded(request, tmp_path_factory, open_household, an_item):
    sensitive = [an_item(int(name[1:]), sensitive_topics=sorted(topics)) for name, topics in TOPICS.items() if topics]
    with open_household(tmp_path_factory.mktemp("guarded"), firewall={"keep_as_seen": request.param}) as home:
        home.publish([*(an_item(number) for number in range(30)), *sensitive])
        yield home


def lived(home, an_event, steps):
    """(user, what they did and what has been permitted ever since, what they permit now)."""
    number = next(NUMBERS)
    user, permitted, done = f"p{number}", frozenset(), []
    for place, step in enumerate(steps):
        if step[0] == "permit":
            permitted = step[1]
            done = [(event_id, item, since & permitted) for event_id, item, since in done]
            home.patch(user, allowed_sensitive_topics=sorted(permitted))
        else:
            done.append((f"{user}-{place}", step[1], permitted))
            home.ingest(an_event(f"{user}-{place}", user, step[1], step[2], days_ago=1.0 + place / 100))
    return user, done, permitted


def forbidden(permitted):
    return {item for item, topics in TOPICS.items() if topics - permitted}


@SOME
@given(steps=STEPS)
def test_no_slate_holds_or_names_what_is_not_permitted(guarded, an_event, steps):
    user, _, permitted = lived(guarded, an_event, steps)
    slate = guarded.recommend(user, limit=33)
    assert slate.items
    shown = {item.item_id for item in slate.items}
    evidence = {reason.item_id for item in slate.items for reason in item.reasons}
    assert not (shown | evidence) & forbidden(permitted)
    for item in slate.items:
        said = " ".join([item.label, *(reason.title or "" for reason in item.reasons)])
        assert not {f"i{number}" for number in re.findall(r"number (3\d\d)", said)} & forbidden(permitted)


@SOME
@given(steps=STEPS)
def test_no_inference_rests_on_what_is_not_permitted(guarded, an_event, steps):
    user, done, permitted = lived(guarded, an_event, steps)
    person = guarded.service.snapshot_swap.current.people.get(user)
    if person is None:
        assert not any(TOPICS[item] <= permitted for _, item, _ in done)
        return
    catalogue = guarded.service.snapshot_swap.current.catalogue
    learned = {catalogue.item_id(int(row)) for row in person.history.columns().rows}
    assert not learned & forbidden(permitted)
    told = str(guarded.profile(user))
    assert not any(event_id in told for event_id, item, _ in done if item in forbidden(permitted))


@SOME
@given(steps=STEPS)
def test_the_log_holds_what_the_setting_lets_in(guarded, an_event, steps):
    user, done, _ = lived(guarded, an_event, steps)
    log = guarded.stores.events.columns()
    mine = [
        log.items[item] for item, code in zip(log.item_codes, log.user_codes, strict=True) if log.users[code] == user
    ]
    kept = guarded.settings.firewall.keep_as_seen
    assert sorted(mine) == sorted(item for _, item, ever_since in done if kept or TOPICS[item] <= ever_since)


def test_search_by_words_or_by_item_finds_nothing_that_needs_permission(guarded):
    for asked in ({"item_id": "i000"}, {"item_id": "i302"}, {"text": "bishop endgame"}, {"text": "religion gambling"}):
        found = {item["item_id"] for item in guarded.similar(limit=50, **asked)["items"]}
        assert found or asked == {"text": "religion gambling"}  # nothing that may be shown is near that
        assert not found & {"i300", "i301", "i302"}
