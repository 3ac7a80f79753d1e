"""The probe: can anybody tell from user embeddings who read what the firewall should have kept out?

People are made up over a real catalogue: each reads items on no sensitive topic, mostly from two of its topics. A
random half reads sensitive items besides. A linear probe, cross-validated, then tries to tell the halves apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from app.serving.catalogue import Catalogue
from app.serving.people import People
from app.storage.rows import LoggedColumns
from indexer.sensitive.trained_heads import folds
from models.events import CODE_OF, EventType, EventWeights
from models.ids import Rows
from models.logistic import fit_logistic
from models.user_state import Beta, Blend
from scripts.benchmarks.sensitive.curves import auc_of

_NOW = 1_700_000_000.0
_DAYS = 60
_FOLDS = 5
_RIDGE = 0.1
POPULATIONS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """What the made-up people read.

    Attributes:
        harmless: rows that everybody draws from.
        sensitive: rows that the injected half draws from besides.
        people: how many.
        each: harmless events of each person.
        injected: sensitive events of each person of the half.
    """

    harmless: Rows
    sensitive: Rows
    people: int = 400
    each: int = 20
    injected: int = 6


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Area under the curve of the probe: its mean over populations, and the interval of 95 % of that mean."""

    auc: float
    low: float
    high: float


def made_up_log(catalogue: Catalogue, reading: Reading, seed: int) -> tuple[LoggedColumns, NDArray[np.bool_]]:
    """(everybody's events, who read sensitive items); the harmless events do not depend on the latter."""
    random = np.random.default_rng(seed)
    topics = catalogue.topics[reading.harmless]
    rows, users = [], []
    for person in range(reading.people):
        favoured = np.isin(topics, random.choice(np.unique(topics), 2, replace=False))
        chances = np.where(favoured, 8.0, 1.0)
        rows.append(random.choice(reading.harmless, reading.each, replace=False, p=chances / chances.sum()))
        users.append(np.full(reading.each, person))
    readers = np.zeros(reading.people, dtype=np.bool_)
    readers[random.permutation(reading.people)[: reading.people // 2]] = True
    for person in np.flatnonzero(readers).tolist():
        rows.append(random.choice(reading.sensitive, reading.injected, replace=False))
        users.append(np.full(reading.injected, person))
    return _log(catalogue, np.concatenate(rows), np.concatenate(users), random), readers


def embeddings(catalogue: Catalogue, log: LoggedColumns) -> NDArray[np.float32]:
    """float32 [people, d]: what the service learns of everybody, firewall included."""
    weights = EventWeights()
    people = People(catalogue, weights)
    people.learn(log.users, *people.columns_of(log))
    space = catalogue.space
    blend = Blend.build(Beta(), 3.0, space.content_dimension, space.dimension)
    known = (people.get(user) for user in log.users)
    return np.array([person.state.embedding(_NOW, blend) for person in known if person is not None])


def probe(catalogue: Catalogue, reading: Reading, seed: int) -> ProbeResult:
    """How well a linear probe tells the readers, over POPULATIONS populations made up one after the other."""
    found = []
    for each in range(seed, seed + POPULATIONS):
        log, readers = made_up_log(catalogue, reading, each)
        found.append(area(embeddings(catalogue, log), readers, each))
    mean, error = float(np.mean(found)), float(np.std(found, ddof=1)) / POPULATIONS**0.5
    reach = float(student.ppf(0.975, POPULATIONS - 1)) * error
    return ProbeResult(mean, mean - reach, mean + reach)


def area(vectors: NDArray[np.float32], readers: NDArray[np.bool_], seed: int) -> float:
    """Area under the curve of one cross-validated probe: everybody is judged by one that did not see them."""
    scaled = (vectors - vectors.mean(axis=0)) / np.maximum(vectors.std(axis=0), 1e-9)
    scores = np.empty(len(readers))
    for held in folds(readers, _FOLDS, seed):
        rest = np.setdiff1d(np.arange(len(readers)), held)
        scores[held] = fit_logistic(scaled[rest], readers[rest], np.ones(len(rest)), _RIDGE * len(rest))(scaled[held])
    return auc_of(scores, readers)


def _log(catalogue: Catalogue, rows: Rows, users: NDArray[np.int64], random: np.random.Generator) -> LoggedColumns:
    items, codes = np.unique(rows, return_inverse=True)
    return LoggedColumns(
        sequence=np.arange(1, len(rows) + 1),
        user_codes=users.astype(np.int32),
        users=[f"u{person}" for person in range(int(users.max()) + 1)],
        item_codes=codes.astype(np.int32),
        items=[catalogue.item_id(int(row)) for row in items],
        codes=np.full(len(rows), CODE_OF[EventType.LIKE], dtype=np.int8),
        values=np.full(len(rows), np.nan, dtype=np.float32),
        times=_NOW - random.uniform(0, _DAYS * 86_400, len(rows)),
    )
