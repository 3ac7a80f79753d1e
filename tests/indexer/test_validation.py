import gzip
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import EventDocument, ItemDocument
from indexer.problems import FieldProblem
from indexer.readers import InputFileError
from indexer.rejects import MAX_ORIGINAL_BYTES, SAMPLES, Rejects
from indexer.validation import parse, read_documents

ITEM = {"title": "A", "format": "book", "language": "en", "published_at": "2024-05-01T12:00:00Z"}


def item(item_id: str, **changes: Any) -> dict[str, Any]:
    return {"item_id": item_id} | ITEM | changes


def ndjson(path: Path, rows: list[Any]) -> Path:
    path.write_bytes(b"".join(row if isinstance(row, bytes) else orjson.dumps(row) + b"\n" for row in rows))
    return path


def read(path: Path, rejects: Rejects) -> list[ItemDocument]:
    with rejects:
        return list(read_documents(path, ItemDocument, rejects))


def rejected(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_good_rows_become_documents_and_bad_ones_rejects_with_row_field_and_message(tmp_path: Path) -> None:
    bad = item("c", published_at="2024-05-01T12:00:00", title=3)
    path = ndjson(tmp_path / "i.ndjson", [item("a"), b"{oops\n", bad, item("d")])
    rejects = Rejects(tmp_path / "out" / "rejects.ndjson")
    assert [document.item_id for document in read(path, rejects)] == ["a", "d"]
    broken, wrong = rejected(tmp_path / "out" / "rejects.ndjson")
    assert (broken["row"], broken["field"], broken["original"]) == (2, "", "{oops")
    assert broken["message"].startswith("is not valid JSON")
    assert wrong["row"] == 3
    assert (wrong["field"], wrong["message"]) == ("title", "must be a string, not a number")
    assert [also["field"] for also in wrong["also"]] == ["published_at"]
    assert wrong["original"] == bad


def test_mended_originals_are_accepted(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "i.ndjson", [item("a", language="?"), item("b", language="?")])
    read(path, Rejects(tmp_path / "rejects.ndjson"))
    mended = [row["original"] | {"language": "en"} for row in rejected(tmp_path / "rejects.ndjson")]
    rejects = Rejects()
    assert len(read(ndjson(tmp_path / "mended.ndjson", mended), rejects)) == 2
    assert rejects.count == 0


def test_the_last_of_several_rows_stands_and_the_others_are_told(tmp_path: Path) -> None:
    rows = [item("a", title="1"), item("b"), item("a", title="2"), item("a", title="3"), item("c")]
    rejects = Rejects(tmp_path / "rejects.ndjson")
    documents = read(ndjson(tmp_path / "i.ndjson", rows), rejects)
    assert {document.item_id: document.title for document in documents} == {"a": "3", "b": "A", "c": "A"}
    assert len(documents) == 3
    assert [str(reject) for reject in rejects.samples] == [
        "row 1: item_id is also that of row 3, which stands in place of this one",
        "row 3: item_id is also that of row 4, which stands in place of this one",
    ]
    assert [row["original"]["title"] for row in rejected(tmp_path / "rejects.ndjson")] == ["1", "2"]


def test_a_bad_row_does_not_displace_a_good_one(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "i.ndjson", [item("a", title="good"), item("a", title=7)])
    rejects = Rejects()
    assert [document.title for document in read(path, rejects)] == ["good"]
    assert [reject.row for reject in rejects.samples] == [2]


def test_events_that_occur_twice_are_left_to_the_log(tmp_path: Path) -> None:
    row = {"event_id": "e", "user_id": "u", "item_id": "a", "type": "like"}
    rejects = Rejects()
    assert len(list(read_documents(ndjson(tmp_path / "e.ndjson", [row, row]), EventDocument, rejects))) == 2
    assert rejects.count == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12), st.randoms(use_true_random=False))
def test_every_row_is_a_document_or_a_reject(
    tmp_path_factory: pytest.TempPathFactory, plan: list[tuple[str, bool]], order: random.Random
) -> None:
    rows = [item(item_id, title=f"{number}" if good else 0) for number, (item_id, good) in enumerate(plan)]
    order.shuffle(rows)
    rejects = Rejects()
    documents = read(ndjson(tmp_path_factory.mktemp("plan") / "i.ndjson", rows), rejects)
    last = {row["item_id"]: row["title"] for row in rows if row["title"]}
    assert {document.item_id: document.title for document in documents} == last
    assert rejects.count + len(documents) == len(rows)


def test_without_rejects_an_old_rejects_file_goes(tmp_path: Path) -> None:
    old = tmp_path / "rejects.ndjson"
    old.write_text("{}\n")
    read(ndjson(tmp_path / "i.ndjson", [item("a")]), Rejects(old))
    assert list(tmp_path.iterdir()) == [tmp_path / "i.ndjson"]


def test_rejects_survive_a_file_that_breaks_later(tmp_path: Path) -> None:
    lines = [orjson.dumps({"event_id": f"e{number}"}) + b"\n" for number in range(1_000)]
    path = tmp_path / "e.ndjson.gz"
    path.write_bytes(gzip.compress(b"".join(lines))[:-8])
    rejects = Rejects(tmp_path / "rejects.ndjson")
    with rejects, pytest.raises(InputFileError, match="cannot be read after line 1000"):
        list(read_documents(path, EventDocument, rejects))
    assert len(rejected(tmp_path / "rejects.ndjson")) == 1_000


def test_a_huge_row_is_repeated_in_part_and_few_are_kept_in_memory(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "i.ndjson", [item(str(n), title=0, text="ü" * 50_000) for n in range(SAMPLES + 5)])
    rejects = Rejects(tmp_path / "rejects.ndjson")
    read(path, rejects)
    assert rejects.count == SAMPLES + 5
    assert len(rejects.samples) == SAMPLES
    for row in rejected(tmp_path / "rejects.ndjson"):
        assert row["original"].startswith('{"item_id"')
        assert len(row["original"].encode()) <= MAX_ORIGINAL_BYTES + 3


def test_rejected_parquet_rows_are_written_as_json(tmp_path: Path) -> None:
    row = item("a", published_at=datetime(2024, 5, 1)) | {"attributes": {"raw": b"\xff"}}  # noqa: DTZ001 - the point
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "i.parquet")
    read(tmp_path / "i.parquet", Rejects(tmp_path / "rejects.ndjson"))
    (reject,) = rejected(tmp_path / "rejects.ndjson")
    assert (reject["row"], reject["field"]) == (1, "published_at")
    assert reject["original"]["published_at"] == "2024-05-01T00:00:00"


def test_parquet_and_json_give_the_same_documents(tmp_path: Path) -> None:
    rows = [item(str(n), tags=["X", "y"], attributes={"n": n}) for n in range(5)]
    as_columns = [row | {"published_at": datetime(2024, 5, 1, 12, tzinfo=UTC)} for row in rows]
    pq.write_table(pa.Table.from_pylist(as_columns), tmp_path / "i.parquet")
    from_parquet = read(tmp_path / "i.parquet", Rejects())
    assert from_parquet == read(ndjson(tmp_path / "i.ndjson", rows), Rejects())


def test_one_row_is_parsed_into_a_document_or_its_problems() -> None:
    assert isinstance(parse(ItemDocument, item("a")), ItemDocument)
    assert parse(ItemDocument, item("")) == [FieldProblem("item_id", "must not be empty")]
