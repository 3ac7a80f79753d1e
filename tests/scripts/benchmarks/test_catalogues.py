"""Catalogues without people: any common table of items, and people who are made up for it."""

import gzip
from collections import Counter

import orjson
import pytest

from indexer.documents import EventDocument, ItemDocument, UserDocument
from indexer.validation import parse
from scripts.benchmarks.catalogues.files import with_people
from scripts.benchmarks.catalogues.people import made_up
from scripts.benchmarks.catalogues.tables import read_table

SHOP = "sku,name,description,brand,category,colour\nA1,Pan,A pan,Acme,kitchen,red\nA2,Pot,A pot,Acme,kitchen,blue\n"
FILMS = "movieId,title,genres\n7,Sabrina (1995),Comedy|Romance\n8,Untold (1996),(no genres listed)\n"


def items(count):
    rows = [
        {"item_id": f"i{n}", "title": f"Item {n}", "tags": [("jazz", "chess", "rust")[n % 3]]} for n in range(count)
    ]
    return [ItemDocument.model_validate(row) for row in rows]


@pytest.mark.parametrize(
    ("table", "ids", "tags"),
    [(SHOP, ["A1", "A2"], ["kitchen", "red"]), (FILMS, ["7", "8"], ["Comedy", "Romance"])],
)
def test_columns_are_known_by_their_usual_names(tmp_path, table, ids, tags):
    (tmp_path / "table.csv").write_text(table)
    rows = list(read_table(tmp_path / "table.csv"))
    assert [row["item_id"] for row in rows] == ids
    assert rows[0]["tags"] == tags
    assert all(row["title"] for row in rows)


def test_rows_of_json_are_read_packed_or_not(tmp_path):
    line = orjson.dumps({"item_id": 3, "title": "Sourdough", "tags": ["bread"], "language": "en"})
    (tmp_path / "blog.ndjson.gz").write_bytes(gzip.compress(line))
    assert list(read_table(tmp_path / "blog.ndjson.gz")) == [
        {"item_id": "3", "title": "Sourdough", "language": "en", "tags": ["bread"]}
    ]


def test_people_are_the_same_for_the_same_seed_and_like_what_bears_their_tags():
    shelf = items(60)
    events, users = made_up(shelf, seed=1, people=40)
    assert made_up(shelf, seed=1, people=40) == (events, users)
    assert made_up(shelf, seed=2, people=40) != (events, users)
    assert not [row for row in events if isinstance(parse(EventDocument, row), list)]
    assert not [row for row in users if isinstance(parse(UserDocument, row), list)]
    tag_of = {item.item_id: item.tags[0] for item in shelf}
    tags = [Counter(tag_of[row["item_id"]] for row in events if row["user_id"] == f"p{n}") for n in range(40)]
    assert sum(len(of) == 3 and min(of.values()) > 2 for of in tags) < sum(
        max(of.values(), default=0) > 4 for of in tags
    )


def test_a_catalogue_without_tags_has_people_too():
    shelf = [item.model_copy(update={"tags": []}) for item in items(40)]
    events, users = made_up(shelf, seed=0, people=6)
    assert {row["user_id"] for row in events} == {f"p{number}" for number in range(6)}
    assert users == []


def test_damaged_rows_are_left_out_and_told(tmp_path, capsys):
    (tmp_path / "table.csv").write_text("item_id,title\na,One\n,None\na,Again\nb,Two\n")
    files = with_people(tmp_path / "table.csv", tmp_path)
    assert [orjson.loads(line)["item_id"] for line in files.items.read_bytes().splitlines()] == ["a", "b"]
    assert "2 rows of" in capsys.readouterr().err
