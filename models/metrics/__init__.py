"""Metrics, one family a file: of rankings, of what accuracy does not see, of an index, and how sure a mean is."""

from models.metrics.beyond_accuracy import coverage, intra_list_distance, intra_list_distances, novelty, popularity_lift
from models.metrics.intervals import mean_interval, resampled_means
from models.metrics.ranking import hit_rates, hits_of, ndcg_at, ndcgs, recall_at, recalls
from models.metrics.retrieval import overlap_at

__all__ = [
    "coverage",
    "hit_rates",
    "hits_of",
    "intra_list_distance",
    "intra_list_distances",
    "mean_interval",
    "ndcg_at",
    "ndcgs",
    "novelty",
    "overlap_at",
    "popularity_lift",
    "recall_at",
    "recalls",
    "resampled_means",
]
