"""The file of chosen settings: TOML, in the same groups as the operator's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path


def to_toml(chosen: Mapping[str, float], remarks: Sequence[str]) -> str:
    """Settings by dotted name as TOML, after some remarks as comments."""
    lines = [f"# {remark}" for remark in remarks]
    by_group = sorted((name.rpartition(".") for name in chosen), key=lambda parts: (parts[0], parts[2]))
    for group, members in groupby(by_group, key=lambda parts: parts[0]):
        lines += ["", f"[{group}]", *(f"{name} = {chosen[f'{group}.{name}']!r}" for _, _, name in members)]
    return "\n".join([*lines, ""])


def write(file: Path, text: str) -> None:
    """Put the text in the file's place at once, so that nobody reads a half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
