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
        scopes: what a service may ask for.
        user_id: the person, if it is one.
    """

    kind: Kind
    key_id: str = ""
    scopes: frozenset[Scope] = frozenset()
    user_id: str | None = None

    @property
    def is_operator(self) -> bool:
        """Whether everything is allowed."""
        return self.kind in {Kind.OPERATOR, Kind.KEYLESS}


KEYLESS = Caller(Kind.KEYLESS)
