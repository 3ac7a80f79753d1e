"""What the charter lets leave: read once, and passed to the statements as their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, get_args

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.policy.charter.charter import ANY, Charter, ProfileField, Use
from app.policy.charter.ingestion_gate import IngestionGate
from app.storage.event_types import declared_codes
from app.warehouse.errors import ExportError
from app.warehouse.kinds import Kind
from models.events import EventWeights

NEVER_LEAVES: Final = ("allowed_sensitive_topics", "muted.tags", "muted.topics", "muted.providers")
"""Of what people state: what says of them what is sensitive, or what they do not want to meet."""
_SOME: Final = "(SELECT json_group_object(key, value) FROM json_each({json}) WHERE list_contains({names}, key))"


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an export.

    Attributes:
        charter: which declares what may leave.
        events: the types that there are.
        now: seconds since 1970, from which ages count.
    """

    charter: Charter
    events: EventWeights
    now: float

    def why(self, kind: Kind) -> str:
        """What an export is for.

        Raises:
            ExportError: the charter does not say that it is made.
        """
        if kind is Kind.ITEMS:
            return "The catalogue says nothing of people."
        use = self.charter.exports.get("events" if kind is Kind.EVENTS else "people")
        if use is None:
            raise ExportError(
                f"the charter of {self.charter.name!r} does not say that {kind} are copied to a warehouse: add "
                f'[exports] {kind} = {{ why = "..." }} to it (setting charter), where people can read it'
            )
        return use.why

    def take_up(self, connection: DuckDBPyConnection) -> None:
        """Make the table of event types that may leave, each with the moment from which on it does."""
        weights = self.events.numbered(declared_codes(connection))
        names = [name for name in weights.names() if name in weights.codes and self.charter.use_of(name)]
        gate = IngestionGate(self.charter, weights=weights, topics=())
        table = pa.table(
            {
                "code": pa.array([weights.codes[name] for name in names], pa.int8()),
                "name": pa.array(names, pa.string()),
                "since": pa.array([int(gate.kept_from(name, self.now) * 1e6) for name in names], pa.int64()),
            }
        )
        connection.from_arrow(table).create("leaving_types")

    def declared(self) -> list[str]:
        """Fields of people's profiles that may leave."""
        return [name for name in self.charter.profile if name not in NEVER_LEAVES]

    def withheld(self, kind: Kind) -> tuple[str, ...]:
        """Fields that are empty in every file: those that never leave, and those that the charter does not declare."""
        if kind is not Kind.PEOPLE:
            return ()
        fields = get_args(ProfileField)
        return tuple(name for name in fields if name not in self.declared() and name != "personalization")

    def names(self, kind: Kind) -> Mapping[str, Use]:
        """The free fields that may leave, by name."""
        return {
            Kind.EVENTS: self.charter.context,
            Kind.PEOPLE: self.charter.attributes,
            Kind.ITEMS: self.charter.item_attributes,
        }[kind]

    def of(self, json: str, kind: Kind) -> str:
        """SQL of a free field, without what the charter does not declare; it has the parameter `names`."""
        return json if ANY in self.names(kind) else _SOME.format(json=json, names="$names")
