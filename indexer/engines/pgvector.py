"""pgvector: a table for each collection in PostgreSQL, with an HNSW index over its vectors in half precision.

What may be found stands in WHERE. The index goes on through the graph until enough of it is left (iterative scans), or
the planner compares all that a condition leaves, exactly, where that is little.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

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
    Some,
)
from indexer.engines.engine import Batch, Description, EngineError, EngineMissingError, Keys, Question, padded

try:
    import psycopg
    from pgvector import HalfVector
    from pgvector.psycopg import register_vector
    from psycopg import sql
    from psycopg_pool import ConnectionPool, PoolTimeout
except ImportError as error:
    raise EngineMissingError("pgvector needs psycopg: pip install 'penchant[postgres]'") from error

if TYPE_CHECKING:
    from psycopg.sql import Composable

_TYPES: Final = {Kind.INTEGER: "bigint", Kind.NUMBER: "double precision", Kind.INTEGERS: "bigint[]"}
_KEY, _VECTOR = sql.Identifier("key"), sql.Identifier("vector")
_BUILDING: Final = "_building"
_LEAST_LOOKED_AT, _MOST_LOOKED_AT = 100, 1_000
"""Bounds of hnsw.ef_search: twice what is looked for, and what is excluded, within these."""
_FILTERED: Final = 4
"""Times as many under a condition: what the index finds first of what is left is not always the nearest."""
_SCANNED: Final = 20_000
"""Rows that a search goes through at least before it gives up, and four times what is excluded more."""
_KEEPALIVES: Final = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_BREADTH: Final = (
    "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),"
    " set_config('hnsw.ef_search', %s::text, true),"
    " set_config('hnsw.max_scan_tuples', %s::text, true),"
    " set_config('statement_timeout', %s::text, true)"
)
_CONSTRUCTION: Final = "m = 16, ef_construction = 128"


class PgvectorEngine:
    """Collections are tables `<prefix>_<name>`; a comment on each describes it."""

    name: Final = "pgvector"
    most: Final = 16_384

    def __init__(self, address: str, prefix: str = "penchant", timeout: float = 5.0, connections: int = 4) -> None:
        """Connections are made when they are needed first.

        Args:
            address: connection string of libpq.
            prefix: of the names of tables.
            timeout: seconds that connecting, and a search, may take.
            connections: at the same time, at most.
        """
        self._prefix, self._milliseconds = prefix, max(1, round(1e3 * timeout))
        options = {"connect_timeout": max(2, round(timeout)), "prepare_threshold": None} | _KEEPALIVES
        self._pool = ConnectionPool(
            address, min_size=0, max_size=connections, kwargs=options, timeout=timeout, open=False,
            configure=_configure, check=ConnectionPool.check_connection, reconnect_timeout=timeout,
        )  # fmt: skip

    def collections(self) -> Mapping[str, Description]:
        """Those that are sealed, by name."""
        return {name: _described(told) for name, told in self._tables() if told and not name.endswith(_BUILDING)}

    def begun(self) -> Collection[str]:
        """Those that are not sealed."""
        return [name.removesuffix(_BUILDING) for name, _ in self._tables() if name.endswith(_BUILDING)]

    def _tables(self) -> list[tuple[str, str]]:
        """(name, comment) of every table with the prefix."""
        asked = sql.SQL(
            "SELECT substr(relname, {}), obj_description(oid, 'pg_class') FROM pg_class"
            " WHERE relkind = 'r' AND starts_with(relname, {}) AND relnamespace = to_regnamespace(current_schema())"
        ).format(len(self._prefix) + 2, f"{self._prefix}_")
        with self._connected() as connection:
            return connection.execute(asked).fetchall()

    def create(self, name: str, description: Description) -> None:
        """Begin a table anew."""
        table = self._table(name + _BUILDING)
        columns: list[Composable] = [sql.SQL("key bigint PRIMARY KEY")]
        for field, kind in description.fields.items():
            columns.append(sql.SQL("{} {} NOT NULL").format(sql.Identifier(field), sql.SQL(_TYPES[kind])))
        columns.append(sql.SQL("vector halfvec({}) NOT NULL").format(description.dimension))
        told = {"dimension": description.dimension, "fields": description.fields, "notes": dict(description.notes)}
        with self._connected() as connection:
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
            connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))
            connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, json.dumps(told)))

    def add(self, name: str, batch: Batch) -> None:
        """By COPY."""
        with self._connected() as connection:
            self._copy(connection, self._table(name + _BUILDING), batch)

    def seal(self, name: str) -> None:
        """Index the vectors, then put the table in the place of the one before, in one step."""
        building, table = self._table(name + _BUILDING), self._table(name)
        with self._connected() as connection:
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute(
                sql.SQL("CREATE INDEX ON {} USING hnsw ({} halfvec_ip_ops) WITH ({})").format(
                    building, _VECTOR, sql.SQL(_CONSTRUCTION)
                )
            )
            connection.execute(sql.SQL("ANALYZE {}").format(building))
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
            connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(building, table))

    def count(self, name: str) -> int:
        """Rows of a table."""
        with self._connected() as connection:
            found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(self._table(name))).fetchone()
        return int(found[0]) if found else 0

    def upsert(self, name: str, batch: Batch) -> None:
        """In one transaction."""
        table, fields = self._table(name), sql.SQL(", ").join(map(sql.Identifier, (*batch.columns, "vector")))
        fresh = sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(sql.Identifier(f)) for f in (*batch.columns, "vector"))
        given = sql.Identifier("given")
        with self._connected() as connection:
            connection.execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(given, table))
            self._copy(connection, given, batch)
            connection.execute(
                sql.SQL("INSERT INTO {} SELECT * FROM {} ON CONFLICT (key) DO UPDATE SET ({}) = ROW({})").format(
                    table, given, fields, fresh
                )
            )

    def delete(self, name: str, keys: Keys) -> None:
        """In one transaction."""
        with self._connected() as connection:
            connection.execute(sql.SQL("DELETE FROM {} WHERE key = ANY(%s)").format(self._table(name)), [keys.tolist()])

    def search(self, name: str, question: Question) -> Keys:
        """One statement a query, sent together."""
        asked = sql.SQL("SELECT key FROM {} WHERE {} AND key <> ALL(%s) ORDER BY vector <#> %s LIMIT %s").format(
            self._table(name), _where(question.condition)
        )
        excluded = question.excluded.tolist()
        with self._connected() as connection, connection.pipeline():
            connection.execute(_BREADTH, self._breadth(question))
            cursors = [
                connection.execute(asked, [excluded, HalfVector(query), question.k], binary=True)
                for query in question.queries
            ]
            found = [[key for (key,) in cursor.fetchall()] for cursor in cursors]
        return padded(found, question.k)

    def drop(self, name: str) -> None:
        """Remove a table, and what was begun of it."""
        with self._connected() as connection:
            for each in (name, name + _BUILDING):
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self._table(each)))

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _breadth(self, question: Question) -> list[int]:
        breadth = max(2 * question.k, _LEAST_LOOKED_AT) * (1 if question.condition == EVERYTHING else _FILTERED)
        breadth = min(breadth + len(question.excluded), _MOST_LOOKED_AT)
        return [breadth, _SCANNED + 4 * len(question.excluded), self._milliseconds]

    def _table(self, name: str) -> sql.Identifier:
        return sql.Identifier(f"{self._prefix}_{name}")

    @staticmethod
    def _copy(connection: psycopg.Connection[Any], table: sql.Identifier, batch: Batch) -> None:
        fields = sql.SQL(", ").join([_KEY, *map(sql.Identifier, batch.columns), _VECTOR])
        columns = [column.tolist() for column in batch.columns.values()]
        asked = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, fields)
        with connection.cursor().copy(asked) as copy:
            copy.set_types(["int8", *map(_copied, batch.columns.values()), "halfvec"])
            for key, *values, vector in zip(batch.keys.tolist(), *columns, batch.vectors, strict=True):
                copy.write_row((key, *values, HalfVector(vector)))

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A transaction; what goes wrong says nothing of the address."""
        try:
            self._pool.open(wait=False)
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout:
            raise EngineError("pgvector: no connection in time") from None
        except psycopg.Error as error:
            said = error.diag.message_primary or type(error).__name__
            raise EngineError(f"pgvector: {said}") from error


