"""The build: what it publishes, when it publishes nothing, and when it refuses to."""

from dataclasses import replace

import numpy as np
import pytest

from indexer.ann import AnnSettings
from indexer.behaviour import BehaviourSettings
from indexer.build import BuildInput, EmptyCatalogueError, IndexSettings, RecallTooLowError
from indexer.topics import TopicSettings
from models.encoder import HashingEncoder
from models.factors.settings import FactorSettings

BLIND = IndexSettings(
    ann=AnnSettings(flat_below=0, missed=100, margin=0, least=0, first=1, recall_floor=1.0, flat_where_missed=0)
)
"""Cells of which too few are looked through."""


def test_an_unchanged_catalogue_publishes_nothing(workshop, some_items) -> None:
    first, built = workshop.build(BuildInput(some_items(12)))
    assert built
    workshop.said.clear()
    again, built_again = workshop.build(BuildInput(tuple(reversed(some_items(12)))))
    assert not built_again
    assert again == first
    assert workshop.said == []
    assert workshop.snapshots.ids() == [first.snapshot_id]


def test_forced_it_is_built_all_the_same(workshop, some_items) -> None:
    first, _ = workshop.build(BuildInput(some_items(12)))
    second, built = workshop.build(BuildInput(some_items(12)), force=True)
    assert built
    assert second.snapshot_id != first.snapshot_id
    assert (second.input_digest, second.space_id) == (first.input_digest, first.space_id)


@pytest.mark.parametrize("change", ["item", "version", "settings", "encoder", "events"])
def test_whatever_is_different_is_built(workshop, some_items, an_item, some_events, change: str) -> None:
    items = some_items(12)
    workshop.build(BuildInput(items))
    if change == "encoder":
        workshop.encoder = HashingEncoder(48)
    given = {
        "item": BuildInput((*items[:-1], an_item(11, title="another title"))),
        "version": BuildInput(items, 3),
        "events": BuildInput(items, 0, some_events(12, 12)),
    }.get(change, BuildInput(items))
    settings = IndexSettings(topics=TopicSettings(count=2)) if change == "settings" else None
    manifest, built = workshop.build(given, settings)
    assert built
    assert workshop.snapshots.current_id() == manifest.snapshot_id


def test_equal_input_gives_equal_snapshots(workshop, some_items, some_events, learning) -> None:
    given = BuildInput(some_items(24), 0, some_events(20, 24))
    digests = []
    for _ in range(2):
        manifest, _ = workshop.build(given, learning, force=True)
        words = "lexical/"  # the library of word indexes draws the names of its files by lot
        digests.append({name: each.blake2b for name, each in manifest.files.items() if not name.startswith(words)})
    assert digests[0] == digests[1]


def test_the_manifest_says_what_is_there(workshop, some_items, some_events, learning) -> None:
    content_only, _ = workshop.build(BuildInput(some_items(24), 5))
    assert (content_only.items, content_only.items_version, content_only.dimension) == (24, 5, 32)
    assert (content_only.interactions, content_only.method, content_only.events_sequence) == (0, "content", 0)
    assert (content_only.index_kind, content_only.recall_at_10) == ("flat", 1.0)
    learned, _ = workshop.build(BuildInput(some_items(24), 5, some_events(20, 24)), learning)
    assert (learned.interactions, learned.method, learned.events_sequence) == (120, "exact", 120)
    assert learned.dimension == 32 + 4
    assert learned.space_id != content_only.space_id
    opened = workshop.current()
    assert opened.vectors.index.shape == opened.vectors.engage.shape == (24, 36)
    assert learned.topics == opened.vectors.cluster_topics.max() + 1 == len(opened.vocabulary.topic_names)
    assert learned.tags == len(opened.vocabulary.tags)


def test_too_little_behaviour_leaves_the_index_to_content(workshop, some_items, some_events) -> None:
    few = IndexSettings(behaviour=BehaviourSettings(factors=FactorSettings(least_interactions=121)))
    manifest, _ = workshop.build(BuildInput(some_items(24), 0, some_events(20, 24)), few)
    assert manifest.method == "content"
    assert any("behaviour is learned from 121 on" in said for said in workshop.said)


def test_events_of_items_that_are_gone_are_left_out(workshop, some_items, some_events, learning) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(12), 0, some_events(20, 24)), learning)
    assert manifest.interactions == 60


def test_what_is_liked_together_is_near_each_other(workshop, an_item, some_events, learning) -> None:
    items = tuple(an_item(number, title=f"untitled {number}", text="the same", tags=[]) for number in range(24))
    workshop.build(BuildInput(items, 0, some_events(20, 24)), learning)
    opened = workshop.current()
    nearest = opened.index.search(opened.vectors.engage[:1], 5, np.array([0], dtype=np.int32)).rows[0]
    assert {int(row) % 4 for row in nearest} == {0}


