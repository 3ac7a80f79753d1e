import asyncio
from contextlib import closing
from threading import Event

import duckdb
import pytest

from app.storage.errors import WriterBusyError, WriterClosedError
from app.storage.group_writer import GroupWriter

PATIENCE = 30


class Table:
    """A table of numbers whose operations write down how they were called, and can be made to wait."""

    def __init__(self, limit=1_000):
        self.connection = duckdb.connect()
        self.connection.execute("CREATE TABLE numbers (number INTEGER)")
        self.writer = GroupWriter(self.connection.cursor(), limit)
        self.calls = []
        self._entered, self._open = Event(), Event()

    def insert(self, connection, numbers):
        self.calls.append(list(numbers))
        for number in numbers:
            connection.execute("INSERT INTO numbers VALUES ($1::INTEGER)", [number])
        return [f"stored {number}" for number in numbers]

    def count(self, connection, questions):
        self.calls.append(list(questions))
        return [connection.execute("SELECT count(*) FROM numbers").fetchall()[0][0] for _ in questions]

    def _wait(self, _connection, requests):
        self._entered.set()
        assert self._open.wait(PATIENCE)
        return requests

    def hold(self):
        """Keep the writer busy, so that what is submitted next becomes one group."""
        held = self.writer.submit(self._wait, None)
        assert self._entered.wait(PATIENCE)
        return held

    def release(self):
        self._open.set()

    def stored(self):
        return [number for (number,) in self.connection.cursor().execute("FROM numbers").fetchall()]


@pytest.fixture
def table():
    made = Table()
    yield made
    made.release()
    made.writer.close()
    made.connection.close()


def test_consecutive_requests_for_one_operation_are_carried_out_together(table):
    table.hold()
    operations = [table.insert, table.insert, table.count, table.insert, table.insert, table.insert]
    pending = [table.writer.submit(operation, number) for number, operation in enumerate(operations)]
    table.release()
    answers = [each.result(PATIENCE) for each in pending]
    assert answers == ["stored 0", "stored 1", 2, "stored 3", "stored 4", "stored 5"]
    assert table.calls == [[0, 1], [2], [3, 4, 5]]


def test_a_group_becomes_visible_at_once(table):
    seen = []

    def look(_connection, requests):
        seen.append(table.stored())
        return requests

    table.hold()
    pending = [table.writer.submit(table.insert, 1), table.writer.submit(look, None)]
    table.release()
    for each in pending:
        each.result(PATIENCE)
    assert seen == [[]]
    assert table.stored() == [1]


@pytest.mark.parametrize("culprits", [{0}, {4}, {8}, {3, 4}, set(range(9))])
def test_only_the_culprit_gets_the_error(table, culprits):
    table.hold()
    requests = ["no number" if number in culprits else number for number in range(9)]
    pending = [table.writer.submit(table.insert, request) for request in requests]
    table.release()
    for number, each in enumerate(pending):
        if number in culprits:
            with pytest.raises(duckdb.ConversionException):
                each.result(PATIENCE)
        else:
            assert each.result(PATIENCE) == f"stored {number}"
    assert table.stored() == [number for number in range(9) if number not in culprits]


def test_an_operation_that_fails_after_writing_leaves_nothing(table):
    def insert_and_fail(connection, numbers):
        table.insert(connection, numbers)
        raise KeyError(numbers[0])

    with pytest.raises(KeyError):
        table.writer.submit(insert_and_fail, 1).result(PATIENCE)
    assert table.writer.submit(table.insert, 2).result(PATIENCE) == "stored 2"
    assert table.stored() == [2]


def test_an_operation_that_loses_an_answer_is_an_error(table):
    with pytest.raises(AssertionError, match="0 answers to 1 requests"):
        table.writer.submit(lambda _connection, _requests: [], None).result(PATIENCE)
    assert table.writer.submit(table.insert, 1).result(PATIENCE) == "stored 1"


def test_a_full_queue_refuses_further_requests():
    table = Table(limit=2)
    with closing(table.writer):
        held = table.hold()
        accepted = [table.writer.submit(table.insert, number) for number in range(2)]
        with pytest.raises(WriterBusyError, match="2 writes are waiting") as refusal:
            table.writer.submit(table.insert, 2)
        assert refusal.value.status == 503
        assert refusal.value.headers == {"Retry-After": "1"}
        table.release()
        assert held.result(PATIENCE) is None
        assert [each.result(PATIENCE) for each in accepted] == ["stored 0", "stored 1"]
        assert table.writer.submit(table.insert, 2).result(PATIENCE) == "stored 2"
    table.connection.close()


def test_closing_carries_out_what_was_accepted(table):
    table.hold()
    pending = [table.writer.submit(table.insert, number) for number in range(50)]
    table.release()
    table.writer.close()
    assert [each.result(0) for each in pending] == [f"stored {number}" for number in range(50)]
    assert table.stored() == list(range(50))


def test_a_closed_writer_refuses_and_may_be_closed_again(table):
    table.writer.close()
    table.writer.close()
    with pytest.raises(WriterClosedError):
        table.writer.submit(table.insert, 1)


def test_a_write_can_be_awaited(table):
    async def write():
        return await asyncio.gather(*(table.writer.submit(table.insert, number) for number in range(100)))

    assert asyncio.run(write()) == [f"stored {number}" for number in range(100)]


def test_a_write_whose_caller_gave_up_before_it_began_is_not_carried_out(table):
    async def give_up():
        waiting = asyncio.ensure_future(table.writer.submit(table.insert, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    table.hold()
    asyncio.run(give_up())
    kept = table.writer.submit(table.insert, 2)
    table.release()
    assert kept.result(PATIENCE) == "stored 2"
    assert table.stored() == [2]


def test_waiting_has_an_end(table):
    table.hold()
    pending = table.writer.submit(table.insert, 1)
    with pytest.raises(TimeoutError):
        pending.result(0.01)
    table.release()
    assert pending.result(PATIENCE) == "stored 1"
