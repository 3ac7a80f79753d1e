"""Estimates a policy from the log; blocks, so coroutines go through a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from duckdb import DuckDBPyConnection
from pydantic import ValidationError

from app.errors import EstimateRefusedError, PolicyNotFoundError
from app.insights.experiments.comparisons import Reading
from app.insights.off_policy.estimates import estimated, weighed
from app.insights.off_policy.records import left_out, policies_of, read_draws, read_records
from app.pipeline.settings import QuerySettings
from app.serving.policies.folder import PolicyFolder
from app.serving.policies.policy import differences, values_of

DRAWN_BY: Final = frozenset({"sources.explore_prior", "sources.explore_ignored", "sources.explore_uniform"})
"""Settings that only say how likely each draw of exploration is."""
SCOPE: Final = (
    "This says what other draws of exploration would have earned: the topics that are looked into are all that is "
    "random in a slate. It is of each person's first answer that rests on a draw on a snapshot, with the rest of the "
    "policy as it was served. What is not drawn is not random, and nothing can be said of it from the log."
)
_UNREADABLE: Final = "by_policies_that_cannot_be_read"
_OTHER: Final = "by_policies_that_differ_elsewhere"
_NOW_TOO: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OffPolicy:
    """Estimates.

    Attributes:
        reading: a connection with all views, on the served log between two days.
        folder: of policies.
        configured: what is no part of a policy.
        now: what time it is.
    """

    reading: Reading
    folder: PolicyFolder
    configured: QuerySettings
    now: Callable[[], datetime]

    def estimate(self, policy_id: str, days: int) -> dict[str, Any]:
        """What a policy would have earned in the last days.

        Raises:
            PolicyNotFoundError: there is no such policy.
            EstimateRefusedError: it differs from all that was served in more than its draws, or nothing was drawn.
        """
        target, end = self._query(policy_id), self.now()
        first = end - timedelta(days=days)
        bounds = {"first": first.replace(tzinfo=None), "end": end.replace(tzinfo=None) + _NOW_TOO}
        with self.reading(None, end.date()) as connection:
            read_draws(connection, bounds)
            told = self._of_draws(connection, target, policy_id)
        about = {"policy": policy_id, "from": first.isoformat(), "until": end.isoformat(), "days": days}
        return about | told | {"scope": SCOPE}

    def _of_draws(self, connection: DuckDBPyConnection, target: QuerySettings, policy_id: str) -> dict[str, Any]:
        counts, aside = policies_of(connection), left_out(connection)
        served, differing = self._served(counts, target)
        unread = sum(counts[each] for each in counts.keys() - served.keys() - differing.keys())
        aside |= {_OTHER: sum(counts[each] for each in differing), _UNREADABLE: unread}
        if not served:
            raise EstimateRefusedError(_refusal(policy_id, counts, differing))
        records = read_records(connection, served)
        drawn = {each: query.sources.draw() for each, query in served.items()}
        found = estimated(records, weighed(records, drawn, target.sources.draw()))
        aside["older_than_the_newest"] = sum(counts[each] for each in served) - len(records)
        return found | {
            "left_out": {reason: count for reason, count in aside.items() if count},
            "differing": {each: sorted(names) for each, names in differing.items()},
            "draws": _draws_told(target),
            "draws_served": {each: _draws_told(query) for each, query in served.items()},
        }

    def _served(
        self, policies: Collection[str], target: QuerySettings
    ) -> tuple[dict[str, QuerySettings], dict[str, set[str]]]:
        """(policies that differ from the target in their draws at most, names of settings in which others differ)."""
        alike: dict[str, QuerySettings] = {}
        differing: dict[str, set[str]] = {}
        for policy in policies:
            try:
                query = self._query(policy)
            except (PolicyNotFoundError, ValidationError):
                continue
            names = differences(values_of(query), values_of(target)).keys() - DRAWN_BY
            if names:
                differing[policy] = set(names)
            else:
                alike[policy] = query
        return alike, differing

    def _query(self, policy_id: str) -> QuerySettings:
        return self.folder.get(policy_id).query(self.configured)


def _draws_told(query: QuerySettings) -> dict[str, float]:
    return {name: getattr(query.sources, name.partition(".")[2]) for name in sorted(DRAWN_BY)}


def _refusal(policy_id: str, counts: Mapping[str, int], differing: Mapping[str, Collection[str]]) -> str:
    if not counts:
        return (
            "No answer of the period rests on a draw of exploration among more topics than were drawn, so nothing in "
            "the log is random."
        )
    if not differing:
        return "The policies by which answers were given cannot be read, so that nothing says how they drew."
    policy, names = next(iter(differing.items()))
    return (
        f"Policy {policy_id} differs from {policy}, by which most answers were given, in {', '.join(sorted(names))}. "
        f"Only draws of exploration are random ({', '.join(sorted(DRAWN_BY))}); of anything else the log can say "
        "nothing. Try it in an experiment."
    )
