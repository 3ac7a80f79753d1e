"""Looking at columns says the same as looking at rows, and says it of most rows."""

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.imports.event_tables import EventTable
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.transfer import good_rows
from app.imports.wishes import Wishes
from indexer.readers import InputFileError
from indexer.rejects import Rejects

FIELDS = ["user_id", "item_id", "type", "value", "occurred_at"]
IDS = st.sampled_from(["u1", "", " u2 ", "a b", "ü", "x" * 300, "\t", "0", "1.0"])
TYPES = st.sampled_from(["like", "Like", " dwell", "rating", "stare", "", "scroll", "out"])
VALUES = st.sampled_from(["", "1", "0.5", "-1", "nan", "inf", "1e12", "1,5", "1,234", " 3 ", "x"])
TIMES = st.sampled_from(
    [
        "",
        "2026-03-01T10:00:00Z",
        "2026-03-01 10:00:00.5+01:00",
        "2026-03-01T10:00:00",
        "2026-03-01",
        "20260301T100000Z",
        "2026-W09-7T10:00:00Z",
        "1772359200",
        "1772359200000",
        "0001-01-01T00:00:00+05:00",
        "soon",
    ]
)


def outcome(file, *, in_columns):
    """What becomes of every row, and what is told of the others."""
    rejects = Rejects()
    if in_columns:
        found = list(good_rows(file, Kind.EVENTS, rejects))
    else:
        found = list(good_rows(lambda columns=None: file(columns), Kind.EVENTS, rejects))
    rows = [(row.number, document, document.model_fields_set) for row, document in found]
    told = [str(each) for each in rejects.samples]
    return (
        rows,
        told,
        rejects.rows,
        rejects.count,
        rejects.aside,
        {name: each.count for name, each in rejects.reasons.items()},
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(IDS, IDS, TYPES, VALUES, TIMES), min_size=1, max_size=20), st.booleans())
def test_columns_and_rows_agree(tmp_path, rows, zoned):
    text = io.StringIO()
    csv.writer(text).writerows([FIELDS, *rows])
    path = tmp_path / "a.csv"
    path.write_text(text.getvalue())
    wishes = Wishes(types={"out": ""}, time_zone="Europe/Berlin" if zoned else None, delimiter=",")
    file = open_import(path, Kind.EVENTS, wishes)
    assert EventTable.of(file) is not None
    assert outcome(file, in_columns=True) == outcome(file, in_columns=False)


CELLS = st.one_of(
    st.none(),
    st.sampled_from(["u1", "", " u2 ", "ü", "x" * 300, "like", " like", "stare", "2026-03-01T10:00:00Z", "2026-03-01"]),
    st.sampled_from([0, 1, -1, 3, 0.5, 1e12, 1772359200, 1772359200000, True, ["a"], {"a": 1}]),
)
ROWS = st.dictionaries(st.sampled_from([*FIELDS, "recommendation_id", "context", "position", "colour"]), CELLS)
GOOD = {"user_id": "u1", "item_id": "i1", "type": "like", "occurred_at": "2026-03-01T10:00:00Z"}
LINES = st.one_of(
    st.builds(lambda row: json.dumps(GOOD | row), ROWS),
    st.sampled_from(["7", "[]", "{}", '{"user_id": "u1", ', '{"user_id":"a"},{"item_id":"b"}', " "]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=20), st.booleans(), st.sampled_from([None, "s"]))
def test_columns_and_rows_of_json_agree(tmp_path, lines, zoned, unit):
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join([json.dumps(GOOD | {"value": 2}), *lines]))
    wishes = Wishes(types={"out": ""}, time_zone="Europe/Berlin" if zoned else None, time_unit=unit)
    assert_the_same(path, wishes)


def assert_the_same(path, wishes):
    """Both ways end alike, with the same rows or the same error."""
    ends = []
    for in_columns in (True, False):
        try:
            ends.append(outcome(open_import(path, Kind.EVENTS, wishes), in_columns=in_columns))
        except InputFileError as error:
            ends.append(str(error))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("unit", [None, "s"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_columns_and_rows_of_parquet_agree(tmp_path, unit, zone):
    aware, naive = datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 10)  # noqa: DTZ001 - on purpose
    ids, values = ["u1", None, " u2 ", "ü", "", "u3"], [1, 2, None, -1, 3, 4]
    for number, times in enumerate(
        [
            pa.array([aware] * 6, pa.timestamp("us", "UTC")),
            pa.array([aware] * 6, pa.timestamp("ns", "Europe/Berlin")),
            pa.array([naive] * 6, pa.timestamp("us")),
            pa.array([1772359200] * 5 + [None], pa.int64()),
            pa.array(["2026-03-01T10:00:00Z"] * 5 + ["soon"]),
        ]
    ):
        columns = {
            "user_id": ids, "item_id": ["i1"] * 6, "type": ["like", "dwell", "rating", "stare", None, "like"],
            "value": [None if each is None else (Decimal if number % 2 else float)(each) for each in values],
            "occurred_at": times, "note": ["x"] * 6,
        }  # fmt: skip
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table(columns), path)
        assert_the_same(path, Wishes(time_unit=unit, time_zone=zone))


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_what_is_ordinary_in_other_files_is_not_looked_at_alone(tmp_path, form):
    rows = [{**GOOD, "user_id": f"u{n}", "value": n / 2 if n % 2 else None, "note": "unused"} for n in range(9_000)]
    path = tmp_path / f"a.{form}"
    if form == "ndjson":
        path.write_text("\n".join(json.dumps(row) for row in [*rows, GOOD | {"user_id": 7}]))
    else:
        pq.write_table(pa.Table.from_pylist([*rows, GOOD | {"user_id": "ü"}]), path)
    file = open_import(path, Kind.EVENTS, Wishes())
    batches = list(EventTable.of(file).batches())
    assert sum(map(len, batches)) == 9_001
    assert sum(len(batch.odd) for batch in batches) == 1
    assert sum(map(len, EventTable.of(file).batches(after=5_001))) == 4_000
    assert outcome(file, in_columns=True) == outcome(file, in_columns=False)


def test_what_is_ordinary_is_not_looked_at_alone(tmp_path):
    rows = [
        f"u{n},i{n % 9},{'dwell' if n % 2 else 'like'},{n if n % 2 else ''},2026-03-01T10:00:00Z" for n in range(9000)
    ]
    (tmp_path / "a.csv").write_text("\n".join([",".join(FIELDS), *rows, "u,i,stare,,2026-03-01"]))
    file = open_import(tmp_path / "a.csv", Kind.EVENTS, Wishes())
    batches = list(EventTable.of(file).batches())
    assert sum(map(len, batches)) == 9001
    assert sum(len(batch.odd) for batch in batches) == 1
    assert sum(map(len, EventTable.of(file).batches(after=5001))) == 4001
