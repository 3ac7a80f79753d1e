"""Everything that can go wrong with a request, as exceptions that know their HTTP answer.

    PenchantError
    ├── MalformedBodyError            400  malformed-body
    ├── MalformedUrlError             400  malformed-url
    ├── CursorError                   400  unknown-cursor
    │   └── CursorExpiredError        410  expired-cursor
    ├── UnauthenticatedError          401  unauthenticated
    ├── ForbiddenError                403  forbidden
    ├── UnknownPathError              404  unknown-path
    ├── ItemNotFoundError             404  unknown-item
    ├── EventNotFoundError            404  unknown-event
    ├── UnknownTopicError             404  unknown-topic
    ├── PolicyNotFoundError           404  unknown-policy
    ├── SnapshotNotFoundError         404  unknown-snapshot
    ├── AuditNotFoundError            404  unknown-audit
    ├── ExperimentNotFoundError       404  unknown-experiment
    ├── WebhookNotFoundError          404  unknown-webhook
    ├── MethodNotAllowedError         405  method-not-allowed
    ├── CountChangedError             409  count-changed
    ├── UndeclaredUseError            409  undeclared-use
    ├── KeysMissingError              409  no-keys
    ├── AuditRefusedError             409  audit-refused
    ├── ExperimentRefusedError        409  experiment-refused
    ├── EstimateRefusedError          409  estimate-refused
    ├── ConflictError                 409  conflict
    │   ├── ErasedError               409  erased
    │   ├── MergedAwayError           409  merged-away
    │   ├── MergeRefusedError         409  merge-refused
    │   ├── NothingToUndoError        409  nothing-to-undo
    │   └── PolicyRefusedError        409  policy-refused
    ├── BodyTooSlowError              408  body-too-slow
    ├── OutdatedError                 412  outdated
    ├── BodyTooLargeError             413  body-too-large
    ├── TooManyRowsError              413  too-many-rows
    ├── UnsupportedMediaTypeError     415  unsupported-media-type
    ├── InvalidPayloadError           422  invalid-payload
    │   └── UndeclaredDataError       422  undeclared-data
    ├── RowsRejectedError             422  rows-rejected
    │   └── EventIdsTakenError        409  event-ids-taken
    ├── RateLimitedError              429  rate-limited
    ├── UnexpectedError               500  unexpected-error
    └── UnavailableError              503  unavailable
        ├── AccessUnknownError        503  access-unknown
        ├── EngineAwayError           503  engine-away
        └── SnapshotMissingError      503  no-snapshot

A person of whom nothing is known is no error: that is a path of its own through the query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from indexer.problems import FieldProblem


class PenchantError(Exception):
    """A request that cannot be answered as asked; becomes one problem document (RFC 9457).

    Attributes:
        status: HTTP status.
        slug: last part of the problem's `type`, stable across releases.
        title: what kind of problem it is, the same for each of its kind.
        detail: what is the matter with this request; one or more sentences for the person who reads it.
        members: further members of the problem document.
        headers: headers of the answer.
    """

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members
        self.headers = headers or {}

    @property
    def type(self) -> str:
        """The problem's `type`, a relative URI reference."""
        return f"/problems/{self.slug}"


class MalformedBodyError(PenchantError):
    """The body is not what its content type says."""

    status, slug, title = 400, "malformed-body", "The body cannot be read"


class MalformedUrlError(PenchantError):
    """Path or query is not percent-encoded UTF-8."""

    status, slug, title = 400, "malformed-url", "The URL cannot be read"


class CursorError(PenchantError):
    """The cursor was not issued here, or not for this request."""

    status, slug, title = 400, "unknown-cursor", "The cursor is not known"


class CursorExpiredError(CursorError):
    """The cursor's slate is no longer stored."""

    status, slug, title = 410, "expired-cursor", "The cursor has expired"


class UnauthenticatedError(PenchantError):
    """Nothing says who calls, or nothing that is good.

    Args:
        detail: what was missing or wrong; never what was shown.
        invalid_token: whether it was a token that is not good (RFC 6750).
    """

    status, slug, title = 401, "unauthenticated", "Who calls is not known"

    def __init__(self, detail: str, *, invalid_token: bool = False) -> None:
        error = ', error="invalid_token"' if invalid_token else ""
        challenges = f'Bearer realm="penchant"{error}, ApiKey realm="penchant", header="X-API-Key"'
        super().__init__(detail, headers={"WWW-Authenticate": challenges})


class ForbiddenError(PenchantError):
    """It is known who calls, and they may not."""

    status, slug, title = 403, "forbidden", "This is not allowed to you"


class UnknownPathError(PenchantError):
    """There is nothing at this path."""

    status, slug, title = 404, "unknown-path", "There is nothing here"


