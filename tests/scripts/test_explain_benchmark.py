"""The whole command, on a small data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.pipeline.slate import Reason
from models.encoder import HashingEncoder
from scripts.cli import app

WORDS = {"rust": "borrow checker compiler", "jazz": "saxophone swing bebop", "chess": "bishop endgame tempo"}


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["explain-benchmark", *arguments])


@pytest.fixture(autouse=True)
def small_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: HashingEncoder(48))
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Items of three themes, and 12 people of whom each likes one theme."""
    random, themes = np.random.default_rng(0), list(WORDS)
    items = [
        {
            "item_id": f"i{number}",
            "title": f"{themes[number % 3]} {number}",
            "text": WORDS[themes[number % 3]],
            "tags": [themes[number % 3]],
            "format": "article",
            "language": "en",
            "published_at": f"2026-01-{1 + number % 28:02}T00:00:00Z",
        }
        for number in range(60)
    ]
    events = [
        {
            "event_id": f"e{user}-{step}",
            "user_id": f"u{user}",
            "item_id": f"i{3 * int(random.integers(20)) + user % 3}",
            "type": ("like", "click", "save")[step % 3],
            "occurred_at": f"2026-02-{1 + step:02}T{user:02}:00:00Z",
        }
        for user in range(12)
        for step in range(8)
    ]
    for name, rows in (("items", items), ("events", events)):
        (tmp_path / f"{name}.ndjson").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return tmp_path


def test_figures_are_printed_and_written(folder: Path) -> None:
    answer = call(
        "--data", str(folder), "--people", "5", "--limit", "6", "--read", "7", "--json", str(folder / "figures.json")
    )
    assert answer.exit_code == 0, answer.output
    figures = orjson.loads((folder / "figures.json").read_bytes())
    assert (figures["people"], figures["labels"]) == (5, 30)
    assert sum(code["labels"] for code in figures["codes"].values()) == 30
    assert figures["figures"]["fidelity in score"]["mean"] == 1.0
    assert figures["figures"]["fidelity in rank"]["mean"] == 1.0
    assert 0 <= figures["figures"]["specificity"]["mean"] < 1
    truths, topics = figures["truths"], figures["topics"]
    assert truths["labels that name a tag"] == truths["and the item bears it"] > 0
    assert truths["about what was stated or liked"] == 0
    assert topics["distinct"] == topics["named"] <= topics["topics"]
    assert "and the item bears it: 100.0%" in answer.output
    assert "fidelity in rank" in answer.output
    assert "because_you" in answer.output
    labels = answer.output.rstrip().rpartition("explainer's share")[2].splitlines()[1:]
    assert len(labels) == 7
    assert all(line.split()[0] in WORDS and len(line.split("  ")) > 1 for line in labels)


def test_the_same_seed_gives_the_same_labels(folder: Path) -> None:
    files = [folder / f"{name}.json" for name in ("one", "two")]
    for file in files:
        assert call("--data", str(folder), "--people", "4", "--json", str(file)).exit_code == 0
    one, two = (orjson.loads(file.read_bytes()) for file in files)
    assert one["codes"] == two["codes"]
    assert one["figures"]["entropy, bits"] == two["figures"]["entropy, bits"]


def test_a_folder_without_events_is_refused(tmp_path: Path) -> None:
    (tmp_path / "items.ndjson").write_text("{}")
    answer = call("--data", str(tmp_path))
    assert answer.exit_code == 1
    assert "is no data set" in answer.output


def test_items_of_which_none_is_good_are_refused(folder: Path) -> None:
    (folder / "items.ndjson").write_text('{"item_id": "i1"}')
    answer = call("--data", str(folder))
    assert answer.exit_code == 1
    assert "1 rows of" in answer.output
    assert "there is no item to index" in answer.output


def test_a_file_of_items_alone_is_measured_with_people_made_up_for_it(folder: Path) -> None:
    rows = [f"s{number},{list(WORDS)[number % 3]} {number},{list(WORDS)[number % 3]}" for number in range(60)]
    (folder / "shop.csv").write_text("\n".join(["sku,name,category", *rows]))
    answer = call("--data", str(folder / "shop.csv"), "--people", "4", "--json", str(folder / "figures.json"))
    assert answer.exit_code == 0, answer.output
    figures = orjson.loads((folder / "figures.json").read_bytes())
    assert figures["people"] == 4
    assert figures["figures"]["fidelity in score"]["mean"] == 1.0


def test_labels_that_are_not_true_are_counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def untrue(_context: object, rows: np.ndarray, *_: object) -> list[Reason]:
        return [Reason("explore", tag="jazz", different=True) for _ in rows]

    monkeypatch.setattr("app.pipeline.explainer.topic_reasons", untrue)
    answer = call("--data", str(folder), "--people", "12", "--limit", "20", "--json", str(folder / "figures.json"))
    assert answer.exit_code == 0, answer.output
    truths = orjson.loads((folder / "figures.json").read_bytes())["truths"]
    assert truths["and the item bears it"] < truths["labels that name a tag"]
    assert truths["about what was stated or liked"] > 0
