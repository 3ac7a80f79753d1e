"""What an operator asks of audits: make one, list them, read one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.errors import AuditRefusedError
from app.insights.equity.audit import Inputs, ItemAmounts, audited
from app.insights.equity.folder import AuditFolder
from app.insights.equity.groups import groups_of
from app.insights.equity.held_out import Bench, drawn, held_out_rows
from app.insights.equity.page import audit_page
from app.insights.equity.population import Amounts, Population, read_amounts, read_population
from app.insights.equity.quarter import Quarter
from app.insights.equity.settings import AuditSettings
from app.insights.experiments.experiment import Experiment
from app.insights.views import Segments
from app.policy.charter.charter import Charter
from app.serving.catalogue import Catalogue

Reading = Callable[[date | None, date | None], AbstractContextManager[DuckDBPyConnection]]


@dataclass(frozen=True, slots=True)
class Audits:
    """Makes and keeps audits.

    Attributes:
        reading: a connection with all views.
        bench: makes slates; asked for anew at each audit.
        folder: where audits are kept.
        experiments: all that there are.
        charter: permits attributes and declares thresholds.
        settings: how an audit computes.
        turn: one audit at a time.
    """

    reading: Reading
    bench: Callable[[], Bench]
    folder: AuditFolder
    experiments: Callable[[], Sequence[Experiment]]
    charter: Charter
    settings: AuditSettings
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def make(self, quarter: Quarter) -> dict[str, Any]:
        """Audit a quarter, and keep the report; requests are answered meanwhile.

        Raises:
            AuditRefusedError: nobody was here in that quarter, or the charter permits no attribute.
            SnapshotMissingError: nothing is in service yet.
        """
        if not self.charter.segments:
            raise AuditRefusedError(
                "The charter permits no attribute to tell figures apart by: declare it under [segments], and under "
                "[attributes] to take it in."
            )
        async with self.turn:
            bench = self.bench()
            population, amounts = await asyncio.to_thread(self._read, quarter)
            groupings = [
                groups_of(name, values, self.charter.equity.minimum_group)
                for name, values in population.attributes.items()
            ]
            chosen = [population.user_ids[at] for at in drawn(population, groupings, self.settings.held_out_people)]
            for name, rows in (await held_out_rows(bench, chosen, quarter, self.settings)).items():
                population.take(name, rows)
            kinds, exposure, merit = _by_item_groups(bench.generation.catalogue, *amounts)
            ran = ran_in(quarter, self.experiments())
            inputs = Inputs(quarter, population, groupings, exposure, merit, kinds, ran)
            return await asyncio.to_thread(self._finish, inputs)

    def _read(self, quarter: Quarter) -> tuple[Population, tuple[Amounts, Amounts]]:
        segments = Segments(sorted(self.charter.segments)).columns()
        with self.reading(None, quarter.end.date()) as connection:
            population = read_population(connection, quarter, segments)
            if not len(population):
                raise AuditRefusedError(f"Nothing was served and nobody did anything in {quarter}.")
            exposure = read_amounts(connection, "exposure", quarter, population)
            return population, (exposure, read_amounts(connection, "merit", quarter, population))

    def _finish(self, inputs: Inputs) -> dict[str, Any]:
        report = audited(inputs, self.charter, self.settings)
        self.folder.keep(report, audit_page(report, self.charter.name))
        return report


def ran_in(quarter: Quarter, experiments: Sequence[Experiment]) -> list[dict[str, Any]]:
    """What of the quarter's figures is an experiment's doing: the experiments that ran in it, the earliest first.

    When one ended after the quarter is left out, so that the audit stays the same.
    """
    ran = [
        (each.started_at, each)
        for each in experiments
        if each.started_at is not None
        and each.started_at < quarter.end
        and (each.stopped_at is None or each.stopped_at > quarter.first)
    ]
    return [_told(each, start, quarter) for start, each in sorted(ran, key=lambda pair: (pair[0], pair[1].name))]


def _told(experiment: Experiment, start: datetime, quarter: Quarter) -> dict[str, Any]:
    end = experiment.stopped_at
    held_out = sum(each.share for each in experiment.variants if not each.personalized)
    return {
        "experiment": experiment.name,
        "kind": experiment.kind,
        "why": experiment.why,
        "from": max(start, quarter.first).isoformat(),
        "until": end.isoformat() if end is not None and end < quarter.end else None,
        "people": experiment.people,
        "held_out": round(experiment.people * held_out, 6),
    }


def _by_item_groups(
    catalogue: Catalogue, exposure: Amounts, merit: Amounts
) -> tuple[dict[str, tuple[str, ...]], ItemAmounts, ItemAmounts]:
    """Names of each kind of group, and both amounts with the groups of their items in the catalogue of today."""
    words = {
        "provider": tuple(catalogue.provider_words.names),
        "topic": tuple(catalogue.topic_names),
        "format": tuple(catalogue.format_words.names),
    }
    sides = []
    for amounts in (exposure, merit):
        rows = catalogue.rows(amounts.items)
        columns = {"provider": catalogue.providers, "topic": catalogue.topics, "format": catalogue.formats}
        groups = {kind: _codes(column[rows], rows, words[kind]) for kind, column in columns.items()}
        sides.append(ItemAmounts(amounts, groups))
    return words, sides[0], sides[1]


def _codes(codes: NDArray[np.int32], rows: NDArray[np.int32], names: tuple[str, ...]) -> NDArray[np.int64]:
    """int64: the codes, -1 of items that are gone and where the name says nothing."""
    named = np.array([*map(bool, names), False])
    known = (rows >= 0) & named[codes]
    return np.where(known, codes, -1).astype(np.int64)
