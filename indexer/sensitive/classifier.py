"""The classifier of sensitive topics: from phrases alone, or with heads that were trained on labelled texts.

From phrases alone it is calibrated for the packaged encoder only. For another one it stays silent until heads were
trained (`penchant train-sensitive`): declared topics and tags then decide alone, and the build says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from indexer.sensitive.background import Background, Usual, fitted_to
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import Taxonomy
from models.encoder import Encoder
from models.topic_heads import EVERYDAY, Phrases, TopicHeads

HEADS_FILE: Final = Path("sensitive") / "heads.npz"
"""Where trained heads stand in the data folder."""
_CALIBRATION: Final = Path(__file__).parent / "calibration.toml"


class HeadsError(ValueError):
    """Trained heads cannot be used with this encoder or taxonomy."""


class Calibration(BaseModel):
    """What turns a contrast into a probability."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    """Fingerprint of the encoder for which it holds."""

    slope: float
    """Of every topic."""

    brevity: float
    """Log-odds that are taken from a text without a word, see `TopicHeads`."""

    spread: float
    """Standard deviation of harmless texts' contrasts."""

    default_centre: float
    """Median contrast of harmless texts, for topics that are not named."""

    default_bias: float
    """The same of the bias."""

    centre: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> median contrast of harmless texts."""

    bias: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> bias."""

    taught: dict[str, float] = Field(default_factory=dict)
    """Sensitive topic -> what is added to the bias where the catalogue taught its head."""

    def usual(self, names: Sequence[str]) -> Usual:
        """What the heads of these topics are fitted by."""
        centres = {name: self.centre.get(name, self.default_centre) for name in names}
        return Usual(centres, self.spread, self.taught)


def packaged_calibration() -> Calibration:
    """The one that was measured for the packaged encoder and taxonomy."""
    return Calibration.model_validate(tomllib.loads(_CALIBRATION.read_text(encoding="utf-8")))


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
    """
    if not settings.classify:
        return TopicHeads.none(encoder.dimension)
    if trained is not None and trained.is_file():
        return with_thresholds(load_heads(trained, encoder, taxonomy), settings)
    calibration = packaged_calibration()
    if calibration.encoder != encoder.fingerprint:
        return TopicHeads.none(encoder.dimension)
    return with_thresholds(from_phrases(taxonomy, encoder, settings.sharpness, calibration), settings)


def adapted(heads: TopicHeads, encoder: Encoder, background: Background, settings: SensitiveSettings) -> TopicHeads:
    """The heads as they suit one catalogue: those from phrases fitted to it, trained ones as they are."""
    calibration = packaged_calibration()
    if not settings.adapt or calibration.encoder != encoder.fingerprint:
        return heads
    return fitted_to(background, heads, calibration.usual(heads.names))


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
        thresholds=np.full(count, 0.5, dtype=np.float32),
    )


def embed_phrases(taxonomy: Taxonomy, encoder: Encoder, sharpness: float) -> Phrases:
    """What the taxonomy says, as vectors."""
    texts, owners = list(taxonomy.everyday), [EVERYDAY] * len(taxonomy.everyday)
    for number, topic in enumerate(taxonomy.topics.values()):
        said = [topic.description, *topic.examples]
        texts.extend(said)
        owners.extend([number] * len(said))
    return Phrases(encoder.encode(texts), np.array(owners, dtype=np.int32), sharpness)


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
