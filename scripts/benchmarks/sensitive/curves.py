"""How well heads tell sensitive topics: counts at the threshold, and the operating curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from indexer.sensitive.trained_heads import LabelledTexts
from models.topic_heads import TopicHeads

CURVE_POINTS = 41
BASE_RATE = 0.01
"""Share of an ordinary catalogue that is on a topic, for which precision is told."""


@dataclass(frozen=True, slots=True)
class TopicResult:
    """One topic.

    Attributes:
        topic: its name.
        texts: labelled texts on it.
        recall: at the threshold.
        precision: at the threshold, where one in a hundred texts is on the topic and the others are like those that are
            labelled nothing.
        precision_in_file, f1: at the threshold, as the file's mixture gives them.
        false_positives: share of the texts labelled nothing that are taken for the topic.
        false_positives_rest: the same of all texts that do not bear the topic, other sensitive ones included.
        recall_at_10, recall_at_5: at the thresholds at which 10 and 5 % of the texts labelled nothing are taken for it.
        recall_at_10_rest: the same at the threshold at which 10 % of all texts that do not bear the topic are taken.
        auc: area under the curve, against the texts labelled nothing.
        curve: (false-positive rate, recall) pairs, against the texts labelled nothing.
    """

    topic: str
    texts: int
    recall: float
    precision: float
    precision_in_file: float
    f1: float
    false_positives: float
    false_positives_rest: float
    recall_at_10: float
    recall_at_5: float
    recall_at_10_rest: float
    auc: float
    curve: list[tuple[float, float]]


def measure(heads: TopicHeads, labelled: LabelledTexts) -> list[TopicResult]:
    """Every topic that is labelled and known."""
    probabilities = heads.probabilities(labelled.content, labelled.lengths)
    touched = heads.touched(labelled.content, labelled.lengths)
    nothing = labelled.nothing()
    return [
        _topic(name, truth, nothing, probabilities[:, number], touched[:, number])
        for name, truth in labelled.touches.items()
        if name in heads.names
        for number in (heads.names.index(name),)
    ]


def mean_results(draws: Sequence[Sequence[TopicResult]]) -> list[TopicResult]:
    """The mean of every figure over classifiers that were trained on other draws."""
    return [_mean(same) for same in zip(*draws, strict=True)]


def flagged_share(heads: TopicHeads, labelled: LabelledTexts) -> float:
    """Share of the texts labelled nothing that any topic takes for its own."""
    nothing = labelled.nothing()
    return float(heads.touched(labelled.content[nothing], labelled.lengths[nothing]).any(axis=1).mean())


def precision_at(base_rate: float, recall: float, false_positives: float) -> float:
    """Share of what is taken for a topic that is on it, where such a share of all texts is."""
    found, mistaken = base_rate * recall, (1 - base_rate) * false_positives
    return found / (found + mistaken) if found else 0.0


def auc_of(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Probability that a true one scores higher than a false one, ties counting half."""
    high, low = scores[truth], np.sort(scores[~truth])
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.mean() / 2 / len(low))


def _mean(same: Sequence[TopicResult]) -> TopicResult:
    figures = [each.name for each in fields(TopicResult) if each.name not in {"topic", "texts"}]
    means = {name: np.mean([getattr(each, name) for each in same], axis=0).tolist() for name in figures}
    return replace(same[0], **means)


def _topic(
    name: str,
    truth: NDArray[np.bool_],
    nothing: NDArray[np.bool_],
    scores: NDArray[np.float32],
    touched: NDArray[np.bool_],
) -> TopicResult:
    recall, false_positives = float(touched[truth].mean()), float(touched[nothing].mean())
    in_file = float(truth[touched].mean()) if touched.any() else 0.0
    either = truth | nothing
    rates = np.linspace(0, 1, CURVE_POINTS) ** 2
    return TopicResult(
        topic=name,
        texts=int(truth.sum()),
        recall=recall,
        precision=precision_at(BASE_RATE, recall, false_positives),
        precision_in_file=in_file,
        f1=2 * recall * in_file / max(recall + in_file, 1e-12),
        false_positives=false_positives,
        false_positives_rest=float(touched[~truth].mean()),
        recall_at_10=_recall_at(scores, truth, nothing, 0.10),
        recall_at_5=_recall_at(scores, truth, nothing, 0.05),
        recall_at_10_rest=_recall_at(scores, truth, ~truth, 0.10),
        auc=auc_of(scores[either], truth[either]),
        curve=[(round(float(rate), 4), round(_recall_at(scores, truth, nothing, rate), 4)) for rate in rates],
    )


def _recall_at(scores: NDArray[np.float32], truth: NDArray[np.bool_], nothing: NDArray[np.bool_], rate: float) -> float:
    return float((scores[truth] >= np.quantile(scores[nothing], 1 - rate)).mean())
