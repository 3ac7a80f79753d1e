"""What names in the charter and in the settings mean, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FIELDS: Final = {
    "role": "Your role",
    "time_zone": "Your time zone",
    "goals": "Your goals",
    "preferences.tags": "Tags you prefer",
    "preferences.topics": "Topics you prefer",
    "preferences.less_of": "Topics you want less of",
    "preferences.providers": "Providers you prefer",
    "preferences.formats": "Formats you prefer",
    "preferences.languages": "Languages you read",
    "muted.tags": "Tags you muted",
    "muted.topics": "Topics you muted",
    "muted.providers": "Providers you muted",
    "allowed_sensitive_topics": "Sensitive topics you permit",
    "personalization": "Whether personalisation is on",
}
TERMS: Final = {
    "similarity": (
        "Likeness to what you liked",
        "How close it is to what you took up, less what you turned down.",
    ),
    "interest": ("Likeness within an interest", "How close it is to what you took up of its own topic."),
    "session": ("What you are doing just now", "Likeness to your last few steps; fades by itself."),
    "popularity": ("Popularity", "How many people engaged with it lately."),
    "recency": ("Freshness", "How new it is."),
    "stated": ("What you asked for", "Whether it is of a provider or in a form that you said you prefer."),
    "format": ("Your formats", "Whether it comes in a form that you usually choose."),
}
HALF_LIVES: Final = {
    "positive_events_days": "What you liked",
    "negative_events_days": "What you turned down",
    "popularity_days": "Popularity",
    "recency_days": "Freshness",
}
MODES: Final = {
    "permission": (
        "Only with your permission",
        "Not recommended, labelled or learned from unless you permit it. Withdraw that, and its influence ends.",
    ),
    "recommend_only": ("Shown, never learned from", "Recommended to everybody; what you do with it teaches nothing."),
    "free": ("Like anything else", "Recommended and learned from like everything else here."),
}
_YEAR: Final = 365


def plain(name: str) -> str:
    """A name that nobody put into words, readable."""
    said = name.replace("_", " ").replace(".", ": ")
    return said[:1].upper() + said[1:]


def days(count: float) -> str:
    """A span of time, in years where it is some."""
    if count and count % _YEAR == 0:
        return "1 year" if count == _YEAR else f"{count / _YEAR:g} years"
    return "1 day" if count == 1 else f"{count:g} days"


def promises(floors: Mapping[str, float]) -> list[tuple[float, str, str]]:
    """(share, promise, what it means) of every floor and cap."""
    found = []
    if "exploration_share" in floors:
        window = f"Counted over the last {floors['window_slots']:g} places that you were shown."
        found.append((floors["exploration_share"], "at least, from outside your usual interests", window))
    if "recency_share" in floors:
        recent = f"Published within the last {days(floors['recent_days'])}."
        found.append((floors["recency_share"], "at least, that is new", recent))
    if "topic_cap_share" in floors:
        found.append((floors["topic_cap_share"], "at most, from one topic", "So that one interest does not take over."))
    if "provider_cap_share" in floors:
        one_voice = "So that one voice does not take over."
        found.append((floors["provider_cap_share"], "at most, from one provider", one_voice))
    return found
