"""``penchant serve``: the HTTP server."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import ExitStack, suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.keyfile import KeyFile, KeyFileError
from app.access.loopback import is_loopback
from app.logs import log_as_json
from app.main import create_app
from app.serving.scheduled_rebuild import rebuild_on_time
from app.settings import HttpSettings, Settings, load_settings
from app.storage.errors import StorageError
from app.storage.service_address import announced
from indexer.problems import problems
from models.encoder import EncoderNotFoundError

GRACE_SECONDS: Final = 8
"""How long requests may take to finish once the server is told to stop; container runtimes kill after 10."""

logger = logging.getLogger("penchant.serve")


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else the settings'.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one; else the settings'.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Serve recommendations over HTTP until told to stop.

    Without keys whoever reaches the server may read and erase everything, so it then listens on this machine only.
    `penchant keys create` makes keys.
    """
    try:
        settings = _settings(config, host, port)
    except ValidationError as error:
        _exit("; ".join(str(each) for each in problems(error)))
    except ValueError as error:
        _exit(str(error))
    try:
        keyring = KeyFile(settings.data_dir).current()
    except KeyFileError as error:
        _exit(str(error))
    if not is_loopback(settings.http.host) and not keyring.active:
        _exit(_refusal(settings.http.host))
    log_as_json()
    if keyring.keys and settings.api_key is None:
        settings = without_dates(settings)
    os.umask(0o077)  # what is held of people is for the server's own account to read
    with suppress(KeyboardInterrupt):
        AnnouncedServer(settings, rebuild_command(config), keyless=not keyring.keys).run()


def reachable(host: str, port: int) -> str:
    """The URL at which a server that listens on `host` is reached from its own machine."""
    address = ip_address(host)
    if address.is_unspecified:
        address = ip_address("::1" if isinstance(address, IPv6Address) else "127.0.0.1")
    return f"http://[{address}]:{port}" if isinstance(address, IPv6Address) else f"http://{address}:{port}"


def without_dates(settings: Settings) -> Settings:
    """Settings that promise no build: the command would be asked for a key, and has none to show."""
    if settings.snapshots.rebuild_days is not None:
        logger.warning("the index is not built anew by itself: for that, set PENCHANT_API_KEY to an operator's key")
    snapshots = settings.snapshots.model_copy(update={"rebuild_days": None})
    return settings.model_copy(update={"snapshots": snapshots})


def rebuild_command(config: Path | None) -> list[str]:
    """What builds the index anew with the same settings."""
    named = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "scripts", "rebuild-index", *named]


class AnnouncedServer(uvicorn.Server):
    """uvicorn, with its address in the data folder, and the index built anew on time, for as long as it listens.

    Its own log of requests is off, since their paths and queries name people; the application has one that does not.
    """

    def __init__(self, settings: Settings, rebuild: list[str], *, keyless: bool) -> None:
        super().__init__(
            uvicorn.Config(
                BriefFailures(create_app(settings)),
                host=settings.http.host,
                port=settings.http.port,
                lifespan="on",
                ws="none",
                access_log=False,
                log_config=None,
                log_level=logging.WARNING,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._settings, self._rebuild = settings, rebuild
        self._keyless = keyless
        self._listening = ExitStack()

    async def startup(self, sockets: Any = None) -> None:
        """Start listening, and say where."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        address = reachable(host, port)
        self._listening.enter_context(announced(self._settings.data_dir, address))
        rebuilding = asyncio.create_task(rebuild_on_time(self._settings, self._rebuild))
        self._listening.callback(rebuilding.cancel)
        served = "without keys, to this machine only" if self._keyless else "to those who have a key or a token"
        logger.info("serving at %s %s", address, served)

    async def shutdown(self, sockets: Any = None) -> None:
        """Take no new requests, finish those that run, and close the service."""
        logger.info("stopping")
        self._listening.close()
        await super().shutdown(sockets)


class BriefFailures:
    """ASGI wrapper: a start that fails for a reason that we know says the reason, without a traceback.

    Of any other failure the log has type and place only, as of every exception: its message may quote a person's data.
    """

    _KNOWN: Final = (StorageError, EncoderNotFoundError)

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


def _settings(config: Path | None, host: str | None, port: int | None) -> Settings:
    settings = load_settings(config)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    http = HttpSettings.model_validate(settings.http.model_dump() | given)
    return settings.model_copy(update={"http": http})


def _refusal(host: str) -> str:
    return (
        f"{host} can be reached from other machines, and there are no keys: whoever reaches the server could read and "
        "erase everything. Make one with `penchant keys create --operator --name NAME`, or listen on 127.0.0.1."
    )


def _exit(reason: str) -> NoReturn:
    typer.echo(f"serve: {reason}", err=True)
    raise typer.Exit(1)
