"""The probe on a real index: the labelled texts as a catalogue, with the firewall and without it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import typer

from app.serving.catalogue import Catalogue
from app.serving.generation import guarded_catalogue
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.trained_heads import LabelledTexts
from indexer.snapshot import Snapshot
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder
from scripts.benchmarks.sensitive.labelled_texts import (
    LabelledRow,
)
from scripts.benchmarks.sensitive.probe import ProbeResult, Reading, probe


def probes(
    settings: Settings, encoder: Encoder, rows: list[LabelledRow], texts: LabelledTexts, topic: str, seed: int
) -> dict[str, ProbeResult]:
    """Firewall on and off, items told by their declaration or by the classifier alone."""
    if topic not in texts.touches:
        typer.echo(f"\nno probe: the file labels nothing as {topic}")
        return {}
    found = {}
    for declared in (True, False):
        with TemporaryDirectory() as folder:
            snapshot = _snapshot(settings, encoder, rows, Path(folder), topic if declared else None)
            for mode in (Mode.PERMISSION, Mode.FREE):
                rules = SensitiveRules(dict.fromkeys(load_taxonomy(settings.index.sensitive.taxonomy).names, mode))
                told = f"{'declared' if declared else 'classified'}, firewall {'off' if mode is Mode.FREE else 'on'}"
                found[told] = _probe(guarded_catalogue(snapshot, settings, rules), texts, topic, seed)
                result = found[told]
                typer.echo(f"probe, {told}: AUC {result.auc:.3f} [{result.low:.3f}, {result.high:.3f}]")
    return found


def _probe(catalogue: Catalogue, texts: LabelledTexts, topic: str, seed: int) -> ProbeResult:
    nothing = ~np.any(list(texts.touches.values()), axis=0)
    rows = catalogue.rows([f"t{number:06}" for number in range(len(nothing))])
    return probe(catalogue, Reading(rows[nothing], rows[texts.touches[topic]]), seed)


def _snapshot(
    settings: Settings, encoder: Encoder, rows: list[LabelledRow], folder: Path, topic: str | None
) -> Snapshot:
    """The texts as a catalogue; with a topic, items declare it and nothing is classified."""
    sensitive = settings.index.sensitive.model_copy(update={"classify": topic is None})
    index = settings.index.model_copy(update={"sensitive": sensitive})
    snapshots = SnapshotFolder(folder)
    builder = Builder(index, encoder, EmbeddingCache(settings.embedding_folder), snapshots, lambda _: None)
    items = [
        _item(number, row, [topic] if topic is not None and topic in row.topics else [])
        for number, row in enumerate(rows)
    ]
    manifest, _ = builder(BuildInput(items))
    return snapshots.open(manifest.snapshot_id, index.ann)


def _item(number: int, row: LabelledRow, topics: list[str]) -> ItemDocument:
    given: dict[str, Any] = {"item_id": f"t{number:06}", "title": "", "text": row.content, "format": "text"}
    fixed = {"language": "en", "published_at": "2023-01-01T00:00:00Z", "sensitive_topics": topics}
    return ItemDocument.model_validate(given | fixed, strict=False)
