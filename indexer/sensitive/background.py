"""Heads from phrases, fitted to one catalogue: what its harmless items look like, and what its clear cases add.

No label is needed. Catalogues speak in registers: that many films are love stories says nothing of any of them. So the
bar of a topic rises where all items of the catalogue lie closer to it than harmless texts do elsewhere. By how much
short texts lie closer to every topic alike is left to the brevity that heads ask for. And where items are plainly on a
topic, they say better than phrases what this catalogue's other texts on it look like: a second head learns them
(self-training). Only items with enough text are asked, since a title alone is easily misread. An item that is far more
plainly on another topic does not teach this one; it rather says, quietly, what this one is not.

Trained heads are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.logistic import Line, fit_logistic
from models.topic_heads import EVERYDAY, FULL_TEXT, TopicHeads, Vectors, missing_text

LEAST: Final = 20
"""Clear cases from which a topic's head learns of them, and their smallest share of the items with enough text."""
_LEAST_SHARE: Final = 0.01
_MOST_ITEMS: Final = 20_000
LOW: Final = 0.1
"""Quantile at which the background is read: of harmless items even where most are on the topic."""
LOW_DEVIATIONS: Final = 1.2816
"""Standard deviations from a normal distribution's median down to that quantile."""
_MOST_RAISED: Final = 0.9
"""Contrast by which the bar may rise: what is plain stays above it in any catalogue."""
_LEAST_SLOPE: Final = 1e-6
_CLEAR: Final = 1.0
"""Log-odds beyond which an item is a clear case, of the topic or of other matters."""
_PLAINER: Final = 3.0
"""Log-odds by which another topic must be ahead for an item to be its case alone."""
_OF_OTHERS: Final = 0.1
"""Weight of such an item among the cases of other matters: it may touch this topic all the same."""
_MASS: Final = 400.0
_RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Background:
    """Items of a catalogue, sensitive or not.

    Attributes:
        content: float32 [n, d], their unit vectors, zeros for what the encoder could not read.
        lengths: int64 [n], characters of what was embedded.
    """

    content: Vectors
    lengths: NDArray[np.int64]

    def read(self) -> Background:
        """The items that the encoder could read."""
        read = self.content.any(axis=1)
        return self if read.all() else Background(self.content[read], self.lengths[read])

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
    background = background.read()
    if not len(background.content) or not heads.names:
        return heads
    sampled = background.sample()
    return _taught(raised(sampled, heads, usual), sampled.full(), usual)


def raised(background: Background, heads: TopicHeads, usual: Usual) -> TopicHeads:
    """The heads from phrases with the bar of this catalogue, and nothing learned of it."""
    contrasts = heads.phrases.contrasts(background.content, len(heads.names))
    found = np.quantile(contrasts, LOW, axis=0) + LOW_DEVIATIONS * usual.spread
    centres = np.array([usual.centres.get(name, np.inf) for name in heads.names])
    rise = np.clip(found - centres - _paid(found - centres, background, heads), 0.0, _MOST_RAISED)
    bias = np.where(heads.untrained, heads.bias - heads.slopes * rise, heads.bias)
    return replace(heads, bias=np.asarray(bias, dtype=np.float32))


def _paid(shifts: NDArray[np.floating], background: Background, heads: TopicHeads) -> NDArray[np.floating]:
    """How far short texts lie closer to every topic alike, as far as brevity asks for it anyway."""
    asked = missing_text(background.lengths).mean() * heads.brevity / np.maximum(heads.slopes, _LEAST_SLOPE)
    return np.asarray(np.clip(np.median(shifts), 0.0, asked))


def _taught(heads: TopicHeads, background: Background, usual: Usual) -> TopicHeads:
    weights, bias = heads.weights.copy(), heads.bias.copy()
    logits = heads.logits(background.content, background.lengths)
    for number in np.flatnonzero(heads.untrained).tolist():
        cases = _cases(logits, number)
        if (cases > 0).sum() >= max(LEAST, _LEAST_SHARE * len(logits)):
            line = _learned(heads, number, background.content, cases)
            weights[number] = line.weights
            bias[number] += line.bias + usual.taught.get(heads.names[number], 0.0)
    return replace(heads, weights=weights, bias=bias)


def _cases(logits: Vectors, topic: int) -> NDArray[np.float64]:
    """What each item says of a topic: above 0 as a clear case of it, below 0 of other matters, 0 nothing."""
    own, others = logits[:, topic], np.delete(logits, topic, axis=1).max(axis=1, initial=-np.inf)
    elsewhere = (others > _CLEAR) & (others - own > _PLAINER)
    return np.select([elsewhere, own > _CLEAR, own < -_CLEAR], [-_OF_OTHERS, 1.0, -1.0], 0.0)


def _learned(heads: TopicHeads, topic: int, content: Vectors, cases: NDArray[np.float64]) -> Line:
    """A line between clear cases, phrases among them, both sides of equal weight."""
    owners, vectors = heads.phrases.owners, heads.phrases.vectors
    said = np.where(owners == topic, 1.0, np.where(owners == EVERYDAY, -1.0, 0.0))
    strengths = np.concatenate([cases, said])
    rows = np.flatnonzero(strengths)
    truth, weights = strengths[rows] > 0, np.abs(strengths[rows])
    weights *= np.where(truth, 0.5 / weights[truth].sum(), 0.5 / weights[~truth].sum()) * _MASS
    return fit_logistic(np.vstack([content, vectors])[rows], truth, weights, _RIDGE)
