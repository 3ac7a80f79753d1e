"""Whether people fell to the variants in the shares that were declared."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

CONCENTRATION: Final = 100.0
"""Of the prior around the declared shares; the larger, the smaller the mismatch that it is set on."""


def sample_ratio_p(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> float:
    """Chance that counts ever look so far from the declared shares where nothing is amiss; may be read at every look.

    One over the Bayes factor of a Dirichlet prior around the declared shares against these shares themselves, at most 1
    (Lindon, Malek 2022, "Anytime-Valid Inference for Multinomial Count Data").

    Args:
        counts: int64 [variants], people of each.
        shares: float64 [variants], declared, above 0; they sum to 1.
    """
    prior = CONCENTRATION * shares
    evidence = _log_beta(prior + counts) - _log_beta(prior) - float(counts @ np.log(shares))
    return float(np.exp(min(0.0, -evidence)))


def _log_beta(parameters: NDArray[np.float64]) -> float:
    return float(gammaln(parameters).sum() - gammaln(parameters.sum()))
