"""The real service as a row of the table, on the small world and with a hashing encoder."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.policy.charter.charter import load_charter
from app.settings import Settings
from indexer.embeddings import EmbeddingCache
from indexer.sensitive.rules import Mode
from indexer.sensitive.taxonomy import load_taxonomy
from models.encoder import HashingEncoder
from models.events import CODE_OF, EventType, EventWeights
from scripts.benchmarks.recall.baselines.popularity import Popularity
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.measure import accuracy, rank_everybody
from scripts.benchmarks.recall.model import NotApplicableError
from scripts.benchmarks.recall.penchant.as_served import CHARTER, FOUND, AsServed
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.recall.penchant.item_vectors import ItemVectors
from scripts.benchmarks.recall.penchant.sent import documents_of, events_of, told_later
from scripts.benchmarks.recall.protocols import ColdItems, LeaveOneOut, UserSplit
from scripts.benchmarks.recall.split import Kind, Metric, Protocol, Scope, Split
from scripts.benchmarks.recall.tuning import Tuned

NDCG = Metric(Kind.NDCG, 10)
ENCODER = HashingEncoder(64)
PROTOCOL = UserSplit(held_out=15)
SETTINGS = configured(Settings(), {"index.behaviour.factors.least_interactions": 100})


def served(protocol: Protocol, folder: Path, *, floors: bool) -> AsServed:
    vectors = Tuned(ItemVectors(SETTINGS, ContentVectors(ENCODER)), protocol, tune=False)
    return AsServed(SETTINGS, ENCODER, EmbeddingCache(folder), vectors, floors)


@pytest.fixture(scope="module")
def split(world: Dataset) -> Split:
    return PROTOCOL.split(world, 2)


@pytest.mark.parametrize("floors", [False, True])
def test_the_service_ranks_what_people_took_up(split: Split, tmp_path: Path, floors: bool) -> None:
    with closing(served(PROTOCOL, tmp_path, floors=floors).fit(split)) as ranker:
        ranked = rank_everybody(ranker, split, Scope(), 10, lambda _: None)
    assert 0.95 < ranker.settings[FOUND] <= 1
    popular = rank_everybody(Popularity().fit(split), split, Scope(), 10, lambda _: None)
    found, baseline = (accuracy(each, split.targets, [NDCG])[NDCG.name].mean() for each in (ranked, popular))
    assert found > baseline
    for place, items in enumerate(ranked):
        told = split.histories.slice(place, place + 1).entries.items
        assert not np.isin(items, told).any()
        assert len(set(items.tolist())) == 10


def test_the_same_twice(split: Split, tmp_path: Path) -> None:
    rankings = []
    for _ in range(2):
        with closing(served(PROTOCOL, tmp_path, floors=True).fit(split)) as ranker:
            rankings.append(ranker.rank(split.histories, Scope(), 20))
    np.testing.assert_array_equal(*rankings)


def test_only_items_in_scope_are_served(world: Dataset, tmp_path: Path) -> None:
    split = ColdItems().split(world, 1)
    with closing(served(ColdItems(), tmp_path, floors=False).fit(split)) as ranker:
        ranked = ranker.rank(split.histories.slice(0, 20), split.scopes[0], 20)
    cold = split.scopes[0].allowed
    assert cold is not None
    for items in ranked:
        assert sorted(items[items >= 0].tolist()) == np.flatnonzero(cold).tolist()


def test_items_of_which_nothing_is_known_are_served_by_behaviour_and_without_floors(
    untold_world: Dataset, tmp_path: Path
) -> None:
    split = LeaveOneOut().split(untold_world, 0)
    with pytest.raises(NotApplicableError, match="`as served` has no floors"):
        served(LeaveOneOut(), tmp_path, floors=False).fit(split)
    model = served(LeaveOneOut(), tmp_path, floors=True)
    with closing(model.fit(split)) as ranker:
        ranked = rank_everybody(ranker, split, Scope(), 10, lambda _: None)
    assert accuracy(ranked, split.targets, [NDCG])[NDCG.name].mean() > 0.3


def test_nothing_is_left_behind(split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with closing(served(PROTOCOL, tmp_path / "cache", floors=False).fit(split)):
        assert list(tmp_path.glob("penchant-benchmark-*"))
    assert not list(tmp_path.glob("penchant-benchmark-*"))


def test_the_service_is_sent_training_and_histories_and_no_target(split: Split) -> None:
    signals = EventWeights().table()
    learned, later = (events_of(split.entities, each, signals) for each in (split.train, told_later(split)))
    sent = {(event.user_id, event.item_id) for event in (*learned, *later)}
    assert len(sent) == len({event.event_id for event in (*learned, *later)})
    assert len(sent) == len(split.train) + len(split.histories.entries)
    targets = split.targets.entries
    users, items = split.entities.users, split.entities.items
    assert not sent & {(users[user], items[item]) for user, item in zip(targets.users, targets.items, strict=True)}
    times = [event.occurred_at.timestamp() for event in learned if event.occurred_at]
    assert times == sorted(times)


def test_only_what_was_not_learned_from_is_told_later(untold_world: Dataset) -> None:
    split = LeaveOneOut().split(untold_world, 0)
    later = told_later(split)
    assert len(later) == len(split.histories)
    assert later.pairs().tolist() == LeaveOneOut().validation(split).targets.entries.pairs().tolist()


def test_a_dwell_is_sent_with_its_seconds(split: Split) -> None:
    train = split.train
    dwells = np.full(len(train), CODE_OF[EventType.DWELL], dtype=np.int8)
    quarter = replace(train, codes=dwells, values=np.full(len(train), 0.25, dtype=np.float32))
    assert {event.value for event in events_of(split.entities, quarter, EventWeights().table())} == {30.0}


def test_an_item_without_a_document_is_sent_under_its_id(untold_world: Dataset) -> None:
    documents = documents_of(untold_world.entities)
    assert [document.item_id for document in documents] == list(untold_world.entities.items)
    assert documents[0].title == documents[0].item_id


def test_the_benchmarks_charter_takes_every_event_and_hides_no_topic() -> None:
    charter = load_charter(CHARTER)
    assert set(charter.events) == set(EventType)
    topics = set(load_taxonomy().names)
    assert topics == {name for name, mode in charter.rules().modes.items() if mode is Mode.FREE}


def test_a_row_on_a_part_of_the_events_is_refused(split: Split, tmp_path: Path) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_text('name = "a"\npersonalised = "b"\noutcome = "c"\ndisclosure = "d"\n')
    model = served(PROTOCOL, tmp_path, floors=False)
    refusing = replace(model, settings=model.settings.model_copy(update={"charter": charter}))
    with pytest.raises(RuntimeError, match="took 0"):
        refusing.fit(split)
