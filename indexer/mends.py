"""What was changed on the way in, counted by kind, so that nobody finds it out by accident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import Enum


class Mend(Enum):
    """One kind of change: what is said of one of them, and of several."""

    MARKUP = ("text had markup", "texts had markup")
    EMPTY = ("empty value is absent", "empty values are absent")
    EMPTY_ENTRY = ("empty tag fell away", "empty tags fell away")
    NUMBER = ("number became text", "numbers became text")
    DATE = ("date was written in another form than RFC 3339", "dates were written in another form than RFC 3339")
    LONG_TITLE = ("title was too long and is cut", "titles were too long and are cut")
    TAG = (
        "tag was too long, or beyond the hundredth, and fell away",
        "tags were too long, or beyond the hundredth, and fell away",
    )
    URL = ("url was no web address and fell away", "urls were no web addresses and fell away")
    PROVIDER = ("provider was too long and fell away", "providers were too long and fell away")
    FORMAT = ("format was too long and fell away", "formats were too long and fell away")


class Mends:
    """Counts changes; those of a row count only once the row was taken.

    Attributes:
        counts: of the rows that were taken.
        of_row: of the row that is being read.
    """

    __slots__ = ("counts", "of_row")

    def __init__(self) -> None:
        self.counts: Counter[Mend] = Counter()
        self.of_row: list[Mend] = []

    def note(self, mend: Mend) -> None:
        """Something of the present row was changed."""
        self.of_row.append(mend)

    def forget(self, noted: int) -> None:
        """Of the present row only the first changes hold: what was tried after them did not succeed."""
        del self.of_row[noted:]

    def begin(self) -> None:
        """A row is read next; what was noted of one that was not taken is forgotten."""
        self.of_row.clear()

    def take(self) -> None:
        """The row was taken."""
        if self.of_row:
            self.counts.update(self.of_row)
            self.of_row.clear()

    def row_account(self) -> str | None:
        """What was changed in the present row, in words; None where nothing was."""
        if not self.of_row:
            return None
        return "; ".join(_lines(Counter(self.of_row))) or None

    def account(self) -> list[str]:
        """A line for each kind that occurred, such as "412 texts had markup"."""
        return list(_lines(self.counts))


def _lines(counts: Counter[Mend]) -> Iterable[str]:
    for mend in Mend:
        if count := counts[mend]:
            one, several = mend.value
            yield f"1 {one}" if count == 1 else f"{count:,} {several}"
