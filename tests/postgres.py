"""A real PostgreSQL for tests: one server a process, a database for whoever asks for one."""

from pydantic import SecretStr

from app.storage.opening import open_stores
from app.storage.settings import StorageSettings
from scripts.benchmarks.postgres import LOCKED, USER, PostgresServer, postgres_server

__all__ = ["LOCKED", "USER", "Postgres", "PostgresServer", "postgres_server"]


class Postgres:
    """Opens stores in a schema of its own for each folder, as DuckDB has a file in each."""

    def __init__(self, server):
        self._server, self._urls = server, {}

    def __call__(self, folder, settings=None):
        return open_stores(folder, self.settings(folder, settings))

    def settings(self, folder, settings=None):
        """The same with the URL of the folder's schema."""
        url = self._urls.get(folder) or self._urls.setdefault(folder, self._server.new_schema())
        return (settings or StorageSettings()).model_copy(update={"url": SecretStr(url)})
