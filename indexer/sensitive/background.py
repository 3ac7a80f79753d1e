"""Heads from phrases, fitted to one catalogue: what its harmless items look like, and what its clear cases add.

No label is needed. Catalogues speak in registers: that many films are love stories says nothing of any of them. So the
bar of a topic rises where all items of the catalogue lie closer to it than harmless texts do elsewhere. And where items
are plainly on a topic, they say better than phrases what this catalogue's other texts on it look like: a second head
learns them (self-training). Only items with enough text are asked, since a title alone is easily misread.

Trained heads are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.logistic import Line, fit_logistic
from models.topic_heads import EVERYDAY, FULL_TEXT, TopicHeads, Vectors

LEAST: Final = 20
"""Clear cases from which a topic's head learns of them, and their smallest share of the items with enough text."""
_LEAST_SHARE: Final = 0.01
_MOST_ITEMS: Final = 20_000
_LOW: Final = 0.1
"""Quantile at which the background is read: of harmless items even where most are on the topic."""
_LOW_DEVIATIONS: Final = 1.2816
"""Standard deviations from a normal distribution's median down to that quantile."""
_MOST_RAISED: Final = 0.9
"""Contrast by which the bar may rise: what is plain stays above it in any catalogue."""
_CLEAR: Final = 1.0
"""Log-odds beyond which an item is a clear case, of the topic or of other matters."""
_MASS: Final = 400.0
_RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Background:
    """Items of a catalogue, sensitive or not.

    Attributes:
        content: float32 [n, d], their unit vectors.
        lengths: int64 [n], characters of what was embedded.
    """

    content: Vectors
    lengths: NDArray[np.int64]

    def sample(self) -> Background:
        """Itself or, of a large catalogue, items at even distances."""
        rows = np.unique(np.linspace(0, len(self.content) - 1, _MOST_ITEMS).astype(np.int64))
        return self if len(self.content) <= _MOST_ITEMS else Background(self.content[rows], self.lengths[rows])

    def full(self) -> Background:
        """The items with enough text."""
        enough = self.lengths >= FULL_TEXT
        return Background(self.content[enough], self.lengths[enough])


@dataclass(frozen=True, slots=True)
class Usual:
    """What was measured on texts in general.

    Attributes:
        centres: topic -> median contrast of harmless texts; topics that are not named keep their bar.
        spread: standard deviation of those contrasts.
        taught: topic -> log-odds to add where clear cases taught its head, so that the threshold again lets as many
            harmless texts through as it is meant to.
    """

    centres: Mapping[str, float]
    spread: float
    taught: Mapping[str, float]


def fitted_to(background: Background, heads: TopicHeads, usual: Usual) -> TopicHeads:
    """The heads as they suit one catalogue; trained ones, and all of an empty catalogue, as they were."""
    if not len(background.content) or not heads.names:
        return heads
    sampled, untrained = background.sample(), np.array([not each.any() for each in heads.weights], dtype=np.bool_)
    return _taught(_raised(heads, sampled, usual, untrained), sampled.full(), usual, untrained)


def _raised(heads: TopicHeads, background: Background, usual: Usual, chosen: NDArray[np.bool_]) -> TopicHeads:
    contrasts = heads.phrases.contrasts(background.content, len(heads.names))
    found = np.quantile(contrasts, _LOW, axis=0) + _LOW_DEVIATIONS * usual.spread
    centres = np.array([usual.centres.get(name, np.inf) for name in heads.names])
    rise = np.where(chosen, np.clip(found - centres, 0.0, _MOST_RAISED), 0.0)
    return replace(heads, bias=np.asarray(heads.bias - heads.slopes * rise, dtype=np.float32))


def _taught(heads: TopicHeads, background: Background, usual: Usual, chosen: NDArray[np.bool_]) -> TopicHeads:
    weights, bias = heads.weights.copy(), heads.bias.copy()
    logits = heads.logits(background.content, background.lengths)
    for number in np.flatnonzero(chosen).tolist():
        on_topic, off_topic = logits[:, number] > _CLEAR, logits[:, number] < -_CLEAR
        if on_topic.sum() >= max(LEAST, _LEAST_SHARE * len(logits)):
            line = _learned(heads, number, background.content[on_topic], background.content[off_topic])
            weights[number] = line.weights
            bias[number] += line.bias + usual.taught.get(heads.names[number], 0.0)
    return replace(heads, weights=weights, bias=bias)


def _learned(heads: TopicHeads, topic: int, positive: Vectors, negative: Vectors) -> Line:
    """A line between clear cases, phrases among them, both sides of equal weight."""
    phrases = heads.phrases
    on_topic = np.vstack([positive, phrases.vectors[phrases.owners == topic]])
    off_topic = np.vstack([negative, phrases.vectors[phrases.owners == EVERYDAY]])
    truth = np.arange(len(on_topic) + len(off_topic)) < len(on_topic)
    weights = np.where(truth, 0.5 / len(on_topic), 0.5 / len(off_topic)) * _MASS
    return fit_logistic(np.vstack([on_topic, off_topic]), truth, weights, _RIDGE)
