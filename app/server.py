"""The server: uvicorn around the application, announced in the data folder, its index built anew on time."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from contextlib import ExitStack
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.backup.timetable import backup_on_time
from app.connections import protocol_of
from app.disk import DiskProblemError
from app.errors import ExperimentRefusedError, PolicyNotFoundError
from app.insights.telemetry.opening import TelemetryMissingError
from app.jobs import Jobs, Work
from app.main import create_app
from app.memory import give_back
from app.replicas.workers import is_first
from app.serving.scheduled_rebuild import rebuild_on_time
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.service_address import announced
from indexer.engines.engine import EngineMissingError
from models.encoder import EncoderNotFoundError

GRACE_SECONDS: Final = 8
"""How long requests may take to finish once the server is told to stop; container runtimes kill after 10."""

logger = logging.getLogger("penchant.serve")


class AnnouncedServer(uvicorn.Server):
    """uvicorn, with its address in the data folder, and the index built anew on time, for as long as it listens.

    Its own log of requests is off, since their paths and queries name people; the application has one that does not.
    """

    def __init__(self, settings: Settings, rebuild: list[str], backup: list[str], *, keyless: bool) -> None:
        self._jobs = jobs = Jobs()
        super().__init__(
            uvicorn.Config(
                BriefFailures(create_app(settings, jobs=jobs)),
                host=settings.http.host,
                port=settings.http.port,
                lifespan="on",
                http=protocol_of(settings.http),
                ws="none",
                access_log=False,
                log_config=None,
                log_level=logging.WARNING,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._settings, self._rebuild, self._backup = settings, rebuild, backup
        self._keyless = keyless
        self._listening = ExitStack()

    async def startup(self, sockets: Any = None) -> None:
        """Start listening, and say where."""
        exempt_from_collection()
        await super().startup(sockets)
        give_back()
        host, port = (sockets or self.servers[0].sockets)[0].getsockname()[:2]
        address = reachable(host, port)
        self._listening.enter_context(announced(self._settings.data_dir, address))
        if is_first():
            self._begin("build the index on time", partial(rebuild_on_time, self._settings, self._rebuild))
            data_dir, backup = self._settings.data_dir, self._settings.backup
            self._begin("back up on time", partial(backup_on_time, data_dir, backup, self._backup))
        served = "without keys, to this machine only" if self._keyless else "to those who have a key or a token"
        logger.info("serving at %s %s", address, served)

    def _begin(self, name: str, work: Work) -> None:
        self._listening.callback(asyncio.create_task(self._jobs.keep(name, work)).cancel)

    async def shutdown(self, sockets: Any = None) -> None:
        """Take no new requests, finish those that run, and close the service."""
        logger.info("stopping")
        self._listening.close()
        await super().shutdown(sockets)


def exempt_from_collection() -> None:
    """Spare the collector what was imported: 300,000 objects, which stay, and for which it would stop all for 0.3 s."""
    gc.collect()
    gc.freeze()


class BriefFailures:
    """ASGI wrapper: a start that fails for a reason that we know says the reason, without a traceback.

    Of any other failure the log has type and place only, as of every exception: its message may quote a person's data.
    """

    _KNOWN: Final = (
        StorageError,
        DiskProblemError,
        EncoderNotFoundError,
        EngineMissingError,
        ExperimentRefusedError,
        PolicyNotFoundError,
        TelemetryMissingError,
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""

        async def tell(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                error = sys.exception()
                if not isinstance(error, self._KNOWN):
                    logger.error("the service could not start", exc_info=error)
                said = str(error) if isinstance(error, self._KNOWN) else type(error).__qualname__
                message = {**message, "message": said}
            await send(message)

        await self._app(scope, receive, tell if scope["type"] == "lifespan" else send)


def reachable(host: str, port: int) -> str:
    """The URL at which a server that listens on `host` is reached from its own machine."""
    address = ip_address(host)
    if address.is_unspecified:
        address = ip_address("::1" if isinstance(address, IPv6Address) else "127.0.0.1")
    return f"http://[{address}]:{port}" if isinstance(address, IPv6Address) else f"http://{address}:{port}"
