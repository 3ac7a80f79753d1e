"""A served answer as it waits to be logged, and the columns that the log keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, TypeAlias
from uuid import uuid4

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.pipeline.slate import Slate
from app.pipeline.topic_draw import TopicDraw
from models.columns import LiveColumn
from models.ids import Rows
from models.inclusion import inclusion_probabilities
from models.metrics import intra_list_distance

FLOORS: Final = ("exploration", "recency", "length", "topic_cap", "provider_cap", "distance")
"""Floors and caps of a receipt; each has the columns `<floor>_required` and `<floor>_achieved`.

`floors_missed` names those that were not kept although they could be, `floors_unaffordable` those that could not.
"""

_NAMES: Final = pa.list_(pa.string())
ANSWER_SCHEMA: Final = pa.schema(
    [
        ("recommendation_id", pa.string()),
        ("user_id", pa.string()),
        ("served_at", pa.timestamp("us")),
        ("page", pa.int32()),
        ("scenario", pa.string()),
        ("snapshot", pa.string()),
        ("policy", pa.string()),
        ("experiment", pa.string()),
        ("variant", pa.string()),
        ("personalized", pa.bool_()),
        ("machine", pa.bool_()),
        ("diversity", pa.float32()),
        *((f"{floor}_{part}", pa.int32()) for floor in FLOORS for part in ("required", "achieved")),
        ("floors_missed", _NAMES),
        ("floors_unaffordable", _NAMES),
        ("item_ids", _NAMES),
        ("topics", _NAMES),
        ("providers", _NAMES),
        ("sources", _NAMES),
        ("label_kinds", _NAMES),
        ("explorations", pa.list_(pa.bool_())),
        ("propensities", pa.list_(pa.float32())),
        ("scores", pa.list_(pa.float32())),
        ("teams", pa.list_(pa.int8())),
        ("drawn", pa.list_(pa.int16())),
        ("draw_levels", pa.list_(pa.uint8())),
        ("draw_touched", pa.list_(pa.int16())),
        ("draw_successes", pa.list_(pa.float32())),
        ("draw_failures", pa.list_(pa.float32())),
        ("draw_ignored", pa.list_(pa.float32())),
    ]
)
"""One row an answer; what there is once for each item stands in lists, in order of the slate. Times are UTC.

