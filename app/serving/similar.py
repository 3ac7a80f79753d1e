"""What is like an item, or answers a text, and in what way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.copies import repeats
from app.pipeline.explanation.nameable import links_of, nameable, presentable, shared_tags
from app.pipeline.labels.reason_text import brief, displayed
from app.pipeline.placement import By
from app.pipeline.stages import EVERYWHERE
from app.pipeline.withheld import Withheld, counted, kept, lost_to, with_others
from app.pipeline.withheld import told as clause
from app.serving.item_fields import fields_of
from app.serving.text_search import Found, How, Match, search_text
from models.ids import Rows
from models.kernels.rows import among

_FETCHED: Final = 64
"""Neighbours that are asked for at first, and four times as many each time: the same for near numbers of items."""

MOST_QUOTED: Final = 3
"""Words of a text that a label quotes."""


def similar_to_text(
    context: Context, text: str, vector: NDArray[np.float32], fields: Sequence[str] = ()
) -> dict[str, Any]:
    """The answer of `/similar` to a text; without items where nothing is near it.

    Args:
        context: on whose behalf, how many, and what to leave out.
        text: what is looked for.
        vector: float32 [content_dimension], its content vector.
        fields: what else is told of each item.
    """
    found = search_text(context, text, vector)
    about = _tag_of(context, found.matches, vector)
    labelled = [(match, _text_label(context, match, about)) for match in found.matches]
    return _payload(context, labelled, found.rows, (f"is near this text{_besides(found, vector)}", fields))


def similar_to_item(context: Context, row: int, by: By, fields: Sequence[str] = ()) -> dict[str, Any]:
    """The answer of `/similar` to an item: its nearest neighbours, near or not.

    Args:
        context: on whose behalf, how many, and what to leave out, the item itself among it.
        row: the item.
        by: what counts: content, what people did, or both as the index weighs them.
        fields: what else is told of each item.
    """
    rows, scores, looked_at = _nearest(context, row, by)
    likeness = context.catalogue.content[rows] @ context.catalogue.content.at(row)
    tags = shared_tags(context, rows, row)
    links = links_of(context, rows, row, tags >= 0)
    lists = zip(rows.tolist(), links, likeness.tolist(), scores.tolist(), strict=True)
    matches = [Match(found, link, (), near, score) for found, link, near, score in lists]
    labelled = list(zip(matches, _item_labels(context, links, tags, row), strict=True))
    return _payload(context, labelled, looked_at, ("has anything in common with this item", fields))


def _payload(
    context: Context, labelled: Sequence[tuple[Match, str]], looked_at: Rows, told: tuple[str, Sequence[str]]
) -> dict[str, Any]:
    """`told`: what nothing else is or has, and the fields of each item."""
    nothing, fields = told
    lost = lost_to(EVERYWHERE, context, _with_copies(context, looked_at))
    withheld = with_others(context, counted(context, lost))
    return {
        "snapshot": context.catalogue.snapshot.snapshot_id,
        "policy": context.environment.policy,
        "near": any(match.how is not None for match, _ in labelled),
        "items": [
            {
                "item_id": context.catalogue.item_id(match.row),
                "title": context.catalogue.title(match.row),
                "rank": rank + 1,
                "score": round(match.score, 6),
                "likeness": round(match.likeness, 6),
                "match": match.how,
                "label": label,
                **fields_of(context.catalogue, match.row, fields),
            }
            for rank, (match, label) in enumerate(labelled)
        ],
        **_shortfall(context, len(labelled), nothing, withheld),
        "withheld": [each.payload() for each in withheld],
    }


def _shortfall(context: Context, items: int, nothing: str, withheld: Sequence[Withheld]) -> dict[str, str]:
    """The reason why there are fewer items than asked for, if there are."""
    if items >= context.request.limit:
        return {}
    held = f"; {clause(withheld)}" if withheld else ""
    return {"reason": f"nothing {'else ' if items else ''}in the catalogue {nothing}{held}"}


def _besides(found: Found, vector: NDArray[np.float32]) -> str:
    """What else there is to say of why a text found little."""
    if not vector.any():
        return "; the encoder cannot read it, so that only its words were looked for"
    return f"; {found.far:,} more {_is(found.far)} less than half as near as the nearest" if found.far else ""


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _with_copies(context: Context, rows: Rows) -> Rows:
    """These, and those that are not looked for since one of these stands in their place."""
    repeated = context.exclusions.repeats
    if not len(repeated):
        return np.sort(rows)
    copies = context.catalogue.copies.together(rows)
    return np.union1d(rows, copies[among(copies, repeated)]).astype(np.int32)


def _nearest(context: Context, row: int, by: By) -> tuple[Rows, NDArray[np.float32], Rows]:
    """Neighbours and their scores, and all that were looked at: more and more until enough are left by the filters.

    What shares nothing with the item, a score of 0, is not near: neither to nor from what the encoder cannot read.
    """
    wanted, query, fetch = context.request.limit, _query(context, row, by), _FETCHED
    eligibility = None if context.request.asked is None else context.exclusions.eligibility
    context.exclusions.repeats = repeats(context, EVERYWHERE)
    left_out = np.union1d(context.request.given, context.exclusions.repeats).astype(np.int32)
    while fetch < 2 * wanted + 10:
        fetch *= 4
    while True:
        hits = context.catalogue.search(query, fetch, left_out, eligibility)
        near = (hits.rows[0] >= 0) & (hits.scores[0] > 0)
        rows, scores = hits.rows[0][near], hits.scores[0][near]
        keep = kept(EVERYWHERE, context, rows)
        if keep.sum() >= wanted or len(rows) < fetch:
            return rows[keep][:wanted], scores[keep][:wanted], rows
        fetch *= 4


def _query(context: Context, row: int, by: By) -> NDArray[np.float32]:
    """float32 [1, d]; zeros, which nothing is near to, by a behaviour that nobody has shown."""
    catalogue = context.catalogue
    if by == "content":
        return catalogue.space.content_part(catalogue.content.at(row)[None])
    engage: NDArray[np.float32] = catalogue.engage.at(row)[None]
    if by == "both":
        return engage
    return catalogue.space.behaviour_part(engage) if catalogue.has_behaviour(row) else np.zeros_like(engage)


def _text_label(context: Context, match: Match, about: int | None) -> str:
    if match.how == "title":
        return context.phrases.say("similar.title")
    if match.how == "words":
        return context.phrases.say("similar.mentions", words=", ".join(match.words[:MOST_QUOTED]))
    if about is None or about not in context.catalogue.tags(match.row):
        return context.phrases.say("similar.meaning")
    return context.phrases.say("similar.tag", tag=displayed(context.catalogue.tag_words.names[about]))


def _tag_of(context: Context, matches: Sequence[Match], vector: NDArray[np.float32]) -> int | None:
    """What a text is about: of all tags of what was found the nearest to it, if it is nearer than to nonsense.

    No other is said of an item that is found by meaning: a further tag would be the item's, and not the text's.
    """
    codes = np.unique(context.catalogue.tag_pairs(np.array([match.row for match in matches], dtype=np.int32))[1])
    codes = codes[nameable(context, codes)]
    nearness = context.catalogue.tag_vectors[codes] @ vector
    if not len(codes) or nearness.max() < context.environment.likeness.unrelated:
        return None
    return int(codes[nearness.argmax()])


def _item_labels(context: Context, links: Sequence[How | None], tags: NDArray[np.int32], row: int) -> list[str]:
    """What each item has in common with another: a tag, or what links them."""
    said: dict[How | None, str] = {}
    words, phrases = context.catalogue.tag_words.names, context.phrases
    return [
        phrases.say("similar.tag", tag=displayed(words[tag]))
        if tag >= 0
        else said.get(link) or said.setdefault(link, _link_label(context, link, row))
        for link, tag in zip(links, tags.tolist(), strict=True)
    ]


def _link_label(context: Context, link: How | None, row: int) -> str:
    if link != "content":
        return context.phrases.say("similar.behaviour" if link else "similar.far")
    named = presentable(context, np.array([row], dtype=np.int32))[0]
    title = brief(context.catalogue.title(row))
    return context.phrases.say("similar.item" if named else "similar.other", title=title)
