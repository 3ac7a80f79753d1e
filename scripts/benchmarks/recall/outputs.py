"""The files that a comparison is written to: JSON, CSV and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scripts.benchmarks.recall.export import to_csv, to_json
from scripts.benchmarks.recall.plot import PICTURES, can_draw, draw
from scripts.benchmarks.recall.summary import Heading, Summary


class OutputError(ValueError):
    """A file that is asked for could not be written."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that are asked for."""

    json: Path | None
    csv: Path | None
    plot: Path | None

    def check(self) -> None:
        """Refuse what could not be written, before anything takes long.

        Raises:
            OutputError: a folder or a package is missing, or a picture's name has no known ending.
        """
        for file in (self.json, self.csv, self.plot):
            if file is not None and not file.parent.is_dir():
                raise OutputError(f"{file.parent} is no folder")
        if self.plot is not None and not can_draw():
            raise OutputError("--plot needs matplotlib: pip install 'penchant[benchmark]'")
        if self.plot is not None and self.plot.suffix not in PICTURES:
            raise OutputError(f"{self.plot} cannot be drawn, its name must end in {', '.join(PICTURES)}")

    def write(self, heading: Heading, summaries: list[Summary]) -> None:
        """Write all of them."""
        if self.json is not None:
            self.json.write_bytes(to_json(heading, summaries))
        if self.csv is not None:
            self.csv.write_text(to_csv(heading, summaries), encoding="utf-8")
        if self.plot is not None:
            draw(heading, summaries, self.plot)
