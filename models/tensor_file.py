"""Tensors of a safetensors file as read-only maps of it: nothing is copied into the process.

The format: the length of the header in 8 bytes, little endian; the header, JSON, which gives each tensor's type, shape
and place; and the tensors' bytes. See https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LENGTH_BYTES: Final = 8
_MOST_HEADER_BYTES: Final = 100_000_000


def open_tensors(file: Path) -> dict[str, NDArray[np.float32]]:
    """By name, the float32 tensors of a file; those of other types are left out.

    Raises:
        ValueError: the file is no safetensors file, or is cut short.
    """
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(_LENGTH_BYTES), "little")
        if length > _MOST_HEADER_BYTES:
            raise ValueError(f"{file} is no safetensors file")
        header = json.loads(opened.read(length))
    payload = np.memmap(file, dtype=np.uint8, mode="r", offset=_LENGTH_BYTES + length)
    tensors = {}
    for name, told in header.items():
        if told.get("dtype") == "F32":
            start, end = told["data_offsets"]
            tensors[name] = payload[start:end].view(np.float32).reshape(told["shape"])
    return tensors
