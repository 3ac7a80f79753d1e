import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import Document, EventDocument, ItemDocument, UserDocument
from indexer.parquet import BATCH_ROWS
from indexer.readers import MAX_ROW_BYTES, FileRow, InputFileError, read_rows

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ITEM = {"item_id": "a", "title": "A", "format": "book", "language": "en", "published_at": NOON}


def rows(path: Path, document: type[Document] = ItemDocument) -> list[FileRow]:
    return list(read_rows(path, document))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def parquet(path: Path, columns: dict[str, Any], count: int = 1) -> Path:
    pq.write_table(pa.table({name: [value] * count for name, value in ITEM.items()} | columns), path)
    return path


@pytest.mark.parametrize("name", ["i.ndjson", "i.jsonl", "i.ndjson.gz", "I.JSONL.GZ"])
def test_rows_of_json_are_numbered_by_line(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name.replace(".GZ", ".gz"), b'{"a": 1}\r\n\n  \n{"a": 2}')
    assert [(row.number, row.value) for row in rows(path)] == [(1, {"a": 1}), (4, {"a": 2})]


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers(-(2**63), 2**63 - 1), max_size=3), max_size=5))
def test_json_rows_are_read_as_they_were_written(tmp_path_factory: pytest.TempPathFactory, values: list[Any]) -> None:
    path = tmp_path_factory.mktemp("json") / "rows.ndjson"
    lines = b"\n".join(orjson.dumps(value) for value in values)
    assert [row.value for row in rows(written(path, lines))] == values


def test_a_bad_line_is_a_row_with_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b'{"a": 1}\n{"a": \n{"a": NaN}\n\xff\xfe\n{"a": "\\ud800"}\n{"a": 2}\n'
    read = rows(written(tmp_path / "i.ndjson", content))
    assert [row.value for row in read] == [{"a": 1}, None, None, None, None, {"a": 2}]
    assert read[1].problem is not None
    assert read[1].problem.startswith("is not valid JSON: ")
    assert read[1].original == b'{"a": \n'
    assert read[3].problem == "is not UTF-8 text"


@pytest.mark.parametrize("name", ["i.ndjson", "i.ndjson.gz"])
def test_an_endless_line_costs_one_row_and_little_memory(tmp_path: Path, name: str) -> None:
    content = b'{"a": "' + b"x" * (3 * MAX_ROW_BYTES) + b'"}\n{"a": 2}\n'
    long, short = rows(written(tmp_path / name, content))
    assert long.problem == f"is longer than {MAX_ROW_BYTES} bytes"
    assert long.original is not None
    assert len(long.original) == MAX_ROW_BYTES + 1
    assert (short.number, short.value) == (2, {"a": 2})


def test_the_longest_line_is_still_a_row(tmp_path: Path) -> None:
    line = b'"' + b"x" * (MAX_ROW_BYTES - 3) + b'"\n'
    assert [row.problem for row in rows(written(tmp_path / "i.ndjson", line + line))] == [None, None]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_an_empty_file_has_no_rows(tmp_path: Path, content: bytes) -> None:
    assert rows(written(tmp_path / "i.ndjson", content)) == []


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path) -> None:
    path = written(tmp_path / "i.ndjson", b'\xef\xbb\xbf{"a": 1}\n')
    assert [(row.value, row.original) for row in rows(path)] == [({"a": 1}, b'{"a": 1}\n')]


@pytest.mark.parametrize(
    "content", ['{"a": "ü"}'.encode("utf-16"), '{"a": "ü"}'.encode("latin-1"), gzip.compress(b"{}", mtime=0)]
)
def test_a_file_that_is_not_utf8_from_its_start_is_the_wrong_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputFileError, match="is not UTF-8 text, or compressed"):
        rows(written(tmp_path / "i.ndjson", content))


def test_a_missing_file_a_folder_and_an_unknown_ending_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "folder.ndjson").mkdir()
    with pytest.raises(InputFileError, match="does not exist"):
        read_rows(tmp_path / "none.ndjson", ItemDocument)
    with pytest.raises(InputFileError, match="is not a file"):
        read_rows(tmp_path / "folder.ndjson", ItemDocument)
    with pytest.raises(InputFileError, match=r"must end in one of \.ndjson, \.jsonl"):
        read_rows(written(tmp_path / "items.csv", b""), ItemDocument)


