"""Every call that the client knows: a function for each, which checks nothing and sends nothing.

Rows, patches and wishes are the JSON values of the HTTP contract, or its models; answers are typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import from_json

from penchant_client.batches import Unanswered, read_lines
from penchant_client.call import Call, nothing, path_of, plain, reading
from penchant_client.models import (
    CataloguePart,
    Controls,
    Deletions,
    ErasureReceipt,
    EventResults,
    Exported,
    InterestReceipt,
    ItemList,
    ItemResults,
    ItemsTogether,
    MergeReceipt,
    Page,
    PersonalizationReceipt,
    PersonalizationSwitches,
    Profile,
    Ready,
    ResetReceipt,
    ReturnReceipt,
    SimilarItems,
    Slate,
    Tags,
    Topics,
    UserToken,
)

Fields = Mapping[str, Any]


def recommend(user_id: str, *, limit: int | None = None, cursor: str | None = None, **more: Any) -> Call[Slate]:
    """The slate for one person; `more` are further fields of the request, such as `exclude` and `debug`."""
    wanted = {"user_id": user_id, "limit": limit, "cursor": cursor, **more}
    return Call("POST", "/recommend", reading(Slate), body=_given(wanted))


def similar(
    *, item_id: str | None = None, text: str | None = None, limit: int | None = None, **more: Any
) -> Call[SimilarItems]:
    """The nearest neighbours of an item or of a text; `more` are further fields of the request, such as `user_id`."""
    wanted = {"item_id": item_id, "text": text, "limit": limit, **more}
    return Call("POST", "/similar", reading(SimilarItems), body=_given(wanted))


def page(user_id: str, places: Sequence[Fields]) -> Call[Page]:
    """Slates for several places of one page, in which no item stands twice."""
    return Call("POST", "/recommend/page", reading(Page), body={"user_id": user_id, "placements": list(places)})


def recommend_batch(user_ids: Sequence[str], **more: Any) -> Call[list[Slate | Unanswered]]:
    """A slate for each of up to 10,000 people, in their order; `more` are further fields as of `recommend`."""
    return Call("POST", "/recommend/batch", read_lines, body={"user_ids": list(user_ids), **more})


def together(item_id: str, **wanted: Any) -> Call[ItemsTogether]:
    """What people who took an item took besides; parameters are `limit`, `filter`, `user_id`, `exclude`, `fields`."""
    return Call("GET", "/together", reading(ItemsTogether), query={"item_id": item_id, **wanted})


def popular(**wanted: Any) -> Call[ItemList]:
    """What most people engaged with; `wanted` are parameters such as `limit`, `filter` and `user_id`."""
    return Call("GET", "/popular", reading(ItemList), query=wanted)


def trending(**wanted: Any) -> Call[ItemList]:
    """What has more people than its past predicts; parameters as of `popular`."""
    return Call("GET", "/trending", reading(ItemList), query=wanted)


def tags(**wanted: Any) -> Call[Tags]:
    """Tags that newcomers choose from; parameters are `limit` and `filter`."""
    return Call("GET", "/tags", reading(Tags), query=wanted)


def topics(**wanted: Any) -> Call[Topics]:
    """Topics that newcomers choose from; parameters are `limit` and `filter`."""
    return Call("GET", "/topics", reading(Topics), query=wanted)


def send_events(events: Sequence[Fields | BaseModel]) -> Call[EventResults]:
    """Tell what people did. An event that is sent again, by its person and `event_id`, changes nothing."""
    repeatable = all("event_id" in event for event in events if isinstance(event, Mapping))
    return Call("POST", "/events", reading(EventResults), body=plain(events), repeatable=repeatable, tells_rows=True)


def put_items(items: Sequence[Fields | BaseModel]) -> Call[ItemResults]:
    """Add or replace items."""
    return Call("POST", "/items", reading(ItemResults), body=plain(items), tells_rows=True)


def get_item(item_id: str) -> Call[dict[str, Any]]:
    """An item as it was given."""
    return Call("GET", path_of("items", item_id), from_json)


def list_items(**wanted: Any) -> Call[CataloguePart]:
    """A part of the catalogue; parameters are `limit`, `filter`, `fields` and the `cursor` of the part before."""
    return Call("GET", "/items", reading(CataloguePart), query=wanted)


def edit_item(item_id: str, patch: Fields) -> Call[dict[str, Any]]:
    """Edit an item by a merge patch: what is absent stays, null removes."""
    return Call("PATCH", path_of("items", item_id), from_json, body=patch)


def delete_items(item_ids: Sequence[str]) -> Call[Deletions]:
    """Take many items out of every answer."""
    return Call("POST", "/delete-items", reading(Deletions), body={"item_ids": list(item_ids)})


def delete_matching(text: str, *, confirm: int | None = None) -> Call[Deletions]:
    """Take all items that a filter asks for out of every answer, if it is as many as `confirm` says; else count.

    Sent again, they are none any more: so that is not done here.
    """
    wanted = _given({"filter": text, "confirm": confirm})
    return Call("POST", "/delete-items", reading(Deletions), body=wanted, repeatable=confirm is None)


def delete_item(item_id: str) -> Call[None]:
    """Take an item out of every answer. Sent again, the item is not known any more: so that is not done here."""
    return Call("DELETE", path_of("items", item_id), nothing, repeatable=False)


def profile(user_id: str) -> Call[Profile]:
    """What is held of a person."""
    return Call("GET", path_of("users", user_id, "profile"), reading(Profile))


def edit_profile(user_id: str, patch: Fields, *, etag: str | None = None) -> Call[Profile]:
    """Edit what a person states, by a merge patch; with an `etag`, only if nobody else did meanwhile."""
    headers = {"If-Match": etag} if etag else {}
    path = path_of("users", user_id, "profile")
    return Call("PATCH", path, reading(Profile), body=patch, headers=headers, repeatable=etag is None)


def state(user_id: str, patch: Fields) -> Call[None]:
    """The same for who has no use for the profile, which takes longer to put together than the edit."""
    path, headers = path_of("users", user_id, "profile"), {"Prefer": "return=minimal"}
    return Call("PATCH", path, nothing, body=patch, headers=headers)


def reset(user_id: str, **wanted: Any) -> Call[ResetReceipt]:
    """Forget what was learned of a person: all, one `topic`, or `since` a time; `keep_seen` keeps what they saw."""
    path = path_of("users", user_id, "reset-embedding")
    return Call("POST", path, reading(ResetReceipt), body=wanted, repeatable=False)


def undo_reset(user_id: str) -> Call[ResetReceipt]:
    """Take the latest reset back."""
    return Call("POST", path_of("users", user_id, "undo-reset"), reading(ResetReceipt), repeatable=False)


def switch_personalization(user_id: str, *, enabled: bool, **wanted: Any) -> Call[PersonalizationReceipt]:
    """Switch personalization on or off."""
    path = path_of("users", user_id, "personalization")
    return Call("PUT", path, reading(PersonalizationReceipt), body={"enabled": enabled, **wanted})


def state_interest(
    user_id: str, topic: str, wish: Literal["more", "less", "mute"], *, preview: bool = False
) -> Call[InterestReceipt]:
    """See more of a topic, less of it, or nothing; a preview changes nothing."""
    path = path_of("users", user_id, "interests", topic)
    return Call("PUT", path, reading(InterestReceipt), query=_previewed(preview), body={"wish": wish})


def remove_interest(user_id: str, topic: str, *, preview: bool = False) -> Call[InterestReceipt]:
    """Forget an interest; a preview changes nothing."""
    path = path_of("users", user_id, "interests", topic)
    return Call("DELETE", path, reading(InterestReceipt), query=_previewed(preview), repeatable=preview)


def ignore_event(user_id: str, event_id: str) -> Call[None]:
    """This was not me. Sent again, the event is not known any more: so that is not done here."""
    return Call("DELETE", path_of("users", user_id, "events", event_id), nothing, repeatable=False)


def merge(user_id: str, source: str) -> Call[MergeReceipt]:
    """The history of `source`, an anonymous session, becomes this person's."""
    return Call("POST", path_of("users", user_id, "merge"), reading(MergeReceipt), body={"from": source})


