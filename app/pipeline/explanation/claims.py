"""Claims: what could be said of why an item is in a slate, and whether it is true.

A claim holds if the item's score and its rank among all candidates would both be lower without the claim's evidence;
of candidates that are as good as equal, half count as above.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.explanation.kernel_columns import Tested, profile_of
from app.pipeline.explanation.label_evidence import Members, Pool, members_of, removed
from app.pipeline.explanation.nameable import like_any, nameable
from app.pipeline.explanation.score_parts import ScoreParts
from models.ids import Rows
from models.kernels.claims import NEAR_TIE, NOTICEABLE, hold

Numbers = NDArray[np.int64]


class Kind(IntEnum):
    """What the evidence of a claim has in common."""

    TAG = 0
    ITEM = 1
    SESSION = 2
    STATED = 3
    HISTORY = 4
    """Nothing but the person: of an item that no part of what they did carries alone."""


@dataclass(frozen=True, slots=True)
class Claims:
    """m claims about the items of a slate.

    Attributes:
        kinds: int64 [m], of Kind.
        places: int64 [m], position of the item in the slate.
        sets: int64 [m], number of the set of evidence.
        tags: int64 [m], code of the tag, -1 where the claim is not about one.
        nearness: float32 [m], of tag and item.
        parts: float64 [m], part of the score that the evidence carries.
        holds: bool [m], whether score and rank would be lower without the evidence.
        tested: what they were tested on.
        members: float32 [sets, k], 1 where one of the k positive events belongs to a set.
    """

    kinds: Numbers
    places: Numbers
    sets: Numbers
    tags: Numbers
    nearness: NDArray[np.float32]
    parts: NDArray[np.float64]
    holds: NDArray[np.bool_]
    tested: Tested
    members: Members


@dataclass(frozen=True, slots=True)
class _Draft:
    """Claims of one kind before they are tested: sets of events, and which item each is about."""

    kind: Kind
    count: int
    sets: Numbers
    events: Numbers
    about: Numbers
    places: Numbers
    tags: Numbers


def claims_of(context: Context, pool: Pool, slate: Rows, score_parts: ScoreParts) -> Claims:
    """Everything that could be said of a slate's items, tested against the candidates of the pool."""
    shown = score_parts.references.shown[: score_parts.positive]
    drafts = [_by_tag(context, slate, shown), _by_item(score_parts, shown), _by_session(context, slate)]
    drafts.append(_by_history(score_parts.positive, len(slate)))
    starts = np.cumsum([0, *(draft.count for draft in drafts)])
    sets = np.concatenate([start + draft.sets for start, draft in zip(starts, drafts, strict=False)])
    events = np.concatenate([draft.events for draft in drafts])
    members = members_of(sets, events, (int(starts[-1]), score_parts.positive))
    about = np.concatenate([start + draft.about for start, draft in zip(starts, drafts, strict=False)])
    places = np.concatenate([draft.places for draft in drafts])
    tags = np.concatenate([draft.tags for draft in drafts])
    kinds = np.repeat([draft.kind for draft in drafts], [len(draft.about) for draft in drafts])
    if context.evidence.explicit is not None:
        asked = np.flatnonzero(asked_for(context, slate))
        about, places = np.append(about, np.full(len(asked), starts[-1])), np.append(places, asked)
        tags, kinds = np.append(tags, np.full(len(asked), -1)), np.append(kinds, np.full(len(asked), Kind.STATED))
    tested = Tested.of(context, pool, slate)
    carried = np.vstack([members @ score_parts.parts[: score_parts.positive], score_parts.stated])
    return Claims(
        kinds=kinds,
        places=places,
        sets=about,
        tags=tags,
        nearness=_nearness(context, tags, slate[places]),
        parts=carried[about, places],
        holds=_hold(context, tested, (sets, events, len(members)), about, places),
        tested=tested,
        members=members,
    )


def _by_tag(context: Context, slate: Rows, shown: NDArray[np.bool_]) -> _Draft:
    """One set for each tag that items of the slate share with events, at least one of which may be shown.

    What is borne by an item that is none of the person's own is not said to be what they like.
    """
    event, borne = context.evidence.tags
    place, codes = context.catalogue.tag_pairs(slate)
    sayable = np.zeros(len(context.catalogue.tag_words), dtype=np.bool_)
    sayable[borne[shown[event]]] = True
    sayable[codes[~context.ground.covers(slate)[place]]] = False
    shared = np.unique(codes[sayable[codes]])
    sayable[shared] = nameable(context, shared)
    shared = shared[sayable[shared]]
    sayable[:] = False
    sayable[shared] = True
    mine, theirs = sayable[borne], sayable[codes]
    sets, about = np.searchsorted(shared, borne[mine]), np.searchsorted(shared, codes[theirs])
    return _Draft(Kind.TAG, len(shared), sets, event[mine], about, place[theirs], codes[theirs].astype(np.int64))


