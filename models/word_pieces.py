"""The pieces that a model folder's tokenizer cuts texts into: which of them are unknown, and how many are too many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Encoding, Tokenizer

from models.encoder import Reading

_FILE: Final = "tokenizer.json"
_SPECIAL: Final = 2
"""Pieces that a model adds at both ends of a text."""
_ENDLESS: Final = 2**31


@dataclass(frozen=True, slots=True)
class WordPieces:
    """A tokenizer without the model.

    Attributes:
        tokenizer: as the model's folder has it.
        unknown: the piece that stands for what the vocabulary lacks; None where it lacks nothing.
        room: pieces of a text that the model reads.
    """

    tokenizer: Tokenizer
    unknown: int | None
    room: int

    @classmethod
    def of(cls, folder: Path) -> WordPieces | None:
        """Of a model's folder; None where its tokenizer cannot be had without the model's code."""
        if not (folder / _FILE).is_file():
            return None
        text = (folder / _FILE).read_text(encoding="utf-8")
        tokenizer = Tokenizer.from_str(text)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, _unknown(tokenizer, json.loads(text)["model"]), _longest(folder) - _SPECIAL)

    def reading(self, texts: Sequence[str]) -> Reading:
        """How much of each text the model reads."""
        pieces: list[Encoding] = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        unread = [self._unread(text, each) for text, each in zip(texts, pieces, strict=True)]
        return Reading(
            np.array(unread, dtype=np.float32), np.array([len(each.ids) > self.room for each in pieces], dtype=np.bool_)
        )

    def _unread(self, text: str, pieces: Encoding) -> float:
        """Share of the letters and digits, among those within `room`, that fall to unknown pieces."""
        letters = missing = 0
        for piece, (start, end) in zip(pieces.ids[: self.room], pieces.offsets[: self.room], strict=True):
            count = sum(map(str.isalnum, text[start:end]))
            letters += count
            missing += count if piece == self.unknown else 0
        return missing / letters if letters else 1.0


def _unknown(tokenizer: Tokenizer, model: dict[str, Any]) -> int | None:
    """By position in a unigram model, by name in the others; byte-level vocabularies have none."""
    if model.get("unk_id") is not None:
        return int(model["unk_id"])
    name = model.get("unk_token")
    return tokenizer.token_to_id(name) if name is not None else None


def _longest(folder: Path) -> int:
    """Pieces of the longest text, special ones included, as far as the folder says."""
    for name, field in (("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length")):
        if (folder / name).is_file() and (longest := json.loads((folder / name).read_text()).get(field)):
            return int(min(longest, _ENDLESS))
    return _ENDLESS
