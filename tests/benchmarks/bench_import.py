"""`penchant import events` into a folder on which no service runs: `make bench BENCH=bench_import.py`.

DuckDB draws ROWS signals of 20,000 people on 2,000 items and writes them as NDJSON, CSV and Parquet; KINDS chooses
among these. Each file goes into a folder of its own. Told are rows a second, processor time a row, and megabytes of
memory held after a fifth of the rows and at the end; and, of the check that comes before, the same by itself.
"""

import gc
import os
import sys
import time
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from app.imports.import_state import ImportState
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.preview import preview_of
from app.imports.wishes import Wishes
from app.policy.charter.charter import load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from indexer.build import Builder, BuildInput, IndexSettings
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.cli import app

ROWS, PEOPLE, ITEMS = int(os.environ.get("ROWS", "2000000")), 20_000, 2_000
KINDS = os.environ.get("KINDS", "ndjson csv parquet").split()
_MEGABYTE = 1 << 20
_DRAWN = f"""
COPY (
    SELECT 'event-' || n AS event_id, 'person-' || hash(n, 1) % {PEOPLE} AS user_id,
        'item-' || hash(n, 2) % {ITEMS} AS item_id,
        ['dwell', 'click', 'complete', 'impression'][(1 + hash(n, 3) % 4)::INTEGER] AS type,
        CASE hash(n, 3) % 4 WHEN 0 THEN 1.0 + hash(n, 4) % 400 WHEN 2 THEN 0.5 END AS value,
        strftime(TIMESTAMP '2026-03-01' + to_seconds(n * 86400 / {ROWS}), '%Y-%m-%dT%H:%M:%SZ') AS occurred_at
    FROM range({ROWS}) AS numbers(n)
) TO '{{file}}' ({{form}})
"""  # noqa: S608 - our own numbers
_FORMS = {"ndjson": "FORMAT json", "csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet"}


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """A folder with an index."""
    folder: Path = tmp_path / "data"
    items = [ItemDocument(item_id=f"item-{n}", title=f"item {n}", text="word " * (n % 900)) for n in range(ITEMS)]
    cache, snapshots = EmbeddingCache(folder / "embeddings"), SnapshotFolder(folder / "snapshots")
    Builder(IndexSettings(), HashingEncoder(64), cache, snapshots, lambda _: None)(BuildInput(items, 0), force=True)
    monkeypatch.setattr(IndexSettings, "open_encoder", lambda _: HashingEncoder(64))
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_import(tmp_path, data, kind, monkeypatch):
    file, held, keep = tmp_path / f"signals.{kind}", [], ImportState.keep
    duckdb.sql(_DRAWN.format(file=file, form=_FORMS[kind]))

    def watched(state: ImportState, row: int) -> None:
        keep(state, row)
        if row >= ROWS / 5 * (1 + 4 * len(held)):
            held.append(_held())

    monkeypatch.setattr(ImportState, "keep", watched)
    began, cpu = time.perf_counter(), time.process_time()
    environment = {"PENCHANT_DATA_DIR": str(data), "PENCHANT_AS_OF": "2026-03-02T00:00:00Z"}
    done = CliRunner().invoke(app, ["import", "events", str(file)], env=environment)
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    assert f"{ROWS:,} accepted" in done.output, done.output
    sizes = " and ".join(f"{each / _MEGABYTE:.0f}" for each in held)
    told = f"{ROWS / seconds:,.0f} rows a second, {1e6 * used / ROWS:.0f} us of processor time a row; {sizes} MB"
    sys.stdout.write(f"\n{ROWS:,} rows of {kind}: {told}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_check(tmp_path, kind):
    """Reading a file to its end and checking every row, as `--dry-run` does."""
    file = tmp_path / f"signals.{kind}"
    duckdb.sql(_DRAWN.format(file=file, form=_FORMS[kind]))
    gate, held = IngestionGate(load_charter(None)), []

    def watched(done: int, _: int) -> None:
        if done >= ROWS / 5 * (1 + 4 * len(held)):
            held.append(_held())

    gc.freeze()  # as the command does
    began, cpu = time.perf_counter(), time.process_time()
    rejects = preview_of(open_import(file, Kind.EVENTS, Wishes()), gate, watched).rejects
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    gc.unfreeze()
    assert (rejects.rows, rejects.count) == (ROWS, 0)
    sizes = " and ".join(f"{each / _MEGABYTE:.0f}" for each in held)
    told = f"{ROWS / seconds:,.0f} rows a second, {1e6 * used / ROWS:.1f} us of processor time a row; {sizes} MB"
    sys.stdout.write(f"\n{ROWS:,} rows of {kind}, read and checked: {told}\n")


def _held() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
