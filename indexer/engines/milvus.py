"""Milvus: a collection for each collection, with an HNSW index over its vectors.

What may be found is an expression. Searches wait for nothing; changes wait until searches see them, which takes Milvus
some tenths of a second.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from indexer.engines.conditions import (
    EVERYTHING,
    Column,
    Comparison,
    Condition,
    Every,
    Kind,
    Lists,
    Membership,
    Negation,
    Overlap,
    Some,
)
from indexer.engines.engine import NOTHING, Batch, Description, EngineError, EngineMissingError, Keys, Question, padded

try:
    from grpc import RpcError
    from pymilvus import DataType, MilvusClient, MilvusException
except ImportError as error:
    raise EngineMissingError("milvus needs pymilvus: pip install 'penchant[milvus]'") from error

_BUILDING: Final = "_building"
_TYPES: Final = {Kind.INTEGER: DataType.INT64, Kind.NUMBER: DataType.DOUBLE, Kind.INTEGERS: DataType.ARRAY}
_LONGEST: Final = 4_096
"""Entries of a list that Milvus holds; further ones are not asked for there."""
_CONSTRUCTION: Final = {"M": 16, "efConstruction": 128}
_BREADTH, _LEAST_LOOKED_AT, _MOST_LOOKED_AT = 2, 100, 32_768
"""Of `ef`: twice what is looked for, within these bounds."""
_FILTERED: Final = 8
"""Times as many under a condition; a graph walks through what it may not return."""
_NONE: Final = "(key in [])"
_ALL: Final = f"(not {_NONE})"


class MilvusEngine:
    """Collections are named `<prefix>_<name>`; the description of each is JSON."""

    name: Final = "milvus"
    most: Final = 16_384

    def __init__(self, address: str, prefix: str = "penchant", timeout: float = 5.0, token: str = "") -> None:
        """The connection is made when it is needed first.

        Args:
            address: such as `http://milvus:19530`.
            prefix: of the names of collections.
            timeout: seconds that a call may take.
            token: `user:password` or a key, where the server asks for one.
        """
        self._address, self._token, self._prefix, self._timeout = address, token, prefix, timeout
        self._opened: MilvusClient | None = None
        self._opening = Lock()

    def collections(self) -> Mapping[str, Description]:
        """Those that are sealed, by name."""
        names = [name for name in self._names() if not name.endswith(_BUILDING)]
        with self._connected() as client:
            told = [client.describe_collection(self._collection(name), timeout=self._timeout) for name in names]
        return {name: _described(each["description"]) for name, each in zip(names, told, strict=True)}

    def begun(self) -> Collection[str]:
        """Those that are not sealed."""
        return [name.removesuffix(_BUILDING) for name in self._names() if name.endswith(_BUILDING)]

    def _names(self) -> list[str]:
        """Of every collection with the prefix."""
        start = f"{self._prefix}_"
        with self._connected() as client:
            names = client.list_collections(timeout=self._timeout)
        return [_name(name.removeprefix(start)) for name in names if name.startswith(start)]

    def create(self, name: str, description: Description) -> None:
        """Begin a collection anew."""
        building = self._collection(name + _BUILDING)
        told = {"dimension": description.dimension, "fields": description.fields, "notes": dict(description.notes)}
        schema = MilvusClient.create_schema(description=json.dumps(told))
        schema.add_field("key", DataType.INT64, is_primary=True)
        for field, kind in description.fields.items():
            more = {"element_type": DataType.INT64, "max_capacity": _LONGEST} if kind is Kind.INTEGERS else {}
            schema.add_field(field, _TYPES[kind], **more)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=description.dimension)
        with self._connected() as client:
            client.drop_collection(building)
            client.create_collection(building, schema=schema)

    def add(self, name: str, batch: Batch) -> None:
        """Insert rows."""
        with self._connected() as client:
            client.insert(self._collection(name + _BUILDING), _rows(batch))

    def seal(self, name: str) -> None:
        """Index the vectors, load them, and give the collection its name."""
        building, sealed = self._collection(name + _BUILDING), self._collection(name)
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=_CONSTRUCTION)
        with self._connected() as client:
            client.flush(building)
            client.create_index(building, indexes)
            client.load_collection(building)
            client.drop_collection(sealed)
            client.rename_collection(building, sealed)

    def count(self, name: str) -> int:
        """Rows of a sealed collection."""
        return int(self._looked_at(name, "", ["count(*)"])[0]["count(*)"])

    def upsert(self, name: str, batch: Batch) -> None:
        """Add or replace rows, and wait until they are seen."""
        with self._connected() as client:
            client.upsert(self._collection(name), _rows(batch), timeout=self._timeout)
        self._settle(name)

    def delete(self, name: str, keys: Keys) -> None:
        """Take rows out, and wait until they are gone."""
        with self._connected() as client:
            client.delete(self._collection(name), ids=keys.tolist(), timeout=self._timeout)
        self._settle(name)

    def search(self, name: str, question: Question) -> Keys:
        """All queries in one call; in further ones through more of the graph, where it finds too few."""
        parts = [] if question.condition == EVERYTHING else [_expression(question.condition)]
        parts += [f"key not in {question.excluded.tolist()}"] if len(question.excluded) else []
        breadth = max(_BREADTH * question.k, _LEAST_LOOKED_AT) * (_FILTERED if parts else 1)
        breadth = min(breadth + _BREADTH * len(question.excluded), _MOST_LOOKED_AT)
        while True:
            keys = self._found(name, question, " and ".join(parts), breadth)
            if not parts or breadth == _MOST_LOOKED_AT or (keys != NOTHING).all():
                return keys
            breadth = min(_FILTERED * breadth, _MOST_LOOKED_AT)  # where it stopped there may be more

    def _found(self, name: str, question: Question, expression: str, breadth: int) -> Keys:
        params = {"metric_type": "IP", "params": {"ef": breadth}}
        with self._connected() as client:
            found = client.search(
                self._collection(name), data=list(question.queries), limit=question.k, filter=expression,
                search_params=params, output_fields=[], consistency_level="Session", timeout=self._timeout,
            )  # fmt: skip
        return padded([[hit["id"] for hit in hits] for hits in found], question.k)

    def drop(self, name: str) -> None:
        """Remove a collection, and what was begun of it."""
        with self._connected() as client:
            for each in (name, name + _BUILDING):
                client.drop_collection(self._collection(each))

    def close(self) -> None:
        """Close the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _settle(self, name: str) -> None:
        """Wait until what was written is seen by whoever asks: deletions are not among what a session waits for."""
        self._looked_at(name, _NONE, ["key"])

    def _looked_at(self, name: str, expression: str, fields: list[str]) -> Any:
        with self._connected() as client:
            return client.query(
                self._collection(name), filter=expression, output_fields=fields,
                consistency_level="Strong", timeout=self._timeout,
            )  # fmt: skip

    def _collection(self, name: str) -> str:
        """Names are of letters, digits and underscores."""
        return f"{self._prefix}_{name}".replace("-", "__")

    @contextmanager
    def _connected(self) -> Iterator[MilvusClient]:
        """The client; what goes wrong says nothing of the address."""
        try:
            with self._opening:
                if self._opened is None:
                    self._opened = MilvusClient(self._address, token=self._token, timeout=self._timeout)
            yield self._opened
        except MilvusException as error:
            raise EngineError(f"milvus: {error.message}".replace(self._address, "the server")) from None
        except RpcError as error:
            raise EngineError(f"milvus: {type(error).__name__}") from None


