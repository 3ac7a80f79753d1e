"""Aversion: how far a person's recent dismissals reach, to near neighbours and to the same topic, provider and tags.

A dismissal says more than that one item is unwanted. Of each candidate j

    A_j = min(cap, sum over recent negative events k of  s_k * 2^(-age / half_life) * (near + topic + provider + tags))

where near is 1 for an item as close in content as one of the nearest neighbours is and 0 from the closeness of any two
items on, topic and provider are 1 where they are the same, and tags is how much of what the tags of either tell both
bear, a rare tag telling more than a frequent one and a date nothing; each has its weight. A positive score is
multiplied by exp(-A_j). What a topic, provider or tags are charged with is taken back by engaging with the same topic
after the dismissal: w likes there leave 1 / (1 + forgiveness * w) of it.

Who rates a whole shelf tells its things apart, and does not speak against all that is like any of them: of more than a
few dislikes in one sitting each is only a part as strong, so that together they are as strong as those few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.likeness import Likeness
from app.pipeline.settings import AversionSettings
from models.events import CODE_OF, EventType
from models.history import EventColumns
from models.ids import Rows
from models.kernels.aversion import Averse, Reach, aversions
from models.signal_table import CODES, by_value
from models.user_state import DAY_SECONDS, decay

Values = NDArray[np.float64]
HOUR_SECONDS = DAY_SECONDS / 24
_STRENGTHS = (EventType.DISLIKE, EventType.DISMISS, EventType.LESS_LIKE_THIS, EventType.REPORT)
"""Types whose strength is a setting."""


@dataclass(frozen=True, slots=True)
class Dismissals:
    """Of one person the negative events that reach furthest, the furthest first.

    Attributes:
        rows: int32 [k], their items.
        strengths: float64 [k], as of `reference`.
        reference: seconds since 1970.
        likes: float64 [k], weights of later positive events on the topic of each, as the person's features have them.
        averse: what candidates are compared with.
    """

    rows: Rows
    strengths: Values
    reference: float
    likes: Values
    averse: Averse

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return 20 * len(self.rows) + sum(each.nbytes for each in self.averse)


def aversion(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n], at least 0: the exponent A_j by which each row's positive score is lowered."""
    dismissals = _dismissals(context)
    strengths = _strengths(context, dismissals)
    if not len(strengths) or not len(rows):
        return np.zeros(len(rows), dtype=np.float32)
    catalogue, likeness = context.catalogue, context.environment.likeness
    kind = strengths * _unforgiven(context, dismissals.likes[: len(strengths)])
    found = aversions(
        dismissals.averse,
        (strengths, kind),
        _reach(context),
        catalogue.located(rows),
        (*catalogue.content.located(rows), catalogue.content[dismissals.rows[: len(strengths)]]),
        (*catalogue.tag_lists(rows), likeness.telling_of_all()),
    )
    return found.astype(np.float32)


def aversion_by_columns(context: Context, rows: Rows) -> NDArray[np.float32]:
    """The same for all rows at a time: what the compiled loop is held to."""
    settings, dismissals = context.settings.aversion, _dismissals(context)
    strengths = _strengths(context, dismissals)
    if not len(strengths) or not len(rows):
        return np.zeros(len(rows), dtype=np.float32)
    events = dismissals.rows[: len(strengths)]
    kind = strengths * _unforgiven(context, dismissals.likes[: len(strengths)])
    total = settings.near * _near(context, rows, events, strengths)
    total += settings.topic * _same(context.catalogue.topics[rows], context.catalogue.topics[events], kind)
    total += settings.provider * _same(context.catalogue.providers[rows], context.catalogue.providers[events], kind)
    total += settings.tags * _shared_tags(context.environment.likeness, rows, events, kind)
    return np.minimum(total, settings.cap).astype(np.float32)


def _dismissals(context: Context) -> Dismissals:
    """Held with the person: strengths fade alike, so that their order stays as it is."""
    features = context.evidence.features
    if features.dismissals is None:
        features.dismissals = _strongest(context)
    return features.dismissals


def _strongest(context: Context) -> Dismissals:
    """At most as many as settings allow."""
    settings, disliked = context.settings.aversion, context.evidence.features.disliked
    events = disliked.events
    reference = min(float(events.times.max(initial=-np.inf)), context.evidence.features.latest)
    age = np.maximum(reference - events.times, 0.0)
    strengths = _told(events, settings) * decay(age, settings.half_life_days * DAY_SECONDS)
    strengths *= _shared(events, settings)
    order = np.lexsort((events.rows, -events.times, -strengths))[: settings.most_events]
    order = order[strengths[order] > settings.least_strength]
    some = events.where(order)
    return Dismissals(some.rows, strengths[order], reference, _later_likes(context, some), _averse(context, some.rows))


