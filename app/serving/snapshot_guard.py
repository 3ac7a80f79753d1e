"""The snapshot's guard: whether the files of what serves are still what they were when it was taken up."""

from __future__ import annotations

from time import monotonic

from indexer.snapshot_digests import Stamps, stamps
from indexer.snapshot_files import DamagedSnapshotError, SnapshotError, SnapshotFolder


class SnapshotGuard:
    """Looks at the files' stamps often, and at every byte where one has changed, or after some hours.

    Args:
        folder: of snapshots.
        hours: after which every byte is looked at in any case.
    """

    def __init__(self, folder: SnapshotFolder, hours: float) -> None:
        self._folder, self._seconds = folder, hours * 3_600
        self._verified: tuple[str, Stamps, float] | None = None

    def watch(self, snapshot_id: str) -> None:
        """A snapshot that was just verified serves from now on."""
        self._verified = snapshot_id, stamps(self._folder.folder / snapshot_id), monotonic()

    def check(self) -> None:
        """Compare what serves with what it was; blocks for as long as it takes to read it, if that is due.

        Raises:
            DamagedSnapshotError: something of it is not; it is watched no more.
            OSError: it cannot be read for the moment.
        """
        if self._verified is None:
            return
        snapshot_id, before, verified = self._verified
        if stamps(self._folder.folder / snapshot_id) == before and monotonic() - verified < self._seconds:
            return
        try:
            self._folder.verify(snapshot_id)
        except SnapshotError as error:  # its manifest may be gone, too
            self._verified = None
            raise DamagedSnapshotError(f"{error}, and it was in service") from error
        self.watch(snapshot_id)
