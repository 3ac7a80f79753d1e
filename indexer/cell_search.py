"""The search through cells, compiled: near cells first, until the others are expected to hold next to nothing.

What is expected of a cell follows from how many of its rows may be found and from how far the members of cells score
above their centroids. So a filter costs breadth just where it takes away what is near, and nowhere recall.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.cells import TAIL_STEP
from indexer.vector_instructions import LANES, code_sums, one_of, whole_dot
from models.compiled import compiled
from models.ids import Rows

Floats = NDArray[np.float32]
_STEP = np.float32(TAIL_STEP)
_NONE = np.float32(-np.inf)
_FIRST_LOOK = np.float32(2)
"""Cells are taken in the order of their centroid's score and so many spreads."""
_BEFORE_CHECK = 4
"""Cells before it is first asked what is left; then after a quarter more each time."""
_WHOLE = 16
"""Numbers of a vector that `whole_dot` takes at a time."""


class Layout(NamedTuple):
    """Of the cells (indexer/cells.py), and the vectors: [n, d] of float32, or of float16 seen as uint16."""

    starts: NDArray[np.int64]
    rows: Rows
    codes: NDArray[np.uint64]
    scales: Floats
    beyond: Floats
    vectors: NDArray[np.generic]


class Permit(NamedTuple):
    """Which rows may be found: a bit for each place, uint8 [blocks], and how many there are, int32 [cells]."""

    bits: NDArray[np.uint8]
    counts: NDArray[np.int32]


class Question(NamedTuple):
    """A query float32 [d], the bits of its turned and rounded numbers, their unit and sum, and what cells promise."""

    vector: Floats
    planes: NDArray[np.uint64]
    unit: np.float32
    total: int
    scores: Floats
    spreads: Floats


class Effort(NamedTuple):
    """How well is searched.

    Attributes:
        breadth: rows that are found.
        rough_margin: rows are estimated closely when the estimate by signs and so much of its scale could be among
            the best.
        close_margin: rows are compared exactly when the close estimate and so much of its scale could be.
        slack: what two ways to sum up one score may differ by.
        missed: how many of the best may be expected in cells that are left out.
        least: rows that are looked at in any case.
    """

    breadth: int
    rough_margin: np.float32
    close_margin: np.float32
    slack: np.float32
    missed: float
    least: int


class _Pool(NamedTuple):
    """What may be among the best: places, estimates of their scores, and what these may be at most."""

    places: NDArray[np.int32]
    estimates: Floats
    bounds: Floats


