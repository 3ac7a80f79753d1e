"""What a build, or whoever sends an item, is told of attributes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from indexer.attributes.declaration import NAMES, AttributeType, Declaration, value_of
from indexer.documents import ItemDocument

MOST_TOLD: Final = 20
"""Attributes for which a declaration is proposed."""
_QUOTED: Final = 40
"""Characters of a value that is quoted."""
_FEW: Final = 0.98
"""Share of the values that a type must read to be proposed."""
_TYPES: Final = (
    AttributeType.BOOLEAN,
    AttributeType.NUMBER,
    AttributeType.DATE,
    AttributeType.TEXT,
    AttributeType.TEXTS,
)
"""In the order in which they are tried; a list of texts is what nothing else reads."""


def account_of(items: Sequence[ItemDocument], declaration: Declaration) -> list[str]:
    """What a build says: values that are not of the declared type, or, where nothing is declared, what could be."""
    attributes = [item.attributes for item in items]
    return list(_mistyped(items, declaration)) if declaration else _proposal(attributes)


def mistyped(item: ItemDocument, declaration: Declaration) -> str | None:
    """What whoever sends an item is told of values that are not of the declared type; None where all are."""
    wrong = []
    for name in declaration.keys() & item.attributes.keys():
        try:
            value_of(declaration[name], item.attributes[name])
        except ValueError as error:
            wrong.append(f"attributes.{name} {error}: filters take it for absent")
    return "; ".join(sorted(wrong)) or None


def _mistyped(items: Sequence[ItemDocument], declaration: Declaration) -> Iterator[str]:
    for name, kind in declaration.items():
        given = [item for item in items if name in item.attributes]
        wrong = [item for item in given if not _fits(kind, item.attributes[name])]
        if wrong:
            yield (
                f"attribute {name}: {len(wrong):,} of {len(given):,} values are not {NAMES[kind]}, such as "
                f"{_quoted(wrong[0].attributes[name])} of item {wrong[0].item_id}; filters take them for absent"
            )


def _proposal(attributes: Sequence[dict[str, Any]]) -> list[str]:
    counts = Counter(name for each in attributes for name in each)
    if not counts:
        return []
    proposed = proposed_types(attributes)
    lines = [f'{_key(name)} = {{ type = "{kind}" }}  # {counts[name]:,} items' for name, kind in proposed.items()]
    more = len(counts) - len(lines)
    rest = [f"# and {more:,} more, or of no one type"] if more else []
    table = "\n".join(["[attributes]", *lines, *rest])
    return [f"no attribute is declared, so that items cannot be filtered by any; to paste into the settings:\n{table}"]


def proposed_types(attributes: Sequence[dict[str, Any]]) -> dict[str, AttributeType]:
    """The type of each of the attributes that most items have, the commonest first; not those of no one type."""
    counts = Counter(name for each in attributes for name in each)
    fitting = {name: _fitting([each[name] for each in attributes if name in each]) for name, _ in _told(counts)}
    return {name: kind for name, kind in fitting.items() if kind}


def _told(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_TOLD]


def _fitting(values: Sequence[object]) -> AttributeType | None:
    """The first type that nearly all values have as they are; None where no one type does."""
    return next((kind for kind in _TYPES if _reads(kind, values)), None)


def _reads(kind: AttributeType, values: Sequence[object]) -> bool:
    """A number is no date, however it may be read; nor does a number with a leading zero, such as a code, count."""
    if kind in {AttributeType.DATE, AttributeType.TEXT} and not any(isinstance(each, str) for each in values):
        return False
    if kind is AttributeType.NUMBER and any(isinstance(each, str) for each in values):
        return False
    return sum(_fits(kind, each) for each in values) >= _FEW * len(values)


def _fits(kind: AttributeType, given: object) -> bool:
    try:
        value_of(kind, given)
    except ValueError:
        return False
    return True


def _key(name: str) -> str:
    """A name as TOML writes it."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else json.dumps(name)


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