class ItemNotFoundError(PenchantError):
    """The catalogue has no such item, or no longer."""

    status, slug, title = 404, "unknown-item", "There is no such item"

    def __init__(self, item_id: str) -> None:
        super().__init__("No item has this id.", item_id=item_id)


class AuditNotFoundError(PenchantError):
    """No such equity audit was kept."""

    status, slug, title = 404, "unknown-audit", "There is no such audit"

    def __init__(self, audit_id: str) -> None:
        super().__init__("No audit has this id; `GET /insights/audits` lists them.", audit_id=audit_id)


class ExperimentNotFoundError(PenchantError):
    """There is no experiment of this name."""

    status, slug, title = 404, "unknown-experiment", "There is no such experiment"

    def __init__(self, name: str) -> None:
        super().__init__("No experiment has this name; `GET /admin/experiments` lists them.", name=name)


class ExperimentRefusedError(PenchantError):
    """The experiment is there already, or in another state than this needs."""

    status, slug, title = 409, "experiment-refused", "This cannot be done with this experiment"


class AuditRefusedError(PenchantError):
    """There is nothing to audit, or nothing to compare by."""

    status, slug, title = 409, "audit-refused", "There is nothing to audit"


class EstimateRefusedError(PenchantError):
    """The log can say nothing of this policy."""

    status, slug, title = 409, "estimate-refused", "The log cannot tell what this policy would earn"


class UndeclaredUseError(PenchantError):
    """The charter does not say that data of people may be used so."""

    status, slug, title = 409, "undeclared-use", "The charter does not declare this use"


class CountChangedError(PenchantError):
    """A filter asks for another number of items than was confirmed."""

    status, slug, title = 409, "count-changed", "The filter asks for another number of items"

    def __init__(self, matching: int) -> None:
        super().__init__(f"The filter asks for {matching:,} items by now, and none was deleted.", matching=matching)


class WebhookNotFoundError(PenchantError):
    """There is no such webhook in the settings."""

    status, slug, title = 404, "unknown-webhook", "There is no such webhook"

    def __init__(self, name: str) -> None:
        super().__init__("The settings have no webhook of this name; GET /admin/webhooks lists them.", webhook=name)


class EventNotFoundError(PenchantError):
    """The person has no such event that counts."""

    status, slug, title = 404, "unknown-event", "There is no such event"

    def __init__(self) -> None:
        super().__init__("No event of this person that counts has this id.")


class UnknownTopicError(PenchantError):
    """The catalogue has no such topic."""

    status, slug, title = 404, "unknown-topic", "There is no such topic"

    def __init__(self, topic: str) -> None:
        super().__init__("No topic has this slug; the profile names topics by theirs.", topic=topic)


class PolicyNotFoundError(PenchantError):
    """There is no such policy, or its file cannot be read."""

    status, slug, title = 404, "unknown-policy", "There is no such policy"

    def __init__(self, policy_id: str) -> None:
        super().__init__("No policy has this id; GET /admin/policies lists them.", policy_id=policy_id)


class SnapshotNotFoundError(PenchantError):
    """There is no such snapshot, or no longer."""

    status, slug, title = 404, "unknown-snapshot", "There is no such snapshot"

    def __init__(self, snapshot: str) -> None:
        super().__init__("No snapshot on disk has this id; GET /admin/snapshots lists them.", snapshot=snapshot)


class MethodNotAllowedError(PenchantError):
    """The path exists, but not for this method."""

    status, slug, title = 405, "method-not-allowed", "The method is not allowed here"

    def __init__(self, method: str, allowed: Collection[str]) -> None:
        names = ", ".join(sorted(allowed))
        super().__init__(f"{method} is not allowed here; allowed: {names}.", headers={"Allow": names})


class KeysMissingError(PenchantError):
    """Tokens are asked for where there are no keys."""

    status, slug, title = 409, "no-keys", "There are no keys"

    def __init__(self) -> None:
        super().__init__("Tokens are for services with keys; `penchant keys create` makes the first one.")


class ConflictError(PenchantError):
    """What is asked for does not go together with what was decided before."""

    status, slug, title = 409, "conflict", "This does not go together"


class ErasedError(ConflictError):
    """The person was erased, and nothing is kept of them until they return or some time is over."""

    slug, title = "erased", "The person was erased"


class MergedAwayError(ConflictError):
    """The id was merged into another person's."""

    slug, title = "merged-away", "The id was merged into another"

    def __init__(self) -> None:
        super().__init__("This id was merged into a known person's: ask under that person's own id.")


class MergeRefusedError(ConflictError):
    """The two may not become one."""

    slug, title = "merge-refused", "The two may not be merged"


class NothingToUndoError(ConflictError):
    """There is no reset, or none that can still be undone."""

    slug, title = "nothing-to-undo", "There is nothing to undo"

    def __init__(self) -> None:
        super().__init__("There is no reset of this person that can still be undone.")


