"""What an encoder makes of texts in several languages, and of English ones on several subjects."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Vectors
from scripts.benchmarks.encoders.headlines import Headlines

ORIGIN: Final = "en"
NEAREST: Final = 10
_BLOCK: Final = 512


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """How well one language is served.

    Attributes:
        unread: mean share of letters that the encoder lacks; None where it cannot tell.
        translation: share of headlines whose nearest English one says the same.
        subject: share of the ten nearest headlines in other languages that are on the same subject.
        own: share of the three nearest in the same language that are.
    """

    unread: float | None
    translation: float
    subject: float
    own: float


@dataclass(frozen=True, slots=True)
class EncoderFigures:
    """All that is measured of one encoder.

    Attributes:
        dimension: length of its vectors.
        languages: by language.
        same_language: share of the ten nearest headlines of a mixed catalogue that are in the same language.
        subject: share of them on the same subject.
        texts_per_second: of the headlines, in one process as it is set up.
    """

    dimension: int
    languages: Mapping[str, LanguageFigures]
    same_language: float
    subject: float
    texts_per_second: float


def measure(encoder: Encoder, headlines: Headlines) -> EncoderFigures:
    """The figures of one encoder; its vectors are computed anew."""
    encoder.encode(["warm"])
    began = time.perf_counter()
    vectors = {language: encoder.encode(texts) for language, texts in headlines.texts.items()}
    seconds = time.perf_counter() - began
    languages = {language: _language(encoder, headlines, vectors, language) for language in headlines.texts}
    subjects = np.tile(headlines.subjects, len(vectors))
    spoken = np.repeat(np.arange(len(vectors)), len(headlines.subjects))
    together = np.concatenate(list(vectors.values()))
    return EncoderFigures(
        encoder.dimension,
        languages,
        precision(together, together, spoken, spoken, NEAREST, itself=True),
        precision(together, together, subjects, subjects, NEAREST, itself=True),
        len(together) / seconds,
    )


def precision(
    asked: Vectors,
    offered: Vectors,
    wanted: NDArray[np.int64],
    groups: NDArray[np.int64],
    count: int,
    *,
    itself: bool = False,
) -> float:
    """Mean share of the `count` nearest of the offered that are of the group wanted; a vector of zeros finds none.

    Args:
        asked: float32 [n, d].
        offered: float32 [m, d].
        wanted: int64 [n], group of each asked.
        groups: int64 [m], group of each offered.
        count: how many nearest.
        itself: whether both are the same, and nothing is its own neighbour.
    """
    shares = []
    for start in range(0, len(asked), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(asked)))
        likeness = asked[rows] @ offered.T
        if itself:
            likeness[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :count]
        shares.append((groups[nearest] == wanted[rows][:, None]).mean(axis=1) * asked[rows].any(axis=1))
    return float(np.concatenate(shares).mean())


def _language(encoder: Encoder, headlines: Headlines, vectors: Mapping[str, Vectors], language: str) -> LanguageFigures:
    own, subjects = vectors[language], headlines.subjects
    meanings = np.arange(len(subjects))
    others = [name for name in vectors if name != language]
    reading = encoder.reading(headlines.texts[language])
    return LanguageFigures(
        None if reading is None else float(reading.unread.mean()),
        precision(own, vectors[ORIGIN], meanings, meanings, 1),
        precision(
            own, np.concatenate([vectors[name] for name in others]), subjects, np.tile(subjects, len(others)), NEAREST
        ),
        precision(own, own, subjects, subjects, 3, itself=True),
    )
