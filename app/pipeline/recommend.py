"""Runs the stages of a query over one value, and keeps a trace of what each did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from time import perf_counter
from typing import Protocol, TypeVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from app.pipeline.backfill import BACKFILL, Backfill
from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.copies import repeats
from app.pipeline.explainer import Explained, Explainer
from app.pipeline.placement import PINNED
from app.pipeline.promotion import label_of, promotions_of
from app.pipeline.reranker import FloorReranker, Ranked
from app.pipeline.scorer import WeightedScorer
from app.pipeline.slate import Slate, SlateItem, StageTrace
from app.pipeline.withheld import ASKED, Filter, Lost, account, by_filter, first_filters, kept
from app.serving.engine.search import Searched
from models.ids import Rows
from models.kernels.rows import among

CONTINUED = "continued"
"""Source of items that an earlier page left over."""
_CONTINUED, _PINNED = -2, -3

Result = TypeVar("Result", Candidates, Rows, list[Explained])


class Source(Protocol):
    """Brings candidates."""

    name: str

    def __call__(self, context: Context) -> Rows:
        """Rows, best first, without repeats."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A slate, and what it leaves.

    Attributes:
        slate: the answer.
        rows: int32, the slate's items, in order.
        left: int32, eligible candidates that are not in the slate, best first.
        trace: what each stage did.
        began: when the first stage began, in seconds of `time.perf_counter`.
        teams: int8, of a slate that was drafted from two, which of them brought each item; None of any other.
        lost: the candidates that each filter held back; nothing of a slate that was drafted from two.
    """

    slate: Slate
    rows: Rows
    left: Rows
    trace: Sequence[StageTrace] = ()
    began: float = 0.0
    teams: NDArray[np.int8] | None = None
    lost: Lost = field(default_factory=dict)


@dataclass(frozen=True)
class Pipeline:
    """The stages of a query, in order."""

    sources: Sequence[Source]
    filters: Sequence[Filter]
    backfill: Backfill
    scorer: WeightedScorer
    reranker: FloorReranker
    explainer: Explainer

    def __call__(self, context: Context, *, left: Rows | None = None, full: bool = True, debug: bool = False) -> Answer:
        """The slate for one request.

        Args:
            context: who asks for what.
            left: in place of what the sources bring, the candidates that an earlier page left over.
            full: whether every item has all its reasons and the account of its score, and not just its label's reason.
            debug: whether the slate has the trace of every stage; it is full, too.
        """
        trace = _Trace()
        context.exclusions.repeats = repeats(context, self.filters)
        candidates = self._gather(context, trace) if left is None else self._continued(left, trace)
        candidates, lost = self._filtered(context, candidates, trace)
        candidates = trace.record(self.backfill.name, len(candidates), self.backfill(context, candidates, self._keep))
        candidates = trace.record(self.scorer.name, len(candidates), self.scorer(context, candidates))
        ranked = self.reranker(context, candidates)
        trace.record(self.reranker.name, len(candidates), ranked.candidates)
        explained = self.explainer(context, ranked, candidates, full=full or debug, whole=debug)
        trace.record(self.explainer.name, len(explained), explained)
        slate = self._slate(context, ranked, explained, trace.stages if debug else None)
        withheld, receipt = account(self.filters, context, lost, ranked.receipt)
        slate = replace(slate, withheld=withheld, receipt=receipt, full=full or debug)
        rows = ranked.candidates.rows
        left = candidates.rows[~among(candidates.rows, np.sort(rows))]
        return Answer(slate, rows, left, trace.stages, trace.began, lost=lost)

    def _gather(self, context: Context, trace: _Trace) -> Candidates:
        pinned = context.request.placement.pinned
        found = [trace.record(source.name, 0, source(context)) for source in self.sources]
        trace.searches(context.searched)
        rows = np.concatenate([pinned, *found])
        names = np.array([_PINNED, *range(len(found))], dtype=np.int8)
        origin = np.repeat(names, [len(pinned), *(len(each) for each in found)])
        _, first = np.unique(rows, return_index=True)
        first.sort()
        return Candidates.found(rows[first].astype(np.int32), origin[first])

    @staticmethod
    def _continued(left: Rows, trace: _Trace) -> Candidates:
        return trace.record(CONTINUED, 0, Candidates.found(left, np.full(len(left), _CONTINUED, dtype=np.int8)))

    def _filtered(self, context: Context, candidates: Candidates, trace: _Trace) -> tuple[Candidates, dict[str, Rows]]:
        """What all filters keep, and what each held back that those before it kept."""
        first = first_filters(self.filters, context, candidates.rows)
        lost = by_filter(self.filters, candidates.rows, first)
        told = {name: len(rows) for name, rows in lost.items() if name != ASKED or context.request.asked is not None}
        trace.record_pass(len(candidates), told)
        keep = first < 0
        return candidates if keep.all() else candidates.take(keep), lost

    def _keep(self, context: Context, rows: Rows) -> NDArray[np.bool_]:
        return kept(self.filters, context, rows)

    def _slate(
        self, context: Context, ranked: Ranked, explained: list[Explained], trace: list[StageTrace] | None
    ) -> Slate:
        return Slate(
            recommendation_id=uuid4().hex,
            user_id=context.request.user_id,
            personalized=context.personalized,
            switched_off=context.request.switched_off,
            snapshot=context.catalogue.snapshot.snapshot_id,
            policy=context.environment.policy,
            items=tuple(self._items(context, ranked, explained, trace is not None)),
            receipt=ranked.receipt,
            trace=tuple(trace) if trace is not None else None,
        )

    def _items(self, context: Context, ranked: Ranked, explained: list[Explained], debug: bool) -> Iterator[SlateItem]:
        chosen, catalogue, sources = ranked.candidates, context.catalogue, self._sources
        guarded = catalogue.firewall.guarded(catalogue.sensitive[chosen.rows])
        columns = (chosen.rows, chosen.scores, chosen.source, ranked.exploratory, guarded)
        promotions = promotions_of(context, chosen.rows)
        lists = zip(explained, *(column.tolist() for column in columns), strict=True)
        for place, (why, row, score, source, exploration, sensitive) in enumerate(lists):
            yield SlateItem(
                item_id=catalogue.item_id(row),
                title=catalogue.title(row),
                rank=place + 1,
                score=round(score, 6),
                source=sources[source],
                label=label_of(context, row, why.label, promotions[place]),
                reasons=why.reasons,
                exploration=exploration,
                sensitive=sensitive,
                terms=dict(zip(TERMS, chosen.terms[place].round(6).tolist(), strict=True)) if debug else None,
                attribution=why.attribution,
                promotion=promotions[place],
            )

    @cached_property
    def _sources(self) -> dict[int, str]:
        """Names by number."""
        beside = {BACKFILL: self.backfill.name, _CONTINUED: CONTINUED, _PINNED: PINNED}
        return {place: source.name for place, source in enumerate(self.sources)} | beside


class _Trace:
    """Times the stages as they go by."""

    def __init__(self) -> None:
        self.stages: list[StageTrace] = []
        self.began = self._before = perf_counter()

    def record_pass(self, n_in: int, lost: Mapping[str, int]) -> None:
        """Note stages that have run in one pass, with how many each dropped; they share its time."""
        now = perf_counter()
        share = round(1e3 * (now - self._before) / max(len(lost), 1), 3)
        for stage, dropped in lost.items():
            self.stages.append(StageTrace(stage, n_in, n_in - dropped, share))
            n_in -= dropped
        self._before = now

    def searches(self, searched: Sequence[Searched]) -> None:
        """Note what a vector engine was asked, and what it found of that; the sources above waited for it."""
        self.stages.extend(StageTrace(f"search by {each.by}", each.wanted, each.found, each.ms) for each in searched)

    def record(self, stage: str, n_in: int, result: Result) -> Result:
        """Note a stage that has just returned `result`, and hand it on."""
        now = perf_counter()
        self.stages.append(StageTrace(stage, n_in, len(result), round(1e3 * (now - self._before), 3)))
        self._before = now
        return result
