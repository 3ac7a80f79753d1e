"""A real Milvus for tests that run nightly: the server of the PyPI package, in a folder of its own."""

import atexit
import gc
import shutil
import tempfile
import warnings
from contextlib import suppress
from typing import Any

_RUNNING: list[Any] = []


def milvus_server() -> str:
    """The address of the one server of this process, which ends with it: two at a time do not start."""
    if not _RUNNING:
        _RUNNING.append(_started())
    return f"http://127.0.0.1:{_RUNNING[0].listen_port}"


def stop_milvus() -> None:
    """Make room for another."""
    with suppress(IndexError):
        _RUNNING.pop().stop()


def _started() -> Any:
    from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - 240 MB, installed for nightly tests only

    folder = tempfile.mkdtemp(prefix="penchant-milvus-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the package lets go of sockets without closing them
        server = MilvusServer(MilvusServerConfig(data_dir=folder))
        atexit.register(stop_milvus)
        server.start()
        gc.collect()
    return server
