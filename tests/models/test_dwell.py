"""Dwell as a share of what the item takes, at the person's own pace, whatever tabs were left open."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dwell import DwellSettings, dwell_shares, expected_seconds, paces

SETTINGS = DwellSettings()
NOBODY = np.zeros(0, np.int32)


def shares(seconds, expected, people=None):
    seconds, expected = np.array(seconds, float), np.array(expected, float)
    people = np.zeros(len(seconds), np.int32) if people is None else np.array(people, np.int32)
    return dwell_shares(seconds, expected, paces(seconds, expected, people, SETTINGS), SETTINGS)


def test_what_an_item_takes_follows_its_words_and_format():
    words = np.array([238.0, 238.0, 5.0, 1e9, np.nan])
    found = expected_seconds(words, ["article", "video", None, None, None], SETTINGS)
    assert found[:4].tolist() == pytest.approx([60.0, 95.2, 10.0, 1_800.0])
    assert np.isnan(found[4])


def test_a_minute_is_all_of_a_note_and_little_of_an_essay():
    note, essay = shares([60.0, 60.0], [30.0, 1_200.0], people=[0, 1])
    assert note == 1.0
    assert essay < 0.1


def test_who_reads_slowly_has_read_half_after_a_longer_time():
    quick, slow = [30.0] * 20, [120.0] * 20  # of articles of a minute
    found = shares([*quick, *slow, 30.0, 30.0], [60.0] * 42, people=[0] * 20 + [1] * 20 + [0, 1])
    assert found[40] > 0.8
    assert 0.2 < found[41] < 0.4


def test_one_dwell_hardly_moves_a_pace():
    (pace,) = paces(np.array([180.0]), np.array([60.0]), np.zeros(1, np.int32), SETTINGS)
    assert pace == pytest.approx(3 ** (1 / 6))


def test_an_open_tab_speaks_for_little_and_changes_no_pace():
    seconds, expected = np.array([60.0, 60.0, 60.0, 36_000.0]), np.full(4, 60.0)
    people = np.zeros(4, np.int32)
    with_tab = paces(seconds, expected, people, SETTINGS)
    assert with_tab[0] == paces(seconds[:3], expected[:3], people[:3], SETTINGS)[0] == 1.0
    assert dwell_shares(seconds, expected, with_tab, SETTINGS).tolist() == [1.0, 1.0, 1.0, SETTINGS.idle_share]


DWELLS = st.lists(st.tuples(st.floats(0, 1e5), st.floats(10, 1_800), st.integers(0, 3)), min_size=1, max_size=30)


@given(DWELLS, st.randoms())
def test_order_does_not_matter_and_shares_are_shares(dwells, random):
    order = list(range(len(dwells)))
    random.shuffle(order)
    there = shares(*map(list, zip(*dwells, strict=True)))
    shuffled = shares(*map(list, zip(*(dwells[place] for place in order), strict=True)))
    assert ((there >= 0) & (there <= 1)).all()
    assert there[order].tolist() == pytest.approx(shuffled.tolist())


def test_nobody_has_no_pace():
    assert paces(np.zeros(0), np.zeros(0), NOBODY, SETTINGS).tolist() == []
