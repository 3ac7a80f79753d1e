"""``penchant settings``: every setting, as the Markdown of docs/settings.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson
import typer
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.settings import Settings
from models.events import DEFAULT_SIGNALS

PREFIX: Final = "PENCHANT_"
UNITS: Final = {"days": "days", "seconds": "seconds", "bytes": "bytes", "share": "share"}
"""Last word of a setting's name, and its unit; the others count, weigh or name, as their meaning says."""

_HEAD: Final = """\
# Settings

Written by `penchant settings`; a test holds this page to the code.

A setting comes from the environment, or else from the TOML file that `PENCHANT_CONFIG` or a command's `--config` names,
or that is called `penchant.toml` in the working folder,
or else from `tuned.toml` in the data folder, which `penchant tune` writes, or else it has its default. The setting
`query.floors.exploration_share` is `PENCHANT_QUERY__FLOORS__EXPLORATION_SHARE` in the environment, and in a file:

```toml
[query.floors]
exploration_share = 0.25
```

Lists and tables are written as JSON in the environment. Unknown names and impossible values are refused at the start.
`GET /transparency` shows the values in use of everything that shapes an answer."""

_SIGNALS: Final = """\
## Event types

The entries of `events.signals`, and by the same fields those of `events.types`, which declare types that are not built
in ([guide](guides/event-types.md)). A field that an entry leaves out keeps its default. A weight is in likes; the verb
stands in labels; `opens` counts in the click-through rate; `seen_days` is for how long an item that was seen is left
out, where `query.seen_days` does not say. `value` is a table: its `kind` and, of a rating, `lowest`, `highest` and
`neutral` (by default 1, 5 and the middle), of an amount the `full` one, of any `required`."""


def settings() -> None:
    """List every setting with its default, range and meaning, in Markdown."""
    typer.echo(document())


def document() -> str:
    """The whole page, without a newline at its end."""
    groups = [_group(name, model) for name, model in groups_of(Settings)]
    return "\n\n".join([_HEAD, *groups, f"{_SIGNALS}\n\n{_signals()}"])


def groups_of(model: type[BaseModel], name: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """(dotted name, model) of every group of settings, the outer before the inner ones; "" is the top."""
    yield name, model
    for field_name, field in model.model_fields.items():
        if inner := _model(field):
            yield from groups_of(inner, f"{name}.{field_name}".lstrip("."))


def _group(name: str, model: type[BaseModel]) -> str:
    title = f"## `{name}`" if name else "## Top level"
    said = "" if not name else f"\n\n{_first_line(model)}"
    rows = [
        (f"`{field_name}`", _default(field), _unit(field_name), _range(field), _meaning(field))
        for field_name, field in model.model_fields.items()
        if not _model(field)
    ]
    return f"{title}{said}\n\n{_table(('setting', 'default', 'unit', 'range', 'meaning'), rows)}"


def _model(field: FieldInfo) -> type[BaseModel] | None:
    """The model of a field that is a group of settings."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value == DEFAULT_SIGNALS:
        return "see [event types](#event-types)"
    if value is None:
        return "none"
    return (
        f"`{value if isinstance(value, str | Path) else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()}`"
    )


def _unit(name: str) -> str:
    return UNITS.get(name.rpartition("_")[2], "")


def _range(field: FieldInfo) -> str:
    signs = {Ge: ("at least", "ge"), Gt: ("above", "gt"), Le: ("at most", "le"), Lt: ("below", "lt")}
    limits = [
        f"{sign} {getattr(limit, name):,}"
        for limit in field.metadata
        for kind, (sign, name) in signs.items()
        if isinstance(limit, kind)
    ]
    return ", ".join(limits)


def _meaning(field: FieldInfo) -> str:
    return re.sub(r"\s+", " ", field.description or "").replace("|", "\\|")


def _signals() -> str:
    rows = [
        (
            f"`{kind}`",
            signal.polarity.name.lower(),
            f"{signal.weight:g}",
            ("no", "yes")[signal.seen],
            "" if signal.seen_days is None else f"{signal.seen_days:g}",
            ("no", "yes")[signal.opens],
            signal.value.kind.value,
            signal.verb,
        )
        for kind, signal in DEFAULT_SIGNALS.items()
    ]
    return _table(("type", "polarity", "weight", "seen", "seen_days", "opens", "value", "verb"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
