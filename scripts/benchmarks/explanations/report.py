"""The figures of the benchmark: means over people with their intervals, as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.pipeline.labels.reason_text import displayed
from models.metrics.intervals import mean_interval
from scripts.benchmarks.explanations.counterfactual import EVIDENCED, Verdict
from scripts.benchmarks.explanations.measures import Person
from scripts.benchmarks.explanations.truths import BORNE, DIFFERENT, NAMED, UNTRUE

SHARES = ("fidelity in score", "fidelity in rank", "same a minute later", "same after an unrelated event")


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over people and its 95 % interval; `people` had something to measure."""

    name: str
    mean: float
    low: float
    high: float
    people: int


@dataclass(frozen=True, slots=True)
class Code:
    """Labels of one code: how many, and of how many the score and the rank fell without their evidence."""

    name: str
    labels: int
    score: int | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class TopicNames:
    """How many topics there are, how many have a name, and how many of these names are different."""

    topics: int
    named: int
    distinct: int

    @classmethod
    def of(cls, names: Sequence[str]) -> TopicNames:
        """Names as people read them; empty where a topic has none."""
        named = [displayed(name) for name in names if name]
        return cls(len(names), len(named), len(set(named)))


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured."""

    people: int
    labels: int
    codes: tuple[Code, ...]
    figures: tuple[Figure, ...]
    truths: Counter[str]
    topics: TopicNames

    @classmethod
    def of(cls, measured: Sequence[Person], names: Sequence[str], seed: int) -> Report:
        """The figures over all people; `names` of the catalogue's topics."""
        counts = sum((person.codes for person in measured), Counter[str]())
        verdicts = [verdict for person in measured for verdict in person.verdicts]
        return cls(
            people=len(measured),
            labels=counts.total(),
            codes=tuple(_code(name, count, verdicts) for name, count in counts.most_common()),
            figures=tuple(_figure(name, measured, seed) for name in measured[0].values) if measured else (),
            truths=sum((person.truths for person in measured), Counter[str]()),
            topics=TopicNames.of(names),
        )

    def payload(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {
            "people": self.people,
            "labels": self.labels,
            "truths": {name: self.truths[name] for name in (NAMED, BORNE, DIFFERENT, UNTRUE)},
            "topics": asdict(self.topics),
            "codes": {
                code.name: {"labels": code.labels, "score": code.score, "rank": code.rank} for code in self.codes
            },
            "figures": {
                each.name: {"mean": each.mean, "interval": [each.low, each.high], "people": each.people}
                for each in self.figures
            },
        }


def table(report: Report) -> str:
    """The report as text."""
    return "\n".join(_lines(report))


def some_labels(measured: Sequence[Person], count: int, seed: int) -> str:
    """A line each for labels drawn at random, to be read by a person."""
    said = [each for person in measured for each in person.said]
    drawn = np.random.default_rng(seed).permutation(len(said))[:count]
    return "\n".join(f"{said[place][0]:<50}  {said[place][1]}" for place in drawn.tolist())


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.labels:,} labels of {report.people:,} people; means over people with 95 % intervals"
    yield ""
    yield f"{'label':<20}{'share':>8}{'score falls':>14}{'rank falls':>14}"
    for code in report.codes:
        fell = (_of(count, code) for count in (code.score, code.rank))
        yield f"{code.name:<20}{_share(code.labels, report.labels):>8}{''.join(f'{each:>14}' for each in fell)}"
    yield ""
    truths, topics = report.truths, report.topics
    yield f"{NAMED}: {truths[NAMED]:,}, {BORNE}: {_share(truths[BORNE], truths[NAMED])}"
    yield f"{DIFFERENT}: {truths[DIFFERENT]:,}, {UNTRUE}: {truths[UNTRUE]:,}"
    yield f"topics: {topics.topics:,}, with a name: {topics.named:,}, distinct: {_share(topics.distinct, topics.named)}"
    yield ""
    for each in report.figures:
        scale, unit = (100, " %") if each.name in SHARES or each.name == "explainer's share" else (1, "")
        low, high = scale * each.low, scale * each.high
        yield f"{each.name:<32}{scale * each.mean:>9.2f}{unit:<2} [{low:.2f}, {high:.2f}]"


def _share(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "-"


def _of(count: int | None, code: Code) -> str:
    return "-" if count is None else _share(count, code.labels)


def _code(name: str, count: int, verdicts: Sequence[Verdict]) -> Code:
    mine = [verdict for verdict in verdicts if verdict.code == name]
    if name not in EVIDENCED:
        return Code(name, count, None, None)
    return Code(name, count, sum(verdict.score for verdict in mine), sum(verdict.rank for verdict in mine))


def _figure(name: str, measured: Sequence[Person], seed: int) -> Figure:
    values = np.array([person.values[name] for person in measured])
    values = values[~np.isnan(values)]
    if not len(values):
        return Figure(name, float("nan"), float("nan"), float("nan"), 0)
    low, high = mean_interval(values[:, None], seed)[:, 0].tolist()
    return Figure(name, float(values.mean()), low, high, len(values))
