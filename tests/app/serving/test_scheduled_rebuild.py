"""The index is built anew on its dates, by a process of its own."""

import asyncio
import contextlib
import logging
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.policy.rebuild_dates import due_rebuild, next_rebuild
from app.serving.scheduled_rebuild import rebuild_on_time
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

BUILT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ITEM = {"item_id": "i1", "title": "Rust", "text": "", "tags": ["rust"], "format": "article", "language": "en"}
OFTEN = 0.1 / 86_400
"""Days."""


@pytest.mark.parametrize(("after", "expected"), [(0, 7), (6.9, 7), (7, 14), (30, 35), (-1, 7)])
def test_dates_follow_a_build_at_an_interval(after, expected):
    assert next_rebuild(BUILT, 7, BUILT + timedelta(days=after)) == BUILT + timedelta(days=expected)


@pytest.fixture
def folder(tmp_path: Path) -> SnapshotFolder:
    settings = Settings(data_dir=tmp_path)
    folder, cache = SnapshotFolder(settings.snapshot_folder), EmbeddingCache(settings.embedding_folder)
    item = ItemDocument.model_validate(ITEM | {"published_at": BUILT.isoformat()}, strict=False)
    Builder(settings.index, HashingEncoder(16), cache, folder, lambda _: None)(BuildInput([item], 0), force=True)
    return folder


class Timer:
    """Runs a program that notes every start of it, on the dates of a folder's index."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.noted = folder, folder / "noted"

    @property
    def runs(self) -> int:
        return len(self.noted.read_text().splitlines()) if self.noted.exists() else 0

    def go(self, days: float | None, program: str = "pass", *, until: int = 0) -> int:
        """How often it ran until it had run so often or, if it is not to run, within half a second."""
        settings = Settings(data_dir=self.folder, snapshots={"rebuild_days": days})
        note = f"open({str(self.noted)!r}, 'a').write('once\\n')"
        command = [sys.executable, "-c", f"{note}; {program}"]

        async def look() -> None:
            timer = asyncio.create_task(rebuild_on_time(settings, command, look_seconds=0.05))
            for _ in range(1_000 if until else 5):
                if timer.done() or (until and self.runs >= until):
                    break
                await asyncio.sleep(0.1)
            timer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await timer

        asyncio.run(look())
        return self.runs


@pytest.fixture
def timer(tmp_path: Path) -> Timer:
    return Timer(tmp_path)


@pytest.mark.usefixtures("folder")
class TestDates:
    def test_what_is_due_is_built_again_and_again(self, timer):
        assert timer.go(OFTEN, until=2) >= 2

    @pytest.mark.parametrize("days", [None, 7.0])
    def test_nothing_is_built_before_its_date_or_without_one(self, timer, days):
        assert timer.go(days) == 0

    def test_a_build_that_fails_is_told_and_tried_again(self, timer, caplog):
        with caplog.at_level(logging.ERROR, "penchant.rebuilding"):
            assert timer.go(OFTEN, "raise SystemExit('no room')", until=2) >= 2
        assert "no room" in caplog.text

    def test_who_is_told_to_stop_stops_the_build(self, timer, tmp_path):
        ended = tmp_path / "ended"
        program = f"import time; time.sleep(5); open({str(ended)!r}, 'w')"
        assert timer.go(OFTEN, program, until=1) == 1
        assert not ended.exists()


def test_before_there_is_an_index_nothing_is_built(timer):
    assert timer.go(OFTEN) == 0


def test_a_date_is_named_only_where_there_is_one(folder, tmp_path):
    built_at = folder.manifest(folder.current_id() or "").created_at
    assert due_rebuild(folder, 7) == built_at + timedelta(days=7)
    assert due_rebuild(folder, None) is None
    assert due_rebuild(SnapshotFolder(tmp_path / "none"), 7) is None
