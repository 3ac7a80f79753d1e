"""Which of several copies a person is shown: one of each group, and whichever the filters leave."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.pipeline.context import Context
from app.pipeline.withheld import Filter, kept
from models.ids import Rows


def repeats(context: Context, filters: Iterable[Filter]) -> Rows:
    """Rows in whose place a copy stands, ascending: of each group the eligible one published last, ties by row."""
    catalogue = context.catalogue
    rows = catalogue.copies.rows
    if not len(rows):
        return rows
    rows = rows[kept(filters, context, rows)]
    labels = catalogue.copies.labels(rows)
    order = np.lexsort((rows, -catalogue.published_at[rows], labels))
    again = np.diff(labels[order], prepend=labels[order[:1]] - 1) == 0
    return np.sort(rows[order[again]])
