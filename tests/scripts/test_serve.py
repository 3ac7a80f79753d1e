"""`penchant serve`: where it may listen, and how it starts and stops."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from typer.testing import CliRunner

from app.access.keyfile import KeyFile
from app.access.loopback import is_loopback
from app.logs import JsonLines
from app.server import BriefFailures, reachable
from app.storage.errors import StorageError
from scripts.cli import app

OUTSIDE = ["0.0.0.0", "::", "192.168.1.10", "example.org", "localhost.example.org"]  # noqa: S104 - what is refused


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_is_told_from_others(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", OUTSIDE)
def test_without_keys_no_other_machine_is_served(host: str, tmp_path: Path) -> None:
    assert not is_loopback(host)
    answer = CliRunner().invoke(app, ["serve", "--host", host], env={"PENCHANT_DATA_DIR": str(tmp_path)})
    assert answer.exit_code == 1
    assert f"{host} can be reached from other machines, and there are no keys:" in answer.output
    assert "penchant keys create --operator" in answer.output


def test_nor_if_the_settings_ask_for_it(tmp_path: Path) -> None:
    environment = {"PENCHANT_DATA_DIR": str(tmp_path), "PENCHANT_HTTP__HOST": "0.0.0.0"}  # noqa: S104 - what is refused
    assert "there are no keys:" in CliRunner().invoke(app, ["serve"], env=environment).output


def test_a_revoked_key_is_none(tmp_path: Path) -> None:
    environment = {"PENCHANT_DATA_DIR": str(tmp_path), "PENCHANT_HTTP__HOST": "0.0.0.0"}  # noqa: S104 - what is refused
    CliRunner().invoke(app, ["keys", "create", "--operator", "--name", "ops"], env=environment)
    (key,) = KeyFile(tmp_path).current().keys
    CliRunner().invoke(app, ["keys", "revoke", key.key_id], env=environment)
    assert "there are no keys:" in CliRunner().invoke(app, ["serve"], env=environment).output


def test_keys_that_cannot_be_read_are_no_reason_to_do_without(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    answer = CliRunner().invoke(app, ["serve"], env={"PENCHANT_DATA_DIR": str(tmp_path)})
    assert answer.exit_code == 1
    assert "keys.json cannot be read" in answer.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "70000"], "port must be at most 65535"),
        (["--config", "nowhere.toml"], "nowhere.toml does not exist"),
    ],
)
def test_impossible_settings_are_named(options: list[str], said: str) -> None:
    answer = CliRunner().invoke(app, ["serve", *options], env={"PENCHANT_CONFIG": None})
    assert answer.exit_code == 1
    assert said in answer.output


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104 - where a container listens
        ("::", "http://[::1]:80"),
        ("192.168.1.10", "http://192.168.1.10:80"),
    ],
)
def test_the_address_that_is_announced_can_be_reached(host: str, url: str) -> None:
    assert reachable(host, 80) == url


@pytest.mark.parametrize(("error", "said"), [(KeyError("person-4711"), "KeyError"), (StorageError("full"), "full")])
def test_a_start_that_fails_tells_nothing_of_people(
    error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        raise error
        yield

    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "lifespan", "app": None, "asgi": {}, "state": {}}
    with pytest.raises(type(error)):
        asyncio.run(BriefFailures(Starlette(lifespan=lifespan))(scope, receive, send))
    assert sent == [{"type": "lifespan.startup.failed", "message": said}]
    assert all("4711" not in JsonLines().format(record) for record in caplog.records)


@contextmanager
def served(data_dir: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "scripts", "serve", "--port", "0", *options]
    environment = {**os.environ, "PENCHANT_DATA_DIR": str(data_dir)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            yield server
        finally:
            server.kill()


def announced_address(data_dir: Path, server: subprocess.Popen[str]) -> str:
    deadline = time.monotonic() + 60
    while not (data_dir / "service.json").exists():
        assert server.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return str(json.loads((data_dir / "service.json").read_text())["address"])


@pytest.mark.server
@pytest.mark.real_model
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_it_has_begun(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as server:
        address = announced_address(tmp_path, server)
        assert httpx.get(f"{address}/livez", trust_env=False).json() == {"status": "alive"}
        assert httpx.get(f"{address}/readyz", trust_env=False).status_code == 503
        assert not [path for path in tmp_path.iterdir() if path.stat().st_mode & 0o077], "others may read or write"
        url = httpx.URL(address)
        with socket.create_connection((url.host, url.port or 80), timeout=10) as connection:
            body = b'{"user_id": "u", "limit": 0}'
            head = b"POST /recommend HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            head += b"Content-Length: %d\r\n\r\n"
            connection.sendall(head % len(body) + body[:5])
            time.sleep(0.3)
            server.send_signal(number)
            time.sleep(0.5)
            connection.sendall(body[5:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 422 ")
        _, log = server.communicate(timeout=180)
    assert "Traceback" not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert f"serving at {address} without keys, to this machine only" in [line["message"] for line in lines]
    assert not (tmp_path / "service.json").exists()


@pytest.mark.server
@pytest.mark.real_model
def test_a_second_server_on_the_same_folder_says_why_it_cannot_start(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        address = announced_address(tmp_path, first)
        with served(tmp_path) as second:
            _, log = second.communicate(timeout=180)
        assert second.returncode == 3
        assert "is in use" in log
        assert "Traceback" not in log
        assert json.loads((tmp_path / "service.json").read_text()) == {"address": address}


@pytest.mark.server
@pytest.mark.real_model
def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with served(tmp_path, "--port", port) as server:
            _, log = server.communicate(timeout=180)
    assert server.returncode == 1
    assert port in log
    assert not (tmp_path / "service.json").exists()


@pytest.mark.server
@pytest.mark.real_model
def test_with_a_key_it_listens_on_every_address_and_serves_nobody_without(tmp_path: Path) -> None:
    environment = {"PENCHANT_DATA_DIR": str(tmp_path)}
    made = CliRunner().invoke(app, ["keys", "create", "--operator", "--name", "ops"], env=environment)
    key = {"X-API-Key": made.stdout.split()[0]}
    with served(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104 - what is tested
        address = announced_address(tmp_path, server)
        assert httpx.get(f"{address}/readyz", trust_env=False).json()["access"] == "keys"
        assert httpx.get(f"{address}/users/u/profile", trust_env=False).status_code == 401
        assert httpx.get(f"{address}/users/u/profile", headers=key, trust_env=False).status_code == 503
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=180)
    assert "to those who have a key or a token" in log
    assert "the index is not built anew by itself" in log
