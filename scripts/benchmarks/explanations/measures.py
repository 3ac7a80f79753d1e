"""The measures of one person's labels, as numbers whose mean over people is what the benchmark reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from app.pipeline.slate import Slate
from models.history import EventColumns
from models.user_state import established_topics
from scripts.benchmarks.explanations.counterfactual import Counterfactual, Verdict
from scripts.benchmarks.explanations.recorded_requests import Answered, RecordedRequests
from scripts.benchmarks.explanations.truths import truths

LATER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Person:
    """What was measured of one person; NaN where there was nothing to measure.

    Attributes:
        codes: how many labels of each code.
        verdicts: of the labels that rest on evidence.
        values: measures by name.
        said: title and label of each item.
        truths: counts of explanations.truths.
    """

    codes: Counter[str]
    verdicts: list[Verdict]
    values: dict[str, float] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)
    truths: Counter[str] = field(default_factory=Counter)


def measure(
    requests: RecordedRequests, counterfactual: Counterfactual, user_id: str, random: np.random.Generator
) -> Person:
    """Everything about one person's labels."""
    person = requests.generation.people.get(user_id)
    answered = requests.ask(requests.context(user_id, person))
    verdicts = list(counterfactual.verdicts(answered))
    minute = requests.ask(requests.context(user_id, person, LATER_SECONDS)).slate
    unrelated = _with_unrelated(answered, random)
    other = counterfactual.person(answered.context, unrelated) if unrelated is not None else None
    after = requests.ask(requests.context(user_id, other)).slate if other else None
    values = {
        "fidelity in score": _mean([verdict.score for verdict in verdicts]),
        "fidelity in rank": _mean([verdict.rank for verdict in verdicts]),
        "specificity": specificity(answered.slate),
        "labels in a slate": float(len({item.label for item in answered.slate.items})),
        "entropy, bits": entropy(answered.slate),
        "same a minute later": agreement(answered.slate, minute),
        "same after an unrelated event": agreement(answered.slate, after) if after else float("nan"),
        "explainer, ms": 1e3 * answered.explainer_seconds,
        "request, ms": 1e3 * answered.all,
        "explainer's share": answered.explainer_seconds / answered.all,
    }
    codes = Counter(item.reasons[0].code for item in answered.slate.items)
    said = [(item.title, item.label) for item in answered.slate.items]
    return Person(codes, verdicts, values, said, truths(answered.context, answered.slate.items))


def specificity(slate: Slate) -> float:
    """1 - share of the most common label: 0 where everything is labelled alike."""
    counts = Counter(item.label for item in slate.items)
    return 1 - max(counts.values()) / len(slate.items) if slate.items else float("nan")


def entropy(slate: Slate) -> float:
    """Shannon's, of the labels of a slate."""
    counts = np.array(list(Counter(item.label for item in slate.items).values()), dtype=np.float64)
    shares = counts / max(counts.sum(), 1.0)
    return float(-(shares * np.log2(shares)).sum())


def agreement(one: Slate, other: Slate) -> float:
    """Share of the items in both slates that have the same label in both."""
    labels = {item.item_id: item.label for item in other.items}
    return _mean([labels[item.item_id] == item.label for item in one.items if item.item_id in labels])


def _with_unrelated(answered: Answered, random: np.random.Generator) -> EventColumns | None:
    """The person's history, and an event like their last one on a topic new to them; None without one."""
    context = answered.context
    history = context.person.history.columns() if context.person else None
    if history is None or not len(history):
        return None
    catalogue = context.catalogue
    mine = np.unique(catalogue.topics[history.rows])
    strange = np.flatnonzero(~np.isin(catalogue.topics.all(), mine) & catalogue.alive.all())
    weights = np.bincount(catalogue.topics[history.rows], minlength=len(catalogue.topic_names)).astype(np.float64)
    if not len(strange):
        order = established_topics(np.arange(len(weights), dtype=np.int32), weights, 1.0)
        strange = np.flatnonzero(catalogue.topics.all() == order[-1])
    last = history.where(np.array([int(np.argmax(history.times))]))
    event = EventColumns(
        last.sequence + 1,
        np.array([random.choice(strange)], dtype=np.int32),
        last.codes,
        last.weights,
        last.times,
    )
    return history.joined(event)


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
