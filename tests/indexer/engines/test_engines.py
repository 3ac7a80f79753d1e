"""What every vector engine keeps to: the same candidates, no row that may not be found, changes seen at once."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.engines.conditions import (
    ABSENT_INTEGER,
    ABSENT_NUMBER,
    EVERYTHING,
    Comparison,
    Condition,
    Every,
    Kind,
    Lists,
    Membership,
    Negation,
    Overlap,
    Some,
    mask,
)
from indexer.engines.engine import NOTHING, Batch, Description, EngineError, Keys, Question, VectorEngine
from models.encoder import unit

FIELDS = {"language": Kind.INTEGER, "price": Kind.NUMBER, "tags": Kind.INTEGERS}
DESCRIPTION = Description(16, FIELDS, {"digest": "abc"})
RECALL = 0.95
HASH = -(2**60) - 3
CONDITIONS: dict[str, Condition] = {
    "everything": EVERYTHING,
    "nothing": Some(()),
    "one language": Membership("language", (HASH,)),
    "no language of none": Negation(Membership("language", ())),
    "no list of none": Negation(Overlap("tags", ())),
    "languages but one": Negation(Membership("language", (2, ABSENT_INTEGER))),
    "no language": Comparison("language", "=", ABSENT_INTEGER),
    "cheap": Every((Comparison("price", "<", 0.25), Comparison("price", ">", ABSENT_NUMBER))),
    "dear or without a price": Some((Comparison("price", ">=", 0.9), Comparison("price", "=", ABSENT_NUMBER))),
    "prices": Membership("price", (0.5, 0.125)),
    "tags": Overlap("tags", (3, HASH)),
    "without tags": Negation(Overlap("tags", tuple(range(8)))),
    "nested": Every((Negation(Some((Overlap("tags", (1,)), Comparison("language", "!=", 1)))), EVERYTHING)),
}


def batch_of(seed: int, keys: Keys) -> Batch:
    """Rows in clusters, with a language, a price and tags, each of which may be absent."""
    generator, count = np.random.default_rng(seed), len(keys)
    vectors = generator.normal(size=(8, 16))[generator.integers(8, size=count)] + generator.normal(size=(count, 16))
    languages = generator.choice([ABSENT_INTEGER, 1, 2, HASH], size=count)
    prices = np.where(generator.random(count) < 0.2, ABSENT_NUMBER, generator.integers(9, size=count) / 8)
    sizes = generator.integers(3, size=count)
    tags = generator.choice([*range(8), HASH], size=sizes.sum())
    columns = {
        "language": languages,
        "price": prices,
        "tags": Lists(np.concatenate([[0], np.cumsum(sizes)]), tags),
    }
    return Batch(keys, unit(vectors.astype(np.float32)), columns)


def published(engine: VectorEngine, batch: Batch, name: str = "items") -> None:
    engine.create(name, DESCRIPTION)
    engine.add(name, batch)
    engine.seal(name)


def recall(found: Keys, batch: Batch, question: Question) -> float:
    """Share of the best that were found; whatever may not be found fails."""
    allowed = mask(question.condition, batch.columns, len(batch.keys)) & ~np.isin(batch.keys, question.excluded)
    place = {key: row for row, key in enumerate(batch.keys.tolist())}
    reached = wanted = 0
    for query, keys in zip(question.queries, found.tolist(), strict=True):
        rows = [place[key] for key in keys if key != NOTHING]
        assert allowed[rows].all()
        assert len(set(rows)) == len(rows)
        best = np.sort((batch.vectors @ query)[allowed])[::-1][: question.k]
        reached += int(((batch.vectors[rows] @ query) >= (best[-1] if len(best) else np.inf) - 2e-3).sum())
        wanted += len(best)
    return reached / wanted if wanted else 1.0


@pytest.fixture
def batch() -> Batch:
    """1,500 rows."""
    return batch_of(0, np.arange(1_500, dtype=np.int64))


def queries(count: int = 5) -> NDArray[np.float32]:
    return batch_of(0, np.arange(count, dtype=np.int64)).vectors


def test_a_search_finds_the_nearest_of_what_is_allowed_and_nothing_else(engine: VectorEngine, batch: Batch) -> None:
    published(engine, batch)
    nearest = np.argsort(-(batch.vectors @ queries(1)[0]))
    excluded = [batch.keys[np.sort(nearest[:count])] for count in (0, 1, 500, 1_490, 1_500)]
    asked = [Question(queries(), 60, condition) for condition in CONDITIONS.values()]
    asked += [Question(queries(), 20, excluded=keys) for keys in excluded]
    asked.append(Question(queries(), 20, CONDITIONS["languages but one"], excluded[2]))
    for question in asked:
        found = engine.search("items", question)
        assert found.shape == (5, question.k)
        assert found.dtype == np.int64
        assert recall(found, batch, question) >= RECALL


def test_a_change_is_seen_by_the_next_search(engine: VectorEngine, batch: Batch) -> None:
    published(engine, batch)
    query = -batch.vectors[:1]
    for key in (3, -(2**62) - 5, 9_000):
        one = batch_of(1, np.array([key]))
        one = replace(one, vectors=query, columns=one.columns | {"language": np.array([7])})
        engine.upsert("items", one)
        asked = Question(query, 1, Membership("language", (7,)))
        assert engine.search("items", asked).tolist() == [[key]]
        assert engine.search("items", replace(asked, condition=EVERYTHING)).tolist() == [[key]]
        engine.delete("items", np.array([key, 12_345]))
        assert engine.search("items", asked).tolist() == [[NOTHING]]
    assert engine.count("items") == 1_499


def test_a_collection_is_there_when_it_is_sealed(engine: VectorEngine, batch: Batch) -> None:
    engine.create("items", DESCRIPTION)
    engine.add("items", batch)
    assert engine.collections() == {}
    assert list(engine.begun()) == ["items"]
    with pytest.raises(EngineError):
        engine.search("items", Question(queries(), 3))
    engine.seal("items")
    assert list(engine.begun()) == []
    assert engine.collections() == {"items": DESCRIPTION}
    assert engine.count("items") == 1_500


def test_what_is_published_again_takes_the_place_of_what_was_there(engine: VectorEngine, batch: Batch) -> None:
    published(engine, batch)
    engine.create("items", DESCRIPTION)
    fewer = batch_of(2, np.arange(40, dtype=np.int64))
    engine.add("items", fewer)
    assert engine.count("items") == 1_500
    engine.seal("items")
    assert engine.count("items") == 40
    question = Question(queries(), 60)
    assert recall(engine.search("items", question), fewer, question) == 1.0


def test_a_collection_that_is_dropped_is_gone(engine: VectorEngine, batch: Batch) -> None:
    published(engine, batch)
    published(engine, batch, "others")
    engine.drop("items")
    engine.drop("items")
    assert list(engine.collections()) == ["others"]
    with pytest.raises(EngineError):
        engine.count("items")


def test_a_collection_may_be_empty(engine: VectorEngine) -> None:
    engine.create("items", DESCRIPTION)
    engine.seal("items")
    assert engine.count("items") == 0
    assert (engine.search("items", Question(queries(), 3)) == NOTHING).all()
