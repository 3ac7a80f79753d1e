"""How sure a number is, and which of two is larger: estimates over people, intervals, tests for who looks daily."""

from models.statistics.confidence_sequences import (
    MINIMUM_PEOPLE,
    always_valid_interval,
    always_valid_p,
    boundary,
)
from models.statistics.disparity import Disparity, Verdict, disparity
from models.statistics.estimates import Estimate, capped, difference, log_ratio, mean_estimate, ratio_estimate
from models.statistics.interleaving import Draft, preferences, team_draft
from models.statistics.off_policy import doubly_robust, effective_size, importance, inverse_propensity, self_normalized
from models.statistics.resampling import Observed, drawn_shares, percentile_interval, resampled_shares, resampled_sums
from models.statistics.sample_ratio import sample_ratio_p
from models.statistics.sample_size import Effect, people_needed

__all__ = [
    "MINIMUM_PEOPLE",
    "Disparity",
    "Draft",
    "Effect",
    "Estimate",
    "Observed",
    "Verdict",
    "always_valid_interval",
    "always_valid_p",
    "boundary",
    "capped",
    "difference",
    "disparity",
    "doubly_robust",
    "drawn_shares",
    "effective_size",
    "importance",
    "inverse_propensity",
    "log_ratio",
    "mean_estimate",
    "people_needed",
    "percentile_interval",
    "preferences",
    "ratio_estimate",
    "resampled_shares",
    "resampled_sums",
    "sample_ratio_p",
    "self_normalized",
    "team_draft",
]
