"""Stated preferences: what a person stated about kinds of items, as a factor of their scores, and as a summand.

A positive score is multiplied by exp(L_j), where L_j is the sum of the exponents of every statement that holds for item
j: more or less of its topic, its provider, its format; what a placement boosts counts likewise. Unlike the vector of
the explicit profile, which is one voice among all the events that are known, it acts alike for a newcomer and for
somebody with a long history.

A factor raises nothing where nothing else speaks for an item. So preferred providers and formats, which are no part of
that vector, are a term of the score too, and a source of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from models.columns import LiveColumn
from models.ids import Rows


def preference_exponents(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n]: the exponent L_j; that of the placement where nothing was stated, or personalisation is off."""
    exponents = context.request.placement.exponents(rows)
    if context.person is None or context.person.explicit is None:
        return exponents
    stated, settings, catalogue = (
        context.person.explicit.preferences,
        context.settings.stated_preferences,
        context.catalogue,
    )
    for exponent, column, wanted in (
        (settings.more, catalogue.topics, catalogue.subjects.named(stated.topics)),
        (-settings.less, catalogue.topics, catalogue.subjects.named(stated.less_of)),
        (settings.provider, catalogue.providers, _codes(catalogue.provider_words.code, stated.providers)),
        (settings.format, catalogue.formats, _codes(catalogue.format_words.code, stated.formats)),
    ):
        if len(wanted):
            exponents[np.isin(column[rows], wanted)] += exponent
    return exponents


def preferences_kept(context: Context, rows: Rows) -> NDArray[np.float32]:
    """float32 [n]: of provider and format how many are what the person prefers."""
    kept = np.zeros(len(rows), dtype=np.float32)
    for column, wanted in _preferred(context):
        kept += np.isin(column[rows], wanted)
    return kept


def rows_preferred(context: Context) -> Rows:
    """All rows of the preferred providers and formats, ascending; it looks through the columns of the catalogue."""
    found = [np.flatnonzero(np.isin(column.all(), wanted)) for column, wanted in _preferred(context)]
    return np.unique(np.concatenate([*found, np.empty(0)])).astype(np.int32)


def _preferred(context: Context) -> list[tuple[LiveColumn[np.int32], NDArray[np.int32]]]:
    """The columns about which something that the catalogue has is preferred, and the codes of that."""
    if context.person is None or context.person.explicit is None:
        return []
    stated, catalogue = context.person.explicit.preferences, context.catalogue
    columns = (
        (catalogue.providers, _codes(catalogue.provider_words.code, stated.providers)),
        (catalogue.formats, _codes(catalogue.format_words.code, stated.formats)),
    )
    return [(column, wanted) for column, wanted in columns if len(wanted)]


def _codes(code_of: Callable[[str], int], words: Sequence[str]) -> NDArray[np.int32]:
    return np.array([code for word in words if (code := code_of(word)) >= 0], dtype=np.int32)
