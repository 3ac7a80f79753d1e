"""The exact factors: a linear autoencoder with content as side information, cut to a rank, the loss won back.

    G = X'X + alpha E E' + lambda I        P = inv(G)        B = -P / diag(P) + w P D, zero diagonal

X are the interactions, E the content vectors, D the decayed counts of "a, and then b". B[i, j] is what engaging with i
adds to the score of j. With V its leading right directions, engage = B V and index = V; the neighbours are the
strongest entries of B - (B V) V'. Steck 2019 (EASE), Jeunen et al. 2020 (side information).

Memory: one items x items array of 4-byte numbers and a few bands of rows.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.factors.gram import Gram, LocalGram, Matrix, bands
from models.factors.leading_directions import DenseOperand, leading_directions
from models.factors.settings import FactorSettings
from models.factors.strongest_entries import strongest_of_dense
from models.factors.symmetric_inverse import invert_in_place
from models.factors.transitions import count_transitions
from models.factors.value import Factors
from models.interactions import Interactions
from models.neighbours import Neighbours

Dense = NDArray[np.float32]

BAND: Final = 1024
"""Rows that are worked on at a time."""

ITERATIONS: Final = 4
"""Passes over B; the directions differ from those of a full decomposition by less than the neighbours win back."""


def learn_exact(
    interactions: Interactions, content: Dense, settings: FactorSettings, gram: Gram | None = None
) -> Factors:
    """The factors of `content.shape[0]` items; see the module for the formula.

    Args:
        interactions: matrix X; times are needed where the directed term is on.
        content: float32 [n, d], unit vectors; d may be 0.
        settings: how.
        gram: X'X; absent, it is computed here.

    Raises:
        UntimedError: the directed term is on, and the interactions have no times.
    """
    relations = item_relations(interactions, content, settings, gram)
    random = np.random.default_rng(settings.seed)
    directions = leading_directions(DenseOperand(relations), settings.rank, ITERATIONS, random).vectors
    engage = relations @ directions
    residuals = (
        _residual(relations, engage, directions, band, settings.neighbours) for band in bands(len(relations), BAND)
    )
    return Factors(engage, directions, Neighbours.stack(residuals, len(relations)))


def item_relations(
    interactions: Interactions, content: Dense, settings: FactorSettings, gram: Gram | None = None
) -> Dense:
    """The matrix B, float32 [n, n]."""
    relations = _with_content(gram or LocalGram(interactions.matrix), content, settings)
    invert_in_place(relations)
    diagonal = np.diag(relations).copy()
    following = _following(interactions, settings)
    for band in bands(len(relations), BAND):
        directed = relations[band] @ following if following is not None else 0.0
        relations[band] /= -diagonal
        relations[band] += directed
    np.fill_diagonal(relations, 0.0)
    return relations


def _with_content(gram: Gram, content: Dense, settings: FactorSettings) -> Dense:
    """G, band by band; content vectors of another width than 0 add their likeness."""
    items = gram.shape[1]
    whole = np.empty((items, items), dtype=np.float32)
    for band, met in zip(bands(items, BAND), gram.bands(BAND, _unchanged), strict=True):
        whole[band] = met.toarray()
        whole[band] += np.float32(settings.exact.content_weight) * (content[band] @ content.T)
    whole[np.diag_indices(items)] += np.float32(settings.exact.ridge)
    return whole


def _unchanged(relations: Matrix, band: slice) -> Matrix:  # noqa: ARG001 - what a band is finished with
    return relations


def _following(interactions: Interactions, settings: FactorSettings) -> sparse.csr_array | None:
    chosen = settings.transitions
    if not chosen.weight:
        return None
    return count_transitions(interactions, chosen.decay, chosen.window) * np.float32(chosen.weight)


def _residual(relations: Dense, engage: Dense, index: Dense, band: slice, k: int) -> sparse.csr_array:
    residual = relations[band] - engage[band] @ index.T
    rows = np.arange(band.start, band.stop)
    residual[rows - band.start, rows] = 0.0
    return strongest_of_dense(residual, k)
