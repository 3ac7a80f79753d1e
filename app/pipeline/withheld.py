"""What a slate lost to filters, counted by filter: each item once, under the first filter that holds it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.reranker import FloorReceipt
from app.pipeline.slate_promises import rows_of_floor
from models.ids import Rows
from models.kernels.filters import Bit
from models.kernels.filters import first_filters as filter_pass
from models.kernels.rows import among

_NO_ROWS: Final = np.empty(0, dtype=np.int32)
ASKED: Final = "filter"
"""Name of the filter that holds back what the request does not ask for: the first, since nothing else concerns that."""
_SECRET: Final = frozenset({"hidden", "expired", "sensitive"})
_FLOORS: Final = frozenset({"length", "recency", "exploration"})


class Filter(Protocol):
    """Removes candidates, and never adds any."""

    @property
    def name(self) -> str:
        """Its name in traces and receipts."""

    def __call__(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True to keep."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What one filter held back.

    Attributes:
        filter: its name.
        count: items.
        detail: the same by sensitive topic or by language; an item on two topics counts under both.
    """

    filter: str
    count: int
    detail: Mapping[str, int] | None = None

    def payload(self) -> dict[str, Any]:
        """What answers hold."""
        fields = {"filter": self.filter, "count": self.count}
        return fields if self.detail is None else {**fields, "detail": self.detail}


Lost = Mapping[str, Rows]
"""Rows by the filter that held them back, filters in their order."""


def first_filters(filters: Iterable[Filter], context: Context, rows: Rows) -> NDArray[np.int8]:
    """int8 [n]: position among the filters of the first that holds each row back, -1 where none does; one pass."""
    asked, positions, first = _plan(tuple(filters))
    exclusions, catalogue, wanted = context.exclusions, context.catalogue, context.request.asked
    if not exclusions.hide_seen:
        asked &= ~(1 << Bit.SEEN)
    items, places = catalogue.located(rows)
    barred = np.uint64(~catalogue.firewall.opened(exclusions.allowed_sensitive))
    rules = (context.now, asked, barred)
    found = positions[filter_pass(rows, places, items, exclusions.named, exclusions.unread_mask, rules)]
    if wanted is not None and first:
        found[~wanted.rows[rows]] = 0
    return found


@cache
def _plan(filters: tuple[Filter, ...]) -> tuple[int, NDArray[np.int8], bool]:
    """(bits of these filters, the position of each by number of its bit, the last -1, whether ASKED is the first)."""
    first = bool(filters) and filters[0].name == ASKED
    positions, bits = np.full(len(Bit) + 1, -1, dtype=np.int8), [Bit[each.name.upper()] for each in filters[first:]]
    if bits != sorted(bits):
        raise ValueError("filters run in the order of their bits (models/kernels/filters.py)")
    positions[bits] = np.arange(len(bits)) + first
    return sum(1 << bit for bit in bits), positions, first


def first_filters_by_masks(filters: Iterable[Filter], context: Context, rows: Rows) -> NDArray[np.int8]:
    """The same, filter by filter: what the compiled pass is held to."""
    first = np.full(len(rows), -1, dtype=np.int8)
    for position, each in enumerate(filters):
        left = np.flatnonzero(first < 0)
        first[left[~each(context, rows[left])]] = position
    return first


def kept(filters: Iterable[Filter], context: Context, rows: Rows) -> NDArray[np.bool_]:
    """Bool [n], True where every filter keeps a row."""
    return np.asarray(first_filters(filters, context, rows) < 0)


def lost_to(filters: Sequence[Filter], context: Context, rows: Rows) -> dict[str, Rows]:
    """Rows that a filter holds back; those that were deleted are not in the catalogue, and were not lost."""
    rows = rows[context.catalogue.alive[rows]].astype(np.int32)
    return by_filter(filters, rows, first_filters(filters, context, rows))


def by_filter(filters: Sequence[Filter], rows: Rows, first: NDArray[np.int8]) -> dict[str, Rows]:
    """The rows that each filter holds back, from the position of the first that does; filters in their order."""
    counts = np.bincount(first + 1, minlength=len(filters) + 1)[1:].tolist()
    return {each.name: rows[first == place] if counts[place] else _NO_ROWS for place, each in enumerate(filters)}


