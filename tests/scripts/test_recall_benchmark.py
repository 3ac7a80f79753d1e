"""The whole command, on small data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.settings import CONFIG_VARIABLE, load_settings
from scripts.cli import app as penchant
from scripts.demo import CONFIG
from scripts.recall_benchmark import demo_settings


def call(*arguments: str) -> Result:
    return CliRunner().invoke(penchant, ["recall-benchmark", *arguments])


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    """A MovieLens folder of 40 people in two groups."""
    random = np.random.default_rng(0)
    lines = [
        f"{user},{2 * film + user % 2},{random.choice([3, 4, 5])},{1_000_000 + 60 * step}"
        for user in range(40)
        for step, film in enumerate(random.permutation(15)[:10])
    ]
    films = [f"{film},Film {film} ({1990 + film % 9}),Drama" for film in range(30)]
    folder = tmp_path / "ratings"
    folder.mkdir()
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *lines]))
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *films]))
    return folder


def test_rows_are_printed_and_written(ratings: Path, tmp_path: Path) -> None:
    files = {ending: tmp_path / f"rows.{ending}" for ending in ("json", "csv", "png")}
    written = ["--json", str(files["json"]), "--csv", str(files["csv"]), "--plot", str(files["png"])]
    answer = call("--data", str(ratings), "--models", "popularity,item-knn,ease", "--against", "popularity", *written)
    assert answer.exit_code == 0, answer.output
    rows = orjson.loads(files["json"].read_bytes())
    assert [row["model"] for row in rows] == ["popularity", "item-kNN", "EASE"]
    assert rows[2]["metrics"]["ndcg@100"] > rows[0]["metrics"]["ndcg@100"]
    assert rows[2]["settings"]["lambda"] > 0
    assert "ndcg@100" in answer.output
    assert files["csv"].read_text().startswith("dataset,")
    assert files["png"].read_bytes().startswith(b"\x89PNG")


def test_equal_seeds_print_equal_figures(ratings: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    figures = []
    for seed in ("4", "4", "5"):
        assert call("--data", str(ratings), "--models", "ease", "--seed", seed, "--json", str(file)).exit_code == 0
        figures.append(orjson.loads(file.read_bytes())[0]["metrics"])
    assert figures[0] == figures[1] != figures[2]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--protocol", "guess"], "no protocol is called guess"),
        (["--protocol", "fixed-split"], "needs train.txt and test.txt"),
        (["--models", "oracle"], "no row is called oracle"),
        (["--models", "popularity", "--against", "EASE"], "no row is called 'EASE'"),
        (["--json", "/nowhere/rows.json"], "/nowhere is no folder"),
        (["--plot", "rows.txt"], "cannot be drawn"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments: list[str], problem: str, ratings: Path) -> None:
    answer = call("--data", str(ratings), *arguments)
    assert answer.exit_code == 1
    assert "recall-benchmark:" in answer.output
    assert problem in answer.output


def test_a_folder_without_data_is_told_what_was_looked_for(tmp_path: Path) -> None:
    answer = call("--data", str(tmp_path))
    assert answer.exit_code == 1
    assert "looked for" in answer.output


@pytest.mark.nightly
def test_without_arguments_it_is_movielens_100k(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CONFIG_VARIABLE, str(CONFIG))  # the command sets it for good, the test for its own time
    answer = call("--models", "popularity,ease", "--json", "rows.json")
    assert answer.exit_code == 0, answer.output
    popularity, ease = orjson.loads((tmp_path / "rows.json").read_bytes())
    assert (popularity["dataset"], popularity["protocol"]) == ("MovieLens 100K", "user-split")
    assert (popularity["people"], popularity["items"]) == (200, 1_663)
    assert popularity["metrics"]["ndcg@100"] == pytest.approx(0.258, abs=0.0005)
    assert ease["metrics"]["ndcg@100"] == pytest.approx(0.4626, abs=0.002)


def test_our_rows_stand_by_settings_that_were_chosen_before(ratings: Path, tmp_path: Path) -> None:
    tuned, file = tmp_path / "tuned.toml", tmp_path / "rows.json"
    tuned.write_text("[index.behaviour.factors.exact]\nridge = 77.0\ncontent_weight = 12.5\n")
    answer = call("--data", str(ratings), "--models", "factors,ease", "--tuned", str(tuned), "--json", str(file))
    assert answer.exit_code == 0, answer.output
    ease, factors = orjson.loads(file.read_bytes())
    assert factors["settings"]["index.behaviour.factors.exact.ridge"] == 77.0
    assert factors["settings"]["index.behaviour.factors.exact.content_weight"] == 12.5
    assert ease["settings"]["lambda"] in {30, 100, 300, 1000}


def test_a_file_that_sets_what_is_no_setting_is_refused(ratings: Path, tmp_path: Path) -> None:
    tuned = tmp_path / "tuned.toml"
    for written, problem in (("[events]\nhalf_live = 3\n", "half_live"), ("events = ", "tuned.toml")):
        tuned.write_text(written)
        answer = call("--data", str(ratings), "--models", "popularity", "--tuned", str(tuned))
        assert answer.exit_code == 1
        assert problem in answer.output


def test_the_main_table_asks_nobodys_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, str(CONFIG))
    assert load_settings(CONFIG).charter is not None
    settings = demo_settings()
    assert settings.charter is None
    assert settings.query == load_settings(CONFIG).query


def own_files(folder: Path, people: int, *, step: int) -> Path:
    """Ten items with what often stands empty, and five likes of each person, `step` seconds apart."""
    folder.mkdir()
    empty = {"provider": "", "tags": ["a", ""], "text": "", "url": ""}
    items = [orjson.dumps({"item_id": f"i{number}", "title": f"item {number}", **empty}) for number in range(10)]
    events = [
        orjson.dumps(
            {
                "event_id": f"e{number}",
                "user_id": f"u{number // 5}",
                "item_id": f"i{number % 14}",
                "type": "like",
                "occurred_at": 1_760_000_000 + step * number,
            }
        )
        for number in range(5 * people)
    ]
    (folder / "items.ndjson").write_bytes(b"\n".join(items))
    (folder / "events.ndjson").write_bytes(b"\n".join(events))
    return folder


def test_a_split_that_leaves_nobody_to_test_is_a_sentence(tmp_path: Path) -> None:
    data = own_files(tmp_path / "own", people=10, step=0)
    answer = call("--data", str(data), "--protocol", "time-split", "--models", "popularity")
    assert answer.exit_code == 1
    assert "time-split leaves nobody to test of the 10 people and 50 interactions in own" in answer.output
    assert "nan" not in answer.output


@pytest.mark.filterwarnings("error")
def test_items_that_the_file_does_not_have_are_counted(tmp_path: Path) -> None:
    data = own_files(tmp_path / "own", people=14, step=60)
    answer = call("--data", str(data), "--protocol", "leave-one-out", "--models", "popularity,ease")
    assert answer.exit_code == 0, answer.output
    assert "20 of 70 interactions are with 4 items that the file of items does not have" in answer.output
    assert "nan" not in answer.output


def test_books_that_are_not_there_end_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    ratings = [f"{user},{(3 * user + step) % 20},5" for user in range(12) for step in range(8)]
    (folder / "ratings.csv").write_text("\n".join(["user_id,book_id,rating", *ratings]))
    books = [f"{book},{100 + book},,{'' if book % 2 else 'Somebody'},Book {book}" for book in range(15)]
    header = "book_id,goodreads_book_id,original_publication_year,authors,title"
    (folder / "books.csv").write_text("\n".join([header, *books]))
    (folder / "tags.csv").write_text("tag_id,tag_name\n1,space\n")
    (folder / "book_tags.csv").write_text("goodreads_book_id,tag_id,count\n101,1,5\n102,77,9\n")
    answer = call("--data", str(folder), "--models", "popularity,ease")
    assert answer.exit_code == 0, answer.output
    assert "interactions are with 5 items that the file of items does not have" in answer.output
