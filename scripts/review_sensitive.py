"""``penchant review-sensitive``: lists what is taken for sensitive, and records what an operator says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import numpy as np
import orjson
import typer
from pydantic import ValidationError

from app.policy.charter.charter import CharterError, load_charter
from app.settings import Settings
from indexer.documents import ItemDocument
from indexer.problems import printable, problems
from indexer.sensitive.evidence import Evidence, Examiner
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy, unknown_topic
from indexer.sensitive.verdicts import Said, Verdict, VerdictsError, append_verdicts, load_verdicts
from indexer.snapshot import Snapshot
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from scripts.command_settings import settings_or_exit

Finding = tuple[ItemDocument, Evidence]
_SOURCES = ("classifier", "tag", "declared", "review")


def review_sensitive(
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    accept: Annotated[list[str] | None, typer.Option(help="Item that is on --topic; may be repeated.")] = None,
    clear: Annotated[
        list[str] | None, typer.Option(help="Item that is not on --topic or, without it, on any; may be repeated.")
    ] = None,
    undo: Annotated[
        list[str] | None, typer.Option(help="Item of which nothing is to be said; may be repeated.")
    ] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="NDJSON file of many: item_id, topic, and verdict: accept, clear or undo.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the list as NDJSON, to fill in and give back.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List also what is declared and what was reviewed.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Items to list.")] = 50,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """List items that are taken for sensitive, and record what you say of them.

    Without a verdict to record, the items that the classifier or a tag takes for sensitive are listed, the plainest
    first, with what follows. A verdict is stronger than tags, classifier and declaration, is kept across builds, and
    acts within seconds where a service runs. Items that came over HTTP are listed after the next build.
    """
    settings = settings_or_exit("review-sensitive", config)
    try:
        said = [*_said("accept", accept, topic), *_said("clear", clear, topic), *_said("undo", undo, topic)]
        said += _from_file(verdicts) if verdicts else []
        known = load_taxonomy(settings.index.sensitive.taxonomy).names
        _check(said, topic, known)
        if said:
            _record(settings, said)
        else:
            _list(settings, topic, _SOURCES if everything else _SOURCES[:2], output, limit)
    except (CharterError, SnapshotError, TaxonomyError, VerdictsError) as error:
        _exit(str(error))


def _said(verdict: Said, items: Sequence[str] | None, topic: str | None) -> list[Verdict]:
    now = datetime.now(UTC)
    return [Verdict(item_id=item_id, topic=topic, verdict=verdict, at=now) for item_id in items or ()]


def _from_file(path: Path) -> list[Verdict]:
    """The rows of a list in which a verdict was filled in."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        _exit(str(error))
    found = (_filled_in(path, number, line) for number, line in enumerate(lines, start=1) if line.strip())
    return [each for each in found if each is not None]


def _filled_in(path: Path, number: int, line: bytes) -> Verdict | None:
    try:
        row = orjson.loads(line)
        given = {name: row.get(name) for name in ("item_id", "topic", "verdict")}
        return Verdict.model_validate(given | {"at": datetime.now(UTC)}) if given["verdict"] else None
    except ValidationError as error:
        _exit(f"{path}, line {number}: {'; '.join(map(str, problems(error)))}")
    except (ValueError, AttributeError) as error:
        _exit(f"{path}, line {number}: no row of a list ({error})")


def _check(said: Sequence[Verdict], topic: str | None, known: Sequence[str]) -> None:
    for each in (topic, *(verdict.topic for verdict in said)):
        if each is not None and each not in known:
            _exit(f"{printable(each)} {unknown_topic(known)}")
    if any(verdict.verdict == "accept" and verdict.topic is None for verdict in said):
        _exit("which topic is it on? Say so by --topic")


def _record(settings: Settings, said: Sequence[Verdict]) -> None:
    """Write the verdicts down; an id that the catalogue does not have may come later, and is told."""
    append_verdicts(settings.verdicts_file, said)
    snapshot = _snapshot(settings)
    rows = snapshot.items.ids.rows([each.item_id for each in said]) if snapshot else np.zeros(0, np.int32)
    unknown = [each.item_id for each, row in zip(said, rows.tolist(), strict=False) if row < 0]
    typer.echo(f"recorded {len(said):,} verdicts in {settings.verdicts_file}")
    if unknown:
        named = ", ".join(printable(item_id) for item_id in unknown[:5])
        typer.echo(f"the published snapshot does not have {len(unknown):,} of these items: {named}", err=True)


def _list(settings: Settings, topic: str | None, sources: Sequence[str], output: Path | None, limit: int) -> None:
    snapshot = _snapshot(settings)
    if snapshot is None:
        _exit(f"there is no snapshot in {settings.snapshot_folder}: run penchant rebuild-index first")
    found = [each for each in _findings(settings, snapshot) if each[1].source in sources]
    found = [each for each in found if topic in {None, each[1].topic}]
    found.sort(key=lambda each: (-(each[1].score or 0.0), each[0].item_id, each[1].topic))
    if output is not None:
        output.write_bytes(b"".join(orjson.dumps(_row(*each)) + b"\n" for each in found))
        typer.echo(f"{output}: {len(found):,} rows; fill in `verdict` and give them back by --verdicts")
        return
    for each in found[:limit]:
        typer.echo(_line(*each))
    typer.echo(f"{len(found):,} found" + (f", {limit} listed" if len(found) > limit else ""))


def _findings(settings: Settings, snapshot: Snapshot) -> Iterator[Finding]:
    sensitive = settings.index.sensitive
    rules = load_charter(settings.charter, sensitive.taxonomy).rules()
    verdicts = load_verdicts(settings.verdicts_file)
    examine = Examiner(load_taxonomy(sensitive.taxonomy), snapshot.heads, rules, verdicts)
    items = snapshot.items
    columns = (items.sensitive, items.suspected, items.worth_a_look)
    touched = sum(np.diff(column.offsets) for column in columns)
    reviewed = items.ids.rows(list(verdicts.by_item))
    for row in np.union1d(np.flatnonzero(touched), reviewed[reviewed >= 0]).tolist():
        item = ItemDocument.model_validate_json(items.documents[row])
        yield from ((item, each) for each in examine(item, snapshot.vectors.content[row].astype(np.float32)))


def _snapshot(settings: Settings) -> Snapshot | None:
    folder = SnapshotFolder(settings.snapshot_folder)
    current = folder.current_id()
    return folder.open(current, settings.index.ann) if current else None


def _line(item: ItemDocument, evidence: Evidence) -> str:
    score = f"{evidence.score:.2f}" if evidence.score is not None else "   -"
    why = f"tag {evidence.resembles}" if evidence.source == "tag" else evidence.resembles or evidence.source
    told = (
        f"{score}  {evidence.topic:24}{evidence.consequence:18}{printable(item.item_id)}  {printable(item.headline())}"
    )
    return f"{told}\n      {why}"


def _row(item: ItemDocument, evidence: Evidence) -> dict[str, object]:
    about = {"item_id": item.item_id, "title": item.headline(), "topic": evidence.topic, "source": evidence.source}
    return {
        **about,
        "consequence": evidence.consequence,
        "score": evidence.score,
        "resembles": evidence.resembles,
        "verdict": None,
    }


def _exit(message: str) -> NoReturn:
    typer.echo(f"review-sensitive: {message}", err=True)
    raise typer.Exit(1)
