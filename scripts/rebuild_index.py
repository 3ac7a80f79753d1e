"""``penchant rebuild-index``: builds a snapshot of the catalogue and puts it in service."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from app.policy.charter.charter import CharterError, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.build_source import ServiceUnreachableError, read_written
from app.settings import Settings
from indexer.build import Builder, BuildInput, EmptyCatalogueError, RecallTooLowError
from indexer.build_input import from_file, from_snapshot
from indexer.embeddings import EmbeddingCache
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from indexer.rejects import Rejects
from indexer.sensitive.calibration import CalibrationError
from indexer.sensitive.classifier import HEADS_FILE, HeadsError
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from indexer.sensitive.verdicts import VerdictsError, load_verdicts
from indexer.snapshot import Manifest
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from models.encoder import EncoderNotFoundError
from scripts.command_settings import settings_or_exit

_TOLD = (
    InputFileError,
    EmptyCatalogueError,
    RecallTooLowError,
    ServiceUnreachableError,
    SnapshotError,
    CharterError,
    TaxonomyError,
    CalibrationError,
    HeadsError,
    EncoderNotFoundError,
    VerdictsError,
)

_TOLD_BELOW = 0.995
"""Recall under exclusions that is worth a word."""


def rebuild_index(
    items: Annotated[
        Path | None, typer.Option(help="Items file, NDJSON or Parquet; without it, the published snapshot's items.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    device: Annotated[
        str | None, typer.Option(help="Where texts are encoded: cpu, cuda or mps; by default index.device.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Build though nothing changed, publish though recall is low.")] = False,
) -> None:
    """Build a snapshot of the catalogue and put it in service.

    Items that were added, changed or deleted over HTTP since the file was written, or since the published snapshot, are
    taken along, from the running service or from the database of a stopped one.
    """
    settings = _on(device, settings_or_exit("rebuild-index", config))
    started = time.perf_counter()
    if settings.tuned_file.is_file():
        typer.echo(f"what {settings.tuned_file} says is in force")
    folder = SnapshotFolder(settings.snapshot_folder)
    try:
        with folder.building(), ProgressBar("embedding", "text") as progress:
            given = _gather(settings, folder, items)
            manifest, built = _builder(settings, folder, progress)(given, force=force)
            folder.prune(settings.snapshots.keep)
    except _TOLD as error:
        typer.echo(f"rebuild-index: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(_account(manifest, built=built, seconds=time.perf_counter() - started))


def _on(device: str | None, settings: Settings) -> Settings:
    if device is None:
        return settings
    return settings.model_copy(update={"index": settings.index.model_copy(update={"device": device})})


def _gather(settings: Settings, folder: SnapshotFolder, items: Path | None) -> BuildInput:
    taxonomy = settings.index.sensitive.taxonomy
    written, charter = read_written(settings), load_charter(settings.charter, taxonomy)
    verdicts = load_verdicts(settings.verdicts_file)
    behaviour: dict[str, Any] = {"events": written.events, "rules": charter.rules(), "verdicts": verdicts}
    if items is None:
        return replace(from_snapshot(folder, written.changes), **behaviour)
    gate = IngestionGate(charter, topics=load_taxonomy(taxonomy).names)
    with Rejects(settings.data_dir / "rejects" / f"{items.name}.rejects.ndjson") as rejects:
        given = replace(from_file(items, written.changes, rejects, gate.item), **behaviour)
    if rejects.count:
        typer.echo(f"{rejects.count} of the rows in {items} were rejected, see {rejects.path}", err=True)
        typer.echo("\n".join(str(each) for each in rejects.samples), err=True)
    return given


def _builder(settings: Settings, folder: SnapshotFolder, progress: ProgressBar) -> Builder:
    encoder = settings.index.open_encoder()
    return Builder(
        settings=settings.index,
        encoder=encoder,
        cache=EmbeddingCache(settings.embedding_folder),
        folder=folder,
        say=typer.echo,
        progress=progress,
        trained_heads=settings.data_dir / HEADS_FILE,
    )


def _account(manifest: Manifest, *, built: bool, seconds: float) -> str:
    if not built:
        return f"nothing has changed: {manifest.snapshot_id} stays in service ({seconds:.1f} s)"
    return (
        f"{manifest.snapshot_id} is in service: {manifest.items:,} items, {manifest.topics} topics, "
        f"{manifest.tags:,} tags, {manifest.dimension} dimensions, {manifest.index_kind} index, "
        f"{manifest.interactions:,} interactions ({manifest.method}), "
        f"recall@10 {manifest.recall_at_10:.3f}{_under_exclusions(manifest)}, space {manifest.space_id} "
        f"({seconds:.1f} s)"
    )


def _under_exclusions(manifest: Manifest) -> str:
    """Where the index misses something once items are excluded; nothing is refused for it."""
    low = {kind: recall for kind, recall in manifest.recall_under_exclusions.items() if recall < _TOLD_BELOW}
    if not low:
        return ""
    return f" ({', '.join(f'{recall:.2f} with {kind} excluded' for kind, recall in low.items())})"
