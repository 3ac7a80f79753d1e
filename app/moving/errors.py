"""What can go wrong in a move."""

from __future__ import annotations

from app.storage.errors import StorageError


class MoveError(StorageError):
    """Nothing can be moved, or what was moved is not the same; the message says why, and what to do."""
