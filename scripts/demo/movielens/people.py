"""People to users: the occupation as role, and no more of the person than the equity audit asks for."""

from bisect import bisect_right
from typing import Final, NotRequired, TypedDict

from scripts.demo.movielens.tables import Person

NO_ROLE: Final = frozenset({"none", "other"})
"""Occupations that say nothing of what a person does."""

GENDERS: Final = {"F": "female", "M": "male"}

_BAND_STARTS: Final = (18, 25, 35, 45, 55)
_BANDS: Final = ("under 18", "18 to 24", "25 to 34", "35 to 44", "45 to 54", "55 and over")


class UserRow(TypedDict):
    """One line of the users file."""

    user_id: str
    role: NotRequired[str]
    attributes: dict[str, str]


def user_row(person: Person) -> UserRow:
    """IngestLock one person into one user: the age as a band, the zip code nowhere."""
    user: UserRow = {
        "user_id": person.user_id,
        "attributes": {
            "age_band": age_band(person.age),
            "gender": GENDERS[person.gender],
            "occupation": person.occupation,
        },
    }
    if person.occupation not in NO_ROLE:
        user["role"] = person.occupation
    return user


def age_band(age: int) -> str:
    """Names the band that an age in years falls into."""
    return _BANDS[bisect_right(_BAND_STARTS, age)]
