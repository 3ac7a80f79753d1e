"""``penchant rebuild-index``: builds a snapshot of the catalogue and puts it in service."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.imports.kinds import Kind
from app.imports.opening import rows_of
from app.imports.wishes import Wishes
from app.policy.charter.charter import CharterError, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.serving.build_source import ServiceUnreachableError, read_written
from app.serving.engine.publication import EnginePublication
from app.serving.items_file import ItemsFile, from_items_file
from app.serving.policies.folder import PolicyFolder
from app.settings import Settings
from app.storage.rows import ItemChange
from indexer.build import Builder, BuildInput, EmptyCatalogueError, RecallTooLowError
from indexer.build_input import Service, from_snapshot
from indexer.distributed.cluster import Cluster, ClusterError, opened
from indexer.distributed.encoder import encoder_on
from indexer.distributed.gram import RayGram
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.engines.engine import EngineError
from indexer.http_changes import Newer
from indexer.intake import BuildRefusedError
from indexer.moments import moment
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from indexer.sensitive.calibration import CalibrationError
from indexer.sensitive.classifier import HEADS_FILE, HeadsError
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from indexer.sensitive.verdicts import VerdictsError, load_verdicts
from indexer.snapshot import Manifest
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from models.encoder import EncoderNotFoundError
from models.factors.gram import LocalGram
from scripts.command_settings import settings_or_exit
from scripts.import_options import From, Map, Mapping, Set, said_of

_TOLD = (
    BuildRefusedError,
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
    EngineError,
    VerdictsError,
    ClusterError,
)

_TOLD_BELOW = 0.995
"""Recall under exclusions that is worth a word."""


def rebuild_index(
    items: Annotated[
        Path | None,
        typer.Option(help="Items file, of any form that `import` reads; without it, the published snapshot's items."),
    ] = None,
    source: From = None,
    maps: Map = None,
    sets: Set = None,
    mapping: Mapping = None,
    newer: Annotated[
        Newer | None, typer.Option(help="What holds where the file and what came over HTTP contradict each other.")
    ] = None,
    written_at: Annotated[
        str | None, typer.Option(help="Or when the file was written: what came over HTTP later holds.", metavar="TIME")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    device: Annotated[
        str | None, typer.Option(help="Where texts are encoded: cpu, cuda or mps; by default index.device.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            help="Ray cluster to build on: HOST:PORT, auto, or local for one on this machine; by default ray.address.",
            metavar="ADDRESS",
        ),
    ] = None,
    allow_shrink: Annotated[
        bool,
        typer.Option("--allow-shrink", help="Publish though many rows are rejected, or the catalogue gets smaller."),
    ] = False,
    force: Annotated[bool, typer.Option(help="Build though nothing changed, publish though recall is low.")] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Learn anew what would be kept since hardly anything changed.")
    ] = False,
) -> None:
    """Build a snapshot of the catalogue and put it in service.

    What came over HTTP is taken along, from the running service or from the database of a stopped one; where an items
    file contradicts it, `--newer` or `--written-at` says which holds. A file of which too much is rejected, or with
    which the catalogue would shrink too much (settings `intake`), is refused, and what was in service stays there.
    """
    settings = _on(device, ray, settings_or_exit("rebuild-index", config))
    started = time.perf_counter()
    if settings.tuned_file.is_file():
        typer.echo(f"what {settings.tuned_file} says is in force")
    folder = SnapshotFolder(settings.snapshot_folder)
    try:
        wishes = said_of(Kind.ITEMS, mapping or settings.mapping, maps, sets, source=source)
        file = items and _file(ItemsFile(items, _newer(newer, written_at), allow_shrink), wishes)
        with folder.building(), ProgressBar("embedding", "text") as progress, opened(settings.ray) as cluster:
            given, account = _gather(settings, folder, file or None)
            with _publication(settings) as publication:
                builder = replace(_builder(settings, folder, progress, cluster), ready=publication or _ready)
                manifest, built = builder(given, force=force, anew=anew)
                account = [*_pruned(settings, folder), *account]
                if publication:
                    publication.complete(manifest.snapshot_id)
                    publication.prune(folder.ids())
    except _TOLD as error:
        typer.echo(f"rebuild-index: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join([_account(manifest, built=built, seconds=time.perf_counter() - started), *account]))


@contextmanager
def _publication(settings: Settings) -> Iterator[EnginePublication | None]:
    """What brings the snapshot to a vector engine, where settings name one."""
    publication = EnginePublication.of(settings, typer.echo)
    if publication is None:
        yield None
        return
    try:
        with ProgressBar("publishing", "vector") as progress:
            publication.progress = progress
            yield publication
    finally:
        publication.close()


def _ready(_: str) -> None:
    """A snapshot that carries its own index needs nothing before it is put in service."""


def _file(file: ItemsFile, wishes: Wishes) -> ItemsFile:
    """A file, and how it is read, which is said where it is none of Penchant's own."""
    rows = rows_of(file.path, Kind.ITEMS, wishes)
    if isinstance(rows, Path):
        return file
    typer.echo("\n  ".join([rows.words(), *rows.lines()]), err=True)
    return replace(file, rows=rows)


