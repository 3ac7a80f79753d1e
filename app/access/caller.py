"""Who calls: an operator, a service, or a person; and, while there are no keys, whoever sits at this machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a service key may be good for."""

    ITEMS = "items"
    EVENTS = "events"
    RECOMMEND = "recommend"
    SIMILAR = "similar"
    TOKENS = "tokens"
    METRICS = "metrics"
    EXPORT = "export"
    ERASE = "erase"


POWERS = frozenset({Scope.EXPORT, Scope.ERASE})
"""What takes all of a person's data along, or away: tokens have it only from keys that have it."""


class Kind(StrEnum):
    """What sort of caller."""

    KEYLESS = "keyless"
    OPERATOR = "operator"
    SERVICE = "service"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller who is known.

    Attributes:
        kind: what sort of caller.
        key_id: id of the key that was shown; of a person, of the key that signed their token; "" without keys.
        scopes: what a service may ask for; of a person, which of POWERS their token has.
        user_id: the person, if it is one.
        issued_at: of a person, when their token was, in seconds since 1970.
    """

    kind: Kind
    key_id: str = ""
    scopes: frozenset[Scope] = frozenset()
    user_id: str | None = None
    issued_at: float | None = None

    @property
    def is_operator(self) -> bool:
        """Whether everything is allowed."""
        return self.kind in {Kind.OPERATOR, Kind.KEYLESS}


KEYLESS = Caller(Kind.KEYLESS)