def test_a_cut_gzip_file_is_told_with_the_last_line_that_could_be_read(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(orjson.dumps({"a": number}) + b"\n" for number in range(50_000)))
    path = tmp_path / "i.ndjson.gz"
    path.write_bytes(whole[: len(whole) // 2])
    reader = read_rows(path, ItemDocument)
    assert next(reader).value == {"a": 0}
    with pytest.raises(InputFileError, match=r"cannot be read after line \d{4,}: "):
        list(reader)


@pytest.mark.parametrize(
    "content", [b'{"a": 1}\n', gzip.compress(b'{"a": 1}\n', mtime=0)[:-4], b"\x1f\x8b\x08\x00damaged"]
)
def test_what_is_no_whole_gzip_file_is_not_read_as_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "i.ndjson.gz"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="cannot be read"):
        rows(path)


def test_parquet_gives_the_values_that_json_would_give(tmp_path: Path) -> None:
    columns = {"tags": [["x", "y"]], "text": pa.array([None], pa.string()), "attributes": [{"pages": 3, "isbn": None}]}
    (row,) = rows(parquet(tmp_path / "i.parquet", columns))
    assert row.number == 1
    assert row.value == ITEM | {"tags": ["x", "y"], "attributes": {"pages": 3}}


def test_parquet_rows_are_numbered_through_all_batches(tmp_path: Path) -> None:
    count = 2 * BATCH_ROWS + 7
    ids = [f"i{number}" for number in range(count)]
    read = rows(parquet(tmp_path / "i.parquet", {"item_id": ids}, count))
    assert [row.number for row in read] == list(range(1, count + 1))
    assert [row.value["item_id"] for row in read if isinstance(row.value, dict)] == ids


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_times_of_any_unit_and_zone_are_the_same_instant(tmp_path: Path, unit: str) -> None:
    times = pa.array([NOON]).cast(pa.timestamp(unit, "Europe/Paris"))
    (row,) = rows(parquet(tmp_path / "i.parquet", {"published_at": times}))
    assert ItemDocument.model_validate(row.value).published_at == NOON


def test_parquet_nanoseconds_are_cut_to_microseconds(tmp_path: Path) -> None:
    times = pa.array([1_714_564_800_123_456_789], pa.timestamp("ns", "UTC"))
    (row,) = rows(parquet(tmp_path / "i.parquet", {"published_at": times}))
    assert ItemDocument.model_validate(row.value).published_at == NOON.replace(microsecond=123_456)


def test_parquet_times_without_a_zone_stay_without_one(tmp_path: Path) -> None:
    times = pa.array([NOON.replace(tzinfo=None)], pa.timestamp("ns"))
    (row,) = rows(parquet(tmp_path / "i.parquet", {"published_at": times}))
    assert isinstance(row.value, dict)
    assert row.value["published_at"].tzinfo is None


def test_a_parquet_value_that_python_cannot_hold_costs_its_row_only(tmp_path: Path) -> None:
    times = pa.array([0, 2**62, 1], pa.timestamp("us", "UTC"))
    good, bad, also_good = rows(parquet(tmp_path / "i.parquet", {"published_at": times}, count=3))
    assert (good.problem, also_good.problem) == (None, None)
    assert bad.problem is not None
    assert bad.problem.startswith("holds a value that cannot be read: ")


@pytest.mark.parametrize(
    "attributes",
    [
        pa.array([[("pages", 3)]], pa.map_(pa.string(), pa.int64())),
        pa.array(['{"pages": 3}']),
        pa.array(['{"pages": 3}']).dictionary_encode(),
    ],
)
def test_parquet_objects_may_be_maps_or_json(tmp_path: Path, attributes: Any) -> None:
    (row,) = rows(parquet(tmp_path / "i.parquet", {"attributes": attributes}))
    assert ItemDocument.model_validate(row.value).attributes == {"pages": 3}


def test_parquet_text_that_is_no_json_is_left_for_the_document_to_refuse(tmp_path: Path) -> None:
    (row,) = rows(parquet(tmp_path / "i.parquet", {"attributes": pa.array(["{"])}))
    assert isinstance(row.value, dict)
    assert row.value["attributes"] == "{"


def test_parquet_columns_are_checked_once_for_the_whole_file(tmp_path: Path) -> None:
    path = parquet(tmp_path / "i.parquet", {"colour": ["red"], "size": [3]})
    with pytest.raises(InputFileError, match="has the unknown column colour, size"):
        rows(path)
    with pytest.raises(InputFileError, match="lacks column event_id, user_id, type"):
        rows(path, EventDocument)
    with pytest.raises(InputFileError, match="lacks column user_id"):
        rows(path, UserDocument)


def test_a_parquet_column_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    table = pa.table([*([value] for value in ITEM.values()), ["B"]], names=[*ITEM, "title"])
    pq.write_table(table, tmp_path / "i.parquet")
    with pytest.raises(InputFileError, match="has more than one column title"):
        rows(tmp_path / "i.parquet")


def test_the_index_column_that_pandas_adds_is_no_unknown_column(tmp_path: Path) -> None:
    (row,) = rows(parquet(tmp_path / "i.parquet", {"__index_level_0__": [7]}))
    assert row.value == ITEM


def test_damaged_parquet_files_are_told(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "i.parquet", {"title": ["A" * 500]}).read_bytes()
    for damaged in (b"", b"PAR1", whole[:-30], whole[:4] + b"\xff" * 200 + whole[204:]):
        with pytest.raises(InputFileError, match=r"i\.parquet cannot be read: "):
            rows(written(tmp_path / "i.parquet", damaged))


def test_only_the_wanted_parquet_columns_are_read(tmp_path: Path) -> None:
    path = parquet(tmp_path / "i.parquet", {})
    assert [row.value for row in read_rows(path, ItemDocument, columns=("item_id",))] == [{"item_id": "a"}]
