"""What an earlier build learned is kept while hardly anything has changed; what was learned of what is gone is not."""

from dataclasses import replace

import numpy as np
import pytest

import indexer.build
from indexer.ann import AnnSettings
from indexer.behaviour import EventTable
from indexer.build import BuildInput, IndexSettings
from indexer.snapshot import Snapshot

ITEMS, PEOPLE = 400, 60
SETTINGS = IndexSettings(ann=AnnSettings(flat_below=100))


@pytest.fixture
def given(an_item, some_events):
    return BuildInput([an_item(number) for number in range(ITEMS)], 0, some_events(PEOPLE, ITEMS))


@pytest.fixture
def changed(given, an_item):
    """One item in two hundred is another: one came, one said something else."""
    items = [*given.items[:-1], an_item(7, text="words of another kind"), an_item(ITEMS + 5)]
    return replace(given, items=[item for place, item in enumerate(items) if place != 7])


def some(events: EventTable, keep: np.ndarray) -> EventTable:
    columns = {name: getattr(events, name)[keep] for name in ("users", "items", "weights", "times")}
    return replace(events, **columns)


def joined(first: EventTable, second: EventTable) -> EventTable:
    pairs = {name: (getattr(first, name), getattr(second, name)) for name in ("users", "items", "weights", "times")}
    return replace(first, **{name: np.concatenate(pair) for name, pair in pairs.items()})


def vectors(snapshot: Snapshot, ids: list[str]) -> tuple[np.ndarray, np.ndarray]:
    rows = snapshot.items.ids.rows(ids)
    return np.asarray(snapshot.vectors.engage[rows]), np.asarray(snapshot.vectors.index[rows])


def links(snapshot: Snapshot, item_id: str) -> dict[str, float]:
    row, neighbours = int(snapshot.items.ids.rows([item_id])[0]), snapshot.vectors.neighbours
    span = slice(*neighbours.offsets[row : row + 2].tolist())
    ids = [snapshot.items.ids.ids[other] for other in neighbours.rows[span].tolist()]
    return dict(zip(ids, neighbours.weights[span].tolist(), strict=True))


