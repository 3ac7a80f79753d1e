"""System calls of a process that fail on demand, and clocks that leap: a small library before the system's own.

It needs no rights and no file system of its own, only Linux and a C compiler.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

SOURCE: Final = "faulty_calls.c"
_FAULTS: Final = "FAULTS"
DATABASE: Final = "penchant.duckdb"
NO_COMPILER: Final = "no C compiler (cc) on this machine, or no Linux"
"""Why system calls cannot fail."""


class Preload:
    """The library, compiled, and the file that tells it what fails.

    Args:
        library: what is loaded.
        told: the file.
    """

    def __init__(self, library: Path, told: Path) -> None:
        self._library, self._told = library, told
        self.clear()

    @classmethod
    def compiled(cls, folder: Path) -> Self | None:
        """In a folder; None where that cannot be done."""
        compiler = shutil.which("cc")
        if sys.platform != "linux" or compiler is None:
            return None
        source, library = folder / SOURCE, folder / "faulty_calls.so"
        source.write_bytes(files("scripts.soak").joinpath(SOURCE).read_bytes())
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-w", "-o", library, source, "-ldl"], check=True)
        return cls(library, folder / "faults")

    @property
    def environment(self) -> dict[str, str]:
        """For the process whose calls are to fail."""
        return {"LD_PRELOAD": str(self._library), _FAULTS: str(self._told)}

    def failing(self, call: str, number: int, part: str = DATABASE) -> None:
        """Let calls (fsync, write, rename, open) on files whose path has that part fail with an errno."""
        self._tell(f"{call} {number} {part}")

    def leapt(self, seconds: int) -> None:
        """Put the clock ahead, or back."""
        self._tell(f"clock {seconds} -")

    def clear(self) -> None:
        """Nothing fails any more, and the clock is right."""
        self._tell("")

    def _tell(self, line: str) -> None:
        beside = self._told.with_suffix(".new")
        beside.write_text(line)
        beside.replace(self._told)