`teams` is null unless slates of two policies were drafted from. The last six say how exploration drew topics, by their
codes in the snapshot, and are null where there was no choice.
"""

_EXPLORE: Final = "explore"
_NOTHING: Final = np.empty(0, dtype=np.int64)


Coded: TypeAlias = tuple[NDArray[np.int32], Sequence[str]]
"""Codes, and the words that they stand for."""


@dataclass(slots=True)
class Served:
    """One answer that was given; not frozen, since that is four times as dear to make.

    Attributes:
        slate: the answer.
        page: 1 for a first page.
        at: seconds since 1970.
        rows: int32 [n], of the items.
        content: content vectors by row, of unit length.
        topics: int32 [n], code of each item's topic, and the topics' slugs by code.
        providers: int32 [n], code of each item's provider or -1, and the providers' names by code.
        policy: id of the weights, floors and snapshot that made it.
        named: whether the person may be named: they have not switched personalisation off.
        machine: whether they are taken for a machine.
        draw: the topics that were drawn to be explored, if any were; None where two slates were drafted from.
        teams: int8 [n], of a drafted slate, which policy brought each item.
        experiment: in which the person takes part, if any.
        variant: that they were assigned to.
    """

    slate: Slate
    page: int
    at: float
    rows: Rows
    content: LiveColumn[np.float32]
    topics: Coded
    providers: Coded
    policy: str
    named: bool
    machine: bool
    draw: TopicDraw | None = None
    teams: NDArray[np.int8] | None = None
    experiment: str | None = None
    variant: str | None = None


def served_batch(answers: Sequence[Served], may_name: Callable[[str], bool] = bool) -> pa.RecordBatch:
    """Rows of ANSWER_SCHEMA.

    Args:
        answers: in order of serving.
        may_name: whether an id may be written at all. Who may not be named has neither an id in the log nor one of the
            answer, by which it could be told whose it was.
    """
    named = [each.named and bool(each.slate.user_id) and may_name(each.slate.user_id) for each in answers]
    columns = {**_of_answers(answers, named), **_receipts(answers), **_of_items(answers), **_of_draws(answers)}
    return pa.RecordBatch.from_arrays([columns[name] for name in ANSWER_SCHEMA.names], schema=ANSWER_SCHEMA)


def _of_answers(answers: Sequence[Served], named: Sequence[bool]) -> dict[str, pa.Array]:
    pairs = list(zip((each.slate for each in answers), named, strict=True))
    micros = [round(1e6 * each.at) for each in answers]
    return {
        "recommendation_id": pa.array([slate.recommendation_id if known else uuid4().hex for slate, known in pairs]),
        "user_id": pa.array([slate.user_id if known else None for slate, known in pairs], pa.string()),
        "served_at": pa.array(micros, pa.timestamp("us")),
        "page": pa.array([each.page for each in answers], pa.int32()),
        "scenario": pa.array([slate.scenario for slate, _ in pairs], pa.string()),
        "snapshot": pa.array([slate.snapshot for slate, _ in pairs], pa.string()),
        "policy": pa.array([each.policy for each in answers], pa.string()),
        "experiment": pa.array([each.experiment for each in answers], pa.string()),
        "variant": pa.array([each.variant for each in answers], pa.string()),
        "personalized": pa.array([slate.personalized for slate, _ in pairs], pa.bool_()),
        "machine": pa.array([each.machine for each in answers], pa.bool_()),
        "diversity": pa.array(diversities(answers), pa.float32()),
    }


def diversities(answers: Sequence[Served]) -> list[float | None]:
    """Of each answer, the mean over all pairs of items of 1 - cosine of their content; None for fewer than two."""
    return [intra_list_distance(each.content[each.rows]) if len(each.rows) > 1 else None for each in answers]


def _receipts(answers: Sequence[Served]) -> dict[str, pa.Array]:
    receipts = [{each.floor: each for each in answer.slate.receipt} for answer in answers]
    columns: dict[str, pa.Array] = {}
    for floor in FLOORS:
        said = [receipt.get(floor) for receipt in receipts]
        columns[f"{floor}_required"] = pa.array([each and each.required for each in said], pa.int32())
        columns[f"{floor}_achieved"] = pa.array([each and each.achieved for each in said], pa.int32())
    short = [[each for each in answer.slate.receipt if _is_short(each)] for answer in answers]
    missed = [[each.floor for each in receipt if each.reason is None] for receipt in short]
    unaffordable = [[each.floor for each in receipt if each.reason is not None] for receipt in short]
    return columns | {
        "floors_missed": pa.array(missed, _NAMES),
        "floors_unaffordable": pa.array(unaffordable, _NAMES),
    }


def _is_short(said: Any) -> bool:
    """A floor is missed from below and a cap from above.

    Where the receipt gives a reason, the catalogue or the person's own choices could not afford it: it was kept as far
    as it could be.
    """
    if said.floor.endswith("_cap"):
        return bool(said.achieved > said.required)
    return bool(said.achieved < said.required)


def _of_items(answers: Sequence[Served]) -> dict[str, pa.Array]:
    slates = [each.slate.items for each in answers]
    items = [item for slate in slates for item in slate]
    offsets = pa.array([0, *accumulate(map(len, slates))], pa.int32())
    flat = {
        "item_ids": pa.array([item.item_id for item in items], pa.string()),
        "topics": pa.array(_chained(_words(each.topics) for each in answers), pa.string()),
        "providers": pa.array(_chained(_words(each.providers) for each in answers), pa.string()),
        "sources": pa.array([item.source for item in items], pa.string()),
        "label_kinds": pa.array([_label_kind(item) for item in items], pa.string()),
        "explorations": pa.array([item.exploration for item in items], pa.bool_()),
        "propensities": pa.array(_chained(propensities(answers)), pa.float32(), from_pandas=True),
        "scores": pa.array([item.score for item in items], pa.float32()),
    }
    teams = [None if each.teams is None else each.teams.tolist() for each in answers]
    lists = {name: pa.ListArray.from_arrays(offsets, values) for name, values in flat.items()}
    return lists | {"teams": pa.array(teams, ANSWER_SCHEMA.field("teams").type)}


def _of_draws(answers: Sequence[Served]) -> dict[str, pa.Array]:
    """How close each topic is that could be drawn (0: it could not), and what was done of the few that were touched.

    All draws at once, which takes two thirds of the time that one after the other takes.
    """
    there = [each.draw is not None and each.draw.is_choice for each in answers]
    draws = [each.draw for each, kept in zip(answers, there, strict=True) if each.draw is not None and kept]
    sizes = np.array([len(draw.topics) for draw in draws], dtype=np.int64)
    starts, topics = np.cumsum(sizes) - sizes, _joined([draw.topics for draw in draws])
    received = [_joined([draw.received[part] for draw in draws]) for part in range(3)]
    touched = np.flatnonzero(sum(received)) if draws else _NOTHING
    taken = np.array([len(draw.drawn) for draw in draws], dtype=np.int64)
    drawn = topics[_joined([draw.drawn for draw in draws]) + np.repeat(starts, taken)]
    widths = np.array([int(draw.topics[-1]) + 1 for draw in draws], dtype=np.int64)
    levels = np.zeros(int(widths.sum()), dtype=np.uint8)
    levels[topics + np.repeat(np.cumsum(widths) - widths, sizes)] = _joined([draw.levels for draw in draws])
    counts = np.diff(np.searchsorted(touched, [*starts.tolist(), len(topics)]))
    lists = {"drawn": (drawn, taken), "draw_levels": (levels, widths), "draw_touched": (topics[touched], counts)}
    for name, column in zip(("draw_successes", "draw_failures", "draw_ignored"), received, strict=True):
        lists[name] = (column[touched], counts)
    return {name: _listed(values, lengths, there, name) for name, (values, lengths) in lists.items()}


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else _NOTHING


def _listed(values: NDArray[Any], lengths: NDArray[np.int64], there: Sequence[bool], name: str) -> pa.Array:
    """A column of lists, null where nothing is there."""
    kind, mask = ANSWER_SCHEMA.field(name).type, np.array(there, dtype=np.bool_)
    offsets = np.zeros(len(mask) + 1, dtype=np.int32)
    offsets[1:][mask] = lengths
    flat = pa.array(values.astype(kind.value_type.to_pandas_dtype(), copy=False), kind.value_type)
    return pa.ListArray.from_arrays(pa.array(np.cumsum(offsets, dtype=np.int32)), flat, mask=pa.array(~mask))


def _chained(lists: Iterable[Iterable[Any]]) -> list[Any]:
    return [each for one in lists for each in one]


def _words(coded: Coded) -> list[str | None]:
    codes, words = coded
    return [words[code] if code >= 0 else None for code in codes.tolist()]


def _label_kind(item: Any) -> str | None:
    """The code of the reason that the label tells; None where the item has no label."""
    return item.reasons[0].code if item.label and item.reasons else None


def propensities(answers: Sequence[Served]) -> list[NDArray[np.float64]]:
    """Of each answer's items, the probability over the draws of exploration with which they could stand there.

    Float64 [n] each. An item that exploration brought could because its topic was drawn; the others owe nothing to a
    draw and have 1. In a drafted slate the former have nan: what two draws and the draft make of it is not worked out.
    """
    drawn = [each.draw if any(item.source == _EXPLORE for item in each.slate.items) else None for each in answers]
    chances = iter(inclusion_probabilities([each.betas for each in drawn if each is not None]))
    return [
        _of_draw(answer, draw, next(chances) if draw else None) for answer, draw in zip(answers, drawn, strict=True)
    ]


def _of_draw(answer: Served, draw: TopicDraw | None, chances: NDArray[np.float64] | None) -> NDArray[np.float64]:
    found = np.ones(len(answer.slate.items))
    explored = np.array([item.source == _EXPLORE for item in answer.slate.items], dtype=np.bool_)
    if draw is None or chances is None:
        return np.where(explored & (answer.teams is not None), np.nan, found)
    topics = answer.topics[0][explored]
    places = np.minimum(np.searchsorted(draw.topics, topics), len(draw.topics) - 1)
    alike = draw.settings.uniform
    of_topic = (1 - alike) * chances[places] + alike * len(draw.drawn) / len(draw.topics)
    found[explored] = np.where(draw.topics[places] == topics, of_topic, 1.0)
    return found
