"""Why nothing can be exported."""

from __future__ import annotations


class ExportError(Exception):
    """An export cannot be made; the message says why, and what to do."""
