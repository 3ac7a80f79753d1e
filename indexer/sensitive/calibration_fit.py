"""A calibration from labelled texts, so that heads from phrases judge by any encoder and any taxonomy.

The threshold of a topic with labelled texts is the highest that finds enough of them, or a lower one that still takes
few enough other texts. One without labels is held to a small share of the harmless texts, its recall unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.sensitive.background import LOW, LOW_DEVIATIONS, Background, fitted_to, raised
from indexer.sensitive.calibration import Calibration, CalibrationError
from indexer.sensitive.classifier import embed_phrases, from_phrases
from indexer.sensitive.taxonomy import Taxonomy
from indexer.sensitive.trained_heads import LEAST, LabelledTexts
from models.encoder import Encoder
from models.logistic import fit_logistic
from models.topic_heads import TopicHeads, Vectors

_RIDGE = 1e-3
_MASS = 400.0
"""Total weight of the texts, half of it on the topic."""

Levels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aim:
    """Where thresholds are to lie.

    Attributes:
        recall: share of a topic's labelled texts to be found.
        false_alarms: share of the texts without the topic's label that may be taken for it, whatever the recall.
        unlabelled: share of the harmless texts that a topic without labelled texts takes.
        shares: topic -> share of the harmless texts that it takes whatever its labels say.
        brevity: log-odds that are taken from a text without a word; labelled texts of full length do not tell it.
    """

    recall: float = 0.9
    false_alarms: float = 0.10
    unlabelled: float = 0.02
    shares: Mapping[str, float] = field(default_factory=dict)
    brevity: float = 3.25


def calibrated(
    taxonomy: Taxonomy, encoder: Encoder, sharpness: float, labelled: LabelledTexts, aim: Aim
) -> Calibration:
    """The calibration by which heads from phrases, fitted to these texts, meet the aim.

    Raises:
        CalibrationError: no topic of the taxonomy has enough labelled texts, too few texts are labelled nothing, or the
            aim gives a share to a topic that the taxonomy does not have.
    """
    if unknown := aim.shares.keys() - set(taxonomy.names):
        raise CalibrationError(f"the taxonomy has no topic named {', '.join(sorted(unknown))}")
    measured = _measured(taxonomy, encoder, sharpness, labelled, aim)
    texts, names = Background(labelled.content, labelled.lengths), taxonomy.names
    heads, usual = from_phrases(taxonomy, encoder, sharpness, measured), measured.usual(names)
    bias = -_bars(raised(texts, heads, usual), labelled, aim)
    heads = replace(heads, bias=bias.astype(np.float32))
    fitted = fitted_to(texts, heads, usual)
    taught = np.where(fitted.weights.any(axis=1), -_bars(fitted, labelled, aim), 0.0)
    by_topic = {"bias": _named(names, bias), "taught": _named(names, taught)}
    return measured.model_copy(update={**by_topic, "default_bias": float(np.median(bias))})


def _measured(taxonomy: Taxonomy, encoder: Encoder, sharpness: float, labelled: LabelledTexts, aim: Aim) -> Calibration:
    """What can be read from contrasts alone; all biases zero."""
    phrases = embed_phrases(taxonomy, encoder, sharpness)
    contrasts, nothing = phrases.contrasts(labelled.content, len(taxonomy.names)), labelled.nothing()
    if nothing.sum() < LEAST:
        raise CalibrationError(f"{nothing.sum()} texts are labelled nothing, {LEAST} are needed")
    centres = np.median(contrasts[nothing], axis=0)
    spread = (centres - np.quantile(contrasts[nothing], LOW, axis=0)).mean() / LOW_DEVIATIONS
    return Calibration(
        encoder=encoder.fingerprint,
        slope=_slope(contrasts, taxonomy.names, labelled),
        brevity=aim.brevity,
        spread=float(spread),
        default_centre=float(np.median(centres)),
        default_bias=0.0,
        centre=_named(taxonomy.names, centres),
    )


def _slope(contrasts: Vectors, names: Sequence[str], labelled: LabelledTexts) -> float:
    """Of the logistic curve between a topic's texts and those labelled nothing, the mean of the labelled topics."""
    slopes, nothing = [], labelled.nothing()
    for number, name in enumerate(names):
        truth = labelled.touches.get(name, np.zeros(len(nothing), dtype=np.bool_))
        if truth.sum() >= LEAST:
            either = truth | nothing
            weights = np.where(truth, 0.5 / truth.sum(), 0.5 / nothing.sum())[either] * _MASS
            slopes.append(
                fit_logistic(contrasts[either, number : number + 1], truth[either], weights, _RIDGE).weights[0]
            )
    if not slopes:
        raise CalibrationError(f"no topic of the taxonomy has {LEAST} labelled texts")
    return float(np.mean(slopes))


def _bars(heads: TopicHeads, labelled: LabelledTexts, aim: Aim) -> Levels:
    """The log-odds of each topic from which a text is to count."""
    logits, nothing = heads.logits(labelled.content, labelled.lengths), labelled.nothing()
    bars = []
    for name, scores in zip(heads.names, logits.T, strict=True):
        truth = labelled.touches.get(name)
        if name in aim.shares or truth is None or truth.sum() < LEAST:
            bars.append(np.quantile(scores[nothing], 1 - aim.shares.get(name, aim.unlabelled)))
        else:
            allowed = np.quantile(scores[~truth], 1 - aim.false_alarms)
            bars.append(min(allowed, np.quantile(scores[truth], 1 - aim.recall)))
    return np.array(bars, dtype=np.float64)


def _named(names: Sequence[str], values: NDArray[np.floating]) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))
