"""Texts that come over HTTP become vectors here: one encoder, one thread, one cache.

Whoever has many texts read has them read a few at a time, in turns with all others, so that nobody's thousand texts
stand before another's one. What the cache has waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.serving.fair_turns import FairTurns
from indexer.content import content_hash
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache, embed, forget, unknown
from indexer.own_words import unread_in_itself
from models.encoder import Encoder

_AT_ONCE: Final = 32
"""Texts that are read in one turn: a tenth of a second or two, in which nobody else's are."""
_WAITING_OF_ONE: Final = 64
_WAITING: Final = 1_024
"""Requests that may wait for a turn, of one caller and in all."""

Vectors = NDArray[np.float32]


class Embedder:
    """Encodes off the event loop, and never the same text twice."""

    def __init__(self, encoder: Encoder, cache: EmbeddingCache, unread_from: float = 0.5) -> None:
        """`unread_from`: see `indexer.build.IndexSettings`."""
        self._encoder = encoder
        self._unread_from = unread_from
        self._cache = cache
        self._turns = FairTurns(_WAITING_OF_ONE, _WAITING)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._warm: Future[Vectors] | None = None

    @property
    def fingerprint(self) -> str:
        """Of the encoder: a snapshot of another one cannot be served."""
        return self._encoder.fingerprint

    async def embed(self, texts: Sequence[str], caller: str = "") -> Vectors:
        """float32 [len(texts), content_dimension], unit length, without blocking the event loop.

        Args:
            texts: to be read.
            caller: for whom; callers take turns.

        Raises:
            TurnsTakenError: too many texts wait.
        """
        loop = asyncio.get_running_loop()
        new = await asyncio.to_thread(self._unread, texts)
        for start in range(0, len(new), _AT_ONCE):
            async with self._turns.turn(caller):
                await loop.run_in_executor(self._thread, self.embed_now, new[start : start + _AT_ONCE])
        return await asyncio.to_thread(self.embed_now, texts)

    def _unread(self, texts: Sequence[str]) -> list[str]:
        """Those of which the cache has no vector, each once."""
        return unknown(texts, [content_hash(text) for text in texts], self._encoder, self._cache)

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
        self._warm = self._thread.submit(self._encoder.encode, ["warm"])

    def problem(self) -> str | None:
        """Why the encoder could not be loaded, if so."""
        error = self._warm.exception() if self._warm is not None and self._warm.done() else None
        return None if error is None else f"{type(error).__name__}: {error}"

    def payload(self) -> dict[str, Any]:
        """How it is, as JSON."""
        problem, loaded = self.problem(), self._warm is not None and self._warm.done()
        return {
            "state": "failing" if problem else "ready" if loaded else "loading",
            "problem": problem,
            "fingerprint": self.fingerprint,
            "waiting": self._turns.waiting,
        }

    def close(self) -> None:
        """Wait for what is being encoded."""
        self._thread.shutdown(cancel_futures=True)
