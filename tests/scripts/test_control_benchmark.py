"""The whole command, on a small data set, and what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.settings import Settings
from indexer.documents import EventDocument
from models.encoder import HashingEncoder
from models.events import EventWeights
from scripts.benchmarks.control.actions import Action, act, rehearsing
from scripts.benchmarks.control.kinds import Kinds, in_any
from scripts.benchmarks.control.measures import Tally
from scripts.benchmarks.control.report import LOSS, PUBLISHED, summarise
from scripts.benchmarks.control.slates import PersonSlates, Script
from scripts.benchmarks.held_out import KEPT_BACK, LEAST_LIKES, Draw, Half, NobodyError, hold_out
from scripts.benchmarks.replayed_service import Files, ReplayedService, replayed
from scripts.cli import app

THEMES = {
    "rust": "borrow checker compiler",
    "jazz": "saxophone swing bebop",
    "chess": "bishop endgame tempo",
    "soil": "compost seeds roses",
}
ITEMS, PEOPLE, LIKES = 160, 10, 30


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["control-benchmark", *arguments])


@pytest.fixture(autouse=True)
def small_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: HashingEncoder(48))
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Items of four themes, and people of whom each likes two."""
    random, themes, place = np.random.default_rng(0), list(THEMES), tmp_path_factory.mktemp("liked")
    items = [
        {
            "item_id": f"i{number}",
            "title": f"{themes[number % 4]} {number}",
            "text": THEMES[themes[number % 4]],
            "tags": [themes[number % 4], "1990s"],
            "format": "article",
            "language": "en",
            "published_at": f"2026-01-{1 + number % 28:02}T00:00:00Z",
        }
        for number in range(ITEMS)
    ]
    events = [
        {
            "event_id": f"e{user}-{step}",
            "user_id": f"u{user}",
            "item_id": f"i{4 * int(number) + (user + step % 2) % 4}",
            "type": "like",
            "occurred_at": f"2026-02-{1 + step % 28:02}T{user:02}:{step:02}:00Z",
        }
        for user in range(PEOPLE)
        for step, number in enumerate(random.permutation(ITEMS // 4)[:LIKES])
    ]
    for name, rows in (("items", items), ("events", events)):
        (place / f"{name}.ndjson").write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return place


def test_figures_are_printed_written_and_drawn(folder: Path, tmp_path: Path) -> None:
    files = ["--json", str(tmp_path / "figures.json"), "--plot", str(tmp_path / "figures.png")]
    actions = ["--action", "dismiss", "--action", "mute_topic", "--action", "mute_tag"]
    answer = call("--data", str(folder), "--people", "8", "--requests", "2", "--limit", "8", *actions, *files)
    assert answer.exit_code == 0, answer.output
    written = orjson.loads((tmp_path / "figures.json").read_bytes())
    assert (written["people"], written["half"], written["published"]) == (4, "test", PUBLISHED)
    figures = written["figures"]
    assert figures["mute_topic"]["muted"]["value"] == figures["mute_tag"]["muted"]["value"] == 1.0
    assert figures["mute_topic"]["muted"]["met"] is True
    assert 0 < figures["dismiss"]["near"]["value"] <= 1
    assert figures["dismiss"]["near"]["without"] > 0
    assert figures["dismiss"][LOSS]["target"] == 0.03
    assert (tmp_path / "figures.png").read_bytes().startswith(b"\x89PNG")
    assert "Mozilla" in answer.output


def test_the_same_seed_gives_the_same_figures(folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.json" for name in ("one", "two")]
    for file in files:
        told = ["--people", "4", "--requests", "1", "--limit", "6", "--action", "dislike"]
        assert call("--data", str(folder), *told, "--json", str(file)).exit_code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_what_cannot_be_measured_or_written_is_said(folder: Path, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    (nobody / "items.ndjson").write_bytes((folder / "items.ndjson").read_bytes())
    (nobody / "events.ndjson").write_bytes((folder / "events.ndjson").read_bytes().split(b"\n")[0])
    assert "nobody likes as many as 20 items" in call("--data", str(nobody)).output
    answer = call("--json", str(tmp_path / "missing" / "figures.json"))
    assert (answer.exit_code, "is no folder" in answer.output) == (1, True)


def a_like(user: str, item: str, kind: str = "like") -> EventDocument:
    row = {"event_id": f"{user}{item}{kind}", "user_id": user, "item_id": item, "type": kind}
    return EventDocument.model_validate({**row, "occurred_at": "2026-02-01T00:00:00Z"}, strict=False)


def test_a_share_of_everybodys_likes_is_kept_back_with_all_that_was_done_there() -> None:
    events = [a_like(f"u{user}", f"i{item}") for user in range(6) for item in range(LEAST_LIKES + user)]
    events += [a_like("u0", f"i{item}", "click") for item in range(LEAST_LIKES)] + [a_like("few", "i1")]
    signals = EventWeights().table()
    halves = {half: hold_out(events, signals, Draw(6, half, 3)) for half in Half}
    assert halves[Half.TEST].wanted.keys().isdisjoint(halves[Half.TUNING].wanted.keys())
    assert len(halves[Half.TEST].wanted) == len(halves[Half.TUNING].wanted) == 3
    assert halves[Half.TEST].known == halves[Half.TUNING].known
    told = {(event.user_id, event.item_id) for event in halves[Half.TEST].known}
    for half in halves.values():
        for user, wanted in half.wanted.items():
            assert len(wanted) == round(KEPT_BACK * (LEAST_LIKES + int(user[1:])))
            assert not {(user, item) for item in wanted} & told
            assert half.last_seen[user] == events[0].occurred_at.timestamp()  # type: ignore[union-attr]
    assert ("few", "i1") in told
    with pytest.raises(NobodyError):
        hold_out(events[: LEAST_LIKES - 1], signals, Draw(6, Half.TEST, 0))


@pytest.fixture(scope="session")
def replay(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplayedService]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("replayed"))
    with replayed(Files.of(folder), settings, HashingEncoder(48)) as opened:
        yield opened


def test_kinds_are_of_tags_neighbours_and_topic(replay: ReplayedService) -> None:
    catalogue = replay.service.snapshot_swap.current.catalogue
    row = catalogue.row("i0")
    found = Kinds(catalogue).of(row, Action.MUTE_TAG)
    same = {catalogue.row(f"i{number}") for number in range(4, ITEMS, 4)}
    assert set(np.flatnonzero(found["tags"]).tolist()) == same
    assert found["near"].sum() == 20
    assert set(np.flatnonzero(found["muted"]).tolist()) == same
    assert not any(mask[row] for mask in found.values())
    assert in_any(found, np.array([row, *same], dtype=np.int32)).tolist() == [False, *[True] * len(same)]


def held_of(replay: ReplayedService, user_id: str) -> tuple[object, ...]:
    """What is known of a person."""
    person = replay.service.snapshot_swap.current.people.get(user_id)
    assert person is not None
    sums = person.state.positive, person.state.negative
    masses = [(each.topics.tolist(), each.masses.tolist(), each.reference) for each in sums]
    return len(person.history), person.explicit, masses


@pytest.mark.parametrize("action", list(Action))
def test_what_is_rehearsed_acts_and_is_forgotten(replay: ReplayedService, action: Action) -> None:
    generation = replay.service.snapshot_swap.current
    slates = PersonSlates(generation, Script(requests=2, limit=8, hours=24))
    before = held_of(replay, "u0")
    without = slates.slates("u0", replay.now, None)
    target = int(without[0][0])
    acted = slates.slates("u0", replay.now, (action, target))
    np.testing.assert_array_equal(without[0], acted[0])
    topics = generation.catalogue.topics
    alike = [np.sum(topics[np.concatenate(each[1:])] == topics.at(target)) for each in (without, acted)]
    assert alike[1] < alike[0]
    assert held_of(replay, "u0") == before
    with pytest.raises(KeyError), rehearsing(generation.people, "nobody"):
        act(action, generation, "nobody", target, replay.now)


def test_shares_are_of_what_there_would_have_been() -> None:
    tally = Tally.of([({"near": np.array([4.0, 1.0])}, np.array([10.0, 9.0])), ({}, np.array([0.0, 0.0]))])
    near, lost = summarise({Action.DISMISS: tally}, seed=0)[Action.DISMISS]
    assert (near.name, near.value, near.without, near.met) == ("near", 0.75, 4, True)
    assert (lost.name, lost.value, lost.met) == (LOSS, pytest.approx(0.1), False)