def test_what_nobody_took_up_though_it_was_on_offer_is_promised_less_than_what_is_new(
    workshop, an_item, some_items, some_events, learning
) -> None:
    known, events = some_items(24), some_events(100, 24)
    unevenly = (events.items < 4) | (events.users < 4)
    events = replace(
        events, **{name: getattr(events, name)[unevenly] for name in ("users", "items", "weights", "times")}
    )
    passed_over, new = (
        an_item(24, item_id=name, published_at=day)
        for name, day in (("passed-over", "1970-01-01T00:00:00Z"), ("new", "2026-02-01T00:00:00Z"))
    )
    workshop.build(BuildInput((*known, passed_over, new), 0, events), learning)
    opened = workshop.current()
    rows = opened.items.ids.rows(("passed-over", "new"))
    old_vector, new_vector = opened.vectors.index[rows, 32:]
    assert 0 < np.linalg.norm(old_vector) < 0.5 * np.linalg.norm(new_vector)
    online = opened.space.index_of(opened.vectors.content[rows[1:]])[0]
    np.testing.assert_allclose(opened.vectors.index[rows[1]], online, rtol=1e-5, atol=1e-7)


def test_an_index_that_finds_too_little_is_refused_unless_forced(workshop, some_items) -> None:
    workshop.build(BuildInput(some_items(12)))
    before = workshop.snapshots.current_id()
    many = BuildInput(some_items(600))
    with pytest.raises(RecallTooLowError, match=r"excluded of the index is 0\.\d+, below the floor of 1\.0.*--force"):
        workshop.build(many, BLIND)
    assert workshop.snapshots.current_id() == before
    assert workshop.snapshots.ids() == [before]
    forced, _ = workshop.build(many, BLIND, force=True)
    assert workshop.snapshots.current_id() == forced.snapshot_id
    assert min(forced.recall_under_exclusions.values()) < 1
    assert forced.index_kind == "cells"


def test_a_small_catalogue_is_searched_whole_where_its_cells_find_too_little(workshop, some_items) -> None:
    ann = BLIND.ann.model_copy(update={"flat_where_missed": 600})
    manifest, _ = workshop.build(BuildInput(some_items(600)), BLIND.model_copy(update={"ann": ann}))
    assert manifest.index_kind == "flat"
    assert min(manifest.recalls.values()) == 1
    assert workshop.current().index.kind == "flat"
    assert "its cells find too little: all vectors are compared instead" in workshop.said


def test_many_ids_with_equal_texts_are_published(workshop, an_item) -> None:
    settings = IndexSettings(ann=AnnSettings(flat_below=0))
    texts = [f"text {number} on {number * 7919} matters" for number in range(12)]
    items = [an_item(number, title=texts[number % 12], text="", tags=[]) for number in range(600)]
    manifest, built = workshop.build(BuildInput(items), settings)
    assert built
    assert (manifest.index_kind, manifest.recall_at_10) == ("cells", 1.0)
    assert manifest.distinct_vectors == 12
    snapshot = workshop.current()
    found = snapshot.index.search(snapshot.vectors.index[:1], 50).rows[0]
    assert {snapshot.items.titles[row] for row in found} == {snapshot.items.titles[0]}
    assert (np.diff(found) > 0).all()


def test_recall_under_exclusions_is_told(workshop, some_items) -> None:
    settings = IndexSettings(ann=AnnSettings(flat_below=0, missed=100, margin=0, least=0, first=1, recall_floor=0.0))
    manifest, _ = workshop.build(BuildInput(some_items(600)), settings)
    told = workshop.snapshots.manifest(manifest.snapshot_id).recall_under_exclusions
    assert set(told) == {"50% at random", "90% at random", "the 500 nearest"}
    assert min(told.values()) < 1


def test_nothing_to_index_is_an_error(workshop) -> None:
    with pytest.raises(EmptyCatalogueError):
        workshop.build(BuildInput(()))


def test_one_item_is_a_catalogue(workshop, some_items) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(1)))
    assert (manifest.items, manifest.topics, manifest.recall_at_10) == (1, 1, 1.0)


def test_texts_are_embedded_once(workshop, some_items, an_item) -> None:
    workshop.build(BuildInput(some_items(12)))
    counting = Counting(workshop.encoder)
    workshop.encoder = counting
    workshop.build(BuildInput((*some_items(12), an_item(12))))
    assert counting.texts == [an_item(12).content()]


class Counting:
    """An encoder that remembers what it was given."""

    def __init__(self, encoder) -> None:
        self._encoder = encoder
        self.fingerprint, self.dimension = encoder.fingerprint, encoder.dimension
        self.texts: list[str] = []

    def encode(self, texts):
        self.texts += texts
        return self._encoder.encode(texts)

    def reading(self, texts):
        return self._encoder.reading(texts)


def test_a_current_snapshot_that_cannot_be_read_is_replaced(workshop, some_items) -> None:
    first, _ = workshop.build(BuildInput(some_items(12)))
    (workshop.snapshots.folder / first.snapshot_id / "manifest.json").write_text('{"of": "another version"}')
    second, built = workshop.build(BuildInput(some_items(12)))
    assert built
    assert workshop.snapshots.current_id() == second.snapshot_id
    workshop.snapshots.verify(second.snapshot_id)
