"""`penchant rebuild-index` where settings name a vector engine: published there, or not put in service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from indexer.engines.pgvector import PgvectorEngine
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.cli import app
from tests.postgres import postgres_server


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with postgres_server() as server:
        yield server.new_database()


@pytest.fixture(autouse=True)
def _small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PENCHANT_CONFIG", "")
    monkeypatch.setenv("PENCHANT_SNAPSHOTS__KEEP", "1")
    monkeypatch.setenv("PENCHANT_INDEX__ENGINE__KIND", "pgvector")
    monkeypatch.setenv("PENCHANT_INDEX__ENGINE__ADDRESS", address)
    monkeypatch.setattr("indexer.build.open_encoder", lambda *_args, **_options: HashingEncoder(32))


def rebuild(folder: Path, count: int) -> Result:
    rows = [{"item_id": f"i{n}", "title": f"item {n}", "text": f"word{n % 5} word{n % 3}"} for n in range(count)]
    file = folder / "items.ndjson"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return CliRunner().invoke(app, ["rebuild-index", "--items", str(file), "--newer", "file"])


def test_a_snapshot_is_published_before_it_is_in_service_and_removed_with_its_files(
    tmp_path: Path, address: str
) -> None:
    folder, engine = SnapshotFolder(tmp_path / "data" / "snapshots"), PgvectorEngine(address)
    first = rebuild(tmp_path, 40)
    assert first.exit_code == 0, first.output
    assert "pgvector holds 40 vectors, recall@60 1.000" in first.output
    assert list(engine.collections()) == folder.ids()
    assert rebuild(tmp_path, 50).exit_code == 0
    assert list(engine.collections()) == folder.ids() == [folder.current_id()]
    engine.drop(folder.ids()[0])
    again = rebuild(tmp_path, 50)
    assert "nothing has changed" in again.output
    assert list(engine.collections()) == folder.ids()
    engine.close()


def test_a_build_whose_engine_is_away_leaves_what_was_in_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rebuild(tmp_path, 40).exit_code == 0
    folder = SnapshotFolder(tmp_path / "data" / "snapshots")
    before = folder.current_id()
    monkeypatch.setenv("PENCHANT_INDEX__ENGINE__ADDRESS", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setenv("PENCHANT_INDEX__ENGINE__WRITE_SECONDS", "0.3")
    away = rebuild(tmp_path, 60)
    assert away.exit_code == 1
    assert "rebuild-index: pgvector: no connection in time" in away.output
    assert folder.ids() == [before]
    assert folder.current_id() == before
