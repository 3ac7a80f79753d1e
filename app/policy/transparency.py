"""What anyone may know: the charter, and the weights, floors and half-lives that are in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from app.policy.charter.charter import Charter, EventUse, Use
from app.serving.generation import Generation
from app.settings import Settings
from indexer.sensitive.rules import Mode
from indexer.sensitive.taxonomy import load_taxonomy

_LIKE_DECLARED = "What is only suspected of it is treated alike."
_LIKE_ANY_OTHER = (
    "What is only suspected of it is reported to the operator, and shown and learned from like any other item."
)
_SHAPING = {"query", "events", "popularity", "firewall", "attributes", "scenarios"}
_KEPT = {
    "profile field": "until the person changes or erases it",
    "attribute of a person": "until the person changes or erases it",
    "figures told apart by": "until the person changes or erases it",
    "context of an event": "as long as the event",
    "attribute of an item": "as long as the item",
    "copied to a warehouse": "there as long as here: what is deleted here is named for deletion there",
}


def transparency_payload(
    settings: Settings, charter: Charter, generation: Generation | None, experiments: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The answer of `GET /transparency`; `experiments` are those that run, by which some people are answered."""
    settings = in_force(settings, generation)
    live = settings.model_dump(mode="json", include=_SHAPING)
    snapshot = generation.catalogue.snapshot if generation else None
    return {
        "charter": charter.model_dump(mode="json", exclude_none=True),
        "data_used": list(_data_used(charter, settings)),
        "user_controls": charter.controls,
        "sensitive_topics": _topics(settings, charter),
        "ranking_weights": live["query"]["weights"],
        "floors": live["query"]["floors"],
        "half_lives": _half_lives(live),
        "events": live["events"],
        "settings": live,
        "configuration_hash": configuration_hash(settings, charter),
        "policy": generation.environment.policy if generation else None,
        "experiments": list(experiments),
        "snapshot": snapshot.snapshot_id if snapshot else None,
        "space_id": snapshot.manifest.space_id if snapshot else None,
    }


def in_force(settings: Settings, generation: Generation | None) -> Settings:
    """The settings, with the weights and floors of the policy in force."""
    return settings.model_copy(update={"query": generation.environment.settings}) if generation else settings


def configuration_hash(settings: Settings, charter: Charter) -> str:
    """Digest of every setting that bears on an answer, the charter included."""
    shaping = settings.model_dump_json(include={*_SHAPING, "as_of"})
    return blake2b(f"{shaping}\n{charter.model_dump_json()}".encode(), digest_size=16).hexdigest()


def _data_used(charter: Charter, settings: Settings) -> Iterator[dict[str, str]]:
    """Every kind of data that is accepted: what, why, and how long it is kept."""
    kinds: dict[str, Mapping[str, Use]] = {
        "event": _event_uses(charter, settings),
        "profile field": {str(name): use for name, use in charter.profile.items()},
        "attribute of a person": charter.attributes,
        "figures told apart by": charter.segments,
        "context of an event": charter.context,
        "attribute of an item": charter.item_attributes,
        "copied to a warehouse": {str(name): use for name, use in charter.exports.items()},
    }
    for kind, uses in kinds.items():
        for name, use in uses.items():
            kept = f"{use.keep_days:g} days" if isinstance(use, EventUse) else _KEPT[kind]
            yield {"data": f"{kind}: {name}", "why": use.why, "kept": kept}
    if charter.similar_people:
        why = charter.similar_people.why
        yield {"data": "who took the same items", "why": why, "kept": "told when asked, not kept"}
    if charter.seen:
        yield {"data": "that an item was seen", "why": charter.seen.why, "kept": f"{charter.seen.keep_days:g} days"}
    if charter.served:
        yield {"data": "what was recommended", "why": charter.served.why, "kept": f"{charter.served.keep_days:g} days"}


def _event_uses(charter: Charter, settings: Settings) -> dict[str, EventUse]:
    """Every type of event that is accepted, and what for."""
    uses = {name: charter.use_of(name) for name in settings.events.names()}
    return {name: use for name, use in uses.items() if use is not None}


def _topics(settings: Settings, charter: Charter) -> list[dict[str, str]]:
    """Every sensitive topic and how it is treated; those that the charter does not name need permission.

    Of these, what is only suspected is treated like any other item, which is said.
    """
    described = {
        name: topic.description for name, topic in load_taxonomy(settings.index.sensitive.taxonomy).topics.items()
    }
    told = []
    for name in dict.fromkeys([*described, *charter.sensitive]):
        topic = charter.sensitive.get(name)
        mode = topic.mode if topic else Mode.PERMISSION
        why = (topic.why if topic else None) or ""
        suspected = _LIKE_DECLARED if topic else _LIKE_ANY_OTHER
        about = described.get(name, "")
        told.append({"topic": name, "about": about, "mode": mode.value, "why": why, "suspected": suspected})
    return told


def _half_lives(live: dict[str, Any]) -> dict[str, float]:
    """Days until each of these counts half."""
    return {
        "positive_events_days": live["events"]["half_life_positive_days"],
        "negative_events_days": live["events"]["half_life_negative_days"],
        "popularity_days": live["popularity"]["half_life_days"],
        "recency_days": live["query"]["weights"]["recency_half_life_days"],
    }
