"""A real browser at a real server: Debian's Chromium, or the one that PENCHANT_CHROMIUM names, on a small catalogue."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from app.main import create_app
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THEMES = {
    "rust": "borrow checker ownership compiler memory systems",
    "gardening": "soil compost seeds watering vegetables",
    "astronomy": "telescope galaxies planets nebula orbit",
    "cooking": "recipe oven garlic simmer butter",
    "cycling": "bicycle gears saddle climbing wheels",
    "chess": "opening endgame bishop sacrifice tempo",
}
ITEMS = 90
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 15_000


def item(number: int) -> ItemDocument:
    """One of ITEMS: themes and formats take turns, every ninth is recent."""
    theme = list(THEMES)[number % len(THEMES)]
    row = {
        "item_id": f"i/{number:03}%",
        "title": f'{theme.capitalize()} & "friends" {number}',
        "text": f"{THEMES[theme]} {theme} {theme}",
        "tags": [theme, "hobby" if number % 2 else "craft"],
        "format": ("article", "video")[number % 2],
        "language": "en",
        "provider": f"p{number % 4}",
        "published_at": (NOW - timedelta(days=(number * 7) % 180)).isoformat(),
    }
    return ItemDocument.model_validate(row, strict=False)


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[str]:
    """The address of a server whose index holds ITEMS items."""
    chosen = Settings(**{"data_dir": folder, "as_of": NOW} | settings)
    encoder, snapshots = HashingEncoder(64), SnapshotFolder(chosen.snapshot_folder)
    builder = Builder(chosen.index, encoder, EmbeddingCache(folder / "embeddings"), snapshots, lambda _: None)
    builder(BuildInput([item(number) for number in range(ITEMS)], 0), force=True)
    config = uvicorn.Config(create_app(chosen, encoder), port=0, log_config=None, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server has ended"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def serve() -> Callable[..., Any]:
    """For tests that need a server of their own."""
    return served


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server without keys: whoever sits at the machine may do everything."""
    with served(tmp_path_factory.mktemp("served")) as where:
        yield where


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    """The same server without a browser, to see what a page has brought about."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; without one these tests are skipped, and none is ever fetched.

    For a module and no longer: while it is open, an event loop runs in this thread, and others can begin none.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("PENCHANT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium; PENCHANT_CHROMIUM can name one")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of the server in a window of its own, and holds every page to what is promised of all.

    No error in the console, none that nobody caught, and no request to another host.
    """
    contexts, wrong = [], []

    def open_page(path: str, at: str = address, tolerate: str | None = None, **context: Any) -> Any:
        window = chromium.new_context(**{"reduced_motion": "reduce"} | context)
        contexts.append(window)
        window.set_default_timeout(PATIENCE_MS)
        page = window.new_page()
        page.on("console", lambda told: wrong.append(told.text) if is_wrong(told, tolerate) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda sent: wrong.append(sent.url) if is_elsewhere(sent.url) else None)
        page.goto(f"{at}{path}")
        return page

    yield open_page
    for each in contexts:
        each.close()
    assert not wrong


def is_wrong(told: Any, tolerated: str | None) -> bool:
    """Whether the console tells of what should not be; a status that a test provokes is told of there, too."""
    provoked = tolerated is not None and f"status of {tolerated}" in told.text
    return told.type in {"error", "warning"} and not provoked


def is_elsewhere(url: str) -> bool:
    """Whether a request leaves this machine."""
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1"


@pytest.fixture
def accessible() -> Callable[[Any], None]:
    """Asks axe, which must find nothing serious or critical by the rules of WCAG 2.2 A and AA."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Any) -> None:
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": wcag}}).response["violations"]
        serious = [each for each in found if each["impact"] in {"serious", "critical"}]
        assert not [(each["id"], [node["html"] for node in each["nodes"]][:5]) for each in serious]

    return check
