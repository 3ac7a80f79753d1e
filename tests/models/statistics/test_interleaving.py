import numpy as np

from models.statistics import mean_estimate, preferences, team_draft


def ranking(*rows: int) -> np.ndarray:
    return np.array(rows, dtype=np.int32)


def test_each_ranking_brings_its_best_that_is_not_taken() -> None:
    for seed in range(20):
        draft = team_draft(ranking(1, 2, 3, 4), ranking(3, 1, 5, 6), 4, np.random.default_rng(seed))
        assert set(draft.rows[:2]) == {1, 3}
        assert set(draft.rows[2:]) == {2, 5}
        np.testing.assert_array_equal(draft.teams == 0, np.isin(draft.rows, [1, 2]))


def test_equal_rankings_come_out_as_they_are() -> None:
    draft = team_draft(ranking(4, 2, 9), ranking(4, 2, 9), 10, np.random.default_rng(1))
    np.testing.assert_array_equal(draft.rows, [4, 2, 9])


def test_a_ranking_that_ends_leaves_its_turns_to_the_other() -> None:
    draft = team_draft(ranking(1), ranking(2, 3, 4), 4, np.random.default_rng(1))
    assert sorted(draft.rows.tolist()) == [1, 2, 3, 4]
    assert team_draft(ranking(), ranking(), 4, np.random.default_rng(1)).rows.tolist() == []


def test_neither_ranking_is_favoured() -> None:
    """Whoever clicks the first place prefers neither team over many lists."""
    random = np.random.default_rng(3)
    firsts = [team_draft(ranking(1, 2), ranking(3, 4), 2, random).teams[0] for _ in range(4000)]
    estimate = mean_estimate(preferences(np.array(firsts, dtype=np.int8), np.arange(4000)))
    assert abs(float(estimate.value)) < 3 * float(estimate.standard_error)


def test_a_person_counts_once_however_much_they_click() -> None:
    teams, people = np.array([1, 1, 1, 0, 0], dtype=np.int8), np.array([0, 0, 0, 0, 1])
    np.testing.assert_allclose(preferences(teams, people), [0.25, -0.5])
    assert len(preferences(np.empty(0, dtype=np.int8), np.empty(0, dtype=np.int64))) == 0
