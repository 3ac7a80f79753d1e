"""Applies decisions of the ledger again to what an older backup, or an older dump of a database, brought back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.access.keyfile import FILE as KEYS
from app.access.keyfile import KeyFile
from app.access.keyring import Keyring
from app.backup.ledger import Entry
from app.serving.control_decisions import ControlDecisions
from app.storage.protocols import Stores
from app.storage.rows import ErasedId


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What was applied again.

    Attributes:
        erasures: of people; they are finished when the service starts, before it serves.
        opt_outs: of people.
        revoked: keys that are revoked now and were not.
    """

    erasures: int
    opt_outs: int
    revoked: int

    @property
    def told(self) -> str:
        """For a person to read."""
        return (
            f"applied again: {self.erasures:,} erasures (finished by the next start of the service, before it serves), "
            f"{self.opt_outs:,} opt-outs, {self.revoked:,} revoked keys"
        )


def reapply(stores: Stores, folder: Path, secret: bytes, entries: Sequence[Entry], now: float) -> Reapplied:
    """Apply decisions, of each person what was decided last; to do so twice changes nothing more.

    Args:
        stores: of people; nobody may be served from them meanwhile.
        folder: of the keys.
        secret: under which people are known in the ledger.
        entries: of the ledger, in their order.
        now: seconds since 1970.
    """
    opted = {each.subject: each.kind for each in entries if each.kind in {"opted_out", "opted_in"}}
    out = {subject for subject, kind in opted.items() if kind == "opted_out"}
    return Reapplied(_erase(stores, entries), _opt_out(stores, secret, out, now), revoke(folder, entries))


def revoke(folder: Path, entries: Iterable[Entry]) -> int:
    """Revoke the keys that the ledger says are revoked; how many still were not."""
    gone = {each.subject: datetime.fromtimestamp(each.at, UTC) for each in entries if each.kind == "key_revoked"}
    if not gone or not (folder / KEYS).exists():
        return 0

    def without(keyring: Keyring) -> tuple[Keyring, int]:
        found = [each for each in keyring.active if each.key_id in gone]
        for each in found:
            keyring = keyring.without(each.key_id, gone[each.key_id])
        return keyring, len(found)

    return KeyFile(folder).change(without)


def _erase(stores: Stores, entries: Sequence[Entry]) -> int:
    last = {each.subject: each for each in entries if each.kind in {"erased", "returned"}}
    erased = [each for each in entries if each.kind == "erased"]
    for entry in erased:
        returned = last[entry.subject].at if last[entry.subject].kind == "returned" else None
        until = entry.until or entry.at
        stores.identities.put_erased(ErasedId(entry.subject, entry.at, until, returned, unfinished=True)).result()
    return len({each.subject for each in erased})


def _opt_out(stores: Stores, secret: bytes, digests: Collection[str], now: float) -> int:
    decisions = ControlDecisions(stores, secret)
    found = [each for each in stores.identities.known_ids() if decisions.digest(each) in digests] if digests else []
    for user_id in found:
        stores.users.set_personalization(user_id, False, now).result()
    return len(found)