def _strengths(context: Context, dismissals: Dismissals) -> Values:
    """float64 [n]: what those that still count are as strong as now."""
    settings = context.settings.aversion
    age = max(context.now - dismissals.reference, 0.0) if len(dismissals.rows) else 0.0
    strengths = dismissals.strengths * 2.0 ** (-age / (settings.half_life_days * DAY_SECONDS))
    return np.asarray(strengths[strengths > settings.least_strength])


def _reach(context: Context) -> Reach:
    settings, closeness = context.settings.aversion, context.environment.likeness.closeness
    weights = (settings.near, settings.topic, settings.provider, settings.tags)
    return Reach(*weights, settings.sharpness, settings.cap, *closeness)


def _averse(context: Context, rows: Rows) -> Averse:
    """Dismissed items as the compiled loop takes them."""
    catalogue, likeness = context.catalogue, context.environment.likeness
    event, codes = likeness.tags_of(rows)
    order = np.argsort(codes, kind="stable")
    tags, starts = np.unique(codes[order], return_index=True)
    told = np.bincount(event, weights=likeness.telling(codes), minlength=len(rows))
    return Averse(
        topics=catalogue.topics[rows],
        providers=catalogue.providers[rows],
        tags=tags.astype(np.int32),
        starts=np.append(starts, len(codes)).astype(np.int64),
        bearers=event[order].astype(np.int64),
        told=np.asarray(told, dtype=np.float64),
    )


def _told(events: EventColumns, settings: AversionSettings) -> Values:
    """float64 [k]: strength of each event before it fades: its type's or, of a type without one, the event's weight."""
    by_code = np.full(CODES, np.nan)
    for kind in _STRENGTHS:
        by_code[CODE_OF[kind]] = getattr(settings, kind)
    told = by_code[events.codes]
    return np.where(np.isnan(told), events.weights, told)


def _shared(events: EventColumns, settings: AversionSettings) -> Values:
    """float64 [k]: what is left of the strength of each dislike and poor rating that was one of many in a sitting."""
    opinions = (events.codes == CODE_OF[EventType.DISLIKE]) | by_value(events.codes)
    times, sitting = np.sort(events.times[opinions]), settings.sitting_hours * HOUR_SECONDS
    first = np.searchsorted(times, events.times - sitting)
    together = np.searchsorted(times, events.times + sitting, side="right") - first
    return np.where(opinions, np.minimum(1.0, settings.sitting_dislikes / np.maximum(together, 1)), 1.0)


def _unforgiven(context: Context, likes: Values) -> Values:
    """float64 [k] in 0..1: what is left of each event's charge after later engagement with its topic."""
    fade = context.evidence.features.liked.fade(context.now)
    return np.asarray(1 / (1 + context.settings.aversion.forgiveness * fade * likes))


def _later_likes(context: Context, events: EventColumns) -> Values:
    """float64 [k]: weights of the positive events on the topic of each event that came after it."""
    features, topics = context.evidence.features, context.catalogue.topics[events.rows]
    later = features.liked.events.times[None, :] > events.times[:, None]
    related = later & (features.topics[None, :] == topics[:, None])
    return np.asarray(related @ features.liked.weights)


def _near(context: Context, rows: Rows, dismissed: Rows, strengths: Values) -> Values:
    content, (apart, close) = context.catalogue.content, context.environment.likeness.closeness
    cosines = content[rows] @ content[dismissed].T
    nearness = np.clip((cosines - apart) / (close - apart), 0.0, 1.0)
    return np.asarray(np.power(nearness, context.settings.aversion.sharpness) @ strengths)


def _same(mine: NDArray[np.int32], theirs: NDArray[np.int32], strengths: Values) -> Values:
    """float64 [n]: sum of the strengths of events of the same group; a group below 0 is none."""
    groups = int(max(mine.max(initial=0), theirs.max(initial=0))) + 1
    named = theirs >= 0
    sums = np.bincount(theirs[named], weights=strengths[named], minlength=groups)
    return np.where(mine >= 0, sums[mine], 0.0)


def _shared_tags(likeness: Likeness, rows: Rows, dismissed: Rows, strengths: Values) -> Values:
    """float64 [n]: sum of strengths times the weighted Jaccard index of the tags of row and dismissed item."""
    owner, codes = likeness.tags_of(dismissed)
    bearer, borne = likeness.tags_of(rows)
    known, place = np.unique(codes, return_inverse=True)
    theirs, mine = np.zeros((len(dismissed), len(known))), np.zeros((len(rows), len(known)))
    theirs[owner, place] = 1
    hit = np.isin(borne, known)
    mine[bearer[hit], np.searchsorted(known, borne[hit])] = 1
    shared = (mine * likeness.telling(known)) @ theirs.T
    told = np.bincount(owner, weights=likeness.telling(codes), minlength=len(dismissed))
    telling = np.bincount(bearer, weights=likeness.telling(borne), minlength=len(rows))
    either = telling[:, None] + told[None, :] - shared
    return np.asarray((shared / np.where(either > 0, either, 1.0)) @ strengths)
