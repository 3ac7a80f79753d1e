"""A part of MovieLens 100K, indexed with the real encoder and served by a real process: `penchant serve`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest

from indexer.snapshot_files import SnapshotFolder
from scripts.demo.fetch_movielens import write
from scripts.demo.movielens import archive
from scripts.demo.movielens.conversion import Conversion, convert

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "data" / "cache" / "ml-100k"
"""Where the demo keeps it too: a machine fetches MovieLens once."""

FILMS, PEOPLE = 300, 60
PATIENCE_SECONDS = 120.0


class Town:
    """A folder of data with the commands that work on it, and the process that serves it.

    Attributes:
        folder: the service's data folder.
        films: by item id, as in the items file.
        events: as in the events file, in order of time.
        log: what the service writes, where that is not passed on.
    """

    def __init__(self, folder: Path, part: Conversion, log: Path | None = None) -> None:
        self.folder = folder
        self.part, self.log = part, log
        self.films = {film["item_id"]: film for film in part.items}
        self.events = part.events
        self.people = [person["user_id"] for person in part.users]
        self._environment = {
            **os.environ,
            "PENCHANT_DATA_DIR": str(folder),
            "PENCHANT_CONFIG": str(ROOT / "scripts" / "demo" / "demo.toml"),
            "PENCHANT_HTTP__PORT": "0",
            "PENCHANT_SNAPSHOTS__POLL_SECONDS": "0.1",
            "PENCHANT_HTTP__LOG_REQUESTS": str(log is not None),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client()
        write(part, folder / "files")

    def run(self, *command: str) -> str:
        """What a command of `penchant` prints."""
        finished = subprocess.run(
            [sys.executable, "-m", "scripts", *command],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return finished.stdout

    def show(self, key: str) -> None:
        """Let commands show a key."""
        self._environment["PENCHANT_API_KEY"] = key

    def start(self) -> None:
        """Start the service, and wait until it answers from a snapshot."""
        (self.folder / "service.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "scripts", "serve"]
        with self.log.open("ab") if self.log else nullcontext() as log:
            self._process = subprocess.Popen(command, env=self._environment, stderr=log)
        address = self._wait_for(self._address)
        self.client.close()
        self.client = httpx.Client(base_url=address, timeout=60.0, trust_env=False)
        self._wait_for(lambda: self.client.get("/readyz").is_success)

    def kill(self) -> None:
        """End the service in the midst of what it does, as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask the service to end; whether it did so properly is part of the test."""
        assert self._process is not None
        self.client.close()
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=60) == -signal.SIGTERM

    def slate(self, user_id: str, limit: int = 10, **wanted: Any) -> dict[str, Any]:
        """An answer of `/recommend`, without what every answer has of its own: its name and its cursor."""
        answer = self.client.get("/recommend", params={"user_id": user_id, "limit": limit, "explain": "full"} | wanted)
        slate: dict[str, Any] = answer.raise_for_status().json()
        del slate["recommendation_id"], slate["next_cursor"]
        return slate

    def send(self, path: str, *rows: dict[str, Any]) -> list[str]:
        """What became of each row of a body for `/items` or `/events`."""
        answer = self.client.post(path, json=rows).raise_for_status()
        return [result["status"] for result in answer.json()["results"]]

    def profile(self, user_id: str) -> dict[str, Any]:
        """An answer of `/users/{user_id}/profile`."""
        profile: dict[str, Any] = self.client.get(f"/users/{quote(user_id, safe='')}/profile").raise_for_status().json()
        return profile

    def readiness(self) -> dict[str, Any]:
        """An answer of `/readyz`."""
        readiness: dict[str, Any] = self.client.get("/readyz").raise_for_status().json()
        return readiness

    @property
    def address(self) -> str:
        """Where the service is."""
        return str(self.client.base_url)

    @property
    def key(self) -> str:
        """The key that commands show."""
        return self._environment["PENCHANT_API_KEY"]

    def by_popularity(self) -> list[str]:
        """Ids of all films, those with most events first."""
        events = Counter(event["item_id"] for event in self.events)
        return sorted(self.films, key=lambda item_id: (-events[item_id], item_id))

    def indexed(self) -> dict[str, dict[str, Any]]:
        """The items of the published snapshot, by id, as they stand in its files."""
        snapshots = SnapshotFolder(self.folder / "snapshots")
        current = snapshots.current_id()
        assert current is not None
        column = snapshots.documents(current)
        documents = [orjson.loads(column[row]) for row in range(len(column))]
        return {document["item_id"]: document for document in documents}

    def _address(self) -> str | None:
        try:
            return str(json.loads((self.folder / "service.json").read_text())["address"])
        except (FileNotFoundError, ValueError):
            return None

    def _wait_for(self, sign: Any) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (seen := sign()):
            assert self._process is not None
            assert self._process.poll() is None, "the service has ended"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return seen


def part_of(whole: Conversion) -> Conversion:
    """The films that most people rated, and the first people who rated enough of them; user 196 among them."""
    ratings = Counter(event["item_id"] for event in whole.events)
    films = {item_id for item_id, _ in ratings.most_common(FILMS)}
    mine = Counter(event["user_id"] for event in whole.events if event["item_id"] in films)
    active = [person["user_id"] for person in whole.users if 20 <= mine[person["user_id"]] < 120]
    people = {"196", *active[: PEOPLE - 1]}
    return Conversion(
        items=[film for film in whole.items if film["item_id"] in films],
        events=[event for event in whole.events if event["item_id"] in films and event["user_id"] in people],
        users=[person for person in whole.users if person["user_id"] in people],
        left_out=whole.left_out,
    )


@contextmanager
def opened(folder: Path) -> Iterator[Town]:
    """A town whose index is built, whose service runs, and whose events were replayed."""
    if not archive.is_cached(CACHE):
        archive.fetch(CACHE)
    town = Town(folder, part_of(convert(archive.read(CACHE))))
    town.run("rebuild-index", "--items", str(folder / "files" / "items.ndjson"))
    town.start()
    files = [f"--{name}={folder / 'files' / name}.ndjson" for name in ("users", "events")]
    town.run("replay", *files, f"--url={town.client.base_url}")
    try:
        yield town
    finally:
        town.stop()


@pytest.fixture(scope="module")
def guarded(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The same films served to those with keys only, before anybody came; its log is kept."""
    home = tmp_path_factory.mktemp("guarded")
    for name in ("snapshots", "embeddings"):
        shutil.copytree(town.folder / name, home / "data" / name)
    guarded = Town(home / "data", town.part, home / "service.log")
    guarded.show(guarded.run("keys", "create", "--operator", "--name", "ops").strip())
    guarded.start()
    try:
        yield guarded
    finally:
        guarded.stop()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One for all tests of a worker: building it takes half a minute."""
    with opened(tmp_path_factory.mktemp("town")) as built:
        yield built
