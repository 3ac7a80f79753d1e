"""The rejects file: every row that was not taken, why, and the row itself, to be mended and sent again."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import orjson

from indexer.mends import Mends
from indexer.problems import FieldProblem
from indexer.readers import FileRow

MAX_ORIGINAL_BYTES: Final = 65_536
"""Bytes of a row that the rejects file repeats; of a longer one, its beginning as text."""
MAX_REASONS: Final = 1_000
"""Reasons that are told apart."""
SAMPLES: Final = 10
"""Rejects kept for a summary."""


_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken.

    Attributes:
        row: its number in the file, from 1.
        problems: at least one.
        original: the row as JSON where it is JSON and not too long, otherwise its beginning as text.
    """

    row: int
    problems: tuple[FieldProblem, ...]
    original: orjson.Fragment | str

    def __str__(self) -> str:
        return f"row {self.row}: {'; '.join(map(str, self.problems))}"

    def line(self) -> bytes:
        """One line of the rejects file: row, field, message, further problems under `also`, original."""
        first, *others = self.problems
        record: dict[str, Any] = {"row": self.row, "field": first.field, "message": first.message}
        if others:
            record["also"] = [{"field": problem.field, "message": problem.message} for problem in others]
        return orjson.dumps(record | {"original": self.original}, option=orjson.OPT_APPEND_NEWLINE)


@dataclass(slots=True)
class Reason:
    """Why rows were rejected: one of them, and how many there are."""

    example: str
    count: int = 0


class Rejects:
    """Collects rejects, in a file if one is named; a context manager.

    The file is complete when the context is left, and gone if there were no rejects, so that an old one cannot mislead.

    Attributes:
        count: rejected rows, those included that a later row of the same id replaced.
        rows: all rows that were read.
        repeated: rejected rows that a later row of the same id replaced.
        reasons: how often each reason for the others occurred, with the first row as an example.
        aside: rows that are rightly none of the kind that is read, by what they are.
        mends: what was changed in the rows that were not rejected.
        samples: the first few of them.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.count = 0
        self.rows = 0
        self.repeated = 0
        self.reasons: dict[str, Reason] = {}
        self.aside: Counter[str] = Counter()
        self.mends = Mends()
        self.samples: list[Reject] = []
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._unfinished(self.path).open("wb")
        return self

    @property
    def refused(self) -> int:
        """Rows that could not be taken."""
        return self.count - self.repeated

    @property
    def taken(self) -> int:
        """Rows that became a document that stands."""
        return self.rows - self.count - self.aside.total()

    def set_aside(self, reason: str) -> None:
        """Take note of a row that is rightly none of the kind that is read."""
        self.aside[reason if len(self.aside) < MAX_REASONS else "others"] += 1

    def replaced(self, row: FileRow, problem: FieldProblem) -> None:
        """Take note of a good row in whose place another one stands."""
        self.repeated += 1
        self._keep(Reject(row.number, (problem,), _original(row)))

    def add(self, row: FileRow, problems: list[FieldProblem]) -> None:
        """Take note of a rejected row."""
        reject = Reject(row.number, tuple(problems), _original(row))
        self._keep(reject)
        alike = _DIGITS.sub("0", str(problems[0]))
        self.reasons.setdefault(alike if len(self.reasons) < MAX_REASONS else "", Reason(str(reject))).count += 1

    def refused_elsewhere(self, row: FileRow, problems: list[FieldProblem]) -> None:
        """Take note of a row that is good by itself and was not taken, by somebody who counts the reason."""
        self._keep(Reject(row.number, tuple(problems), _original(row)))

    def _keep(self, reject: Reject) -> None:
        self.count += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(reject)
        if self._file is not None:
            self._file.write(reject.line())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.path is None or self._file is None:
            return
        self._file.close()
        if self.count:
            self._unfinished(self.path).replace(self.path)
        else:
            self._unfinished(self.path).unlink()
            self.path.unlink(missing_ok=True)

    @staticmethod
    def _unfinished(path: Path) -> Path:
        return path.with_name(f".{path.name}.unfinished")


def _original(row: FileRow) -> orjson.Fragment | str:
    if isinstance(row.original, bytes):
        text, is_json = row.original.strip(), row.value is not None
    else:
        given = row.value if row.original is None else row.original
        text, is_json = orjson.dumps(given, default=str, option=orjson.OPT_NON_STR_KEYS), given is not None
    if is_json and len(text) <= MAX_ORIGINAL_BYTES:
        return orjson.Fragment(text)
    return text[:MAX_ORIGINAL_BYTES].decode(errors="replace")
