"""Writes what the clients take from the OpenAPI document: all of it, and the schemas of what the Python client reads.

    python clients/generate.py FOLDER

FOLDER/openapi.json is the whole document, FOLDER/answers.json the schemas of the answers to `penchant_client.calls`
without the bounds that the server keeps by itself: a client takes what it is given.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from app.api.application import build

ANSWERS: Final = (
    "CataloguePart",
    "Controls",
    "Deletions",
    "ErasureReceipt",
    "EventResults",
    "Exported",
    "InterestReceipt",
    "ItemList",
    "ItemResults",
    "ItemsTogether",
    "MergeReceipt",
    "Page",
    "PersonalizationReceipt",
    "PersonalizationSwitches",
    "Profile",
    "Ready",
    "ResetReceipt",
    "ReturnReceipt",
    "SimilarItems",
    "Slate",
    "Tags",
    "Topics",
    "UserToken",
)
_REF: Final = "#/components/schemas/"
_BOUNDS: Final = frozenset({"minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern", "title"})


def document() -> dict[str, Any]:
    """The OpenAPI document of an application that is not running."""
    return build(None, []).openapi()  # type: ignore[arg-type] # its lifespan never begins


def answers(whole: dict[str, Any]) -> dict[str, Any]:
    """A document with the schemas of answers only, and of what they hold."""
    schemas, wanted, found = whole["components"]["schemas"], list(ANSWERS), {}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = unbounded(schemas[name])
            wanted += sorted(references(schemas[name]))
    components = {"schemas": dict(sorted(found.items()))}
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": {}, "components": components}


def references(schema: object) -> set[str]:
    """Names of the schemas that a schema mentions."""
    if isinstance(schema, dict):
        here = {schema["$ref"].removeprefix(_REF)} if isinstance(schema.get("$ref"), str) else set()
        return here.union(*map(references, schema.values()))
    return set().union(*map(references, schema)) if isinstance(schema, list) else set()


def unbounded(schema: Any) -> Any:
    """A schema without bounds and titles; fields of these names stay."""
    if isinstance(schema, list):
        return [unbounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in _BOUNDS or isinstance(value, dict)}
    return {key: unbounded(value) for key, value in kept.items() if key != "additionalProperties" or value is not False}


def main() -> None:
    """Write both files."""
    folder, whole = Path(sys.argv[1]), document()
    for name, told in (("openapi.json", whole), ("answers.json", answers(whole))):
        (folder / name).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
