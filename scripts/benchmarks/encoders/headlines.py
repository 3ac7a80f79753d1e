"""Headlines that say the same in several languages, see `meanings.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Headlines:
    """The same meanings in every language.

    Attributes:
        subjects: int64 [meanings], the subject of each.
        texts: by language, one headline a meaning, in the order of `subjects`.
    """

    subjects: NDArray[np.int64]
    texts: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls) -> Headlines:
        """Those of `meanings.toml`."""
        written = tomllib.loads(files("scripts.benchmarks.encoders").joinpath("meanings.toml").read_text("utf-8"))
        texts = written["languages"]
        each = len(next(iter(texts.values()))) // len(written["subjects"])
        return cls(np.repeat(np.arange(len(written["subjects"])), each), texts)
