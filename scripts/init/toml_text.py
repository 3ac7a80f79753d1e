"""TOML as a person would write it: remarks above groups, short tables in a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def group(name: str, values: Mapping[str, Any], *remarks: str) -> str:
    """A group of settings after its remarks; without a name, what stands at the top."""
    head = [*(f"# {' '.join(remark.split())}" for remark in remarks), *([f"[{name}]"] if name else [])]
    return "\n".join([*head, *(f"{_key(key)} = {_value(value)}" for key, value in values.items())])


def _key(name: str) -> str:
    return name if name and _BARE.issuperset(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_value(each)}' for name, each in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool | int | float) and not isinstance(value, Enum):
        return json.dumps(value)
    return _text(str(value))


def _text(text: str) -> str:
    """What JSON writes is TOML too, but for one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