def _configure(connection: psycopg.Connection[Any]) -> None:
    if not connection.execute("SELECT FROM pg_extension WHERE extname = 'vector'").rowcount:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    connection.commit()
    register_vector(connection)
    connection.commit()


def _described(told: str) -> Description:
    about = json.loads(told)
    fields = {name: Kind(kind) for name, kind in about["fields"].items()}
    return Description(about["dimension"], fields, about["notes"])


def _copied(column: Column) -> str:
    if isinstance(column, Lists):
        return "int8[]"
    return "int8" if column.dtype.kind == "i" else "float8"


def _where(condition: Condition) -> Composable:
    """A condition in SQL. Values are numbers, and written as such."""
    if isinstance(condition, Every | Some):
        whole = isinstance(condition, Every)
        if not condition.parts:
            return sql.SQL("true" if whole else "false")
        joint = sql.SQL(" AND " if whole else " OR ")
        return sql.SQL("({})").format(joint.join(_where(part) for part in condition.parts))
    if isinstance(condition, Negation):
        return sql.SQL("(NOT {})").format(_where(condition.part))
    field = sql.Identifier(condition.field)
    if isinstance(condition, Comparison):
        operator = sql.SQL(condition.operator)
        return sql.SQL("({} {} {})").format(field, operator, sql.Literal(condition.value))
    operator = sql.SQL("= ANY" if isinstance(condition, Membership) else "&&")
    kind = sql.SQL("double precision[]" if any(isinstance(v, float) for v in condition.values) else "bigint[]")
    return sql.SQL("({} {} ({}::{}))").format(field, operator, sql.Literal(list(condition.values)), kind)
