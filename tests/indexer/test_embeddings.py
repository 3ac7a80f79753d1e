import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.content import content_hash
from indexer.embeddings import CachedEncoder, EmbeddingCache, EmbeddingSettings, embed, forget
from indexer.progress import ProgressBar, silent
from models.encoder import HashingEncoder, Vectors
from models.sentence_encoder import SentenceTransformerEncoder

ROOT = Path(__file__).parents[2]


class CountingEncoder(HashingEncoder):
    """Remembers what it was given, and can be told to fail."""

    def __init__(self, dimension: int = 16, fails_after: int = 10**9) -> None:
        super().__init__(dimension)
        self.given: list[str] = []
        self._fails_after = fails_after

    def encode(self, texts: Sequence[str]) -> Vectors:
        if len(self.given) >= self._fails_after:
            raise KeyboardInterrupt
        self.given.extend(texts)
        return super().encode(texts)


def vectors(texts: Sequence[str], encoder: HashingEncoder, cache: EmbeddingCache) -> Vectors:
    return embed(texts, [content_hash(text) for text in texts], encoder, cache)


@settings(max_examples=30)  # each writes to disk and waits for it
@given(st.lists(st.text(max_size=12), max_size=12), st.lists(st.text(max_size=12), max_size=12))
def test_the_cache_changes_nothing_but_the_work(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]
) -> None:
    cache = EmbeddingCache(tmp_path_factory.mktemp("cache"), EmbeddingSettings(batch_texts=2, save_texts=3))
    encoder = CountingEncoder()
    for texts in (first, second):
        assert np.array_equal(vectors(texts, encoder, cache), HashingEncoder(16).encode(texts))
    assert sorted(encoder.given) == sorted(set(first) | set(second))


def test_vectors_are_float32_rows_in_the_order_of_the_texts(tmp_path: Path) -> None:
    texts = ["b", "a", "b", "c"]
    got = vectors(texts, HashingEncoder(8), EmbeddingCache(tmp_path))
    assert got.shape == (4, 8)
    assert got.dtype == np.float32
    assert got.flags.c_contiguous
    assert np.array_equal(got, HashingEncoder(8).encode(texts))


def test_only_new_texts_are_read(tmp_path: Path) -> None:
    cache, encoder = EmbeddingCache(tmp_path), CountingEncoder()
    vectors(["a", "b"], encoder, cache)
    embed(["not read", "c"], [content_hash("a"), content_hash("c")], encoder, cache)
    assert sorted(encoder.given) == ["a", "b", "c"]


def test_a_text_that_somebody_forgets_meanwhile_is_read_again(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)

    class Forgetful(CountingEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            if texts == ["c"]:
                forget([content_hash("a")], self, cache)
            return super().encode(texts)

    encoder = Forgetful()
    vectors(["a", "b"], encoder, cache)
    assert np.array_equal(vectors(["a", "b", "c"], encoder, cache), HashingEncoder(16).encode(["a", "b", "c"]))
    assert sorted(encoder.given) == ["a", "a", "b", "c"]


def test_encoders_do_not_share_vectors(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    assert vectors(["a"], HashingEncoder(8), cache).shape == (1, 8)
    assert vectors(["a"], HashingEncoder(9), cache).shape == (1, 9)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hashing-8-8", "hashing-9-9"]


def test_a_fingerprint_may_be_any_text(tmp_path: Path) -> None:
    class Slashed(HashingEncoder):
        @property
        def fingerprint(self) -> str:
            return "../org/model"

    vectors(["a"], Slashed(4), EmbeddingCache(tmp_path / "cache"))
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path, EmbeddingSettings(batch_texts=5, save_texts=10))
    texts = [str(number) for number in range(50)]
    with pytest.raises(KeyboardInterrupt):
        vectors(texts, CountingEncoder(fails_after=35), cache)
    second = CountingEncoder()
    vectors(texts, second, cache)
    assert len(second.given) == 20


@pytest.mark.parametrize("hashes", [["0" * 32], ["0" * 31, "0" * 33], ["x" * 32] * 2, ["0" * 16] * 2])
def test_hashes_must_be_hashes_and_one_a_text(tmp_path: Path, hashes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"hash|hexadecimal"):
        embed(["a", "b"], hashes, HashingEncoder(4), EmbeddingCache(tmp_path))


def test_an_encoder_that_fails_silently_is_not_believed(tmp_path: Path) -> None:
    class Broken(HashingEncoder):
        def encode(self, texts: Sequence[str]) -> Vectors:
            return np.full((len(texts), self.dimension), np.nan, dtype=np.float32)

    with pytest.raises(ValueError, match="finite"):
        vectors(["a"], Broken(4), EmbeddingCache(tmp_path))


def test_a_cached_encoder_is_an_encoder_that_remembers(tmp_path: Path) -> None:
    counting = CountingEncoder()
    cached = CachedEncoder(counting, EmbeddingCache(tmp_path))
    assert (cached.fingerprint, cached.dimension) == (counting.fingerprint, counting.dimension)
    for _ in range(2):
        assert np.array_equal(cached.encode(("x", "y")), HashingEncoder(16).encode(["x", "y"]))
    assert len(counting.given) == 2


def test_progress_counts_new_texts_up_to_their_number(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    cache = EmbeddingCache(tmp_path, EmbeddingSettings(batch_texts=2, save_texts=4))
    texts = [str(number) for number in range(5)]
    hashes = [content_hash(text) for text in texts]
    for _ in range(2):
        embed(texts, hashes, HashingEncoder(4), cache, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_bar_shows_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar("embedding", "text") as bar:
        bar(10, 20)
        bar(20, 20)
    shown = capsys.readouterr().err
    assert "embedding: 100%" in shown
    assert "text/s" in shown
    silent(1, 2)
    assert capsys.readouterr().err == ""


def test_a_killed_build_leaves_a_cache_that_can_be_used(tmp_path: Path) -> None:
    writer = f"""
import itertools
from pathlib import Path
from indexer.content import content_hash
from indexer.embeddings import EmbeddingCache, EmbeddingSettings, embed, forget
from models.encoder import HashingEncoder

cache = EmbeddingCache(Path({str(tmp_path)!r}), EmbeddingSettings(save_texts=3))
for start in itertools.count(step=30):
    texts = [str(number) for number in range(start, start + 30)]
    embed(texts, [content_hash(text) for text in texts], HashingEncoder(32), cache)
"""
    for delay in (0.05, 0.15, 0.3):
        process = subprocess.Popen([sys.executable, "-c", writer], cwd=ROOT)
        while not list(tmp_path.glob("*/segment-*")):
            time.sleep(0.01)
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        texts = [str(number) for number in range(600)]
        cache = EmbeddingCache(tmp_path)
        assert len(cache.segments(HashingEncoder(32))) > 0
        assert np.array_equal(vectors(texts[:60], HashingEncoder(32), cache), HashingEncoder(32).encode(texts[:60]))


@pytest.mark.real_model
def test_the_real_encoder_gives_the_same_vectors_from_the_cache(tmp_path: Path) -> None:
    cached = CachedEncoder(SentenceTransformerEncoder(), EmbeddingCache(tmp_path))
    texts = ["A film about space.", "A recipe for bread.", "Astronauts on their way to the moon."]
    fresh, kept = cached.encode(texts), cached.encode(texts)
    assert np.array_equal(fresh, kept)
    assert np.allclose(np.linalg.norm(kept, axis=1), 1, atol=1e-5)
    assert kept[0] @ kept[2] > kept[0] @ kept[1]
