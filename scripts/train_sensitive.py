"""``penchant train-sensitive``: trains the classifier of sensitive topics on labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from indexer.embeddings import CachedEncoder, EmbeddingCache
from indexer.progress import ProgressBar
from indexer.sensitive.calibration import CalibrationError, load_calibration
from indexer.sensitive.classifier import HEADS_FILE, from_phrases, save_heads
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from indexer.sensitive.trained_heads import FALSE_ALARMS, train_heads, trained_topics
from models.encoder import EncoderNotFoundError
from scripts.benchmarks.sensitive.labelled_texts import LabelledFileError, embed_rows, read_labelled
from scripts.command_settings import settings_or_exit


def train_sensitive(
    labelled: Annotated[Path, typer.Option(help="NDJSON file of texts and their sensitive topics, may be gzipped.")],
    false_alarms: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of harmless texts that may be taken for a topic.")
    ] = FALSE_ALARMS,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Train the classifier of sensitive topics on labelled texts.

    The heads go into the data folder; the next `penchant rebuild-index` judges every item by them. Topics with too few
    labelled texts keep the head that their phrases give.
    """
    settings = settings_or_exit("train-sensitive", config)
    try:
        taxonomy = load_taxonomy(settings.index.sensitive.taxonomy)
        encoder, cache = settings.index.open_encoder(), EmbeddingCache(settings.embedding_folder)
        with ProgressBar("embedding", "text") as progress:
            texts = embed_rows(read_labelled(labelled), encoder, cache, progress)
        sensitive = settings.index.sensitive
        calibration = load_calibration(sensitive.calibration)
        zero_shot = from_phrases(taxonomy, CachedEncoder(encoder, cache), sensitive.sharpness, calibration)
    except (LabelledFileError, TaxonomyError, EncoderNotFoundError, CalibrationError) as error:
        typer.echo(f"train-sensitive: {error}", err=True)
        raise typer.Exit(1) from error
    trained = trained_topics(zero_shot, texts)
    if not trained:
        typer.echo("train-sensitive: no topic of the taxonomy has enough labelled texts", err=True)
        raise typer.Exit(1)
    path = settings.data_dir / HEADS_FILE
    save_heads(path, train_heads(zero_shot, texts, false_alarms), encoder, taxonomy)
    typer.echo(f"{path}: trained {', '.join(trained)}; rebuild the index to judge every item by them")