def test_after_a_small_change_everything_that_was_learned_is_kept_and_that_is_said(workshop, given, changed):
    first, _ = workshop.build(given, SETTINGS)
    before = workshop.current()
    second, _ = workshop.build(changed, SETTINGS)
    after = workshop.current()
    assert not first.keeps
    assert second.basis == first.basis.model_copy(update={"changed_items": 3})  # one came, went, is another
    assert (second.space_id, second.interactions, second.method) == (first.space_id, first.interactions, first.method)
    assert any(line.startswith("kept the topics' middles, factors and cells") for line in workshop.said)
    same = [f"i{number:03}" for number in range(ITEMS - 1) if number != 7]
    for mine, theirs in zip(vectors(after, same), vectors(before, same), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    mine, theirs = links(after, "i010"), links(before, "i010")
    assert mine == {item: weight for item, weight in theirs.items() if item != "i399"}
    content = np.asarray(after.vectors.content[after.items.ids.rows([f"i{ITEMS + 5}"])])
    np.testing.assert_allclose(vectors(after, [f"i{ITEMS + 5}"])[0], after.space.engage_of(content), atol=1e-6)


def test_a_build_that_keeps_finds_and_recommends_as_well_as_one_that_learns_anew(workshop, given, changed):
    workshop.build(given, SETTINGS)
    kept, _ = workshop.build(changed, SETTINGS)
    warm = workshop.current()
    anew, _ = workshop.build(changed, SETTINGS, anew=True)
    cold = workshop.current()
    assert (kept.keeps, anew.keeps) == (True, False)
    for name, recall in anew.recalls.items():
        assert kept.recalls[name] >= recall - 0.01
    user, item = changed.events.users, changed.events.items
    of_theme = {person: set(item[user == person].tolist()) for person in range(PEOPLE)}
    hits = [share_of_own(snapshot, of_theme) for snapshot in (warm, cold)]
    assert hits[0] >= hits[1] - 0.01


def share_of_own(snapshot: Snapshot, mine: dict[int, set[int]]) -> float:
    """Of the ten best for who liked half of a theme, the share that is the other half."""
    shares = []
    for person, liked in mine.items():
        known = sorted(liked)[::2]
        engage = vectors(snapshot, [f"i{number:03}" for number in known if number not in {7, 399}])[0]
        scores = np.asarray(snapshot.vectors.index[:]) @ engage.sum(axis=0)
        best = [snapshot.items.ids.ids[row] for row in np.argsort(-scores).tolist()]
        rest = [item for item in best if int(item[1:]) not in known][:10]
        shares.append(np.mean([int(item[1:]) in liked for item in rest]))
        assert person in mine
    return float(np.mean(shares))


def test_what_is_learned_anew_is_what_would_have_been_learned_without_a_predecessor(workshop, given, changed):
    workshop.build(given, SETTINGS)
    workshop.build(changed, SETTINGS, anew=True)
    after = workshop.current()
    workshop.snapshots.activate(workshop.snapshots.ids()[0])
    workshop.build(changed, SETTINGS.model_copy(update={"kept_share": 0.0}))
    alone = workshop.current()
    np.testing.assert_array_equal(np.asarray(after.vectors.engage), np.asarray(alone.vectors.engage))


def test_an_event_that_is_gone_is_not_kept(workshop, given):
    workshop.build(given, SETTINGS)
    events = some(given.events, given.events.users != 5)
    manifest, _ = workshop.build(replace(given, events=events), SETTINGS)
    assert not manifest.keeps
    assert manifest.basis.events == len(events)


@pytest.mark.parametrize(("more", "keeps"), [(0.015, True), (0.03, False)])
def test_some_further_events_leave_what_was_learned(workshop, given, more, keeps):
    workshop.build(given, SETTINGS)
    count = int(more * len(given.events))
    later = some(given.events, np.arange(count))
    later = replace(later, times=later.times + 1e6)
    renumbered = replace(given.events, users=np.int32(PEOPLE - 1) - given.events.users)  # numbers of people are no ids
    later = replace(later, users=np.int32(PEOPLE - 1) - later.users)
    manifest, _ = workshop.build(replace(given, events=joined(renumbered, later)), SETTINGS)
    assert manifest.keeps == keeps


def test_small_changes_add_up(workshop, given, an_item):
    kept = []
    for number in range(3):
        items = [
            an_item(place, text=f"about {place}") if place < 5 * number else item
            for place, item in enumerate(given.items)
        ]
        kept.append(workshop.build(replace(given, items=items, items_version=number), SETTINGS)[0].keeps)
    assert kept == [False, True, False]


@pytest.mark.parametrize("other", [{"kept_share": 0.0}, {"seed": 4}])
def test_other_settings_learn_anew(workshop, given, changed, other):
    workshop.build(given, SETTINGS)
    assert not workshop.build(changed, SETTINGS.model_copy(update=other))[0].keeps


def test_where_what_was_kept_finds_too_little_all_is_learned_anew(workshop, given, changed, monkeypatch):
    workshop.build(given, SETTINGS)
    measured = iter([0.5])
    measure = indexer.build.measure_recall
    monkeypatch.setattr(indexer.build, "measure_recall", lambda *asked: next(measured, None) or measure(*asked))
    manifest, _ = workshop.build(changed, SETTINGS)
    assert not manifest.keeps
    assert manifest.recall_at_10 > 0.95
    assert any("learning anew" in line for line in workshop.said)


def test_a_catalogue_without_behaviour_keeps_its_clusters(workshop, given, changed):
    workshop.build(replace(given, events=EventTable.none()), SETTINGS)
    manifest, _ = workshop.build(replace(changed, events=EventTable.none()), SETTINGS)
    assert (manifest.keeps, manifest.method) == (True, "content")


def test_where_behaviour_is_first_learned_from_everything_that_is_what_is_noted(workshop, given):
    first = some(given.events, np.arange(299))  # of 300 from which it is learned
    workshop.build(replace(given, events=first), SETTINGS)
    manifest, _ = workshop.build(replace(given, events=some(given.events, np.arange(302))), SETTINGS)
    assert (manifest.keeps, manifest.method, manifest.basis.events) == (False, "exact", 302)
    without_the_last = replace(given, events=some(given.events, np.arange(301)))
    assert not workshop.build(without_the_last, SETTINGS)[0].keeps
