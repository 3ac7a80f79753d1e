import numpy as np
from scipy import stats

from models.assignment import place, variant_of

PEOPLE = [f"person-{number}" for number in range(20_000)]


def test_a_person_always_belongs_to_the_same_variant() -> None:
    assert [variant_of(user, "salt", [0.5, 0.5]) for user in PEOPLE[:50]] == [
        variant_of(user, "salt", [0.5, 0.5]) for user in PEOPLE[:50]
    ]
    assert place("ada", "one") != place("ada", "other")


def test_people_fall_to_variants_in_their_shares() -> None:
    shares = np.array([0.6, 0.3, 0.1])
    counts = np.bincount([variant_of(user, "a salt", shares.tolist()) for user in PEOPLE])
    assert stats.chisquare(counts, shares * len(PEOPLE)).pvalue > 0.001


def test_experiments_with_other_salts_are_independent() -> None:
    table = np.zeros((2, 2))
    for user in PEOPLE:
        table[variant_of(user, "one", [0.5, 0.5]), variant_of(user, "two", [0.5, 0.5])] += 1
    assert stats.chi2_contingency(table).pvalue > 0.001


def test_places_are_even() -> None:
    assert stats.kstest([place(user, "s") for user in PEOPLE], "uniform").pvalue > 0.001