def _name(collection: str) -> str:
    return collection.replace("__", "-")


def _described(told: str) -> Description:
    about = json.loads(told)
    fields = {name: Kind(kind) for name, kind in about["fields"].items()}
    return Description(about["dimension"], fields, about["notes"])


def _rows(batch: Batch) -> list[dict[str, Any]]:
    columns = {name: _values(column) for name, column in batch.columns.items()}
    names = ("key", *columns, "vector")
    listed = (batch.keys.tolist(), *columns.values(), list(batch.vectors))
    return [dict(zip(names, row, strict=True)) for row in zip(*listed, strict=True)]


def _values(column: Column) -> list[Any]:
    return [each[:_LONGEST] for each in column.tolist()] if isinstance(column, Lists) else column.tolist()


def _expression(condition: Condition) -> str:
    """A condition as Milvus writes it."""
    if isinstance(condition, Every | Some):
        whole = isinstance(condition, Every)
        parts = " and " if whole else " or "
        return f"({parts.join(map(_expression, condition.parts))})" if condition.parts else _ALL if whole else _NONE
    if isinstance(condition, Negation):
        return f"(not {_expression(condition.part)})"
    if isinstance(condition, Comparison):
        operator = "==" if condition.operator == "=" else condition.operator
        return f"({condition.field} {operator} {condition.value!r})"
    return _among(condition) if condition.values else _NONE


def _among(condition: Membership | Overlap) -> str:
    values = list(condition.values)
    if isinstance(condition, Membership):
        return f"({condition.field} in {values})"
    return f"(array_contains_any({condition.field}, {values}))"