def controls(user_id: str) -> Call[Controls]:
    """What was decided about a person's data, when, and by which key."""
    return Call("GET", path_of("users", user_id, "controls"), reading(Controls))


def export(user_id: str) -> Call[Exported]:
    """Everything that is held of a person."""
    return Call("GET", path_of("users", user_id, "export"), reading(Exported))


def export_zip(user_id: str) -> Call[bytes]:
    """Everything that is held of a person, as a zip archive of NDJSON files."""
    return Call("GET", path_of("users", user_id, "export"), bytes, query={"format": "zip"})


def erase(user_id: str) -> Call[ErasureReceipt]:
    """Erase a person."""
    return Call("DELETE", path_of("users", user_id), reading(ErasureReceipt))


def take_back(user_id: str) -> Call[ReturnReceipt]:
    """Take an erased person in again, who wants it."""
    return Call("POST", path_of("users", user_id, "return"), reading(ReturnReceipt))


def issue_token(user_id: str, *, lifetime_seconds: int | None = None) -> Call[UserToken]:
    """A short-lived token that speaks for one person, for a program of their own."""
    wanted = _given({"lifetime_seconds": lifetime_seconds})
    return Call("POST", path_of("users", user_id, "tokens"), reading(UserToken), body=wanted)


def switches() -> Call[PersonalizationSwitches]:
    """Where the operator has switched personalization off, and the record."""
    return Call("GET", "/admin/personalization", reading(PersonalizationSwitches))


def switch_off(why: str, **target: str) -> Call[PersonalizationSwitches]:
    """Switch personalization off for everybody, a `scenario`, or a `segment` and its `value`; for operators."""
    return Call("PUT", "/admin/personalization", reading(PersonalizationSwitches), body={"why": why, **target})


def switch_on(**target: str) -> Call[PersonalizationSwitches]:
    """Take one switch back, named as it was set; for operators."""
    return Call("DELETE", "/admin/personalization", reading(PersonalizationSwitches), query=target)


def transparency() -> Call[dict[str, Any]]:
    """What anyone may know of how answers are made."""
    return Call("GET", "/transparency", from_json)


def readiness() -> Call[Ready]:
    """Whether requests can be answered, and from what."""
    return Call("GET", "/readyz", reading(Ready))


def _given(fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _previewed(preview: bool) -> dict[str, Any]:
    return {"preview": "true"} if preview else {}
