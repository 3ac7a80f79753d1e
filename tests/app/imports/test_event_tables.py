"""Looking at columns says the same as looking at rows, and says it of most rows."""

import csv
import io

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.imports.event_tables import EventTable
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.transfer import good_rows
from app.imports.wishes import Wishes
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
