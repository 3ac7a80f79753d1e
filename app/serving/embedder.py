"""Texts that come over HTTP become vectors here: one encoder, one thread, one cache."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from indexer.content import content_hash
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache, embed, forget
from indexer.own_words import unread_in_itself
from models.encoder import Encoder

Vectors = NDArray[np.float32]


class Embedder:
    """Encodes off the event loop, and never the same text twice."""

    def __init__(self, encoder: Encoder, cache: EmbeddingCache, unread_from: float = 0.5) -> None:
        """`unread_from`: see `indexer.build.IndexSettings`."""
        self._encoder = encoder
        self._unread_from = unread_from
        self._cache = cache
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    @property
    def fingerprint(self) -> str:
        """Of the encoder: a snapshot of another one cannot be served."""
        return self._encoder.fingerprint

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 [len(texts), content_dimension], unit length, without blocking the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """The same, in the calling thread."""
        return embed(texts, [content_hash(text) for text in texts], self._encoder, self._cache)

    def content_of(self, items: Sequence[ItemDocument], vectors: Vectors) -> Vectors:
        """The vectors of items' texts, zeros where an item's own words cannot be read; float32 [items, d]."""
        unread = unread_in_itself(items, self._encoder, self._unread_from)
        return np.where(unread[:, None], np.float32(0), vectors)

    async def forget(self, texts: Collection[str]) -> None:
        """Drop what is kept of texts; whoever else has the same text encodes it anew."""
        if texts:
            hashes = [content_hash(text) for text in texts]
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, forget, hashes, self._encoder, self._cache)

    async def run(self, work: Callable[[Encoder, EmbeddingCache], None]) -> None:
        """Have something done with the encoder in its thread; other texts wait."""
        await asyncio.get_running_loop().run_in_executor(self._thread, work, self._encoder, self._cache)

    def warm_up(self) -> None:
        """Load the model in the background, so that the first text does not wait for it."""
        self._thread.submit(self._encoder.encode, ["warm"])

    def close(self) -> None:
        """Wait for what is being encoded."""
        self._thread.shutdown(cancel_futures=True)
