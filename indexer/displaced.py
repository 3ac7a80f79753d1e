"""What a build from a file takes out of service, overrules or brings back: counted, named, and all of it in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from indexer.http_changes import Conflict, named


@dataclass(frozen=True, slots=True)
class Displaced:
    """What is another thing in a build than in service, by more than the file's own news.

    Attributes:
        gone: ids of items in service that neither the build has nor HTTP changed.
        overruled: what came over HTTP and the file overrules.
        taken_along: what came over HTTP and overrules the file.
    """

    gone: Sequence[str] = ()
    overruled: Sequence[Conflict] = ()
    taken_along: Sequence[Conflict] = ()

    def account(self, path: Path) -> list[str]:
        """A line for each kind with the first ids; `path` is where all of them stand."""
        lines = list(self._lines())
        return [*lines[:-1], f"{lines[-1]}; all are listed in {path}"] if lines else []

    def _lines(self) -> Iterator[str]:
        if self.gone:
            yield f"{len(self.gone):,} of the items in service are not in this build: {named(self.gone)}"
        for kind in dict.fromkeys(each.kind for each in self.overruled):
            ids = [each.item_id for each in self.overruled if each.kind is kind]
            yield f"{len(ids):,} {kind.displaced}: {named(ids)}"
        if self.taken_along:
            ids = [each.item_id for each in self.taken_along]
            yield f"{len(ids):,} as over HTTP, not as in the file: {named(ids)}"

    def write(self, path: Path) -> None:
        """One line of JSON for each item; without any, an old file goes."""
        rows = [*((item_id, "gone") for item_id in self.gone)]
        rows += [(each.item_id, each.kind.displaced) for each in self.overruled]
        rows += [(each.item_id, "as over HTTP, not as in the file") for each in self.taken_along]
        if not rows:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for item_id, what in rows:
                file.write(orjson.dumps({"item_id": item_id, "what": what}, option=orjson.OPT_APPEND_NEWLINE))
