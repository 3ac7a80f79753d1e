"""`penchant calibrate-sensitive`: labelled texts make the classifier judge by an encoder that nobody calibrated."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from indexer.sensitive.background import Background
from indexer.sensitive.calibration import CalibrationError, load_calibration
from indexer.sensitive.classifier import adapted, build_classifier
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import load_taxonomy
from models.encoder import HashingEncoder
from scripts.cli import app

ENCODER = HashingEncoder(256)
BETTING = ["casino", "poker", "roulette", "jackpot", "betting", "lottery", "slots", "wagers"]
BAKING = ["bread", "oven", "butter", "dough", "garlic", "recipe", "cake", "carrots", "soup"]
FILLING = ["the", "a", "with", "of", "and", "for", "in", "new", "good", "our", "this", "very"]
TAXONOMY = """
everyday = ["A recipe for soup with garlic and carrots", "Bread, cake and dough from the oven", "Butter in this recipe"]

[gambling]
description = "Betting and casinos"
examples = ["Poker, roulette and slots", "The lottery jackpot", "Casino and betting", "Wagers"]

["table games"]
description = "Dice and cards"
examples = ["Dice", "Cards", "Backgammon"]
"""


@pytest.fixture(autouse=True)
def _small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "taxonomy.toml").write_text(TAXONOMY)
    (tmp_path / "settings.toml").write_text(f'[index.sensitive]\ntaxonomy = "{tmp_path / "taxonomy.toml"}"\n')
    monkeypatch.setenv("PENCHANT_CONFIG", str(tmp_path / "settings.toml"))
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: ENCODER)


def made_up(seed: int, words: list[str], count: int) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join([*random.choice(words, 10), *random.choice(FILLING, 90)]) for _ in range(count)]


def labelled(path: Path, betting: int = 60, baking: int = 240) -> Path:
    rows = [{"text": text, "sensitive_topics": ["gambling"]} for text in made_up(1, BETTING, betting)]
    rows += [{"text": text, "sensitive_topics": []} for text in made_up(2, BAKING, baking)]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def calibrate(tmp_path: Path, *options: object) -> Result:
    given = ["--labelled", tmp_path / "labelled.ndjson", "--output", tmp_path / "mine.toml", *options]
    return CliRunner().invoke(app, ["calibrate-sensitive", *map(str, given)])


def test_texts_that_it_did_not_see_are_told_by_an_encoder_that_was_silent(tmp_path: Path) -> None:
    labelled(tmp_path / "labelled.ndjson")
    answer = calibrate(tmp_path)
    assert answer.exit_code == 0, answer.output
    assert f"calibrated 2 topics for {ENCODER.fingerprint} on 300 texts" in answer.output
    taxonomy = load_taxonomy(tmp_path / "taxonomy.toml")
    assert build_classifier(taxonomy, ENCODER, SensitiveSettings()).names == ()
    settings = SensitiveSettings(calibration=tmp_path / "mine.toml")
    heads = build_classifier(taxonomy, ENCODER, settings)
    unseen = [*made_up(3, BETTING, 40), *made_up(4, BAKING, 160)]
    catalogue = Background(ENCODER.encode(unseen), np.array([len(text) for text in unseen]))
    touched = adapted(heads, ENCODER, catalogue, settings).touched(catalogue.content, catalogue.lengths)
    assert touched[:40, 0].mean() >= 0.85
    assert touched[40:, 0].mean() <= 0.2


def test_what_it_is_asked_for_is_what_it_writes(tmp_path: Path) -> None:
    labelled(tmp_path / "labelled.ndjson")
    assert calibrate(tmp_path).exit_code == 0
    usual = load_calibration(tmp_path / "mine.toml")
    assert usual.bias.keys() == {"gambling", "table games"}
    assert calibrate(tmp_path, "--share", "table games=0.2", "--brevity", 1).exit_code == 0
    asked = load_calibration(tmp_path / "mine.toml")
    assert asked.bias["table games"] > usual.bias["table games"]
    assert asked.bias["gambling"] == usual.bias["gambling"]
    assert asked.brevity == 1
    assert calibrate(tmp_path, "--half").exit_code == 0
    assert load_calibration(tmp_path / "mine.toml").centre != usual.centre


def test_too_few_texts_are_refused(tmp_path: Path) -> None:
    labelled(tmp_path / "labelled.ndjson", betting=5)
    answer = calibrate(tmp_path)
    assert answer.exit_code == 1
    assert "no topic of the taxonomy has 12 labelled texts" in answer.output
    labelled(tmp_path / "labelled.ndjson", baking=5)
    assert "5 texts are labelled nothing, 12 are needed" in calibrate(tmp_path).output
    assert calibrate(tmp_path, "--share", "gambling").exit_code == 2
    assert "no topic named astrology" in calibrate(tmp_path, "--share", "astrology=0.1").output


@pytest.mark.parametrize("text", ["[", "encoder = 'x'", "encoder = 'x'\nslope = 'steep'"])
def test_a_calibration_that_cannot_be_is_refused_by_the_name_of_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(CalibrationError, match=r"mine\.toml"):
        load_calibration(tmp_path / "mine.toml")
    with pytest.raises(CalibrationError, match=r"absent\.toml"):
        load_calibration(tmp_path / "absent.toml")
