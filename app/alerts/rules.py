"""The plain alerts: each a question about facts, with its own minimum of them."""

from __future__ import annotations

from collections.abc import Iterator

from app.alerts.facts import Facts
from app.alerts.finding import NOTHING_KNOWN, Finding
from app.alerts.settings import AlertSettings

_DAY = 86_400.0


def rule_findings(facts: Facts, settings: AlertSettings) -> Iterator[Finding]:
    """What every rule says."""
    yield _floors(facts, settings)
    yield _recall(facts, settings)
    yield _stale(facts, settings)
    yield _rebuild(facts)
    yield _rejects(facts, settings)
    yield _audit(facts, settings)
    yield _storage(facts)


def _floors(facts: Facts, settings: AlertSettings) -> Finding:
    missed, limit = facts.missed_floors, settings.missed_floor_share
    if missed is None or missed.whole < settings.least_answers:
        return Finding("floors_missed", None, f"Floors: {NOTHING_KNOWN} (wanted: {settings.least_answers} answers).")
    said = f"{missed.part:,} of the {missed.whole:,} answers of the last 24 hours missed a floor without a reason."
    return Finding("floors_missed", missed.value > limit, said, missed.value, limit)


def _recall(facts: Facts, settings: AlertSettings) -> Finding:
    queries, recall = facts.recall
    if queries < settings.least_queries:
        return Finding("recall_low", None, f"Recall: {NOTHING_KNOWN} (wanted: {settings.least_queries} queries).")
    said = f"Of what exact search finds the index found {recall:.3f}, over the last {queries:,} sampled queries."
    return Finding("recall_low", recall < settings.recall_floor, said, recall, settings.recall_floor)


def _stale(facts: Facts, settings: AlertSettings) -> Finding:
    if facts.built_at is None:
        return Finding("snapshot_stale", None, "There is no snapshot yet.")
    days = (facts.now - facts.built_at) / _DAY
    said = f"The newest snapshot was built {days:.1f} days ago."
    return Finding("snapshot_stale", days > settings.stale_days, said, days, settings.stale_days)


def _rebuild(facts: Facts) -> Finding:
    if facts.swap_problem:
        return Finding("rebuild_failing", True, f"The published snapshot is not in service: {facts.swap_problem}")
    if facts.rebuild is None:
        return Finding("rebuild_failing", None, "No build was due since this was first looked at.")
    said = "The last build that was due went well." if facts.rebuild.ok else "The last build that was due failed: "
    return Finding("rebuild_failing", not facts.rebuild.ok, said + facts.rebuild.said)


def _rejects(facts: Facts, settings: AlertSettings) -> Finding:
    now, before = facts.rejected, facts.rejected_before
    if now.whole < settings.least_rows:
        return Finding("rejects_rising", None, f"Rejects: {NOTHING_KNOWN} (wanted: {settings.least_rows} rows).")
    limit = settings.rejected_share
    if before.whole >= settings.least_rows:
        limit = max(limit, settings.rejected_times * before.value)
    said = f"{now.part:,} of the {now.whole:,} rows of the last 24 hours were rejected; before, {before.value:.1%}."
    return Finding("rejects_rising", now.value > limit, said, now.value, limit)


def _audit(facts: Facts, settings: AlertSettings) -> Finding:
    since = facts.audited_at if facts.audited_at is not None else facts.began_at
    if since is None:
        return Finding("audit_overdue", None, "Nothing was served yet that could be audited.")
    days = (facts.now - since) / _DAY
    what = "The last equity audit was" if facts.audited_at is not None else "There is no audit yet; people are served"
    said = f"{what} {days:.0f} days ago." if facts.audited_at is not None else f"{what} since {days:.0f} days."
    return Finding("audit_overdue", days > settings.audit_days, said, days, settings.audit_days)


def _storage(facts: Facts) -> Finding:
    said = " ".join(facts.storage) or "Everything can be written, and nothing that was acknowledged is missing."
    return Finding("storage_failing", bool(facts.storage), said)
