"""The spectral factors, for catalogues too large for an items x items array.

    Z = D_u^-a X D_i^-b       V, s = leading right directions of Z and their singular values
    engage = D_i^-b V (s / s_max)^p        index = D_i^c V
    neighbours = D_i^-b top(w Z'Z + v F) D_i^c        F = D_i^-1/2 D D_i^-1/2, top = the strongest entries of each row

D_u and D_i hold the degrees of users and items, D counts "a, and then b". The directions generalise over the whole
catalogue, as an ideal low-pass filter does (Shen et al. 2021, "How powerful is graph convolution for recommendation?");
the neighbours bring back what only few people share. Memory: proportional to interactions and to items x rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.factors.gram import Gram, LocalGram, OpenGram
from models.factors.leading_directions import leading_directions
from models.factors.settings import FactorSettings
from models.factors.strongest_entries import strongest_of_sparse
from models.factors.transitions import count_transitions
from models.factors.value import Factors
from models.interactions import Interactions
from models.neighbours import Neighbours

Dense = NDArray[np.float32]
Matrix = sparse.csr_array

BAND: Final = 512
"""Rows of Z'Z that are worked on at a time."""

TINY: Final = np.float32(1e-12)
"""Least divisor, for interactions whose every singular value is 0."""


def learn_spectral(interactions: Interactions, settings: FactorSettings, gram_of: OpenGram = LocalGram) -> Factors:
    """The factors of all items; see the module for the formula. An item without interactions has zeros.

    Args:
        interactions: matrix X; times are needed where the directed term is on.
        settings: how.
        gram_of: where the products are computed.

    Raises:
        UntimedError: the directed term is on, and the interactions have no times.
    """
    chosen = settings.spectral
    scaling = _Scaling.of(interactions, settings)
    normalised = _normalised(interactions, scaling)
    random = np.random.default_rng(settings.seed)
    directions = leading_directions(gram_of(normalised), settings.rank, chosen.iterations, random)
    filtered = directions.vectors * (directions.values / max(directions.values[0], TINY)) ** chosen.sharpness
    gram = gram_of(_shortened(normalised, chosen.longest_history))
    lists = _neighbours(gram, _Neighbours(scaling, _following(interactions, scaling, settings), settings))
    return Factors(
        engage=np.ascontiguousarray(filtered * scaling.engaged[:, None], dtype=np.float32),
        index=np.ascontiguousarray(directions.vectors * scaling.recommended[:, None], dtype=np.float32),
        neighbours=Neighbours.stack(lists, interactions.items),
    )


@dataclass(frozen=True, slots=True)
class _Scaling:
    """Powers of the degrees; 0 for users and items without interactions.

    Attributes:
        users: float32 [users], D_u^-a.
        engaged: float32 [n], D_i^-b.
        recommended: float32 [n], D_i^c.
        followed: float32 [n], D_i^-1/2.
    """

    users: Dense
    engaged: Dense
    recommended: Dense
    followed: Dense

    @classmethod
    def of(cls, interactions: Interactions, settings: FactorSettings) -> _Scaling:
        chosen = settings.spectral
        users, items = interactions.user_degrees(), interactions.item_degrees()
        return cls(
            _power(users, -chosen.user_exponent),
            _power(items, -chosen.item_exponent),
            _power(items, chosen.popularity_exponent),
            _power(items, -0.5),
        )


def _power(degrees: NDArray[np.int64], exponent: float) -> Dense:
    met = degrees > 0
    powers = np.zeros(len(degrees), dtype=np.float32)
    powers[met] = degrees[met].astype(np.float64) ** exponent
    return powers


def _normalised(interactions: Interactions, scaling: _Scaling) -> Matrix:
    matrix = interactions.matrix
    factors = np.repeat(scaling.users, interactions.user_degrees()) * scaling.engaged[matrix.indices]
    return sparse.csr_array((matrix.data * factors, matrix.indices, matrix.indptr), shape=matrix.shape)


def _neighbours(gram: Gram, chosen: _Neighbours) -> Iterator[Matrix]:
    """The lists of all items, band by band."""
    return gram.bands(BAND, chosen) if chosen.settings.neighbours else iter(())


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """What becomes of rows of Z'Z: the strongest relations of each item.

    Attributes:
        scaling: of popularity.
        following: F, where the directed term is on.
        settings: how many.
    """

    scaling: _Scaling
    following: Matrix | None
    settings: FactorSettings

    def __call__(self, relations: Matrix, band: slice) -> Matrix:
        relations = relations * np.float32(self.settings.spectral.neighbour_weight)
        if self.following is not None:
            relations = Matrix(relations + self.following[band])
        strongest = strongest_of_sparse(_without_diagonal(relations, band), self.settings.neighbours)
        return _popular_again(strongest, band, self.scaling)


def _without_diagonal(relations: Matrix, band: slice) -> Matrix:
    rows = np.repeat(np.arange(band.start, band.stop), np.diff(relations.indptr))
    relations.data[rows == relations.indices] = 0.0
    relations.eliminate_zeros()
    return relations


def _popular_again(strongest: Matrix, band: slice, scaling: _Scaling) -> Matrix:
    """Scale the chosen entries; choosing afterwards would fill the lists with what is popular anyway."""
    rows = np.repeat(np.arange(band.start, band.stop), np.diff(strongest.indptr))
    strongest.data *= scaling.engaged[rows] * scaling.recommended[strongest.indices]
    return strongest


def _shortened(normalised: Matrix, longest: int) -> Matrix:
    """Rows of at most `longest` entries, spread evenly: what thousands of items share says little of any two."""
    lengths = np.diff(normalised.indptr).astype(np.int64)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(normalised.nnz) - normalised.indptr[:-1][owner]
    share = np.minimum(longest, lengths)[owner]
    kept = (place + 1) * share // lengths[owner] > place * share // lengths[owner]
    counts = np.concatenate([[0], np.cumsum(kept)])[normalised.indptr]
    return Matrix((normalised.data[kept], normalised.indices[kept], counts), shape=normalised.shape)


def _following(interactions: Interactions, scaling: _Scaling, settings: FactorSettings) -> Matrix | None:
    chosen = settings.transitions
    if not chosen.weight:
        return None
    counted = count_transitions(interactions, chosen.decay, chosen.window)
    before = np.repeat(scaling.followed, np.diff(counted.indptr))
    counted.data *= np.float32(chosen.weight) * before * scaling.followed[counted.indices]
    return counted
