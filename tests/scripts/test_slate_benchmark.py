"""The whole command, on a small data set, and what it counts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pytest

from app.pipeline.settings import QuerySettings
from indexer.documents import ItemDocument
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.slates.measures import FIGURES, Measured, divergence
from scripts.benchmarks.slates.report import summarise
from scripts.benchmarks.slates.studies import STUDIES, Study, variants
from scripts.benchmarks.synthetic_people import write_likes

WORDS = ("borrow checker compiler", "saxophone swing bebop", "bishop endgame tempo", "compost seeds roses")


SOMETIMES = {"minor recall", "leading", "top tag", "liked"}
"""Figures that not everybody has: of people who are shown no exploration there is nothing to say of it."""


PROGRAM = """
import indexer.build
from models.encoder import HashingEncoder
indexer.build.open_encoder = lambda *_args, **_options: HashingEncoder(48)
from scripts.cli import app
app()
"""


@dataclass
class Result:
    exit_code: int
    output: str


def call(*arguments: str) -> Result:
    """In a process of its own, as it is called: nothing that other tests left is in it."""
    command = [sys.executable, "-c", PROGRAM, "slate-benchmark", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Items of four themes, and people who like two of them in different shares."""
    monkeypatch.delenv("PENCHANT_CONFIG", raising=False)
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    random = np.random.default_rng(0)
    known = {"format": "article", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    items = [
        {"item_id": f"i{number}", "title": f"{number}", "text": WORDS[number % 4], "tags": [WORDS[number % 4][:5]]}
        | known
        for number in range(160)
    ]
    events = [
        {
            "event_id": f"{user}-{step}",
            "user_id": f"u{user}",
            "item_id": f"i{4 * int(number) + (user + (step % 5 == 0)) % 4}",
            "type": "like",
            "occurred_at": f"2026-02-{1 + step % 28:02}T{user:02}:{step:02}:00Z",
        }
        for user in range(10)
        for step, number in enumerate(random.permutation(40)[:30])
    ]
    for name, rows in (("items", items), ("events", events)):
        (tmp_path / f"{name}.ndjson").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return tmp_path


@pytest.mark.parametrize("study", list(Study))
def test_every_study_measures_every_figure_of_every_setting(folder: Path, study: Study) -> None:
    file = folder / "figures.json"
    told = ["--data", str(folder), "--people", "8", "--limit", "10", "--no-floors", "--json", str(file)]
    answer = call(study.value, *told)
    assert answer.exit_code == 0, answer.output
    everybody = [entry for entry in orjson.loads(file.read_bytes()) if entry["people"] == 4]
    assert {entry["settings"] for entry in everybody} == STUDIES[study].keys()
    assert {entry["figure"] for entry in everybody} >= FIGURES.keys() - SOMETIMES
    by_figure = {(entry["settings"], entry["figure"]): entry for entry in everybody}
    first = next(iter(STUDIES[study]))
    assert by_figure[first, "recall"]["gain"] == 0
    assert 0 < by_figure[first, "recall"]["mean"] <= 1
    assert by_figure[first, "ms"]["mean"] > 0
    assert "no floors" in answer.output


def test_people_are_made_up_for_a_catalogue_without_events(folder: Path) -> None:
    file = folder / "figures.json"
    (folder / "events.ndjson").unlink()
    made_up = ["--synthetic", "12", "--least-likes", "3", "--people", "12", "--json", str(file)]
    answer = call("exploration", "--data", str(folder / "items.ndjson"), *made_up)
    assert answer.exit_code == 0, answer.output
    entries = [entry for entry in orjson.loads(file.read_bytes()) if entry["settings"] == "as served"]
    served = {entry["figure"]: entry["mean"] for entry in reversed(entries)}
    assert served["explored"] >= 0.2 - 1e-9
    assert served["leading"] == served["top tag"] == served["liked"] == served["over cap"] == 0


def test_made_up_people_like_items_of_one_or_two_tags(tmp_path: Path) -> None:
    known = {"format": "article", "language": "en", "published_at": "2026-01-01T00:00:00Z", "text": "some words"}
    items = [
        ItemDocument.model_validate(
            {"item_id": f"i{n}", "title": f"{n}", "tags": [f"t{n % 5}", "all", "1990s"]} | known
        )
        for n in range(50)
    ]
    for file in ("one", "again"):
        write_likes(items, 20, 7, tmp_path / file)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "again").read_bytes()
    likes: dict[str, set[int]] = {}
    for line in (tmp_path / "one").read_bytes().splitlines():
        event = orjson.loads(line)
        likes.setdefault(event["user_id"], set()).add(int(event["item_id"][1:]) % 5)
    assert len(likes) == 20
    assert {len(tags) for tags in likes.values()} == {1, 2}
    with pytest.raises(DatasetError, match="nobody can be made up"):
        write_likes([item.model_copy(update={"tags": ["all"]}) for item in items], 3, 0, tmp_path / "none")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert "is no data set" in call("variety", "--data", str(tmp_path)).output


def test_variants_differ_in_what_they_say_and_in_nothing_else() -> None:
    served = variants(QuerySettings(), Study.INTERESTS, floors=True)
    assert served["scored, shares .2"] == QuerySettings()
    one = served["one average"]
    assert (one.sources.interests, one.variety.calibration) == (0, 0.0)
    assert one.sources.model_copy(update={"interests": 200}) == QuerySettings().sources
    assert variants(QuerySettings(), Study.VARIETY, floors=False)["plain"].floors.exploration_share == 0


def test_divergence_is_none_of_the_same_shares_and_grows_as_they_part() -> None:
    wanted = np.array([0.7, 0.2, 0.1, 0.0])
    near, far = np.array([0.6, 0.3, 0.1, 0.0]), np.array([0.0, 0.0, 0.0, 1.0])
    assert divergence(wanted, wanted) == pytest.approx(0.0)
    assert 0 < divergence(wanted, near) < divergence(wanted, far)


def test_people_are_told_apart_by_their_number_of_interests() -> None:
    recall = list(FIGURES).index("recall")
    values = np.zeros((2, len(FIGURES)))
    values[1, recall] = 0.5
    empty = np.full((2, len(FIGURES)), np.nan)
    entries = summarise([Measured(1, values), Measured(3, values), Measured(9, empty)], ["one", "two"], 0)
    gains = {(each.interests, each.settings): (each.people, each.gain) for each in entries if each.figure == "recall"}
    assert gains["1 to 9", "two"] == (2, 0.5)
    assert gains["1 to 9", "one"] == (2, 0.0)
    assert {group for group, _ in gains} == {"1 to 9", "1 to 2", "3 to 5", "6 to 9"}
    assert gains["6 to 9", "two"][0] == 0