@compiled
def search_cells(layout: Layout, permit: Permit, question: Question, effort: Effort) -> tuple[Rows, Floats]:
    """The best rows and their scores, in no order; of equal scores the lower rows."""
    keys, cells = _promising_first(permit.counts, question.scores, question.spreads)
    rows, scores = np.full(effort.breadth, 2**31 - 1, np.int32), np.full(effort.breadth, _NONE, np.float32)
    best = np.full(effort.breadth, _NONE, np.float32)
    signs, sums = np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    pool, used = _Pool(np.empty(4096, np.int32), np.empty(4096, np.float32), np.empty(4096, np.float32)), 0
    left, looked_at, check = len(cells), 0, _BEFORE_CHECK
    while left:
        cell = cells[0]
        left -= 1
        keys[0], keys[left], cells[0], cells[left] = keys[left], keys[0], cells[left], cell
        _sink(keys, cells, left)
        pool = _with_room(pool, used, LANES * (layout.starts[cell + 1] - layout.starts[cell]))
        used = _look_through(layout, permit.bits, question, effort, cell, best, scores[0], signs, sums, pool, used)
        looked_at += permit.counts[cell]
        taken = len(cells) - left
        if taken >= check or not left:
            check = taken + max(2, taken // 4)
            used = _compare(layout, question.vector, pool, used, best[0], rows, scores)
            least = scores[0] - effort.slack
            missed = _missed(cells, left, permit.counts, question, layout.beyond, least, effort.breadth)
            if looked_at >= effort.least and least > _NONE and missed <= effort.missed:
                break
    _compare(layout, question.vector, pool, used, _NONE, rows, scores)
    found = scores > _NONE
    return rows[found], scores[found]


@compiled
def _compare(
    layout: Layout, query: Floats, pool: _Pool, used: int, likely: np.float32, rows: Rows, scores: Floats
) -> int:
    """Compare exactly what is estimated at `likely` or more; how many stay in the pool, for later."""
    places, estimates, bounds, vectors, row_of = pool.places, pool.estimates, pool.bounds, layout.vectors, layout.rows
    left = 0
    for each in range(used):
        if bounds[each] >= scores[0]:
            if estimates[each] >= likely:
                row = row_of[places[each]]
                _keep(rows, scores, row, score_of(vectors, row, query))
            else:
                places[left], estimates[left], bounds[left] = places[each], estimates[each], bounds[each]
                left += 1
    return left


@compiled
def score_of(vectors: NDArray[np.generic], row: int, query: Floats) -> np.float32:
    """Dot product of one row of [n, d] and a query [d]: the same for equal rows."""
    score = whole_dot(vectors, np.int64(row), query)
    for place in range(vectors.shape[1] // _WHOLE * _WHOLE, vectors.shape[1]):
        score += one_of(vectors, np.int64(row), np.int64(place)) * query[place]
    return np.float32(score)


@compiled
def scores_of(vectors: NDArray[np.generic], rows: Rows, query: Floats) -> Floats:
    """float32 [len(rows)]: what `search_cells` would give them."""
    scores = np.empty(len(rows), np.float32)
    for place, row in enumerate(rows):
        scores[place] = score_of(vectors, row, query)
    return scores


@compiled
def _look_through(
    layout: Layout,
    bits: NDArray[np.uint8],
    question: Question,
    effort: Effort,
    cell: int,
    best: Floats,
    exact: np.float32,
    signs: NDArray[np.int64],
    sums: NDArray[np.int64],
    pool: _Pool,
    used: int,
) -> int:
    """Estimate the scores of a cell's rows that may be found; how many are in the pool then."""
    codes, scales, planes, base = layout.codes, layout.scales, question.planes, question.scores[cell]
    places, estimates, bounds = pool.places, pool.estimates, pool.bounds
    unit, total, slack = question.unit, question.total, effort.slack
    rough, close = effort.rough_margin, effort.close_margin
    for block in range(layout.starts[cell], layout.starts[cell + 1]):
        allowed = bits[block]
        if allowed == 0:
            continue
        code_sums(codes, 2 * block, planes, signs)
        near = False
        for lane in range(LANES):
            scale = scales[LANES * block + lane, 0]
            near |= base + scale * (unit * np.float32(2 * signs[lane] - total) + rough) + slack >= exact
        if not near:
            continue
        code_sums(codes, 2 * block + 1, planes, sums)
        for lane in range(LANES):
            if (allowed >> lane) & 1:
                scale = scales[LANES * block + lane, 1]
                estimate = base + scale * unit * np.float32(4 * signs[lane] + 2 * sums[lane] - 3 * total)
                bound = estimate + close * scale + slack
                if bound >= exact:
                    places[used], estimates[used], bounds[used] = LANES * block + lane, estimate, bound
                    used += 1
                    if estimate > best[0]:
                        best[0] = estimate
                        _settle(best)
    return used


@compiled
def _missed(
    cells: NDArray[np.int32],
    left: int,
    counts: NDArray[np.int32],
    question: Question,
    beyond: Floats,
    least: np.float32,
    found: int,
) -> float:
    """How many rows of the first `left` cells are expected to score more than `least`.

    Where the cells looked through held less than expected of them, as where what is near is excluded, so do the others.
    """
    expected = _expected(cells[left:], counts, question, beyond, least)
    return _expected(cells[:left], counts, question, beyond, least) * min(1.0, found / max(expected, 1.0))


@compiled
def _expected(
    cells: NDArray[np.int32], counts: NDArray[np.int32], question: Question, beyond: Floats, least: np.float32
) -> float:
    """How many rows of some cells are expected to score more than `least`."""
    scores, spreads, expected = question.scores, question.spreads, 0.0
    for cell in cells:
        above = least - scores[cell]
        if above <= 0:
            expected += counts[cell]
        elif above < spreads[cell] * _STEP * len(beyond):
            expected += counts[cell] * beyond[int(above / (spreads[cell] * _STEP))]
    return expected


@compiled
def _promising_first(counts: NDArray[np.int32], scores: Floats, spreads: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """(what they are ordered by, cells with rows that may be found) as a heap, the most promising first."""
    cells = np.flatnonzero(counts > 0).astype(np.int32)
    keys = np.empty(len(cells), np.float32)
    for place, cell in enumerate(cells):
        keys[place] = scores[cell] + _FIRST_LOOK * spreads[cell]
    for place in range(len(cells) // 2 - 1, -1, -1):
        _sink(keys, cells, len(cells), place)
    return keys, cells


@compiled
def _sink(keys: Floats, cells: NDArray[np.int32], length: int, place: int = 0) -> None:
    """Move one entry of a heap, the largest first, to where it belongs."""
    while 2 * place + 1 < length:
        below = 2 * place + 1
        if below + 1 < length and keys[below + 1] > keys[below]:
            below += 1
        if keys[below] <= keys[place]:
            return
        keys[place], keys[below] = keys[below], keys[place]
        cells[place], cells[below] = cells[below], cells[place]
        place = below


@compiled
def _settle(best: Floats) -> None:
    """Move the first entry of a heap, the least first, to where it belongs."""
    place, value = 0, best[0]
    while 2 * place + 1 < len(best):
        below = 2 * place + 1
        if below + 1 < len(best) and best[below + 1] < best[below]:
            below += 1
        if best[below] >= value:
            break
        best[place] = best[below]
        place = below
    best[place] = value


@compiled
def _keep(rows: Rows, scores: Floats, row: int, score: np.float32) -> None:
    """Take a row in place of the worst of a heap, if it is better: of equal scores the lower row is."""
    if score < scores[0] or (score == scores[0] and row > rows[0]):
        return
    place = 0
    while 2 * place + 1 < len(rows):
        below = 2 * place + 1
        if below + 1 < len(rows) and _worse(rows, scores, below + 1, below):
            below += 1
        if scores[below] > score or (scores[below] == score and rows[below] < row):
            break
        rows[place], scores[place] = rows[below], scores[below]
        place = below
    rows[place], scores[place] = row, score


@compiled
def _worse(rows: Rows, scores: Floats, one: int, other: int) -> bool:
    return bool(scores[one] < scores[other] or (scores[one] == scores[other] and rows[one] > rows[other]))


@compiled
def _with_room(pool: _Pool, used: int, more: int) -> _Pool:
    """A pool with room for more, the same one where there is."""
    if used + more <= len(pool.places):
        return pool
    room = 2 * (used + more)
    longer = _Pool(np.empty(room, np.int32), np.empty(room, np.float32), np.empty(room, np.float32))
    longer.places[:used], longer.estimates[:used] = pool.places[:used], pool.estimates[:used]
    longer.bounds[:used] = pool.bounds[:used]
    return longer


@compiled
def withdraw(permit: Permit, places: NDArray[np.int32], cell_of_block: NDArray[np.int32]) -> None:
    """Let some places not be found any more."""
    bits, counts = permit.bits, permit.counts
    for place in places:
        block, bit = place // LANES, np.uint8(1 << (place % LANES))
        if bits[block] & bit:
            bits[block] &= ~bit
            counts[cell_of_block[block]] -= 1
