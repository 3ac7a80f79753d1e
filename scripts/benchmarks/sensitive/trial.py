"""Classifiers of sensitive topics on trial: from phrases alone, fitted to a catalogue, and trained on labelled rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import typer
from numpy.typing import NDArray

from indexer.embeddings import EmbeddingCache
from indexer.progress import ProgressBar
from indexer.sensitive.background import Background
from indexer.sensitive.base_rates import at_base_rates
from indexer.sensitive.calibration import load_calibration
from indexer.sensitive.classifier import adapted, from_phrases, with_thresholds
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.trained_heads import LabelledTexts, train_heads
from models.encoder import Encoder
from models.topic_heads import TopicHeads
from scripts.benchmarks.sensitive.catalogue_files import Judged, judge
from scripts.benchmarks.sensitive.curves import TopicResult, flagged_share, mean_results, measure
from scripts.benchmarks.sensitive.labelled_texts import (
    LabelledFileError,
    part_of,
)

_HEAD: Final = (
    f"{'topic':24}{'texts':>6}{'recall':>8}{'prec.1%':>8}{'in file':>8}{'F1':>7}{'FPR':>7}{'rest':>7}"
    f"{'@10%':>7}{'@5%':>7}{'@10%r':>7}{'AUC':>7}"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """Classifiers on trial: each is told of in a table, and measured on the second half."""

    settings: SensitiveSettings
    encoder: Encoder
    texts: LabelledTexts
    first: NDArray[np.bool_]

    def untrained(self) -> dict[str, list[TopicResult]]:
        """Figures by phrases alone, as they are and fitted to the tested texts."""
        zero_shot, tested = self._zero_shot(), part_of(self.texts, ~self.first)
        rare = at_base_rates(None, zero_shot, zero_shot.untrained)
        judges = {"phrases alone": zero_shot, "phrases, fitted": self._fitted(zero_shot, tested)}
        judges["phrases, in a catalogue where the topics are rare"] = rare
        return {name: _tell(name, [measure(heads, tested)], [heads], tested) for name, heads in judges.items()}

    def trained(self, sizes: Sequence[int], seeds: Sequence[int]) -> dict[str, list[TopicResult]]:
        """Mean figures of heads trained on draws of so many rows."""
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
