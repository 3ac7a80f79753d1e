"""How far the import of a file has come, kept in the data folder, so that one that was broken off goes on there."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import orjson

FOLDER: Final = "imports"


@dataclass(frozen=True, slots=True)
class ImportState:
    """The state of one file; another size or time of change, or another way to read it, makes it another file.

    Attributes:
        path: where it is kept.
        source: what tells the file from others.
    """

    path: Path
    source: str

    @classmethod
    def of(cls, data_dir: Path, file: Path, reading: str = "") -> ImportState:
        """That of a file that is read in some way."""
        told = file.stat()
        source = f"{file.resolve()}\n{told.st_size}\n{told.st_mtime_ns}\n{reading}"
        name = blake2b(str(file.resolve()).encode(), digest_size=8).hexdigest()
        return cls(data_dir / FOLDER / f"{name}.json", source)

    def row(self) -> int:
        """The last row of which everything up to it was dealt with; 0 for none."""
        try:
            kept = orjson.loads(self.path.read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return 0
        return int(kept["row"]) if kept.get("source") == self.source else 0

    def keep(self, row: int) -> None:
        """Everything up to this row was dealt with."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".unfinished")
        beside.write_bytes(orjson.dumps({"source": self.source, "row": row}))
        beside.replace(self.path)
