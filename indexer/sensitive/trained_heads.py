"""Heads trained on labelled texts: the phrases' contrast stays in as one more feature, so that few labels suffice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.logistic import Line, fit_logistic
from models.topic_heads import TopicHeads, Vectors

LEAST = 12
"""Texts on a topic, and texts on other matters, from which its head is trained."""
FALSE_ALARMS = 0.045
"""A little under one in twenty: a head that is trained on all texts takes slightly more than those without a tenth."""
_OTHER_TOPICS = 0.3
"""Weight of a text that touches another topic, and may touch this one without a label that says so."""
_FOLDS = 10
_RIDGE = 0.3
_MASS = 400.0
"""Total weight of the texts, half of it on the topic: what the ridge is set against."""
_CONTRAST_SCALE = 3.0
"""Makes the ridge pull less on the contrast's slope than on the rest."""

Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts of which is known which topics they touch.

    Attributes:
        content: float32 [n, d], their unit vectors.
        lengths: int64 [n], their characters.
        touches: topic -> bool [n].
    """

    content: Vectors
    lengths: NDArray[np.int64]
    touches: Mapping[str, Truth]

    def nothing(self) -> Truth:
        """Bool [n]: the texts that touch no topic, harmless as far as is known."""
        return np.asarray(~np.any([np.zeros(len(self.lengths), dtype=np.bool_), *self.touches.values()], axis=0))


def train_heads(
    zero_shot: TopicHeads, labelled: LabelledTexts, false_alarms: float = FALSE_ALARMS, seed: int = 0
) -> TopicHeads:
    """The heads with those of all labelled topics trained; the others stay as they are.

    The bias of each is chosen so that a probability of one half takes no more than `false_alarms` of the texts that
    touch nothing, as measured on texts that the head was not trained on. There are many of these, whereas what share
    of a topic's own few texts would be found is a guess.

    Args:
        zero_shot: heads from phrases, which know every topic.
        labelled: texts and their topics; topics with fewer than LEAST texts are left alone.
        false_alarms: share of the texts that touch nothing that may be taken for a topic.
        seed: of the folds.
    """
    slopes, weights, bias = zero_shot.slopes.copy(), zero_shot.weights.copy(), zero_shot.bias.copy()
    brevity = zero_shot.brevity.copy()
    nothing = labelled.nothing()
    alone = np.where(nothing, 1.0, _OTHER_TOPICS)
    contrasts = zero_shot.phrases.contrasts(labelled.content, len(zero_shot.names))
    for number, name in enumerate(zero_shot.names):
        truth = labelled.touches.get(name)
        if truth is None or min(truth.sum(), (~truth).sum()) < LEAST:
            continue
        features = np.column_stack([labelled.content, _CONTRAST_SCALE * contrasts[:, number]])
        line = _fit(features, truth, alone)
        slopes[number], weights[number] = _CONTRAST_SCALE * line.weights[-1], line.weights[:-1]
        harmless = _unseen(features, truth, alone, seed)[nothing if nothing.any() else ~truth]
        bias[number] = line.bias - float(np.quantile(harmless, 1 - false_alarms))
        brevity[number] = 0.0
    return replace(zero_shot, slopes=slopes, weights=weights, bias=bias, brevity=brevity)


def trained_topics(zero_shot: TopicHeads, labelled: LabelledTexts) -> list[str]:
    """The topics of which there are enough labelled texts."""
    enough = {name for name, truth in labelled.touches.items() if min(truth.sum(), (~truth).sum()) >= LEAST}
    return [name for name in zero_shot.names if name in enough]


def _fit(features: NDArray[np.floating], truth: Truth, alone: NDArray[np.float64]) -> Line:
    others = alone[~truth].sum()
    weights = np.where(truth, 0.5 / truth.sum(), 0.5 * alone / others) * _MASS
    return fit_logistic(features, truth, weights, _RIDGE)


def _unseen(features: NDArray[np.floating], truth: Truth, alone: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The logit of each text by a head that did not see it."""
    logits = np.empty(len(truth))
    for held in folds(truth, _FOLDS, seed):
        rest = np.setdiff1d(np.arange(len(truth)), held)
        logits[held] = _fit(features[rest], truth[rest], alone[rest])(features[held])
    return logits


def folds(truth: Truth, count: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Positions in `count` parts, both classes spread evenly over them."""
    random = np.random.default_rng(seed)
    parts: Sequence[list[int]] = [[] for _ in range(count)]
    for members in (np.flatnonzero(truth), np.flatnonzero(~truth)):
        for place, position in enumerate(random.permutation(members).tolist()):
            parts[place % count].append(position)
    for part in parts:
        yield np.sort(np.array(part, dtype=np.int64))
