"""ALS (Hu et al. 2008) and BPR (Rendle et al. 2009) as the `implicit` package has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from scripts.benchmarks.recall.interactions import Lists, Matrix
from scripts.benchmarks.recall.model import NotApplicableError, Scores, Settings
from scripts.benchmarks.recall.split import Split
from scripts.benchmarks.recall.tuning import Axes

Factors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Als:
    """Weighted matrix factorisation; people are folded in by one solve, so held-out people need no training."""

    name = "ALS"
    iterations: int = 15

    def axes(self, _split: Split) -> Axes:
        """Sparse histories want more weight (alpha) and less regularization."""
        return {"alpha": (10, 1, 40), "regularization": (30, 1, 10, 100), "factors": (128, 64, 256)}

    def learn(self, split: Split, settings: Settings) -> _FoldedIn:
        """Alternate between people and items."""
        with _one_blas_thread():
            model = _package("implicit.cpu.als").AlternatingLeastSquares(
                factors=int(settings["factors"]),
                regularization=settings["regularization"],
                alpha=settings["alpha"],
                iterations=self.iterations,
                random_state=split.seed,
            )
            model.fit(_implicit_matrix(_engaged(split)), show_progress=False)
        return _FoldedIn(model)


@dataclass(frozen=True, slots=True)
class Bpr:
    """Pairwise ranking by stochastic gradient, on one thread, since on several it is another model each time.

    A person without training gets no factors, and BPR has no fold-in: such people's histories are added to training.
    """

    name = "BPR"

    def axes(self, _split: Split) -> Axes:
        """Small data are learned by heart in few iterations, sparse ones need many and large steps."""
        return {
            "learning_rate": (0.01, 0.05),
            "iterations": (100, 50, 300),
            "regularization": (0.01, 0.03, 0.001),
            "factors": (64, 128),
        }

    def learn(self, split: Split, settings: Settings) -> _OwnFactors:
        """Follow the gradient."""
        model = _package("implicit.cpu.bpr").BayesianPersonalizedRanking(
            factors=int(settings["factors"]),
            learning_rate=settings["learning_rate"],
            regularization=settings["regularization"],
            iterations=int(settings["iterations"]),
            num_threads=1,
            random_state=split.seed,
        )
        with _one_blas_thread():
            model.fit(_implicit_matrix(_engaged(split, with_untrained=True)), show_progress=False)
        return _OwnFactors(model.user_factors, model.item_factors)


@dataclass(frozen=True, slots=True)
class _FoldedIn:
    model: Any

    def scores(self, histories: Lists) -> Scores:
        items: Factors = self.model.item_factors
        liked = _implicit_matrix(histories.matrix(len(items)))
        with _one_blas_thread():
            people: Factors = self.model.recalculate_user(np.arange(len(histories)), liked)
        return people @ items.T


@dataclass(frozen=True, slots=True)
class _OwnFactors:
    people: Factors
    items: Factors

    def scores(self, histories: Lists) -> Scores:
        return self.people[histories.users] @ self.items.T


def _package(name: str) -> Any:
    """A module of `implicit`, which the service itself does not need."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise NotApplicableError("`implicit` is not installed: pip install 'penchant[benchmark]'") from error


def _engaged(split: Split, *, with_untrained: bool = False) -> Matrix:
    shape = len(split.entities.users), len(split.entities.items)
    engaged = split.train.matrix(*shape)
    if with_untrained:
        told = split.histories.entries
        engaged = engaged + told.take(~np.isin(told.users, split.train.users)).matrix(*shape)
    return sparse.csr_array(engaged)


def _implicit_matrix(engaged: Matrix) -> sparse.csr_matrix:
    """As `implicit` wants it."""
    return sparse.csr_matrix(engaged)


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """`implicit` brings its own threads and is slow where those of BLAS compete with them."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
