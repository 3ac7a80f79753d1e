"""``penchant calibrate-sensitive``: lets the classifier of sensitive topics judge from phrases by any encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from indexer.embeddings import CachedEncoder, EmbeddingCache
from indexer.progress import ProgressBar
from indexer.sensitive.calibration import CalibrationError
from indexer.sensitive.calibration_fit import Aim, calibrated
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from models.encoder import EncoderNotFoundError
from scripts.benchmarks.sensitive.labelled_texts import (
    LabelledFileError,
    embed_rows,
    first_half,
    part_of,
    read_labelled,
)
from scripts.command_settings import settings_or_exit

_AIM: Final = Aim()


def calibrate_sensitive(
    labelled: Annotated[Path, typer.Option(help="NDJSON file of texts and their sensitive topics, may be gzipped.")],
    output: Annotated[Path, typer.Option(help="TOML file to write, for the setting index.sensitive.calibration.")],
    recall: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="Share of a topic's texts to be found.")
    ] = _AIM.recall,
    false_alarms: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of other texts that may be taken for a topic in any case.")
    ] = _AIM.false_alarms,
    unlabelled: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of harmless texts that a topic without labels takes.")
    ] = _AIM.unlabelled,
    share: Annotated[
        list[str] | None, typer.Option(help="The same of one topic, labelled or not, as topic=0.01; may be repeated.")
    ] = None,
    brevity: Annotated[
        float, typer.Option(min=0, help="Log-odds that are taken from a text without a word.")
    ] = _AIM.brevity,
    half: Annotated[
        bool, typer.Option("--half", help="Read only the half of the file that sensitive-benchmark leaves.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Let the classifier of sensitive topics judge from phrases by another encoder.

    The thresholds for the settings' encoder and taxonomy are read from labelled texts, most of them harmless; a few
    dozen a topic suffice, and topics without any are held to a small share of the harmless ones. Who has a few hundred
    rather trains on them (`penchant train-sensitive`).
    """
    settings = settings_or_exit("calibrate-sensitive", config)
    sensitive = settings.index.sensitive
    aim = Aim(recall, false_alarms, unlabelled, _shares(share or []), brevity)
    try:
        taxonomy, rows = load_taxonomy(sensitive.taxonomy), read_labelled(labelled)
        encoder, cache = settings.index.open_encoder(), EmbeddingCache(settings.embedding_folder)
        with ProgressBar("embedding", "text") as progress:
            texts = embed_rows(rows, encoder, cache, progress)
        used = part_of(texts, first_half(len(rows))) if half else texts
        found = calibrated(taxonomy, CachedEncoder(encoder, cache), sensitive.sharpness, used, aim)
    except (LabelledFileError, TaxonomyError, EncoderNotFoundError, CalibrationError) as error:
        typer.echo(f"calibrate-sensitive: {error}", err=True)
        raise typer.Exit(1) from error
    output.write_text(found.toml(), encoding="utf-8")
    typer.echo(f"{output}: calibrated {len(taxonomy.names)} topics for {found.encoder} on {len(used.lengths)} texts")


def _shares(given: list[str]) -> dict[str, float]:
    try:
        return {name: float(value) for name, _, value in (each.partition("=") for each in given)}
    except ValueError as error:
        raise typer.BadParameter("a share is written topic=0.01", param_hint="--share") from error
