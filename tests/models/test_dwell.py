"""Dwell as a share of what the item takes, at the person's own pace, whatever tabs were left open."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dwell import DwellRule, DwellSettings

RULE = DwellRule()
FORMATS = ("article", "video", "podcast")


def shares(seconds, expected, people=None):
    owners = np.zeros(len(seconds), np.int64) if people is None else np.array(people, np.int64)
    return RULE.shares(np.array(seconds, float), np.array(expected, float), owners)


def expected(words, formats, rule=RULE):
    return rule.expected(np.array(words, np.int32), np.array(formats, np.int32), FORMATS).tolist()


class TestWhatAnItemTakes:
    def test_follows_its_words_within_bounds(self):
        assert expected([238, 714, 5, 10**6], [0, -1, 0, 0]) == pytest.approx([60.0, 180.0, 10.0, 1_800.0])

    def test_is_not_known_without_a_text_or_where_the_text_is_no_more_than_a_description(self):
        assert np.isnan(expected([0, 238], [0, 1])).all()

    def test_follows_what_is_said_where_texts_hold_that(self):
        spoken = DwellRule(DwellSettings(format_words_per_minute={"video": 150.0}))
        assert expected([300], [1], spoken) == pytest.approx([120.0])

    def test_is_not_known_where_words_say_nothing(self):
        assert np.isnan(expected([238], [0], DwellRule(DwellSettings(by_words=False)))).all()


class TestShares:
    def test_a_minute_is_all_of_a_note_and_little_of_an_essay(self):
        note, essay = shares([60.0, 60.0], [30.0, 1_200.0], people=[0, 1])
        assert note == 1.0
        assert essay < 0.1

    def test_at_the_usual_pace_it_is_the_part_of_what_the_item_takes(self):
        found = RULE.shares(np.array([15.0, 30.0, 300.0, 301.0]), np.full(4, 60.0))
        assert found.tolist() == [0.25, 0.5, 1.0, 0.25]

    def test_where_it_is_not_known_what_the_item_takes_the_setting_says(self):
        found = shares([15.0, 60.0, 7_200.0, 36_000.0], [np.nan] * 4)
        assert found.tolist() == [0.25, 1.0, 1.0, 0.25]

    def test_a_dwell_whose_length_was_not_told_is_a_whole_one_and_says_nothing_of_the_pace(self):
        found = shares([np.nan, 30.0, np.nan], [60.0, 60.0, np.nan])
        assert found.tolist() == pytest.approx([1.0, 0.5 / 2 ** (-1 / 6), 1.0])

    def test_what_is_read_of_a_short_beginning_is_no_idle_tab(self):
        (found,) = RULE.shares(np.array([240.0]), np.array([10.0]))
        assert found == 1.0

    def test_who_reads_slowly_has_read_half_after_a_longer_time(self):
        quick, slow = [30.0] * 20, [120.0] * 20  # of articles of a minute
        found = shares([*quick, *slow, 30.0, 30.0], [60.0] * 42, people=[0] * 20 + [1] * 20 + [0, 1])
        assert found[40] > 0.8
        assert 0.2 < found[41] < 0.4


class TestPaces:
    def test_one_dwell_hardly_moves_a_pace(self):
        (pace,) = RULE.paces(np.array([180.0]), np.array([60.0]), np.zeros(1, np.int64))
        assert pace == pytest.approx(3 ** (1 / 6))

    def test_are_medians_of_each_person_alone(self):
        seconds = np.array([30.0, 60.0, 120.0, 240.0, 60.0, 60.0])
        found = RULE.paces(seconds, np.full(6, 60.0), np.array([0, 0, 0, 0, 2, 2]))
        assert found.tolist() == pytest.approx([2 ** (0.5 * 4 / 9)] * 4 + [1.0, 1.0])

    def test_an_open_tab_speaks_for_little_and_changes_no_pace(self):
        seconds, takes, people = np.array([60.0, 60.0, 60.0, 36_000.0]), np.full(4, 60.0), np.zeros(4, np.int64)
        assert RULE.paces(seconds, takes, people).tolist() == [1.0] * 4
        assert RULE.shares(seconds, takes, people).tolist() == [1.0, 1.0, 1.0, RULE.settings.idle_share]

    def test_nobody_has_none(self):
        assert RULE.paces(np.zeros(0), np.zeros(0), np.zeros(0, np.int64)).tolist() == []


LENGTHS = st.one_of(st.floats(0, 1e5), st.just(np.nan))
DWELLS = st.lists(
    st.tuples(LENGTHS, st.one_of(st.floats(10, 1_800), st.just(np.nan)), st.integers(0, 3)), min_size=1, max_size=30
)


@given(DWELLS, st.randoms())
def test_order_does_not_matter_and_shares_are_shares(dwells, random):
    order = list(range(len(dwells)))
    random.shuffle(order)
    there = shares(*map(list, zip(*dwells, strict=True)))
    shuffled = shares(*map(list, zip(*(dwells[place] for place in order), strict=True)))
    assert ((there >= 0) & (there <= 1)).all()
    assert there[order].tolist() == pytest.approx(shuffled.tolist())
