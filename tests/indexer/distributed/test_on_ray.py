"""A build on a real Ray cluster of two workers on this machine: the snapshot of one process, whoever dies meanwhile."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput, IndexSettings
from indexer.content import content_hash
from indexer.distributed.cluster import Cluster, ClusterError, Step
from indexer.distributed.encoder import RayEncoder
from indexer.distributed.gram import RayGram
from indexer.distributed.settings import RaySettings
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache, EmbeddingSettings, embed
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder, HashingEncoder, Vectors
from models.factors import gram
from models.factors.gram import LocalGram
from models.factors.settings import Method, TransitionSettings
from models.sentence_encoder import SentenceTransformerEncoder

pytestmark = [
    pytest.mark.nightly,
    # Ray's own: it begins processes that it does not wait for, and leaves sockets to the end of the process
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]
SMALL_BATCHES = EmbeddingSettings(batch_texts=16, save_texts=64)
open_small = partial(HashingEncoder, 32)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster(RaySettings(address="local", workers=2)) as joined:
        joined.put(None)  # connected before anything of Ray is imported, whose environment it sets
        from ray import cloudpickle  # noqa: PLC0415

        cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not import tests
        yield joined


@pytest.mark.parametrize("method", [Method.EXACT, Method.SPECTRAL])
@pytest.mark.parametrize("directed", [False, True])
def test_the_snapshot_is_that_of_one_process_to_the_byte(
    cluster: Cluster,
    tmp_path: Path,
    some_items: Callable[[int], tuple[ItemDocument, ...]],
    some_events: Callable[[int, int], EventTable],
    learning: IndexSettings,
    method: Method,
    directed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gram, "LEAST", 10_000)  # several blocks
    factors = learning.behaviour.factors.model_copy(
        update={"method": method, "rank": 60, "transitions": TransitionSettings(weight=float(directed))}
    )
    behaviour = learning.behaviour.model_copy(update={"factors": factors})
    settings = learning.model_copy(update={"behaviour": behaviour})
    given = BuildInput(some_items(400), 0, some_events(300, 400))

    def built(name: str, encoder: Encoder, gram_of: Callable[..., object]) -> dict[str, bytes]:
        folder, cache = SnapshotFolder(tmp_path / name), EmbeddingCache(tmp_path / f"{name} texts", SMALL_BATCHES)
        manifest, _ = Builder(settings, encoder, cache, folder, print, gram_of=gram_of)(given)  # type: ignore[arg-type]
        arrays = (tmp_path / name / manifest.snapshot_id).glob("*.npy")
        return {array.name: array.read_bytes() for array in arrays}

    here = built("here", open_small(), LocalGram)
    there = built("there", RayEncoder(open_small(), open_small, cluster), partial(RayGram, cluster=cluster))
    assert {"vectors.index.npy", "neighbours.weights.npy", "space.engage_map.npy", "topics.npy"} <= here.keys()
    assert [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)] == []


def test_the_packaged_encoder_gives_the_same_vectors_on_workers(cluster: Cluster, tmp_path: Path) -> None:
    texts = [f"number {number} of a list of texts" + " and more" * (number % 7) for number in range(150)]
    hashes = [content_hash(text) for text in texts]
    encoder = SentenceTransformerEncoder()
    here = embed(texts, hashes, encoder, EmbeddingCache(tmp_path / "here", SMALL_BATCHES))
    elsewhere = RayEncoder(encoder, SentenceTransformerEncoder, cluster)
    there = embed(texts, hashes, elsewhere, EmbeddingCache(tmp_path / "there", SMALL_BATCHES))
    assert np.array_equal(here, there)


class DyingEncoder(HashingEncoder):
    """Kills its process at a certain text, until a file says that it did so."""

    def __init__(self, died: Path) -> None:
        super().__init__(32)
        self._died = died

    def encode(self, texts: Sequence[str]) -> Vectors:
        if "text 100" in texts and not self._died.exists():
            self._died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


def texts_and_hashes(count: int) -> tuple[list[str], list[str]]:
    texts = [f"text {number}" for number in range(count)]
    return texts, [content_hash(text) for text in texts]


def test_an_encoding_worker_that_is_killed_is_survived(cluster: Cluster, tmp_path: Path) -> None:
    texts, hashes = texts_and_hashes(400)
    encoder = RayEncoder(open_small(), partial(DyingEncoder, tmp_path / "died"), cluster)
    vectors = embed(texts, hashes, encoder, EmbeddingCache(tmp_path / "cache", SMALL_BATCHES))
    assert (tmp_path / "died").exists()
    assert np.array_equal(vectors, open_small().encode(texts))


class DyingFinish:
    """Kills its process once."""

    def __init__(self, died: Path) -> None:
        self._died = died

    def __call__(self, relations: object, band: slice) -> object:
        if band.start == 16 and not self._died.exists():
            self._died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return relations


def test_a_worker_that_is_killed_within_a_product_is_survived(cluster: Cluster, tmp_path: Path) -> None:
    given = sparse.csr_array(np.random.default_rng(0).integers(0, 2, (50, 40)).astype(np.float32))
    found = list(RayGram(given, cluster).bands(8, DyingFinish(tmp_path / "died")))  # type: ignore[arg-type]
    expected = list(LocalGram(given).bands(8, lambda relations, _: relations))
    assert (tmp_path / "died").exists()
    for one, other in zip(found, expected, strict=True):
        assert (one != other).nnz == 0


class BrokenEncoder(HashingEncoder):
    def __init__(self) -> None:
        super().__init__(32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if "text 100" in texts:
            raise ValueError("the weights are damaged")
        return super().encode(texts)


def test_what_failed_on_a_worker_is_told_and_what_was_done_is_kept(cluster: Cluster, tmp_path: Path) -> None:
    texts, hashes = texts_and_hashes(400)
    cache = EmbeddingCache(tmp_path, EmbeddingSettings(batch_texts=4, save_texts=4))
    with pytest.raises(ClusterError, match="encoding on the cluster failed: ValueError: the weights are damaged"):
        embed(texts, hashes, RayEncoder(open_small(), BrokenEncoder, cluster), cache)


def test_a_worker_with_other_weights_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    texts, hashes = texts_and_hashes(400)
    other = RayEncoder(open_small(), partial(HashingEncoder, 16), cluster)
    with pytest.raises(ClusterError, match="a worker's encoder is hashing-16, and the build's is hashing-32"):
        embed(texts, hashes, other, EmbeddingCache(tmp_path, SMALL_BATCHES))


def test_a_row_that_kills_every_worker_ends_the_work(cluster: Cluster) -> None:
    def die(row: object) -> object:
        os.kill(os.getpid(), signal.SIGKILL)
        return row

    with pytest.raises(ClusterError, match="dying on the cluster failed: "):
        list(cluster.each(Step("dying", die), [{}]))  # type: ignore[arg-type]
