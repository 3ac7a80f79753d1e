"""`penchant tune`: what it writes, who reads it, and what it refuses."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.serving.build_source import Written
from app.settings import load_settings
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot import Manifest
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.benchmarks.tuning import inquiry
from scripts.cli import app
from tests.scripts.benchmarks.tuning import worlds

HALF_LIFE = "events.half_life_positive_days"


@pytest.fixture(autouse=True)
def _small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tastes drift, and few values are tried."""
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PENCHANT_CONFIG", "")
    for name, value in {"EXACT__RIDGE": 10, "RANK": 16}.items():
        monkeypatch.setenv(f"PENCHANT_INDEX__BEHAVIOUR__FACTORS__{name}", str(value))
    monkeypatch.setattr(
        inquiry, "axes_of", lambda *_: {HALF_LIFE: (90.0, 3650.0, 20.0), "events.half_life_negative_days": (60.0,)}
    )
    monkeypatch.setattr(inquiry, "read_written", lambda _: Written([], events()))


def events(people: int = worlds.PEOPLE) -> EventTable:
    log = worlds.log_of(worlds.drifting)
    log = log.take(log.users < people)
    return EventTable(
        log.users, log.items, [f"i{item:03}" for item in range(worlds.ITEMS)], log.weights, log.times, len(log.users)
    )


def build(folder: Path) -> Manifest:
    row = {"format": "text", "language": "en", "published_at": "2020-01-01T00:00:00Z"}
    items = [
        ItemDocument.model_validate({"item_id": f"i{number:03}", "title": f"number {number}", **row}, strict=False)
        for number in range(worlds.ITEMS)
    ]
    index = load_settings().index
    builder = Builder(index, HashingEncoder(8), EmbeddingCache(folder / "e"), SnapshotFolder(folder / "snapshots"), str)
    return builder(BuildInput(items, 0, events()))[0]


def tuned(*options: object) -> Result:
    return CliRunner().invoke(app, ["tune", *map(str, options)])


def test_the_better_value_is_written_and_read(tmp_path: Path) -> None:
    before = build(tmp_path)
    answer = tuned()
    assert answer.exit_code == 0, answer.output
    assert f"{HALF_LIFE}: 20, not 90" in answer.output
    assert "of 80 other people" in answer.output
    assert tomllib.loads((tmp_path / "tuned.toml").read_text()) == {"events": {"half_life_positive_days": 20.0}}
    assert load_settings().events.half_life_positive_days == 20
    assert load_settings(tuned=False).events.half_life_positive_days == 90
    assert build(tmp_path).input_digest == before.input_digest, "a half-life is the service's, not the index's"


def test_the_table_shows_the_default_beside_what_was_tried(tmp_path: Path) -> None:
    build(tmp_path)
    lines = [line.split() for line in tuned().output.splitlines()]
    default, figures = float(next(line for line in lines if line[:1] == ["as"])[-1]), {}
    for line in lines:
        if line[:1] == [HALF_LIFE]:
            figures[line[1]] = (float(line[2]), float(line[3]))
    assert set(figures) == {"3650", "20"}
    assert figures["3650"][0] < default < figures["20"][0]
    assert figures["20"][0] - default == pytest.approx(figures["20"][1], abs=2e-4)


def test_the_same_seed_chooses_and_says_the_same(tmp_path: Path) -> None:
    build(tmp_path)
    assert tuned("--seed", 3).stdout == tuned("--seed", 3).stdout
    assert tuned("--seed", 3).stdout != tuned("--seed", 4).stdout


def test_a_choice_that_does_not_hold_for_others_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    (tmp_path / "tuned.toml").write_text("[events]\nhalf_life_positive_days = 77\n")
    monkeypatch.setattr(inquiry, "gain_of", lambda *_: (-0.01, 0.001))
    assert "the choice does not hold for others" in tuned().output
    assert load_settings().events.half_life_positive_days == 77


def test_where_nothing_does_better_an_earlier_choice_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    (tmp_path / "tuned.toml").write_text("[events]\nhalf_life_positive_days = 3650\n")
    monkeypatch.setattr(inquiry, "axes_of", lambda *_: {HALF_LIFE: (90.0, 3650.0)})
    assert "nothing does better than what stands" in tuned().output
    assert not (tmp_path / "tuned.toml").exists()


def test_what_an_earlier_run_chose_is_no_starting_point(tmp_path: Path) -> None:
    build(tmp_path)
    first = tuned().stdout
    assert tuned().stdout == first


def test_too_few_events_are_refused_with_their_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path)
    monkeypatch.setattr(inquiry, "read_written", lambda _: Written([], events(people=12)))
    answer = tuned()
    assert answer.exit_code == 1
    assert answer.output.startswith("tune: 12 people engaged with 5 items or more")
    assert not (tmp_path / "tuned.toml").exists()


def test_without_an_index_it_says_how_to_get_one() -> None:
    answer = tuned()
    assert answer.exit_code == 1
    assert "run penchant rebuild-index first" in answer.output


def test_what_may_not_be_learned_from_chooses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    monkeypatch.setattr(
        inquiry,
        "permitted_events",
        lambda given, *_: replace(
            given, **{name: getattr(given, name)[:0] for name in ("users", "items", "weights", "times")}
        ),
    )
    assert tuned().output.startswith("tune: 0 people")


def test_a_file_of_nonsense_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "tuned.toml").write_text("[events]\nhalf_live_positive_days = 77\n")
    answer = CliRunner().invoke(app, ["rebuild-index"])
    assert answer.exit_code == 1
    assert "events.half_live_positive_days" in answer.output
