"""The probe finds who reads what, and finds nothing where the firewall holds."""

import numpy as np
import pytest

from app.serving.generation import guarded_catalogue
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from scripts.benchmarks.sensitive.probe import Reading, area, embeddings, made_up_log, probe

WORDS = {
    "baking": "flour butter oven dough",
    "cycling": "wheel gear saddle brake",
    "gardening": "soil seed spade compost",
    "faith": "prayer scripture sermon psalm",
}
EACH = 40


def items():
    random = np.random.default_rng(0)
    for number in range(EACH * len(WORDS)):
        theme = list(WORDS)[number // EACH]
        text = " ".join(random.choice(WORDS[theme].split(), 8))
        row = {
            "item_id": f"t{number:03}",
            "title": f"{theme} {number}",
            "text": text,
            "format": "text",
            "language": "en",
        }
        topics = ["religion"] if theme == "faith" else []
        fixed = {"published_at": "2023-01-01T00:00:00Z", "tags": [theme], "sensitive_topics": topics}
        yield ItemDocument.model_validate(row | fixed, strict=False)


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probe")
    settings, snapshots = Settings(data_dir=folder), SnapshotFolder(folder / "snapshots")
    cache = EmbeddingCache(folder / "embeddings")
    builder = Builder(settings.index, HashingEncoder(64), cache, snapshots, lambda _: None)
    manifest, _ = builder(BuildInput(list(items())), force=True)
    snapshot = snapshots.open(manifest.snapshot_id, settings.index.ann)
    return {mode: guarded_catalogue(snapshot, settings, SensitiveRules({"religion": mode})) for mode in Mode}


def reading(catalogue):
    ids = [f"t{number:03}" for number in range(EACH * len(WORDS))]
    rows = catalogue.rows(ids)
    return Reading(rows[: 3 * EACH], rows[3 * EACH :], people=120, each=10, injected=4)


@pytest.mark.parametrize("mode", [Mode.PERMISSION, Mode.RECOMMEND_ONLY])
def test_with_the_firewall_chance_is_all_there_is(catalogues, mode):
    result = probe(catalogues[mode], reading(catalogues[mode]), 0)
    assert result.low <= 0.5 <= result.high


def test_without_it_the_probe_tells_the_readers(catalogues):
    result = probe(catalogues[Mode.FREE], reading(catalogues[Mode.FREE]), 0)
    assert result.low > 0.9


def test_behind_the_firewall_readers_have_the_embeddings_of_who_never_read(catalogues):
    catalogue = catalogues[Mode.PERMISSION]
    log, readers = made_up_log(catalogue, reading(catalogue), 3)
    free, _ = made_up_log(catalogues[Mode.FREE], reading(catalogue), 3)
    behind, before = embeddings(catalogue, log), embeddings(catalogues[Mode.FREE], free)
    assert readers.sum() == 60
    np.testing.assert_allclose(behind[~readers], before[~readers], atol=1e-6)
    assert (np.abs(behind[readers] - before[readers]).max(axis=1) > 1e-3).all()


def test_a_probe_is_never_judged_on_whom_it_saw():
    random = np.random.default_rng(1)
    noise, readers = random.normal(size=(200, 100)).astype(np.float32), np.arange(200) < 100
    assert 0.35 < area(noise, readers, 0) < 0.65
