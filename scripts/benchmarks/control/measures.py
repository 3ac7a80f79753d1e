"""What each action prevents and costs: every person's counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.generation import Generation
from models.ids import Rows
from scripts.benchmarks.control.actions import Action
from scripts.benchmarks.control.kinds import DEFINITIONS, Kinds, Mask, in_any
from scripts.benchmarks.control.slates import HOUR_SECONDS, PersonSlates, Script
from scripts.benchmarks.held_out import HeldOut

Counts = NDArray[np.float64]
PAUSE_SECONDS: Final = 24 * HOUR_SECONDS
"""Between a person's last known event and the first slate."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Float64 [people, 2] by figure: what the replay without the action has, and what that with it has.

    Attributes:
        slots: shown items of an unwanted kind, by definition.
        hits: items found among those kept back that are of no unwanted kind.
    """

    slots: dict[str, Counts]
    hits: Counts

    @classmethod
    def of(cls, counts: Iterable[tuple[dict[str, Counts], Counts]]) -> Tally:
        """Of single people's counts; a definition that does not apply to somebody counts nothing of theirs."""
        slots, hits = zip(*counts, strict=True)
        named = [name for name in DEFINITIONS if any(name in each for each in slots)]
        return cls({name: np.stack([each.get(name, np.zeros(2)) for each in slots]) for name in named}, np.stack(hits))


def measure(
    generation: Generation, held: HeldOut, script: Script, actions: Sequence[Action], seed: int
) -> Iterator[dict[Action, tuple[dict[str, Counts], Counts]]]:
    """The counts of one person after the other."""
    kinds, slates = Kinds(generation.catalogue), PersonSlates(generation, script)
    for number, (user_id, wanted) in enumerate(held.wanted.items()):
        start = held.last_seen[user_id] + PAUSE_SECONDS
        without = slates.slates(user_id, start, None)
        target = int(np.random.default_rng((seed, number)).choice(without[0]))
        rows = generation.catalogue.rows(wanted)
        counts = {}
        for action in actions:
            acted = slates.slates(user_id, start, (action, target))
            counts[action] = _compared(kinds.of(target, action), rows[rows >= 0], (without, acted))
        yield counts


def _compared(
    kinds: dict[str, Mask], wanted: Rows, slates: tuple[Sequence[Rows], Sequence[Rows]]
) -> tuple[dict[str, Counts], Counts]:
    later = [np.concatenate(each[1:]) for each in slates]
    elsewhere = wanted[~in_any(kinds, wanted)]
    slots = {name: np.array([mask[rows].sum() for rows in later], dtype=np.float64) for name, mask in kinds.items()}
    return slots, np.array([np.isin(elsewhere, rows).sum() for rows in later], dtype=np.float64)