def _by_item(score_parts: ScoreParts, shown: NDArray[np.bool_]) -> _Draft:
    """One set for each item whose event carries most of the score of an item of the slate."""
    rows = score_parts.events.rows[: score_parts.positive]
    parts = np.where(shown[:, None], score_parts.parts[: score_parts.positive], 0.0)
    best = parts.argmax(axis=0) if len(rows) else np.empty(0, np.int64)
    places = np.flatnonzero(parts[best, np.arange(len(best))] > 0)
    items, about = np.unique(rows[best[places]], return_inverse=True)
    events = np.flatnonzero(np.isin(rows, items))
    none = np.full(len(places), -1)
    return _Draft(Kind.ITEM, len(items), np.searchsorted(items, rows[events]), events, about, places, none)


def _by_session(context: Context, slate: Rows) -> _Draft:
    """One set of all events of the session, if there is one."""
    events = np.flatnonzero(context.evidence.session_amounts[1])
    places = np.flatnonzero(looked_at(context, slate))
    zeros, none = np.zeros(len(places), np.int64), np.full(len(places), -1)
    return _Draft(Kind.SESSION, min(1, len(events)), np.zeros(len(events), np.int64), events, zeros, places, none)


def _by_history(events: int, items: int) -> _Draft:
    """One set of all positive events, if there are any."""
    places = np.arange(items if events else 0)
    zeros, none = np.zeros(len(places), np.int64), np.full(len(places), -1)
    return _Draft(Kind.HISTORY, min(1, events), np.zeros(events, np.int64), np.arange(events), zeros, places, none)


def looked_at(context: Context, slate: Rows, own: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Bool [n]: what may be said to be there for the session.

    An item that is none of the person's own is there for it only if it is like what they looked at. `own` says which
    are theirs, where that is known.
    """
    rows, amounts = context.evidence.session_amounts[0].rows, context.evidence.session_amounts[1]
    events = np.flatnonzero(amounts)
    if not len(events):
        return np.zeros(len(slate), dtype=np.bool_)
    theirs = context.ground.covers(slate) if own is None else own.copy()
    others = np.flatnonzero(~theirs)
    theirs[others] = like_any(context, slate[others], rows[events])
    return theirs


def asked_for(context: Context, slate: Rows, own: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Bool [n]: what may be said to be there for what the person stated.

    Everything is a little like what somebody says. So an item that is none of the person's own is not there for it,
    unless it is at least half as far above nonsense as the nearest item of all to one of their texts. `own` says which
    are theirs, where that is known.
    """
    asked, texts = context.ground.covers(slate) if own is None else own.copy(), context.ground.texts
    if len(texts) and not asked.all():
        likeness = context.environment.likeness
        least = np.maximum(likeness.unrelated, (likeness.unrelated + likeness.closest(texts, 0.0)) / 2)
        asked |= (context.catalogue.content[slate] @ texts.T >= least).any(axis=1)
    return asked


def _nearness(context: Context, tags: Numbers, rows: Rows) -> NDArray[np.float32]:
    nearness = np.zeros(len(tags), dtype=np.float32)
    named = tags >= 0
    vectors, content = (
        context.catalogue.tag_vectors[tags[named].astype(np.int32)],
        context.catalogue.content[rows[named]],
    )
    nearness[named] = np.einsum("md,md->m", vectors, content)
    return nearness


def _hold(
    context: Context, tested: Tested, pairs: tuple[Numbers, Numbers, int], sets: Numbers, places: Numbers
) -> NDArray[np.bool_]:
    """Whether each claim holds; `pairs` are the set and the event of each membership, and how many sets there are."""
    return hold(
        tested.engaged,
        tested.scored,
        tested.constants,
        by_set(*pairs),
        profile_of(context),
        (sets, tested.positions[places]),
    )


def by_set(sets: Numbers, events: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Where each of so many sets begins, int64 [count + 1], and the events set by set."""
    order = np.argsort(sets, kind="stable")
    return np.searchsorted(sets[order], np.arange(count + 1)), events[order]


def hold_by_columns(context: Context, pool: Pool, members: Members, sets: Numbers, rows: Rows) -> NDArray[np.bool_]:
    """The same for all candidates at a time: what the compiled loop is held to."""
    candidates = pool.candidates
    scores = pool.scores(context.evidence.evidence_square)
    whole = scores.whole()
    without = scores.without(removed(context, members, candidates.rows, pool.weights))
    order = np.argsort(candidates.rows, kind="stable")
    at = order[np.searchsorted(candidates.rows, rows, sorter=order)]
    now, then = whole[at], without[sets, at]
    margin = NEAR_TIE * np.maximum(1.0, np.abs(now))
    falls = now - then > NOTICEABLE * np.maximum(1.0, np.abs(now))
    return np.asarray(falls & (_above(without[sets], then, margin) > _above(whole[None, :], now, margin)))


def _above(scores: NDArray[np.float64], own: NDArray[np.float64], margin: NDArray[np.float64]) -> Numbers:
    """int64 [m]: twice the number of scores above each, itself among them; near ties count half."""
    clearly, about = scores > (own + margin)[:, None], scores >= (own - margin)[:, None]
    return np.asarray(clearly.sum(axis=1) + about.sum(axis=1))
