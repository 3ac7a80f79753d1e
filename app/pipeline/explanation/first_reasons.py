"""The reason that each item's label rests on, and no other: what an answer tells unless its caller asks for all.

It is the first of those that app/pipeline/explainer.py orders, found by models/kernels/labels.py; what is made here is
its words.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.explanation.facts import share_of
from app.pipeline.explanation.label_choice import stated_reason
from app.pipeline.explanation.label_columns import chosen_reasons
from app.pipeline.explanation.nameable import link_of
from app.pipeline.explanation.quotes import verbs_of
from app.pipeline.reranker import Ranked
from app.pipeline.settings import RankingWeights
from app.pipeline.slate import Reason
from models.kernels.labels import ITEM, STATED, WHAT

CODES = ("because_you", "similar_to", "session", "stated_preference", "history", "fresh", "popular", "explore")
"""By kind of reason, as models/kernels/labels.py numbers them."""


def first_reasons(
    context: Context, ranked: Ranked, candidates: Candidates, weights: RankingWeights
) -> Iterator[Reason]:
    """One reason for each item of a slate, in order."""
    choice = chosen_reasons(context, ranked, candidates, weights)
    found, catalogue = choice.reasons, context.catalogue
    events = context.evidence.amounts[0]
    named = found.events[found.events >= 0]
    verbs, words = verbs_of(context, events.where(named)) if len(named) else (np.empty(0, np.int64), [])
    said = iter(zip(events.rows[named].tolist(), verbs.tolist(), strict=True))
    columns = (ranked.candidates.rows, ranked.candidates.scores, ranked.exploratory, *found)
    for row, score, explored, kind, tag, event, part, different in zip(
        *(each.tolist() for each in columns), strict=True
    ):
        share = share_of(part, score)
        if kind == STATED:
            yield stated_reason(context, row, share)
            continue
        item, verb = next(said) if event >= 0 else (-1, -1)
        yield Reason(
            code=CODES[kind],
            share=None if kind == WHAT else share,
            tag=catalogue.tag_words.names[choice.codes[tag]] if tag >= 0 else None,
            item_id=catalogue.item_id(item) if item >= 0 else None,
            title=catalogue.title(item) if item >= 0 else None,
            verb=(words[verb] or None) if item >= 0 else None,
            different=different if kind == WHAT and explored else None,
            link=("content" if not different else link_of(context, row, item)) if kind == ITEM else None,
        )
