"""Settings of labels."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from models.config import Config


class LabelSettings(Config):
    """How an answer says why an item is in it."""

    language: str = Field(default="en", min_length=2)
    """Language of labels for people who prefer none that labels are written in."""

    folder: Path | None = None
    """Folder of message catalogues (`de.po`), whose messages replace the packaged ones and add languages."""

    verbs: dict[str, list[str]] = Field(
        default_factory=lambda: {
            "read": ["article", "blog", "book", "documentation", "news", "paper", "post", "text"],
            "watched": ["clip", "episode", "film", "movie", "series", "show", "video"],
            "listened to": ["album", "audio", "audiobook", "music", "podcast", "song"],
        }
    )
    """Verb in labels -> formats that it is said of when an item was completed; of others the event type's verb."""

    events: int = Field(default=3, ge=1)
    """Events that an explanation names; the others are summed up."""
