"""A Ray cluster for one build: joined or begun when it is first needed, and left as it was found.

Work falls into rows, which Ray Data hands to whatever workers there are, tries again where a worker dies, and gives
back in order. Of people, rows hold numbers; nothing is written but by Ray, in a folder that goes with a cluster begun
here.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Final, Self

from indexer.distributed.settings import RaySettings

Row = Mapping[str, Any]
"""Numbers, texts, lists of texts, and bytes."""

LOCAL: Final = "local"
AUTO: Final = "auto"
CLIENT: Final = "ray://"
ANSWER_SECONDS: Final = 10.0
TRIES: Final = 3
"""Times that a row is tried again when its worker dies; one that kills every worker ends the build."""


class ClusterError(RuntimeError):
    """The cluster cannot be joined, or a part of the work failed there."""


class RayMissingError(ClusterError):
    """A cluster is asked for, and Ray is not installed."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to every row.

    Attributes:
        name: what is done, such as "encoding".
        work: called with a row on a worker; or a class, made once on each worker.
        arguments: of that class.
        gpus: of a worker.
    """

    name: str
    work: Callable[[Row], Row] | type
    arguments: tuple[Any, ...] = ()
    gpus: int = 0


class Worker:
    """Does a step where Ray calls it; what fails is told by a row: Ray would tell its own part of it at length."""

    def __init__(self, step: Step) -> None:
        self._step = step

    def __call__(self, row: Row) -> Row:
        """The number of the row, and what the step makes of it or the `error`."""
        from ray.exceptions import RayError  # noqa: PLC0415 - where this runs there is Ray

        try:
            return {"row": row["row"], **self._work(row)}
        except RayError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again where the build runs
            return {"row": row["row"], "error": f"{type(error).__name__}: {error} (on {socket.gethostname()})"}

    @cached_property
    def _work(self) -> Callable[[Row], Row]:
        return self._step.work(*self._step.arguments) if isinstance(self._step.work, type) else self._step.work


class Cluster:
    """A context manager; leaving it leaves the cluster.

    Raises:
        RayMissingError: Ray is not installed.
        ClusterError: the address is none, or nobody answers there.
    """

    def __init__(self, settings: RaySettings) -> None:
        if find_spec("ray") is None:
            raise RayMissingError("--ray and ray.address need a package of their own: pip install 'penchant[ray]'")
        _require_answer(settings.address or LOCAL)
        self._settings = settings
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def put(self, value: object) -> Any:
        """A reference to what many rows need; workers of one machine share one copy."""
        return self._ray.put(value)

    def each(self, step: Step, rows: Sequence[Row]) -> Iterator[Row]:
        """What the step makes of each row, in their order.

        Raises:
            ClusterError: the work failed, with its cause; or a row's worker died again and again.
        """
        ray = self._ray
        found = iter(self._planned(step, [{"row": number, **row} for number, row in enumerate(rows)]).iter_rows())
        for number in range(len(rows)):
            try:
                row = next(found)
            except (ray.exceptions.RayError, StopIteration) as error:
                raise ClusterError(f"{step.name} on the cluster failed: {_cause(error)}") from error
            if "error" in row:
                raise ClusterError(f"{step.name} on the cluster failed: {row['error']}")
            if row["row"] != number:
                raise ClusterError(f"{step.name} on the cluster: part {row['row']} came in the place of {number}")
            yield row

    def _planned(self, step: Step, rows: Sequence[Row]) -> Any:
        import pyarrow as pa  # noqa: PLC0415 - only a cluster needs it here

        data, workers = self._ray.data, min(self._workers(step.gpus), len(rows))
        work: Worker | type[Worker] = Worker(step)
        if isinstance(step.work, type):
            work, pool = Worker, data.ActorPoolStrategy(min_size=1, max_size=workers, initial_size=workers)
            how = {"compute": pool, "fn_constructor_args": (step,), "max_task_retries": TRIES}
        else:
            how = {"compute": data.TaskPoolStrategy(workers), "max_retries": TRIES}
        how |= {"num_gpus": step.gpus} if step.gpus else {"num_cpus": 1}
        with warnings.catch_warnings():  # Ray 2.60 calls retries deprecated, and has no other bound for them
            warnings.simplefilter("ignore", DeprecationWarning)
            return data.from_arrow([pa.Table.from_pylist([row]) for row in rows]).map(work, **how)

    def _workers(self, gpus: int) -> int:
        """How many at a time; Ray would wait for ever for a GPU that nobody has."""
        has = self._ray.cluster_resources()
        if self._settings.workers:
            return self._settings.workers
        if gpus and not has.get("GPU"):
            raise ClusterError(
                "index.device asks for a GPU, and no machine of the cluster has one; where they come when they are "
                "asked for, say with ray.workers how many"
            )
        return max(1, int(has["GPU"] / gpus if gpus else has.get("CPU", 1)))

    @cached_property
    def _ray(self) -> Any:
        """Ray, connected."""
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
        more = self._begun() if self._settings.address == LOCAL else {}
        import ray  # noqa: PLC0415 - an optional package, which reads its environment when it is imported
        import ray.data  # noqa: PLC0415

        try:
            ray.init(
                self._settings.address,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                **more,
            )
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise ClusterError(f"the Ray cluster at {self._settings.address} cannot be joined: {error}") from error
        self._open.callback(ray.shutdown)
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what fails is raised
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        return ray

    def _begun(self) -> dict[str, Any]:
        """For a cluster on this machine: a folder of its own, and a token without which nobody gives it work."""
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        made = tempfile.TemporaryDirectory(prefix="penchant-ray-", dir=_short_folder(), ignore_cleanup_errors=True)
        folder = self._open.enter_context(made)
        return {"_temp_dir": folder, "num_cpus": self._settings.workers or os.cpu_count()}


def _short_folder() -> str | None:
    """Where temporary files lie: /tmp, since a socket's path has 104 letters at most, of which Ray takes 64."""
    return "/tmp" if os.path.isdir("/tmp") else None  # noqa: PTH112, S108 - what is made there has a name of its own


def _require_answer(address: str) -> None:
    """That somebody listens at an address; Ray itself would try for minutes."""
    if address.startswith(CLIENT):
        raise ClusterError(
            f"{address} is an address of Ray Client, over which no memory is handed: run the build on a machine of the "
            "cluster, with --ray auto or --ray HOST:PORT"
        )
    if address in {LOCAL, AUTO}:
        return
    host, _, port = address.rpartition(":")
    if not (host and port.isdecimal()):
        raise ClusterError(f"the address of a Ray cluster is HOST:PORT, auto or local, and not {address!r}")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"nobody answers at {address}, where a Ray cluster should be: {error}") from error


@contextmanager
def opened(settings: RaySettings) -> Iterator[Cluster | None]:
    """The cluster that is asked for, left at the end; None where none is.

    Raises:
        RayMissingError: Ray is not installed.
        ClusterError: the address is not one to be joined by.
    """
    if settings.address is None:
        yield None
        return
    with Cluster(settings) as cluster:
        yield cluster


def _cause(error: BaseException) -> str:
    """What Ray says in its first line, which tells most."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
