"""What a comparison tells people and programs."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import orjson
import pytest

from models.encoder import HashingEncoder
from scripts.benchmarks.recall.baselines.ease import Ease
from scripts.benchmarks.recall.baselines.popularity import Popularity
from scripts.benchmarks.recall.comparison import Row, Skipped, compare, item_vectors
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.export import to_csv, to_json
from scripts.benchmarks.recall.measure import Figures, Yardstick
from scripts.benchmarks.recall.plot import draw
from scripts.benchmarks.recall.protocols import UserSplit
from scripts.benchmarks.recall.summary import Heading, summarise
from scripts.benchmarks.recall.text_table import text_table
from scripts.benchmarks.recall.tuning import Tuned

HEADING = Heading("toys", "user-split", 7, people=3, items=9, accuracy=("ndcg@10",), decisive="ndcg@10")


def row(model: str, *ndcg: float) -> Row:
    values = {"ndcg@10": np.array(ndcg), "novelty@5": np.array([1.0, 2.0, 3.0])}
    return Row(model, {"lambda": 3}, Figures(values, {"coverage@5": 0.25}), 1.5, 0.25)


ROWS = [row("worse", 0.1, 0.2, 0.3), row("better", 0.2, 0.3, 0.4)]


def test_json_is_a_list_of_rows_of_model_and_metrics() -> None:
    rows = orjson.loads(to_json(HEADING, summarise(ROWS, 7, "worse")))
    assert [row["model"] for row in rows] == ["worse", "better"]
    assert rows[1]["metrics"] == pytest.approx({"ndcg@10": 0.3, "novelty@5": 2.0, "coverage@5": 0.25})
    low, high = rows[1]["intervals"]["ndcg@10"]
    assert low < 0.3 < high
    assert rows[1]["settings"] == {"lambda": 3}
    assert rows[1]["people"] == 3
    assert "gains" not in rows[0]


def test_a_gain_that_is_the_same_for_everybody_is_certain() -> None:
    gains = summarise(ROWS, 7, "worse")[1].gains
    assert gains is not None
    assert gains.values["ndcg@10"] == pytest.approx(0.1)
    assert gains.intervals["ndcg@10"] == pytest.approx((0.1, 0.1))


def test_csv_has_a_line_for_each_model_and_metric() -> None:
    lines = list(csv.DictReader(to_csv(HEADING, summarise(ROWS, 7)).splitlines()))
    assert len(lines) == 6
    assert [(line["model"], line["metric"]) for line in lines[:3]] == [
        ("worse", "ndcg@10"),
        ("worse", "novelty@5"),
        ("worse", "coverage@5"),
    ]
    assert float(lines[0]["value"]) == pytest.approx(0.2)
    assert lines[2]["low"] == lines[2]["high"] == ""


def test_the_text_has_intervals_gains_other_figures_and_what_was_left_out() -> None:
    text = text_table(HEADING, summarise(ROWS, 7, "worse"), [Skipped("EASE", "it is too large")], "worse")
    assert text.splitlines()[0].startswith("toys, user-split, seed 7: 3 people, 9 items")
    assert "better  0.3000 [0.2" in text
    assert "gain over worse" in text
    assert "0.1000 [0.1000, 0.1000]" in text
    assert "EASE: left out, it is too large" in text
    assert len({line.index("]") for line in text.splitlines() if line.startswith(("worse  0.2", "better  0.3"))}) == 1


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture_is_drawn(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"rows.{ending}"
    draw(HEADING, summarise(ROWS, 7), file)
    assert file.stat().st_size > 1000


def test_models_that_cannot_learn_are_told_and_the_others_compared(world: Dataset) -> None:
    protocol = UserSplit(held_out=10)
    split = protocol.split(world, 0)
    content = ContentVectors(HashingEncoder(32))
    models = [Popularity(), Tuned(Ease(most_items=3), protocol)]
    rows, skipped = compare(models, split, Yardstick(protocol, item_vectors(split, content)))
    assert [row.model for row in rows] == ["popularity"]
    assert skipped == [Skipped("EASE", "36 items are too many for a dense matrix of items x items")]
    assert len(rows[0].figures.values["ndcg@100"]) == 10


def test_without_texts_items_are_as_far_apart_as_their_people(untold_world: Dataset) -> None:
    split = UserSplit(held_out=10).split(untold_world, 0)
    vectors = item_vectors(split, ContentVectors(HashingEncoder(32)))
    assert not isinstance(vectors, np.ndarray)
    lengths = np.sqrt(vectors.power(2).sum(axis=1))
    np.testing.assert_allclose(lengths, 1.0, rtol=1e-6)
    engaged = split.train.matrix(*split_shape(untold_world)).toarray()
    expected = (engaged[:, 0] @ engaged[:, 1]) / np.sqrt(engaged[:, 0].sum() * engaged[:, 1].sum())
    assert (vectors[[0]] @ vectors[[1]].T).toarray()[0, 0] == pytest.approx(expected, rel=1e-5)


def split_shape(world: Dataset) -> tuple[int, int]:
    return len(world.entities.users), len(world.entities.items)