def account(
    filters: Sequence[Filter], context: Context, lost: Lost, receipt: tuple[FloorReceipt, ...]
) -> tuple[tuple[Withheld, ...], tuple[FloorReceipt, ...]]:
    """What a slate lost to filters, and its receipt with reasons that say so.

    A slate that is shorter than asked has lost what the filters hold back of the whole catalogue. Another has lost what
    they hold back of what its sources brought, and what these need not bring because it would be held back.

    Args:
        filters: in order.
        context: of the request.
        lost: what they held back of the candidates.
        receipt: of the slate.
    """
    told_receipt = tuple(_with_reason(filters, context, floor) for floor in receipt)
    if any(floor.floor == "length" and floor.reason for floor in receipt):
        return _counted_of_all(filters, context), told_receipt
    return with_others(context, counted(context, _of_sources(filters, context, lost))), told_receipt


def with_others(context: Context, withheld: tuple[Withheld, ...]) -> tuple[Withheld, ...]:
    """What was counted, and every item of the catalogue that the request does not ask for, whoever looked at it."""
    asked, rest = context.request.asked, tuple(each for each in withheld if each.filter != ASKED)
    return (Withheld(ASKED, asked.others), *rest) if asked is not None and asked.others else rest


def _counted_of_all(filters: Sequence[Filter], context: Context) -> tuple[Withheld, ...]:
    return with_others(context, counted(context, lost_to(filters, context, rows_of_floor(context, "length"))))


def _of_sources(filters: Sequence[Filter], context: Context, lost: Lost) -> Lost:
    """What is lost of the candidates and of what sources need not bring."""
    if not len(context.exclusions.unsearchable):
        return lost
    candidates = np.concatenate([*lost.values(), _NO_ROWS])
    unsearchable = context.exclusions.unsearchable
    beside = lost_to(filters, context, unsearchable[~among(unsearchable, np.sort(candidates))])
    return {name: np.concatenate([rows, beside[name]]) if len(rows) else beside[name] for name, rows in lost.items()}


def _with_reason(filters: Sequence[Filter], context: Context, floor: FloorReceipt) -> FloorReceipt:
    """The filters and their counts behind the reason why a floor was not kept."""
    if floor.achieved >= floor.required or floor.floor not in _FLOORS:
        return floor
    if floor.floor == "length":
        withheld = _counted_of_all(filters, context)
    else:
        withheld = counted(context, lost_to(filters, context, rows_of_floor(context, floor.floor)))
    return replace(floor, reason=f"{floor.reason}: {told(withheld)}") if withheld else floor


def counted(context: Context, lost: Lost) -> tuple[Withheld, ...]:
    """How much each filter held back; those that held back nothing are left out, and what earlier pages gave."""
    given, barred = context.request.given, _untold(context)
    rest = {name: rows[~np.isin(rows, given)] if len(given) and len(rows) else rows for name, rows in lost.items()}
    return tuple(
        Withheld(name, len(rows), _DETAILS[name](context, rows) if name in _DETAILS else None)
        for name, rows in rest.items()
        if len(rows) and name not in barred
    )


def _untold(context: Context) -> frozenset[str]:
    """Filters of which an answer tells no counts: asked for one by one, they would tell of items that are not shown."""
    return _SECRET if context.request.discreet and context.request.asked is not None else frozenset()


def told(withheld: Sequence[Withheld]) -> str:
    """The same as a clause: "16 are withheld: sensitive 12 (health 12), language 4 (de 4)"."""
    parts = [f"{each.filter} {each.count}{_in_brackets(each.detail)}" for each in withheld]
    count = sum(each.count for each in withheld)
    return f"{count} {'is' if count == 1 else 'are'} withheld: {', '.join(parts)}"


def _in_brackets(detail: Mapping[str, int] | None) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in detail.items())})" if detail else ""


def _by_topic(context: Context, rows: Rows) -> dict[str, int]:
    catalogue = context.catalogue
    barred = catalogue.firewall.barred(catalogue.sensitive[rows], context.exclusions.allowed_sensitive)
    return catalogue.sensitive_topics.counts(barred)


def _by_language(context: Context, rows: Rows) -> dict[str, int]:
    codes, counts = np.unique(context.catalogue.languages[rows], return_counts=True)
    names = context.catalogue.language_words.names
    order = np.argsort(-counts, kind="stable")
    return {names[code]: count for code, count in zip(codes[order].tolist(), counts[order].tolist(), strict=True)}


_DETAILS: Final[Mapping[str, Callable[[Context, Rows], dict[str, int]]]] = {
    "sensitive": _by_topic,
    "language": _by_language,
}
