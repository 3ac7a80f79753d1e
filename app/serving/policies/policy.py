"""A policy: what shapes an answer, as one value with a name: weights and floors (`query`), and the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final, Self

import orjson
from pydantic import AwareDatetime

from app.pipeline.settings import QuerySettings
from models.config import Config

OF_THE_CONFIGURATION: Final = frozenset({"labels", "copies_are_one"})
"""Settings of the query that are no part of a policy: words, and what the catalogue itself is made with."""
_ABSENT: Final = object()


class Policy(Config):
    """Weights, floors and snapshot as one. Its id is a digest of these, so that equal policies are one."""

    policy_id: str
    snapshot: str
    values: dict[str, Any]
    """Every setting of `query` but those of the configuration, as JSON."""
    made_at: AwareDatetime
    made_by: str
    """Id of the key by which an operator made it; else `configuration`, `snapshot`, `keyless` or `alert`."""
    why: str
    parent: str | None = None
    """The policy that it was made from."""
    kept: bool = False
    """Whether its snapshot is kept for it: so where an operator made it."""

    @classmethod
    def of(cls, values: Mapping[str, Any], snapshot: str, **about: Any) -> Self:
        """The policy of these values on a snapshot."""
        return cls(policy_id=digest(values, snapshot), snapshot=snapshot, values=dict(values), **about)

    def on(self, snapshot: str, made_at: AwareDatetime) -> Self:
        """The same weights and floors on another snapshot."""
        if snapshot == self.snapshot:
            return self
        about = {"made_at": made_at, "made_by": "snapshot", "why": f"snapshot {snapshot} was put in service"}
        return self.of(self.values, snapshot, parent=self.policy_id, **about)

    def query(self, configured: QuerySettings) -> QuerySettings:
        """The settings of the query under this policy.

        Args:
            configured: where what is no part of a policy is taken from.

        Raises:
            pydantic.ValidationError: this version of Penchant does not know the values, or refuses them.
        """
        own = configured.model_dump(include=set(OF_THE_CONFIGURATION))
        return QuerySettings.model_validate(self.values | own)


def values_of(query: QuerySettings) -> dict[str, Any]:
    """What of the settings of the query belongs to a policy, as JSON."""
    return query.model_dump(mode="json", exclude=set(OF_THE_CONFIGURATION))


def digest(values: Mapping[str, Any], *more: str) -> str:
    """12 hexadecimal digits that are the same for the same values, whatever the order of names."""
    written = orjson.dumps([values, *more], option=orjson.OPT_SORT_KEYS)
    return blake2b(written, digest_size=6).hexdigest()


def merged(values: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with `overrides` in place of what they name, group by group."""
    result = dict(values)
    for name, value in overrides.items():
        inner = result.get(name)
        result[name] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return result


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Dotted name -> what it was and what it is, of every setting that differs.

    >>> differences({"weights": {"recency": 0.1}}, {"weights": {"recency": 0.2}})
    {'weights.recency': {'before': 0.1, 'after': 0.2}}
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted(old | new)
        if old.get(name, _ABSENT) != new.get(name, _ABSENT)
    }


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
