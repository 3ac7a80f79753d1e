"""People to users."""

import pytest

from scripts.demo.movielens.people import age_band, user_row
from scripts.demo.movielens.tables import Person


def test_a_user_has_a_role_and_three_attributes_and_no_more() -> None:
    assert user_row(Person("2", 53, "F", "librarian")) == {
        "user_id": "2",
        "role": "librarian",
        "attributes": {"age_band": "45 to 54", "gender": "female", "occupation": "librarian"},
    }


@pytest.mark.parametrize("occupation", ["none", "other"])
def test_an_occupation_that_says_nothing_is_no_role(occupation: str) -> None:
    assert "role" not in user_row(Person("2", 53, "F", occupation))


@pytest.mark.parametrize(
    ("age", "band"),
    [(7, "under 18"), (17, "under 18"), (18, "18 to 24"), (24, "18 to 24"), (25, "25 to 34"), (55, "55 and over")],
)
def test_ages_become_bands(age: int, band: str) -> None:
    assert age_band(age) == band
