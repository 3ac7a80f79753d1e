"""``penchant sensitive-benchmark``: how well sensitive topics are told, and whether the firewall holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import numpy as np
import orjson
import typer
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from app.serving.generation import guarded_catalogue
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import CachedEncoder, EmbeddingCache
from indexer.progress import ProgressBar
from indexer.sensitive.background import Background
from indexer.sensitive.base_rates import at_base_rates
from indexer.sensitive.calibration import load_calibration
from indexer.sensitive.classifier import adapted, from_phrases, with_thresholds
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.trained_heads import LabelledTexts, train_heads
from indexer.snapshot import Snapshot
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder
from models.topic_heads import TopicHeads
from scripts.benchmarks.sensitive.catalogue_files import Judged, judge
from scripts.benchmarks.sensitive.curves import TopicResult, flagged_share, mean_results, measure
from scripts.benchmarks.sensitive.labelled_texts import (
    LabelledFileError,
    LabelledRow,
    embed_rows,
    first_half,
    part_of,
    read_labelled,
)
from scripts.benchmarks.sensitive.plot import can_draw, draw
from scripts.benchmarks.sensitive.probe import ProbeResult, Reading, probe
from scripts.command_settings import settings_or_exit

_HEAD: Final = (
    f"{'topic':24}{'texts':>6}{'recall':>8}{'prec.1%':>8}{'in file':>8}{'F1':>7}{'FPR':>7}{'rest':>7}"
    f"{'@10%':>7}{'@5%':>7}{'@10%r':>7}{'AUC':>7}"
)


def sensitive_benchmark(
    labelled: Annotated[Path, typer.Option(help="NDJSON file of texts and their sensitive topics, may be gzipped.")],
    train: Annotated[list[int] | None, typer.Option(help="Also train on so many rows; may be repeated.")] = None,
    draws: Annotated[int, typer.Option(min=1, help="Draws of the rows to train on; figures are their mean.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that draws lots, but for the halves.")] = 0,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    json: Annotated[Path | None, typer.Option(help="File for the results as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for the operating curves: .png, .svg or .pdf.")] = None,
    probe_topic: Annotated[str, typer.Option(help="Topic that the probe's people read about.")] = "religion",
    catalogue: Annotated[
        list[Path] | None,
        typer.Option(help="File of titles and texts of which to tell what is withheld; may be repeated."),
    ] = None,
) -> None:
    """Measure how well sensitive topics are told, and whether the firewall holds.

    The file is split into two halves, always the same. Phrases and thresholds were chosen on the first; all figures are
    of the second, and so many rows as --train says are drawn from the first, several times over. Precision is told for
    catalogues in which one text in a hundred is on the topic. Of catalogues without labels the share that is withheld
    is told, by default and with every topic turned on, and every item that is, for you to read.
    """
    if plot is not None and not can_draw():
        typer.echo("sensitive-benchmark: --plot needs matplotlib: pip install 'penchant[benchmark]'", err=True)
        raise typer.Exit(1)
    settings = settings_or_exit("sensitive-benchmark", config)
    encoder, cache = settings.index.open_encoder(), EmbeddingCache(settings.embedding_folder)
    try:
        rows = read_labelled(labelled)
    except LabelledFileError as error:
        typer.echo(f"sensitive-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    with ProgressBar("embedding", "text") as progress:
        texts = embed_rows(rows, encoder, cache, progress)
    first = first_half(len(rows))
    bench = _Bench(settings.index.sensitive, CachedEncoder(encoder, cache), texts, first)
    results = bench.untrained() | bench.trained(train or [], range(seed, seed + draws))
    judged = bench.judged(catalogue or [], cache)
    probes = _probes(settings, encoder, rows, texts, probe_topic, seed)
    if json is not None:
        written = {name: [asdict(each) for each in found] for name, found in results.items()}
        told = {"classifier": written, "probe": {name: asdict(result) for name, result in probes.items()}}
        told["withheld"] = {each.name: [each.share("certain"), each.share("certain", "suspected")] for each in judged}
        json.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    if plot is not None:
        draw(results, probes, plot)


@dataclass(frozen=True, slots=True)
class _Bench:
    """Classifiers on trial: each is told of in a table, and measured on the second half."""

    settings: SensitiveSettings
    encoder: Encoder
    texts: LabelledTexts
    first: NDArray[np.bool_]

    def untrained(self) -> dict[str, list[TopicResult]]:
        zero_shot, tested = self._zero_shot(), part_of(self.texts, ~self.first)
        rare = at_base_rates(None, zero_shot, zero_shot.untrained)
        judges = {"phrases alone": zero_shot, "phrases, fitted": self._fitted(zero_shot, tested)}
        judges["phrases, in a catalogue where the topics are rare"] = rare
        return {name: _tell(name, [measure(heads, tested)], [heads], tested) for name, heads in judges.items()}

    def trained(self, sizes: Sequence[int], seeds: Sequence[int]) -> dict[str, list[TopicResult]]:
        zero_shot, tested = self._zero_shot(), part_of(self.texts, ~self.first)
        found = {}
        for size in sizes:
            drawn = [part_of(self.texts, self._drawn(size, seed)) for seed in seeds]
            trained = [train_heads(zero_shot, rows, seed=seed) for rows, seed in zip(drawn, seeds, strict=True)]
            heads = [self._fitted(each, tested) for each in trained]
            name = f"{size} labelled rows"
            found[name] = _tell(name, [measure(each, tested) for each in heads], heads, tested)
        return found

    def judged(self, paths: Sequence[Path], cache: EmbeddingCache) -> list[Judged]:
        """Catalogues without labels."""
        found, heads = [], self._zero_shot()
        for path in paths:
            try:
                with ProgressBar("embedding", "text") as progress:
                    found.append(judge(path, heads, (self.encoder, cache), self.settings, progress))
            except LabelledFileError as error:
                typer.echo(f"sensitive-benchmark: {error}", err=True)
                raise typer.Exit(1) from error
            typer.echo("\n".join(found[-1].told()))
        return found

    def _zero_shot(self) -> TopicHeads:
        taxonomy, calibration = load_taxonomy(self.settings.taxonomy), load_calibration(self.settings.calibration)
        heads = from_phrases(taxonomy, self.encoder, self.settings.sharpness, calibration)
        return with_thresholds(heads, self.settings)

    def _drawn(self, size: int, seed: int) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.first), dtype=np.bool_)
        mask[np.random.default_rng(seed).permutation(np.flatnonzero(self.first))[:size]] = True
        return mask

    def _fitted(self, heads: TopicHeads, texts: LabelledTexts) -> TopicHeads:
        """As the build of an index fits them to its catalogue: here the tested texts, without their labels."""
        return adapted(heads, self.encoder, Background(texts.content, texts.lengths), self.settings)


def _tell(
    name: str, draws: Sequence[list[TopicResult]], heads: Sequence[TopicHeads], texts: LabelledTexts
) -> list[TopicResult]:
    results = mean_results(draws)
    typer.echo(f"\n{name}\n{_HEAD}")
    for each in results:
        typer.echo(
            f"{each.topic:24}{each.texts:6}{each.recall:8.3f}{each.precision:8.3f}{each.precision_in_file:8.3f}{each.f1:7.3f}"
            f"{each.false_positives:7.3f}{each.false_positives_rest:7.3f}"
            f"{each.recall_at_10:7.3f}{each.recall_at_5:7.3f}{each.recall_at_10_rest:7.3f}{each.auc:7.3f}"
        )
    share = np.mean([flagged_share(each, texts) for each in heads])
    typer.echo(f"texts labelled nothing that any topic takes: {share:.3f}")
    return results


def _probes(
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
