"""Of several processes on one database one does what is done once."""

import asyncio

import pytest

from app.replicas.lease import Lease
from app.storage.errors import DatabaseAwayError
from app.storage.opening import open_stores
from app.storage.settings import StorageSettings


@pytest.fixture
def leases(tmp_path, postgres):
    stores = open_stores(tmp_path, StorageSettings(url=postgres.new_schema()))
    yield stores.leases
    stores.close()


def test_one_holds_it_until_its_time_is_over_or_it_is_given_back(leases):
    assert leases.take("upkeep", "one", 60)
    assert not leases.take("upkeep", "other", 0.01)
    assert leases.take("another", "other", 60)
    leases.give_back("upkeep", "other")  # whose it is not
    assert not leases.take("upkeep", "other", 0.01)
    assert leases.take("upkeep", "one", -1)  # it has run out
    assert leases.take("upkeep", "other", 60)
    assert not leases.take("upkeep", "one", 60)
    leases.give_back("upkeep", "other")
    assert leases.take("upkeep", "one", 60)


def test_work_goes_on_with_whoever_holds_it_when_the_first_ends(leases):
    one, other = (Lease(leases, "upkeep", 3) for _ in range(2))
    done, follows = [], asyncio.Event()

    async def work(name):
        while True:
            done.append(name)
            if name == "other":
                follows.set()
            await asyncio.sleep(0.02)

    async def run():
        await one.renew()
        both = [asyncio.create_task(each) for each in (one.forever(), one.under(lambda: work("one")))]
        later = [asyncio.create_task(each) for each in (other.forever(), other.under(lambda: work("other")))]
        await asyncio.sleep(0.3)
        assert (set(done), one.held, other.held) == ({"one"}, True, False)
        await ended(both)
        done.clear()
        await asyncio.wait_for(follows.wait(), 20)
        assert set(done) == {"other"}
        await ended(later)

    asyncio.run(run())


def test_work_stops_while_nothing_says_that_it_is_held_and_a_failure_is_told(leases):
    class Store:
        away = False

        def take(self, *given):
            if self.away:
                raise DatabaseAwayError("The database", "gone")
            return leases.take(*given)

    store = Store()
    lease, stopped = Lease(store, "upkeep", 60), []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            stopped.append(True)

    async def fail():
        raise ValueError("so it is told")

    async def run():
        await lease.renew()
        task = asyncio.create_task(lease.under(work))
        await asyncio.sleep(0.05)
        store.away = True
        await lease.renew()
        await asyncio.sleep(0.05)
        assert (stopped, lease.held, task.done()) == ([True], False, False)
        store.away = False
        await lease.renew()
        with pytest.raises(ValueError, match="so it is told"):
            await lease.under(fail)
        await ended([task])

    asyncio.run(run())


async def ended(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
