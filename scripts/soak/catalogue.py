"""Items that are made up: a few subjects, of which an id tells its own."""

from __future__ import annotations

from typing import Any, Final

SUBJECTS: Final = {
    "rust": "borrow checker, ownership and compilers",
    "gardening": "soil, compost, seeds and vegetables",
    "astronomy": "telescopes, galaxies and planets",
    "cooking": "recipes, ovens, garlic and butter",
    "cycling": "bicycles, gears, saddles and climbs",
    "chess": "openings, endgames and sacrifices",
}


def subject_of(number: int) -> str:
    """What the item of a number is about."""
    return list(SUBJECTS)[number % len(SUBJECTS)]


def item(number: int, prefix: str = "i", version: int = 0) -> dict[str, Any]:
    """An item; its title tells its version."""
    subject = subject_of(number)
    return {
        "item_id": f"{prefix}{number}",
        "title": f"{subject} {prefix}{number} version {version}",
        "text": f"About {SUBJECTS[subject]}, part {number % 11}.",
        "tags": [subject, ("craft", "hobby")[number % 2]],
        "format": ("article", "video")[number % 2],
        "provider": f"provider {number % 5}",
    }
