"""Bodies of many rows: good rows are accepted, bad ones are told why, in one answer.

    {"counts": {"accepted": 1, "duplicate": 0, "conflict": 0, "ignored": 0, "rejected": 1},
     "results": [{"row": 1, "event_id": "e1", "status": "accepted"},
                 {"row": 2, "event_id": "e2", "status": "rejected", "errors": [{"field": "type", "message": "..."}]}]}

The status is 200 where at least one row was not refused (or there was none), 409 where every row is in conflict with
what was stored before, and 422 where every row was rejected or in conflict: then the same members stand in a problem
document, with all errors in one list besides.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import Request, Response

from app.api.answers import json_answer
from app.api.bodies import BodyRow, read_rows
from app.api.state import service_of
from app.errors import EventIdsTakenError, RowsRejectedError
from indexer.documents import Document
from indexer.fields import id_text
from indexer.mends import Mends
from indexer.problems import FieldProblem
from indexer.validation import parse

REJECTED: Final = "rejected"
CONFLICT: Final = "conflict"
_BREATH: Final = 256
"""Rows that are checked before other requests get a turn."""

Doc = TypeVar("Doc", bound=Document)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a row.

    Attributes:
        status: `rejected` or `conflict`, or one that says how it was accepted.
        errors: what is wrong with it, if it was refused.
        message: what else the caller should know.
        reason: the kind of reason for the status, by which rows can be counted.
    """

    status: str
    errors: Sequence[FieldProblem] = ()
    message: str | None = None
    reason: str | None = None


Accept = Callable[[Sequence[Doc]], Awaitable[Sequence[Verdict]]]


async def take_rows(
    request: Request,
    model: type[Doc],
    statuses: Sequence[str],
    accept: Accept[Doc],
    completed: Callable[[Sequence[BodyRow]], Awaitable[Sequence[BodyRow]]] | None = None,
) -> Response:
    """Read a body's rows, hand the valid ones to `accept`, and answer for each.

    Args:
        request: its body is read.
        model: what a row must be.
        statuses: what may become of a row; each is counted.
        accept: takes the valid rows, and says in the same order what became of each.
        completed: fills in what rows may leave out.

    Raises:
        PenchantError: the body cannot be read, or every row was refused.
    """
    rows: Sequence[BodyRow] = await read_rows(request)
    if completed is not None:
        rows = await completed(rows)
    checked, mended = await _check(rows, model)
    verdicts = iter(await accept([one for one in checked if isinstance(one, model)]))
    results = [
        _result(row, model.KEY, one if isinstance(one, Verdict) else next(verdicts), mended.get(row.number))
        for row, one in zip(rows, checked, strict=True)
    ]
    service_of(request).tally(f"{model.KEY.removesuffix('_id')}s", results)
    return _answer(results, statuses)


async def _check(rows: Sequence[BodyRow], model: type[Doc]) -> tuple[list[Doc | Verdict], dict[int, str]]:
    """Each row's document or refusal, and by number of the row what was changed on the way in."""
    checked: list[Doc | Verdict] = []
    mends, mended = Mends(), dict[int, str]()
    for position, row in enumerate(rows, start=1):
        checked.append(_document(row, model, mends))
        if account := mends.row_account():
            mended[row.number] = account
        if position % _BREATH == 0:
            await asyncio.sleep(0)
    return checked, mended


def _document(row: BodyRow, model: type[Doc], mends: Mends) -> Doc | Verdict:
    if row.fault:
        mends.begin()
        return Verdict(REJECTED, [row.fault])
    parsed = parse(model, row.value, mends)
    return Verdict(REJECTED, parsed) if isinstance(parsed, list) else parsed


def _result(row: BodyRow, key: str, verdict: Verdict, mended: str | None) -> dict[str, Any]:
    """The row's id is told as it was sent, as far as there is one, and what was changed where the row was taken."""
    named = id_text(row.value.get(key)) if isinstance(row.value, dict) else None
    result: dict[str, Any] = {
        "row": row.number,
        key: named if isinstance(named, str) else None,
        "status": verdict.status,
    }
    if verdict.errors:
        result["errors"] = verdict.errors
    if verdict.reason is not None:
        result["reason"] = verdict.reason
    told = [verdict.message, mended if verdict.status != REJECTED else None]
    if any(told):
        result["message"] = "; ".join(part for part in told if part)
    return result


def _answer(results: Sequence[dict[str, Any]], statuses: Sequence[str]) -> Response:
    tally = Counter(result["status"] for result in results)
    counts = {status: tally[status] for status in statuses}
    if results and tally[CONFLICT] == len(results):
        raise EventIdsTakenError(counts, results)
    if results and tally[CONFLICT] + tally[REJECTED] == len(results):
        raise RowsRejectedError(counts, results)
    return json_answer({"counts": counts, "results": results})
