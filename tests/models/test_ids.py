import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.columns import CodesColumn, LiveColumn, StringColumn
from models.ids import UNKNOWN, DuplicateIdError, IdMap, digests_of

texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)


@given(st.lists(texts, unique=True, max_size=30), st.lists(texts, max_size=10))
def test_ids_and_rows_are_each_others_inverse(ids, others):
    id_map = IdMap.build(ids)
    assert id_map.rows(ids).tolist() == list(range(len(ids)))
    assert [id_map.ids[row] for row in range(len(ids))] == ids
    strangers = [each for each in others if each not in ids]
    assert (id_map.rows(strangers) == UNKNOWN).all()


def test_ids_that_share_a_digest_are_told_apart():
    digest = digests_of(["a"])[0]
    clash = IdMap(StringColumn.build(["b", "a"]), np.array([digest, digest]), np.array([0, 1], dtype=np.int32))
    assert clash.row("a") == 1
    imposter = IdMap(StringColumn.build(["b"]), np.array([digest]), np.array([0], dtype=np.int32))
    assert imposter.row("a") == UNKNOWN


def test_many_ids_are_found_at_once_as_one_by_one():
    ids = sorted({f"item {number * 7919 % 1000}" for number in range(900)} | {"ä" * 40, "b"})
    asked = [*ids[::2], *(f"stranger {number}" for number in range(300)), *ids[1::3]]
    id_map = IdMap.build(ids)
    assert id_map.rows(asked).tolist() == [id_map.row(each) for each in asked]
    digest = digests_of(["a"])[0]
    clash = IdMap(StringColumn.build(["b", "a"]), np.array([digest, digest]), np.array([0, 1], dtype=np.int32))
    assert clash.rows(["a", "b"] * 50).tolist() == [1, UNKNOWN] * 50
    assert IdMap.build([]).rows(asked).tolist() == [UNKNOWN] * len(asked)


short = st.text("aäb", max_size=2)


@given(st.lists(st.tuples(short, short), max_size=12))
def test_texts_of_two_columns_are_compared_as_texts_are(pairs):
    mine, theirs = (StringColumn.build([pair[side] for pair in pairs]) for side in (0, 1))
    rows = np.arange(len(pairs), dtype=np.int32)
    assert mine.equal(rows, theirs).tolist() == [one == other for one, other in pairs]


def test_a_repeated_id_is_named():
    with pytest.raises(DuplicateIdError, match="b"):
        IdMap.build(["a", "b", "b"])


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=9), max_size=20))
def test_strings_survive_packing(strings):
    column = StringColumn.from_arrays(StringColumn.build(strings).arrays())
    assert [column[row] for row in range(len(column))] == strings


@given(st.lists(st.lists(st.integers(0, 99), max_size=5), max_size=20))
def test_codes_survive_packing(lists):
    column = CodesColumn.from_arrays(CodesColumn.build(lists).arrays())
    assert [column[row].tolist() for row in range(len(column))] == lists


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 99)), max_size=60))
def test_a_live_column_behaves_like_a_list(writes):
    expected = list(range(5))
    column = LiveColumn(np.arange(5))
    for row, value in writes:
        if row > len(expected):
            with pytest.raises(IndexError):
                column.put(row, value)
            continue
        column.put(row, value)
        expected[row : row + 1] = [value]
    rows = np.arange(len(expected), dtype=np.int32)[::-1]
    assert column[rows].tolist() == expected[::-1]
    assert column.all().tolist() == expected
    assert [column.at(row) for row in range(len(column))] == expected
