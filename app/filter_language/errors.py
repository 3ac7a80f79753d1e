"""What is wrong with a filter, and where."""

from __future__ import annotations


class FilterError(ValueError):
    """A filter that cannot be read, or does not fit what is declared.

    Attributes:
        message: a predicate of the filter, with the place and the mend.
        position: characters before the place, from 0.
    """

    def __init__(self, problem: str, position: int) -> None:
        self.position = position
        self.message = f"at character {position + 1}: {problem}"
        super().__init__(self.message)