def _pruned(settings: Settings, folder: SnapshotFolder) -> list[str]:
    """Remove snapshots that are no longer needed; what is to be said of it."""
    policies = PolicyFolder(settings.data_dir)
    needs = policies.needs()
    removed = folder.prune(settings.snapshots.keep, needs)
    gone = [policy.policy_id for policy in policies.all() if policy.snapshot in removed]
    kept = [each for each in folder.ids()[: -settings.snapshots.keep] if each in needs]
    return [
        *([f"removed {', '.join(removed)}"] if removed else []),
        *([f"policies whose snapshot is gone, so that they cannot be gone back to: {', '.join(gone)}"] if gone else []),
        *(f"kept {each} beyond snapshots.keep: {'; '.join(needs[each])}" for each in kept),
    ]


def _newer(newer: Newer | None, written_at: str | None) -> Newer | float | None:
    if newer and written_at:
        raise BuildRefusedError("--newer and --written-at answer the same question: give one of them")
    try:
        return moment(written_at).timestamp() if written_at else newer
    except ValueError as error:
        raise BuildRefusedError(f"--written-at {error}") from error


def _on(device: str | None, ray: str | None, settings: Settings) -> Settings:
    index = settings.index.model_copy(update={"device": device} if device else {})
    cluster = settings.ray.model_copy(update={"address": ray} if ray else {})
    return settings.model_copy(update={"index": index, "ray": cluster})


def _gather(settings: Settings, folder: SnapshotFolder, file: ItemsFile | None) -> tuple[BuildInput, list[str]]:
    """What to build from, and what is to be said of it at the end."""
    taxonomy = settings.index.sensitive.taxonomy
    written, charter = read_written(settings), load_charter(settings.charter, taxonomy)
    account: list[str] = []
    if file is None:
        given = from_snapshot(folder, written.changes)
    else:
        service = Service(_served(folder, written.changes), written.changes)
        gate = IngestionGate(charter, topics=load_taxonomy(taxonomy).names)
        given, account = from_items_file(file, service, gate, settings)
    verdicts = load_verdicts(settings.verdicts_file)
    return replace(given, events=written.events, rules=charter.rules(), verdicts=verdicts), account


def _served(folder: SnapshotFolder, changes: Sequence[ItemChange]) -> Sequence[ItemDocument]:
    try:
        return from_snapshot(folder, changes).items
    except SnapshotError as error:
        typer.echo(f"the snapshot in service cannot be read, so what is displaced is not known: {error}", err=True)
        return ()


def _builder(settings: Settings, folder: SnapshotFolder, progress: ProgressBar, cluster: Cluster | None) -> Builder:
    encoder = encoder_on(cluster, settings.index) if cluster else settings.index.open_encoder()
    return Builder(
        settings=settings.index,
        encoder=encoder,
        cache=EmbeddingCache(settings.embedding_folder),
        folder=folder,
        say=typer.echo,
        progress=progress,
        trained_heads=settings.data_dir / HEADS_FILE,
        attributes=settings.attributes,
        gram_of=partial(RayGram, cluster=cluster) if cluster else LocalGram,
    )


def _account(manifest: Manifest, *, built: bool, seconds: float) -> str:
    if not built:
        return f"nothing has changed: {manifest.snapshot_id} stays in service ({seconds:.1f} s)"
    return (
        f"{manifest.snapshot_id} is in service: {manifest.items:,} items, {manifest.topics} topics, "
        f"{manifest.tags:,} tags, {manifest.dimension} dimensions, {manifest.index_kind} index, "
        f"{manifest.interactions:,} interactions ({manifest.method}), "
        f"recall@10 {manifest.recall_at_10:.3f}{_under_exclusions(manifest)}, space {manifest.space_id} "
        f"({seconds:.1f} s){_kept(manifest)}"
    )


def _kept(manifest: Manifest) -> str:
    """What was not learned in this build."""
    if manifest.basis is None or not manifest.keeps:
        return ""
    return (
        f"; kept what {manifest.basis.snapshot} learned, since which {manifest.basis.changed_items:,} items "
        "changed (`--anew` learns anew)"
    )


def _under_exclusions(manifest: Manifest) -> str:
    """Where the index misses something once items are excluded; nothing is refused for it."""
    low = {kind: recall for kind, recall in manifest.recall_under_exclusions.items() if recall < _TOLD_BELOW}
    if not low:
        return ""
    return f" ({', '.join(f'{recall:.2f} with {kind} excluded' for kind, recall in low.items())})"
