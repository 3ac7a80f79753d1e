import pytest

from indexer.dates import is_date


@pytest.mark.parametrize("tag", ["1970s", "1970's", "the 90s", "late 1980s", "2024", "19th century", "21st-century"])
def test_dates_are_told(tag: str) -> None:
    assert is_date(tag)


@pytest.mark.parametrize(
    "tag", ["1970s cinema", "8-bit", "sci-fi", "3d printing", "42", "class of 1984", "century", ""]
)
def test_other_things_are_none(tag: str) -> None:
    assert not is_date(tag)
