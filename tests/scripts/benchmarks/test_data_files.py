"""Which files a benchmark replays, and what other formats become."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from models.encoder import HashingEncoder
from scripts.benchmarks.data_files import contemporary, files_of, written
from scripts.benchmarks.recall.dataset import Clock, Log, Meaning, build
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.recall.interactions import Interactions
from scripts.benchmarks.replayed_service import Files
from scripts.cli import app

FILMS = """movieId,title,genres
1,Toy Story (1995),Animation|Children
2,"Postman, The (1997)",Drama
3,Heat (1995),Action|Crime
"""
RATINGS = """userId,movieId,rating,timestamp
7,1,4.5,800000000
7,2,2.0,800000060
8,3,3.0,1200000000
8,9,5.0,1200000100
"""


def movielens(folder: Path, ratings: str = RATINGS) -> Path:
    (folder / "movies.csv.gz").write_bytes(gzip.compress(FILMS.encode()))
    (folder / "ratings.csv").write_text(ratings)
    return folder


def rows(file: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]


def test_tables_of_ratings_become_items_and_events(tmp_path: Path) -> None:
    with files_of(movielens(tmp_path)) as files:
        items = {row["item_id"]: row["title"] for row in rows(files.items)}
        events = rows(files.events)
    assert items == {"1": "Toy Story", "2": "The Postman", "3": "Heat"}
    assert sorted((row["user_id"], row["item_id"], row["type"]) for row in events) == [
        ("7", "1", "like"),
        ("7", "2", "dislike"),
        ("8", "3", "click"),
    ]
    assert len({row["event_id"] for row in events}) == 3
    assert not files.items.exists()


def test_everybodys_last_event_is_the_last_one_and_what_lies_between_stays() -> None:
    users, times = np.array([0, 0, 1, 1, 2], dtype=np.int32), np.array([0.0, 60.0, 900.0, 1_000.0, 5.0])
    events = Interactions(users, users, np.ones(5, np.float32), times, np.zeros(5, np.int8))
    assert contemporary(events).tolist() == [940.0, 1_000.0, 900.0, 1_000.0, 1_000.0]


def test_own_files_are_taken_as_they_are(tmp_path: Path) -> None:
    for name in ("items", "events"):
        (tmp_path / f"{name}.ndjson").write_text("")
    with files_of(tmp_path) as files:
        assert files == Files(tmp_path / "items.ndjson", tmp_path / "events.ndjson")


def test_what_is_no_data_set_or_tells_of_no_item_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no data set"), files_of(tmp_path):
        pass
    silent = build("silent", Log.of_likes(["ann"], ["1"], np.zeros(1)), Meaning(1.0, Clock.NONE))
    with pytest.raises(DatasetError, match="silent does not tell what its items are"):
        written(silent, tmp_path)


def test_labels_are_tested_on_tables_of_ratings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: HashingEncoder(48))
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    liked = "".join(f"{user},{1 + user % 3},5.0,{800_000_000 + 10_000_000 * user}\n" for user in range(20))
    folder = movielens(tmp_path, f"{RATINGS.splitlines()[0]}\n{liked}")
    answer = CliRunner().invoke(
        app, ["explain-benchmark", "--data", str(folder), "--people", "5", "--json", str(folder / "figures.json")]
    )
    assert answer.exit_code == 0, answer.output
    assert orjson.loads((folder / "figures.json").read_bytes())["people"] == 5
