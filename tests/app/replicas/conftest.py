"""A real PostgreSQL."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of a process."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def pair(tmp_path, postgres, open_household, an_item):
    """Two services that share a data folder and a PostgreSQL database, in turn, on one event loop."""
    settings = {"storage": {"url": postgres.new_schema()}}
    with open_household(tmp_path, **settings) as one, open_household(tmp_path, **settings) as other:
        one.publish([an_item(number) for number in range(60)])
        other.loop.close()
        other.loop = one.loop
        for home in (one, other):
            home.loop.run_until_complete(start(home))
        yield one, other


async def start(home):
    watching = await home.service.start()
    watching.cancel()
    await asyncio.wait([watching])
    await asyncio.sleep(0.05)
