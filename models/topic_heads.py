"""Topic heads: the probability that an item touches each of several topics, from its content vector.

The logit of topic t for the unit vector x is

    slope_t * (log mean exp(s * <x, p>) over the topic's phrases p - the same over the everyday phrases)
        + <x, weights_t> + bias_t - max(rarity_t, brevity_t * max(0, 1 - characters / FULL_TEXT))

The first part needs nothing but phrases: it says how much closer x lies to what is said of the topic than to what is
said every day. The linear part is zero until heads were fitted to a catalogue or trained on labelled texts. The last
part is what must speak against the odds: the rarer the topic in the catalogue, and the less there is to read, the
plainer it must be. Of a rare topic, what is as short as a name is no evidence, however near it lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Vectors = NDArray[np.float32]
Lengths = NDArray[np.integer]
EVERYDAY = -1
"""Owner of a phrase that belongs to no topic."""
FULL_TEXT = 300
"""Characters from which a text says enough."""
NAME = 60
"""Characters up to which a text may be no more than a name."""
REPORTED = 0.1
"""Probability from which an item is worth a look."""
_OF_A_NAME = -0.05
"""Log-odds that a name reaches at most of a rare topic: reported, and short of a threshold of one half."""


def missing_text(lengths: Lengths) -> NDArray[np.float64]:
    """float64 [n]: the share of FULL_TEXT that each text of so many characters lacks."""
    return np.clip(1.0 - np.asarray(lengths) / FULL_TEXT, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is said of topics, as vectors.

    Attributes:
        vectors: float32 [p, d], unit length.
        owners: int32 [p], the topic of each, EVERYDAY for what is not sensitive.
        sharpness: s above; the larger, the more the nearest phrase alone decides.
    """

    vectors: Vectors
    owners: NDArray[np.int32]
    sharpness: float

    def contrasts(self, content: Vectors, topics: int) -> Vectors:
        """float32 [n, topics]: how much closer each item lies to each topic than to everyday life."""
        if not topics:
            return np.zeros((len(content), 0), dtype=np.float32)
        near = np.exp(self.sharpness * (content @ self.vectors.T))
        member = (self.owners[:, None] == np.arange(EVERYDAY, topics)).astype(np.float32)
        means = near @ (member / member.sum(axis=0))
        return np.asarray(np.log(means[:, 1:]) - np.log(means[:, :1]), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class TopicHeads:
    """One calibrated head a topic.

    Attributes:
        names: the topics, k of them.
        phrases: of these topics and of everyday life.
        slopes: float32 [k].
        weights: float32 [k, d].
        bias: float32 [k].
        brevity: float32 [k], log-odds that are asked of a text without a word; none from FULL_TEXT characters on.
        rarity: float32 [k], log-odds that are asked of every text.
        thresholds: float32 [k], probability from which an item counts as touching the topic; above 1 for never.
    """

    names: tuple[str, ...]
    phrases: Phrases
    slopes: Vectors
    weights: Vectors
    bias: Vectors
    brevity: Vectors
    rarity: Vectors
    thresholds: Vectors

    @classmethod
    def none(cls, dimension: int) -> TopicHeads:
        """Heads that know no topic."""
        empty, nothing = np.zeros((0, dimension), np.float32), np.zeros(0, np.float32)
        return cls((), Phrases(empty, np.zeros(0, np.int32), 1.0), nothing, empty, *[nothing] * 4)

    @property
    def untrained(self) -> NDArray[np.bool_]:
        """Bool [k]: the heads from phrases alone."""
        return np.asarray(~self.weights.any(axis=1))

    def logits(self, content: Vectors, lengths: Lengths) -> Vectors:
        """float32 [n, k] of unit content vectors, float32 [n, d], and the characters of each text, [n]."""
        linear = content @ self.weights.T + self.bias
        asked = np.maximum(missing_text(lengths)[:, None] * self.brevity, self.rarity)
        return np.asarray(self.slopes * self.phrases.contrasts(content, len(self.names)) + linear - asked, np.float32)

    def probabilities(self, content: Vectors, lengths: Lengths) -> Vectors:
        """float32 [n, k]: the chance that each item touches each topic; none where nothing could be read (zeros)."""
        logits = self.logits(content, lengths)
        name = (np.asarray(lengths) < NAME)[:, None] & (self.rarity > 0)
        chances = expit(np.where(name, np.minimum(logits, _OF_A_NAME), logits))
        read = np.asarray(content.any(axis=1))[:, None]
        return np.asarray(np.where(read, chances, 0.0), np.float32)

    def touched(self, content: Vectors, lengths: Lengths) -> NDArray[np.bool_]:
        """Bool [n, k]: which topics each item touches; none where the encoder could read nothing (zeros)."""
        return np.asarray(self.probabilities(content, lengths) >= self.thresholds)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What a snapshot stores besides the names."""
        return {
            "phrases": self.phrases.vectors,
            "owners": self.phrases.owners,
            "sharpness": np.array([self.phrases.sharpness], dtype=np.float64),
            "slopes": self.slopes,
            "weights": self.weights,
            "bias": self.bias,
            "brevity": self.brevity,
            "rarity": self.rarity,
            "thresholds": self.thresholds,
        }

    @classmethod
    def from_arrays(cls, names: tuple[str, ...], arrays: dict[str, NDArray[np.generic]]) -> TopicHeads:
        """The inverse of `arrays`."""
        nothing = np.zeros(len(names), np.float32)
        given: dict[str, NDArray[np.generic]] = {"brevity": nothing, "rarity": nothing, **arrays}
        phrases = Phrases(given.pop("phrases"), given.pop("owners"), float(given.pop("sharpness")[0]))  # type: ignore[arg-type]
        return cls(names, phrases, **given)  # type: ignore[arg-type]

    def digest(self) -> str:
        """16 hexadecimal digits that change with every head."""
        digest = blake2b("\0".join(self.names).encode(), digest_size=8)
        for array in self.arrays().values():
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()
