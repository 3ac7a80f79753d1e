"""What a dwell teaches: by what its item takes and at the person's own pace, however and in what order it came."""

import numpy as np
import pytest

from indexer.behaviour import EventTable
from models.events import CODE_OF, EventType
from models.history import EventColumns

MINUTE, ESSAY, NOTE = "minute", "essay", "note"
DWELL = 0.5
"""What a whole dwell weighs."""
EVENTS = [
    ("a", MINUTE, 30),
    ("b", MINUTE, 60),
    ("c", MINUTE, 120),
    ("d", ESSAY, 300),
    ("e", NOTE, 15),
    ("f", MINUTE, 900),
]
"""Seconds of dwells: half, once, twice what the item takes, half again, a note without text, and an open tab."""
WORDS = {MINUTE: 238, ESSAY: 2_380, NOTE: 0}


@pytest.fixture
def reader(home, an_item):
    """A household whose catalogue has items of one and of ten minutes, and one of which nothing is known."""
    home.put(*(an_item(900, item_id=name, text="word " * words) for name, words in WORDS.items()))
    return home


def dwells(an_event, events=EVENTS):
    return [timed(an_event(name, "ada", item, "dwell"), seconds) for name, item, seconds in events]


def timed(event, seconds):
    return event.model_copy(update={"value": float(seconds)})


def weights(home):
    """Of ada's events, in order of arrival."""
    return home.service.snapshot_swap.current.people.get("ada").events.weights.tolist()


def expected_weights():
    """The median of four usable dwells' logarithms, half of .5 and 1, counts 4/9; the tab is left out of it."""
    middle = (np.log(0.5) + np.log(1.0)) / 2
    pace = float(np.exp(middle * 4 / 9))
    return [DWELL * share for share in (0.5 / pace, 1, 1, 0.5 / pace, 0.25, 0.25)]


def test_weights_are_those_that_a_hand_computes(reader, an_event):
    reader.ingest(*dwells(an_event))
    assert weights(reader) == pytest.approx(expected_weights())


def test_a_new_dwell_changes_what_the_others_say(reader, an_event):
    reader.ingest(*dwells(an_event, EVENTS[:1]))
    assert weights(reader) == pytest.approx([DWELL * 0.5 / np.exp(np.log(0.5) / 6)])
    state = reader.service.snapshot_swap.current.people.get("ada").state
    mass = state.positive.masses.sum()
    reader.ingest(*dwells(an_event, EVENTS[1:]))
    now = reader.service.snapshot_swap.current.people.get("ada").state.positive
    assert now.masses.sum() > mass
    assert now.masses.sum() == pytest.approx(sum(expected_weights()), rel=1e-3)


def test_an_item_whose_text_changed_takes_what_it_takes_now(reader, an_item, an_event):
    reader.ingest(*dwells(an_event, EVENTS[:1]))
    reader.put(an_item(900, item_id=MINUTE, text="word " * 119))
    people = reader.service.snapshot_swap.current.people
    people.learn(["ada"], np.zeros(1, np.int64), _columns(people, [("later", NOTE, 15)]))
    assert weights(reader)[0] == pytest.approx(DWELL)


def test_the_state_is_the_same_after_a_restart(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path) as home:
        home.publish([an_item(n, text="word " * 40 * n) for n in range(1, 24)])
        random = np.random.default_rng(7)
        for number in range(60):
            kind = str(random.choice(["dwell", "dwell", "like", "dislike", "impression"]))
            event = an_event(number, "ada", f"i{random.integers(1, 24):03}", kind, float(random.integers(90)))
            home.ingest(timed(event, random.integers(1, 2_000)) if kind == "dwell" else event)
            live = home.service.snapshot_swap.current.people.get("ada").state
        votes = home.service.snapshot_swap.current.environment.popularity.share(np.arange(23, dtype=np.int32), 1.8e9)
    with open_household(tmp_path) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        again = home.service.snapshot_swap.current.people.get("ada").state
        popularity = home.service.snapshot_swap.current.environment.popularity
        np.testing.assert_allclose(popularity.share(np.arange(23, dtype=np.int32), 1.8e9), votes, rtol=1e-5)
    for one, other in ((live.positive, again.positive), (live.negative, again.negative)):
        np.testing.assert_allclose(one.vectors, other.vectors, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(one.masses, other.masses, rtol=1e-6)


def test_neither_order_nor_batches_matter(reader):
    people = reader.service.snapshot_swap.current.people
    for seed in range(40):
        _in_two_orders(people, np.random.default_rng(seed))
        people.forget("in order")
        people.forget("mixed")


def _in_two_orders(people, random):
    items = [MINUTE, ESSAY, NOTE, *(f"i{n:03}" for n in range(20))]
    events = [
        (str(n), str(random.choice(items)), float(random.integers(0, 3_000))) for n in range(random.integers(1, 30))
    ]
    told = _columns(people, events, [EventType.DWELL, EventType.LIKE, EventType.DISMISS])
    people.learn(["in order"], np.zeros(len(told), np.int64), told)
    order = random.permutation(len(told))
    for part in np.array_split(order, random.integers(1, 6)):
        people.learn(["mixed"], np.zeros(len(part), np.int64), told.where(part))
        assert people.get("mixed").state is not None
    one, other = people.get("in order"), people.get("mixed")
    back = np.argsort(other.events.sequence)
    np.testing.assert_allclose(one.events.weights, other.events.weights[back], rtol=1e-6)
    np.testing.assert_allclose(one.state.positive.masses, other.state.positive.masses, rtol=1e-6)
    np.testing.assert_allclose(one.state.positive.vectors, other.state.positive.vectors, rtol=1e-4, atol=1e-5)


def test_a_reset_forgets_the_pace_too(reader, an_event):
    reader.ingest(*dwells(an_event, EVENTS[:3]))
    reader.reset("ada")
    people = reader.service.snapshot_swap.current.people
    assert len(people.get("ada").events) == 0
    people.learn(["ada"], np.zeros(1, np.int64), _columns(people, EVENTS[:1]))
    assert weights(reader) == pytest.approx([DWELL * 0.5 / np.exp(np.log(0.5) / 6)])


def test_the_index_learns_the_same_weights(reader, an_item, an_event):
    reader.publish([an_item(900, item_id=name, text="word " * words) for name, words in WORDS.items()])
    reader.ingest(*dwells(an_event))
    snapshot = reader.service.snapshot_swap.current.catalogue.snapshot
    table = EventTable.from_bytes(reader.loop.run_until_complete(reader.service.training_events()))
    found = table.weighed(snapshot.items, snapshot.vocabulary.formats)
    assert found.weights.tolist() == pytest.approx(expected_weights())
    assert table.weights.tolist() == [DWELL] * 6


def _columns(people, events, kinds=(EventType.DWELL,)):
    """Events as ingestion makes them, one a second, of kinds in turn."""
    codes = np.array([CODE_OF[kinds[n % len(kinds)]] for n in range(len(events))], np.int8)
    values = np.array([seconds for _, _, seconds in events], np.float32)
    return EventColumns(
        sequence=np.arange(1_000, 1_000 + len(events)),
        rows=people._catalogue.rows([item for _, item, _ in events]),  # noqa: SLF001 - the people's own
        codes=codes,
        weights=people.signals.told(codes, values),
        times=1_700_000_000.0 + np.arange(len(events)),
    )
