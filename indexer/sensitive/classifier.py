"""The classifier of sensitive topics: from phrases alone, or with heads that were trained on labelled texts.

From phrases alone it is calibrated for the packaged encoder only. For another one it stays silent until it was
calibrated (`penchant calibrate-sensitive`) or heads were trained (`penchant train-sensitive`): declared topics and tags
then decide alone, and the build says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np

from indexer.sensitive.background import Background
from indexer.sensitive.base_rates import at_base_rates, fitted_at_base_rates
from indexer.sensitive.calibration import Calibration, load_calibration
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import Taxonomy
from models.encoder import Encoder
from models.topic_heads import EVERYDAY, Phrases, TopicHeads

HEADS_FILE: Final = Path("sensitive") / "heads.npz"
"""Where trained heads stand in the data folder."""


class HeadsError(ValueError):
    """Trained heads cannot be used with this encoder or taxonomy."""


def build_classifier(
    taxonomy: Taxonomy, encoder: Encoder, settings: SensitiveSettings, trained: Path | None = None
) -> TopicHeads:
    """The heads for one encoder: trained ones where their file exists, else those from phrases, else none.

    Args:
        taxonomy: topics and phrases.
        encoder: embeds the phrases; give one that looks in the cache.
        settings: thresholds and sharpness.
        trained: file of trained heads; it need not exist.

    Raises:
        HeadsError: the trained heads are for another encoder or another taxonomy.
        CalibrationError: the settings name a calibration that cannot be read.
    """
    if not settings.classify:
        return TopicHeads.none(encoder.dimension)
    if trained is not None and trained.is_file():
        return with_thresholds(load_heads(trained, encoder, taxonomy), settings)
    calibration = load_calibration(settings.calibration)
    if calibration.encoder != encoder.fingerprint:
        return TopicHeads.none(encoder.dimension)
    return with_thresholds(from_phrases(taxonomy, encoder, settings.sharpness, calibration), settings)


def adapted(heads: TopicHeads, encoder: Encoder, background: Background, settings: SensitiveSettings) -> TopicHeads:
    """The heads as they suit one catalogue: those from phrases fitted to it, trained ones as they are.

    Where they are not to be fitted, nothing is known of how common topics are, and all are taken for rare.
    """
    calibration = load_calibration(settings.calibration)
    fits = settings.adapt and calibration.encoder == encoder.fingerprint
    if not fits:
        return at_base_rates(None, heads, heads.untrained)
    return fitted_at_base_rates(background, heads, calibration.usual(heads.names))


def from_phrases(taxonomy: Taxonomy, encoder: Encoder, sharpness: float, calibration: Calibration) -> TopicHeads:
    """One head a topic, from nothing but what the taxonomy says."""
    count = len(taxonomy.names)
    biases = [calibration.bias.get(name, calibration.default_bias) for name in taxonomy.names]
    return TopicHeads(
        names=taxonomy.names,
        phrases=embed_phrases(taxonomy, encoder, sharpness),
        slopes=np.full(count, calibration.slope, dtype=np.float32),
        weights=np.zeros((count, encoder.dimension), dtype=np.float32),
        bias=np.array(biases, dtype=np.float32),
        brevity=np.full(count, calibration.brevity, dtype=np.float32),
        rarity=np.zeros(count, dtype=np.float32),
        thresholds=np.full(count, 0.5, dtype=np.float32),
    )


def embed_phrases(taxonomy: Taxonomy, encoder: Encoder, sharpness: float) -> Phrases:
    """What the taxonomy says, as vectors."""
    owners = [EVERYDAY] * len(taxonomy.everyday)
    for number, topic in enumerate(taxonomy.topics.values()):
        owners.extend([number] * len(topic.phrases()))
    return Phrases(encoder.encode(taxonomy.phrases()), np.array(owners, dtype=np.int32), sharpness)


def with_thresholds(heads: TopicHeads, settings: SensitiveSettings) -> TopicHeads:
    """The same heads with the settings' thresholds."""
    thresholds = [settings.thresholds.get(name, settings.default_threshold) for name in heads.names]
    return replace(heads, thresholds=np.array(thresholds, dtype=np.float32))


def save_heads(path: Path, heads: TopicHeads, encoder: Encoder, taxonomy: Taxonomy) -> None:
    """Write trained heads whole or not at all."""
    file = BytesIO()
    about = {"names": np.array(heads.names), "encoder": np.array(encoder.fingerprint)}
    np.savez(file, **heads.arrays(), **about, taxonomy=np.array(taxonomy.digest()))  # type: ignore[arg-type]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_bytes(file.getvalue())
    beside.replace(path)


def load_heads(path: Path, encoder: Encoder, taxonomy: Taxonomy) -> TopicHeads:
    """Heads that `save_heads` wrote.

    Raises:
        HeadsError: they are for another encoder or another taxonomy.
    """
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    written = {name: str(arrays.pop(name)) for name in ("encoder", "taxonomy")}
    present: Mapping[str, str] = {"encoder": encoder.fingerprint, "taxonomy": taxonomy.digest()}
    for name, value in written.items():
        if value != present[name]:
            again = "run `penchant train-sensitive` again, or delete it"
            raise HeadsError(f"{path} was trained for another {name}: {again}")
    return TopicHeads.from_arrays(tuple(arrays.pop("names").tolist()), arrays)
