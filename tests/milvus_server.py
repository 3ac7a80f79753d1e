"""A real Milvus for tests that run nightly: the server of the PyPI package, in a folder of its own."""

import atexit
import gc
import shutil
import tempfile
import warnings
from functools import cache


@cache
def milvus_server() -> str:
    """The address of a server that ends with this process: two at a time do not start."""
    from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - 240 MB, installed for nightly tests only

    folder = tempfile.mkdtemp(prefix="penchant-milvus-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the package lets go of sockets without closing them
        server = MilvusServer(MilvusServerConfig(data_dir=folder))
        atexit.register(server.stop)
        server.start()
        gc.collect()
    return f"http://127.0.0.1:{server.listen_port}"
