"""``penchant demo``: MovieLens 100K from nothing to a running service."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import httpx
import orjson
import typer

from app.insights.equity.folder import AuditFolder
from app.settings import CONFIG_VARIABLE, Settings
from indexer.progress import ProgressBar
from indexer.snapshot_files import SnapshotFolder
from penchant_client import Client, calls
from scripts.command_settings import client_of, settings_or_exit
from scripts.demo import CONFIG
from scripts.demo.fetch_movielens import fetch_files
from scripts.demo.movielens.archive import ArchiveError

START_SECONDS: Final = 120.0
QUARTER: Final = "1998Q2"
"""In which the last rating was given, and the demo's clock stands."""


def demo(
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65_535)] = 8000,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop as soon as the demo is ready.")] = False,
) -> None:
    """Fetch MovieLens 100K, index it, replay its events through the service, and serve it."""
    settings = _settings()
    _refuse_if_taken(port)
    files, snapshots = settings.data_dir / "movielens", SnapshotFolder(settings.snapshot_folder)
    _say("fetching MovieLens 100K")
    _fetch(files)
    if snapshots.current_id() is None:
        _say("building the index")
        _penchant("rebuild-index", "--items", files / "items.ndjson", "--newer", "http")
    _say("starting the service")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops the demo stops the service, too
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(_command("serve", "--port", port), env=_environment()) as server:
        try:
            _wait_until_ready(address, server)
            _catch_up(address, files, settings)
            typer.echo(_invitation(address))
            _audit(address, files, settings)
            if not once:
                server.wait()
        except KeyboardInterrupt:
            typer.echo("stopping")
        finally:
            server.send_signal(signal.SIGTERM)


def _fetch(files: Path) -> None:
    try:
        fetch_files(files, Path("data/cache"))
    except ArchiveError as error:
        typer.echo(f"demo: {error}", err=True)
        raise typer.Exit(1) from error


def _penchant(*arguments: object) -> None:
    """Run another command as whoever has data of their own would; the demo ends where it fails."""
    done = subprocess.run(_command(*arguments), env=_environment(), check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)


def _command(name: object, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "scripts", str(name), "--config", str(CONFIG), *map(str, arguments)]


def _environment() -> dict[str, str]:
    return {**os.environ, CONFIG_VARIABLE: str(CONFIG)}


def _settings() -> Settings:
    """Of a demo that leaves everybody's database alone."""
    settings = settings_or_exit("demo", CONFIG)
    if settings.storage.url is not None:
        typer.echo("demo: its people belong into a folder of their own: unset PENCHANT_STORAGE__URL", err=True)
        raise typer.Exit(1)
    return settings


def _refuse_if_taken(port: int) -> None:
    """Before minutes are spent, and lest another service on that port be taken for this one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            typer.echo(f"demo: port {port} cannot be used ({error.strerror}); choose another: PORT=8001", err=True)
            raise typer.Exit(1) from error


def _catch_up(address: str, files: Path, settings: Settings) -> None:
    """Replay what the service does not have yet, and learn from it; an interrupted demo goes on where it stopped."""
    events, snapshots = files / "events.ndjson", SnapshotFolder(settings.snapshot_folder)
    expected = len(events.read_bytes().splitlines())
    with client_of(settings, address) as client:
        if (client.send(calls.readiness()).events_sequence or 0) < expected:
            _say(f"replaying {expected:,} events through POST /events")
            _penchant("replay", "--events", events, "--users", files / "users.ndjson", "--url", address)
        if snapshots.manifest(snapshots.current_id() or "").events_sequence < expected:
            _say("learning item vectors from these events")
            _penchant("rebuild-index", "--items", files / "items.ndjson", "--newer", "http")
            _wait_for_snapshot(client, snapshots)


def _audit(address: str, files: Path, settings: Settings) -> None:
    """Recommend to everybody once, and audit that; what they rated is in the past, and nobody engages with it."""
    if AuditFolder(settings.data_dir).listed():
        return
    _say("recommending films to everybody, for an equity audit by age, gender and occupation")
    people = [orjson.loads(line)["user_id"] for line in (files / "users.ndjson").read_bytes().splitlines()]
    with client_of(settings, address) as client, ProgressBar("asking", "person") as progress:
        for number, user_id in enumerate(people, 1):
            client.send(calls.recommend(user_id, limit=20))
            progress(number, len(people))
    subprocess.run(_command("equity-audit", "--quarter", QUARTER), env=_environment(), check=False)


def _wait_for_snapshot(client: Client, snapshots: SnapshotFolder) -> None:
    """The service notices the new snapshot by itself, and serves on meanwhile."""
    published, deadline = snapshots.current_id(), time.monotonic() + START_SECONDS
    while client.send(calls.readiness()).snapshot != published and time.monotonic() < deadline:
        time.sleep(0.2)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise typer.Exit(server.returncode or 1)
        try:
            if httpx.get(f"{address}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    typer.echo(f"the service did not get ready within {START_SECONDS:g} seconds", err=True)
    raise typer.Exit(1)


def _invitation(address: str) -> str:
    event = '{"event_id": "try-1", "user_id": "newcomer", "item_id": "50", "type": "save"}'
    return f"""
Penchant serves MovieLens 100K at {address}. Open it in a browser first:

    {address}/             as somebody new
    {address}/#user=196    as one of its people

Three things to try from a terminal:

  What user 196 would like, and why:
    curl -s '{address}/recommend?user_id=196&limit=5'

  Films like your own words:
    curl -s -G '{address}/similar' --data-urlencode 'text=robots in space' -d limit=5

  Save Star Wars as somebody new; the next slate knows it:
    curl -s '{address}/events' -H 'Content-Type: application/json' -d '{event}'
    curl -s '{address}/recommend?user_id=newcomer&limit=5'

Press Ctrl-C to stop.
"""


def _say(step: str) -> None:
    typer.secho(f"==> {step}", bold=True)
