"""``penchant sensitive-benchmark``: how well sensitive topics are told, and whether the firewall holds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from indexer.embeddings import CachedEncoder, EmbeddingCache
from indexer.progress import ProgressBar
from scripts.benchmarks.sensitive.firewall_probe import probes
from scripts.benchmarks.sensitive.labelled_texts import (
    LabelledFileError,
    embed_rows,
    first_half,
    read_labelled,
)
from scripts.benchmarks.sensitive.plot import can_draw, draw
from scripts.benchmarks.sensitive.trial import Trial
from scripts.command_settings import settings_or_exit


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
    bench = Trial(settings.index.sensitive, CachedEncoder(encoder, cache), texts, first)
    results = bench.untrained() | bench.trained(train or [], range(seed, seed + draws))
    judged = bench.judged(catalogue or [], cache)
    probed = probes(settings, encoder, rows, texts, probe_topic, seed)
    if json is not None:
        written = {name: [asdict(each) for each in found] for name, found in results.items()}
        told = {"classifier": written, "probe": {name: asdict(result) for name, result in probed.items()}}
        told["withheld"] = {each.name: [each.share("certain"), each.share("certain", "suspected")] for each in judged}
        json.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    if plot is not None:
        draw(results, probed, plot)
