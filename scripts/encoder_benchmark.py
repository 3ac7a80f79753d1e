"""``penchant encoder-benchmark``: what encoders make of headlines in fourteen languages, and of English texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from models.encoder import Encoder, EncoderNotFoundError
from models.encoders import open_encoder
from models.sentence_encoder import PACKAGED
from models.universal_encoder import UNIVERSAL
from scripts.benchmarks.encoders.headlines import Headlines
from scripts.benchmarks.encoders.measures import NEAREST, EncoderFigures, measure, precision
from scripts.benchmarks.encoders.report import report
from scripts.benchmarks.sensitive.labelled_texts import LabelledFileError, LabelledRow, read_labelled


def encoder_benchmark(
    encoders: Annotated[
        str, typer.Option(help="Values of index.encoder, separated by commas.")
    ] = f"{PACKAGED},{UNIVERSAL}",
    labelled: Annotated[
        Path | None,
        typer.Option(help="NDJSON file of English texts and their labels, as sensitive-benchmark reads it."),
    ] = None,
    device: Annotated[str, typer.Option(help="Where they run: cpu, cuda or mps.")] = "cpu",
) -> None:
    """Compare encoders: translations, subjects across languages, English texts, and speed.

    Sixteen short headlines on four subjects stand in fourteen languages; chance is 1 in 16 for the translation and 1 in
    4 for the subject. Of the labelled texts, those without a label are left out: chance is the share of their label.
    """
    headlines, figures, english = Headlines.load(), dict[str, EncoderFigures](), dict[str, float]()
    try:
        rows = [row for row in read_labelled(labelled) if row.topics] if labelled else []
        for name in encoders.split(","):
            encoder = open_encoder(name.strip(), device)
            figures[name.strip()] = measure(encoder, headlines)
            if rows:
                english[name.strip()] = _english(encoder, rows)
    except (EncoderNotFoundError, LabelledFileError) as error:
        typer.echo(f"encoder-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(report(figures, english))


def _english(encoder: Encoder, rows: list[LabelledRow]) -> float:
    """Share of the ten nearest texts that bear the same label."""
    vectors = encoder.encode([row.content for row in rows])
    names = sorted({row.topics[0] for row in rows})
    labels: NDArray[np.int64] = np.array([names.index(row.topics[0]) for row in rows])
    return precision(vectors, vectors, labels, labels, NEAREST, itself=True)