class PolicyRefusedError(ConflictError):
    """The policy cannot be put in force, or not be let go; what was in force still is."""

    slug, title = "policy-refused", "The policy stays as it is"


class OutdatedError(PenchantError):
    """What was to be edited has changed since it was read."""

    status, slug, title = 412, "outdated", "It has changed meanwhile"

    def __init__(self, etag: str) -> None:
        super().__init__("The profile has changed since its ETag was read: read it again.", headers={"ETag": etag})


class BodyTooSlowError(PenchantError):
    """The body did not come in time."""

    status, slug, title = 408, "body-too-slow", "The body did not come"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"A body has {seconds:g} seconds to come.", headers={"Connection": "close"})


class BodyTooLargeError(PenchantError):
    """The body has more bytes than the server takes."""

    status, slug, title = 413, "body-too-large", "The body is too large"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"A body may have at most {max_bytes} bytes. Send several smaller ones.", max_bytes=max_bytes)


class TooManyRowsError(PenchantError):
    """The body has more rows than the server takes at once."""

    status, slug, title = 413, "too-many-rows", "The body has too many rows"

    def __init__(self, max_rows: int) -> None:
        super().__init__(f"A body may have at most {max_rows} rows. Send several smaller ones.", max_rows=max_rows)


class UnsupportedMediaTypeError(PenchantError):
    """The body's content type or encoding is not one that can be read here, or is not said."""

    status, slug, title = 415, "unsupported-media-type", "The content type is not supported"

    def __init__(self, detail: str, accepted: Sequence[str]) -> None:
        super().__init__(detail, accepted=list(accepted))


class InvalidPayloadError(PenchantError):
    """Fields are missing, unknown or wrong.

    Args:
        errors: what is wrong with which field; a field without a name is the request as a whole.
    """

    status, slug, title = 422, "invalid-payload", "The request is not valid"

    def __init__(self, errors: Sequence[FieldProblem]) -> None:
        said = "; ".join(f"{error.field or 'the request'} {error.message}" for error in errors)
        super().__init__(f"{said}.", errors=list(errors))


class UndeclaredDataError(InvalidPayloadError):
    """The charter declares no use for what was sent."""

    slug, title = "undeclared-data", "The charter does not declare this data"


class RowsRejectedError(PenchantError):
    """Not one row of the body was accepted; `results` says why, row by row."""

    status, slug, title = 422, "rows-rejected", "No row was accepted"
    said: ClassVar[str] = "Every row was rejected; nothing was stored."

    def __init__(self, counts: dict[str, int], results: Sequence[dict[str, Any]]) -> None:
        errors = [
            {"row": result["row"], "field": error.field, "message": error.message}
            for result in results
            for error in result["errors"]
        ]
        super().__init__(self.said, errors=errors, counts=counts, results=results)


class EventIdsTakenError(RowsRejectedError):
    """Every event of the body bears the id of another event that was stored before."""

    status, slug, title = 409, "event-ids-taken", "Other events have these ids"
    said = "Other events were stored under these ids before; nothing was stored."


class RateLimitedError(PenchantError):
    """The caller has asked too often, or told too much, in the last minute; nothing was done."""

    status, slug, title = 429, "rate-limited", "Too many requests"

    def __init__(self, per_minute: int, retry_seconds: int, of: str = "requests") -> None:
        said = f"At most {per_minute} {of} are taken a minute; come back in {retry_seconds} seconds."
        super().__init__(said, headers={"Retry-After": str(retry_seconds)})


class UnexpectedError(PenchantError):
    """A fault of the server; the log has more under the same `instance`."""

    status, slug, title = 500, "unexpected-error", "Something went wrong in the server"

    def __init__(self, instance: str) -> None:
        super().__init__("The server's log says more under this problem's instance.", instance=instance)


class UnavailableError(PenchantError):
    """The server cannot answer yet, or not for the moment."""

    status, slug, title = 503, "unavailable", "Not ready"


class AccessUnknownError(UnavailableError):
    """The keys cannot be read, so that nobody can be told from anybody."""

    slug, title = "access-unknown", "The keys cannot be read"

    def __init__(self) -> None:
        super().__init__("The server cannot read its keys; its log says why.")


class EngineAwayError(UnavailableError):
    """The vector engine does not answer, and the snapshot's own index is not opened."""

    slug, title = "engine-away", "The vector engine does not answer"

    def __init__(self, why: str = "It cannot be reached.", retry_seconds: float = 5.0) -> None:
        super().__init__(why, headers={"Retry-After": str(max(1, round(retry_seconds)))})


class SnapshotMissingError(UnavailableError):
    """No snapshot is served yet."""

    slug, title = "no-snapshot", "There is no index yet"

    def __init__(self, detail: str = "Build one with `penchant rebuild-index`.") -> None:
        super().__init__(detail)
