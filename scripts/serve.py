"""``penchant serve``: the HTTP server."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from app.access.keyfile import KeyFile, KeyFileError
from app.access.loopback import is_loopback
from app.logs import log_as_json
from app.memory import hold_little
from app.replicas.workers import Workers, listening
from app.server import AnnouncedServer
from app.settings import HttpSettings, Settings, load_settings
from indexer.problems import problems

logger = logging.getLogger("penchant.serve")

_ONE_WRITER = (
    "--workers needs a database that several processes may write to, which a DuckDB file is not: set storage.url to a "
    "PostgreSQL database, or serve with one process"
)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; else the settings'.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for a free one; else the settings'.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one need storage.url.")] = 1,
    socket_number: Annotated[int | None, typer.Option("--socket", hidden=True, help="Socket of a worker.")] = None,
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
    if workers > 1:
        _serve_with(workers, settings, config)
    if socket_number is None:
        _try_to_listen(settings.http)
    log_as_json()
    if keyring.keys and settings.api_key is None:
        settings = without_dates(settings)
    sockets = None if socket_number is None else [socket.socket(fileno=socket_number)]
    with suppress(KeyboardInterrupt):
        hold_little()
        AnnouncedServer(settings, rebuild_command(config), backup_command(config), keyless=not keyring.keys).run(
            sockets
        )


def _serve_with(workers: int, settings: Settings, config: Path | None) -> NoReturn:
    if settings.storage.url is None:
        _exit(_ONE_WRITER)
    log_as_json()
    raise typer.Exit(Workers(_worker(config, settings.http), workers, listening(settings.http)).run())


def without_dates(settings: Settings) -> Settings:
    """Settings that promise no build: the command would be asked for a key, and has none to show."""
    if settings.snapshots.rebuild_days is not None:
        logger.warning("the index is not built anew by itself: for that, set PENCHANT_API_KEY to an operator's key")
    snapshots = settings.snapshots.model_copy(update={"rebuild_days": None})
    return settings.model_copy(update={"snapshots": snapshots})


def _worker(config: Path | None, http: HttpSettings) -> list[str]:
    """The command of one, on the same address; it is given a socket that listens there already."""
    named = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "scripts", "serve", "--host", http.host, "--port", str(http.port), *named]


def rebuild_command(config: Path | None) -> list[str]:
    """What builds the index anew with the same settings."""
    named = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "scripts", "rebuild-index", *named]


def backup_command(config: Path | None) -> list[str]:
    """What makes a backup with the same settings."""
    named = ["--config", str(config)] if config else []
    return [sys.executable, "-m", "scripts", "backup", *named]


def _settings(config: Path | None, host: str | None, port: int | None) -> Settings:
    settings = load_settings(config)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    http = HttpSettings.model_validate(settings.http.model_dump() | given)
    return settings.model_copy(update={"http": http})


def _try_to_listen(http: HttpSettings) -> None:
    """End before anything is opened where the server could not listen."""
    (family, kind, protocol, _, address), *_ = socket.getaddrinfo(http.host, http.port, type=socket.SOCK_STREAM)
    with socket.socket(family, kind, protocol) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            tried.bind(address)
        except OSError as error:
            error.filename = f"{http.host}:{http.port}"
            raise


def _refusal(host: str) -> str:
    return (
        f"{host} can be reached from other machines, and there are no keys: whoever reaches the server could read and "
        "erase everything. Make one with `penchant keys create --operator --name NAME`, or listen on 127.0.0.1."
    )


def _exit(reason: str) -> NoReturn:
    typer.echo(f"serve: {reason}", err=True)
    raise typer.Exit(1)
