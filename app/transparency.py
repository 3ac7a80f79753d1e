"""What anyone may know: the data used and why, what a person can control, and the live weights and floors."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from app.generation import Generation
from app.settings import Settings

_USED = [
    {"data": "events", "why": "to learn what a person likes and dislikes", "fades": "by the half-lives below"},
    {"data": "explicit profile", "why": "to follow what a person states", "fades": "never; edited by the person"},
    {"data": "items", "why": "to find and compare what can be recommended", "fades": "by recency_half_life_days"},
]
_CONTROLS = {
    "view": "GET /users/{id}/profile",
    "edit": "PATCH /users/{id}/profile",
    "reset": "POST /users/{id}/reset-embedding",
    "erase": "DELETE /users/{id}",
}


def transparency_payload(settings: Settings, generation: Generation | None) -> dict[str, Any]:
    """The answer of `GET /transparency`."""
    live = settings.model_dump(mode="json", include={"query", "events", "popularity", "firewall"})
    return {
        "data_used": _USED,
        "user_controls": _CONTROLS,
        "ranking_weights": live["query"]["weights"],
        "floors": live["query"]["floors"],
        "events": live["events"],
        "settings": live,
        "configuration_hash": configuration_hash(settings),
        "snapshot": generation.catalogue.snapshot.snapshot_id if generation else None,
        "space_id": generation.catalogue.snapshot.manifest.space_id if generation else None,
    }


def configuration_hash(settings: Settings) -> str:
    """Digest of every setting that bears on an answer."""
    shaping = settings.model_dump_json(include={"query", "events", "popularity", "firewall", "as_of"})
    return blake2b(shaping.encode(), digest_size=16).hexdigest()
