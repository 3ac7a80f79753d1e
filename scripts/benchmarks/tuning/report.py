"""What was tried and what was chosen, as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.benchmarks.tuning.judge import METRIC
from scripts.benchmarks.tuning.search import Chosen, Search


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The chosen settings on people by whom nothing was chosen.

    Attributes:
        people: how many.
        default: mean with the settings as they stood.
        chosen: mean with the chosen ones.
        gain: mean of what each person gains.
        error: standard error of the gain.
    """

    people: int
    default: float
    chosen: float
    gain: float
    error: float

    def __str__(self) -> str:
        return (
            f"{METRIC} of {self.people:,} other people: {self.default:.4f} as it stood, {self.chosen:.4f} as chosen "
            f"({self.gain:+.4f} ± {self.error:.4f})"
        )


def table(start: Chosen, worth: float, people: int, found: Search) -> str:
    """Every trial beside what stood, whose figure comes first."""
    cells = [
        [f"by {people:,} people", "value", METRIC, "gain ± error", ""],
        ["as it stands", "", f"{worth:.4f}", "", ""],
        *_trials(found),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    chosen = [f"{name}: {found.chosen[name]:g}, not {value:g}" for name, value in changes(start, found.chosen).items()]
    lines = ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:4], widths[1:4]), line[4]]) for line in cells]
    return "\n".join([*(line.rstrip() for line in lines), "", *(chosen or ["nothing does better than what stands"])])


def changes(start: Chosen, chosen: Chosen) -> Chosen:
    """What stood of the settings that were chosen otherwise."""
    return {name: value for name, value in start.items() if chosen[name] != value}


def _trials(found: Search) -> Iterator[list[str]]:
    for trial in found.trials:
        gain = f"{trial.gain:+.4f} ± {trial.error:.4f}"
        yield [trial.name, f"{trial.value:g}", f"{trial.worth:.4f}", gain, "taken" if trial.taken else ""]
