"""What is asked of a cluster without there being one."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from indexer.content import content_hash
from indexer.distributed import cluster
from indexer.distributed.cluster import Cluster, ClusterError, RayMissingError, Step, opened
from indexer.distributed.settings import RaySettings
from indexer.embeddings import EmbeddingCache, EmbeddingSettings, embed
from models.encoder import HashingEncoder, Vectors


def test_without_an_address_there_is_none() -> None:
    with opened(RaySettings()) as found:
        assert found is None


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None if name == "ray" else find_spec(name))
    with pytest.raises(RayMissingError, match=r"pip install 'penchant\[ray\]'"), opened(RaySettings(address="local")):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ray://there:10001", "on a machine of the cluster"),
        ("there", "HOST:PORT, auto or local, and not 'there'"),
        ("127.0.0.1:1", "nobody answers at 127.0.0.1:1"),
        ("[::1]:1", r"nobody answers at \[::1\]:1"),
        ("127.0.0.1:99999", "nobody answers at"),
    ],
)
def test_an_address_that_is_none_is_told_at_once(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: True)
    with pytest.raises(ClusterError, match=said), opened(RaySettings(address=address)):
        pass


def test_a_gpu_that_no_machine_has_is_told_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _: True)
    monkeypatch.setattr(Cluster, "_ray", Mock(**{"cluster_resources.return_value": {"CPU": 8.0}}))
    with (
        Cluster(RaySettings(address="local")) as joined,
        pytest.raises(ClusterError, match="no machine of the cluster"),
    ):
        next(joined.each(Step("encoding", HashingEncoder, gpus=1), [{}]))


class Elsewhere(HashingEncoder):
    """Is told of all batches at once, and fails after some."""

    def __init__(self, fails_after: int = 99) -> None:
        super().__init__(16)
        self.batches: list[int] = []
        self._fails_after = fails_after

    def encode_batches(self, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        self.batches = [len(batch) for batch in batches]
        for number, batch in enumerate(batches):
            if number == self._fails_after:
                raise ClusterError("the cluster is gone")
            yield self.encode(batch)


def test_batches_are_those_of_one_process_and_what_was_done_is_kept(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(45)]
    hashes = [content_hash(text) for text in texts]
    cache = EmbeddingCache(tmp_path, EmbeddingSettings(batch_texts=8, save_texts=20))
    with pytest.raises(ClusterError):
        embed(texts, hashes, first := Elsewhere(fails_after=4), cache)
    vectors = embed(texts, hashes, second := Elsewhere(), cache)
    assert first.batches == [8, 8, 4, 8, 8, 4, 5]
    assert second.batches == [8, 8, 4, 5]
    assert np.array_equal(vectors, HashingEncoder(16).encode(texts))
