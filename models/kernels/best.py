"""The best of many scores, row by row of a matrix: a heap of those that are best so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.kernels.compiler import kernel

Scores = NDArray[np.float32]
Places = NDArray[np.int32]


@kernel
def best_places(scores: Scores, counts: NDArray[np.int64]) -> tuple[Places, Scores]:
    """(places of the highest scores of each row, best first, of equals the first; these scores), both [q, most].

    Places are -1, and scores -inf, behind the last; a score of -inf is none.

    Args:
        scores: float32 [q, n].
        counts: int64 [q], how many of each row are wanted.
    """
    most = counts.max() if len(counts) else 0
    places, found = np.full((len(scores), most), -1, np.int32), np.full((len(scores), most), -np.inf, np.float32)
    for row in range(len(scores)):
        held, count = 0, counts[row]
        for place in range(scores.shape[1] if count else 0):
            score = scores[row, place]
            if score == -np.inf or (held == count and score <= found[row, 0]):
                continue
            if held < count:
                _rise(found[row], places[row], held, score, place)
                held += 1
            else:
                _sink(found[row], places[row], held, score, place)
        while held > 1:
            held -= 1
            score, place = found[row, held], places[row, held]
            found[row, held], places[row, held] = found[row, 0], places[row, 0]
            _sink(found[row], places[row], held, score, place)
    return places, found


@kernel
def _behind(score: float, place: int, other_score: float, other_place: int) -> bool:
    return score < other_score if score != other_score else place > other_place


@kernel
def _rise(scores: Scores, places: Places, at: int, score: float, place: int) -> None:
    """Put an entry into a heap of which the worst is first, from the position behind the last."""
    while at > 0:
        above = (at - 1) // 2
        if not _behind(score, place, scores[above], places[above]):
            break
        scores[at], places[at] = scores[above], places[above]
        at = above
    scores[at], places[at] = score, place


@kernel
def _sink(scores: Scores, places: Places, held: int, score: float, place: int) -> None:
    """Put an entry into a heap of so many in place of the worst."""
    at = 0
    while 2 * at + 1 < held:
        below = 2 * at + 1
        if below + 1 < held and _behind(scores[below + 1], places[below + 1], scores[below], places[below]):
            below += 1
        if not _behind(scores[below], places[below], score, place):
            break
        scores[at], places[at] = scores[below], places[below]
        at = below
    scores[at], places[at] = score, place
