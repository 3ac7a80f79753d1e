"""The guard before every endpoint: who calls, whether they may, and whether too often.

Whom a request concerns stands in its path, and is checked here, or in its query or body: then the endpoint, which reads
these, says it to `for_own_user`.
"""

from __future__ import annotations

from fastapi import Request

from app.access.access import Shown
from app.access.caller import POWERS, Caller, Scope
from app.api.headers import SESSION, cookie, header
from app.api.paths import unescaped
from app.api.request_log import call_of
from app.api.rules import OPERATORS, RULES, Rule
from app.api.state import access_of, service_of
from app.errors import ForbiddenError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OTHERS = "The token is for another person."


async def guard(request: Request) -> None:
    """Let a request through to its endpoint, or not; what is held of whom its path names is what is stored then."""
    user_id = request.path_params.get("user_id")
    admit(request, request.scope["route"].operation_id, user_id)
    if user_id is not None:
        await service_of(request).freshness.prove((unescaped(user_id),))


def admit(request: Request, operation: str, user_id: str | None) -> None:
    """The same for an operation and the person whom its path names.

    Raises:
        UnauthenticatedError: who calls is not known.
        RateLimitedError: they have called too often.
        ForbiddenError: they may not.
    """
    call, rule = call_of(request.scope), RULES.get(operation, OPERATORS)
    call.operation = operation
    if rule.public:
        return
    access = access_of(request)
    call.caller = access.caller(shown_by(request))
    call.user_id = unescaped(user_id) if user_id is not None else None
    call.audit = access.audit if _leaves_a_line(rule, call.caller) else None
    call.bodies = access.bodies
    access.rates.count(call.caller)
    _check(rule, call.caller, call.user_id)


def caller_of(request: Request) -> Caller:
    """Who calls; for endpoints that are not public."""
    caller = call_of(request.scope).caller
    assert caller is not None  # noqa: S101 - the guard let them through
    return caller


def key_of(request: Request) -> str | None:
    """Id of the key that the caller showed, or that signed their token; None without keys."""
    return caller_of(request).key_id or None


def asks_for_themselves(request: Request) -> bool:
    """Whether a person's token is shown, and no key."""
    return caller_of(request).user_id is not None


async def for_own_user(request: Request, *user_ids: str | None) -> None:
    """Whom the query or the body of a request concerns: a person may ask and tell for themselves only.

    What is held of them, and of items, is what is stored then.

    Raises:
        ForbiddenError: it concerns somebody else.
    """
    own = caller_of(request).user_id
    if own is not None and any(user_id is not None and user_id != own for user_id in user_ids):
        raise ForbiddenError(_OTHERS)
    await service_of(request).freshness.prove({each for each in user_ids if each is not None})


async def of_nobody(request: Request) -> None:
    """Let what is held of items be what is stored now, where a request concerns no person."""
    await for_own_user(request)


def shown_by(request: Request) -> Shown:
    """What a request shows of who sends it."""
    scope = request.scope
    peer = client[0] if (client := scope.get("client")) else ""
    key, authorization, host = (header(scope, name) for name in (b"x-api-key", b"authorization", b"host"))
    changes = scope["method"] not in _SAFE
    origin = header(scope, b"origin") if changes else None
    session = cookie(scope, SESSION) if key is None and authorization is None else None
    return Shown(key, authorization, peer, host or "", origin, session, changes)


def _leaves_a_line(rule: Rule, caller: Caller) -> bool:
    """Whether the audit log is told: of what operators do, and of who speaks for people or takes their data away."""
    if caller.is_operator:
        return rule.audited
    return rule.scope in POWERS or (rule.scope is Scope.TOKENS and caller.user_id is None)


def _check(rule: Rule, caller: Caller, user_id: str | None) -> None:
    if caller.is_operator:
        return
    if caller.user_id is None:
        if rule.scope not in caller.scopes:
            raise ForbiddenError(_wanting(rule))
        return
    if not rule.own_user:
        raise ForbiddenError("A person's token is not enough for this.")
    if rule.scope in POWERS and rule.scope not in caller.scopes:
        raise ForbiddenError(f"The token was issued by a key without the scope {rule.scope}.")
    if user_id is not None and user_id != caller.user_id:
        raise ForbiddenError(_OTHERS)


def _wanting(rule: Rule) -> str:
    if rule.scope is None:
        return "This is for operators and, where it concerns one person, for that person's token."
    return f"The key needs the scope {rule.scope}."
