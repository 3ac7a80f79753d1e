"""Loads every kernel before the first request needs it, or compiles it where that was not done on this machine yet."""

from __future__ import annotations

import numpy as np

from models.kernels import (
    aversion,
    best,
    claims,
    event_parts,
    evidence_sums,
    filters,
    greedy,
    halves,
    labels,
    likeness,
    promises,
    rows,
    slate_columns,
    sums,
    terms,
)
from models.kernels.item_columns import ItemColumns


def warm_up() -> None:
    """Call every kernel once, with arrays of the types that requests have."""
    codes, numbers, vectors = np.zeros(1, np.int32), np.zeros(1, np.int64), np.ones((1, 1), np.float32)
    values, kinds, bounds = np.ones(1), np.zeros(1, np.int8), np.array([0, 1])
    promises.kept_of(codes, kinds, np.ones(4, np.int64))
    greedy.choose((codes, kinds, codes), (values, values, vectors, codes), np.ones(5, np.int64), (0.5, 0.5, 0.5))
    greedy.unlike(vectors, codes, codes, 0.5)
    kept, topics = np.ones(1, np.bool_), np.zeros(1, np.uint64)
    items = ItemColumns(kept, numbers, numbers, topics, codes, codes, codes, codes)
    filters.first_filters(codes, codes, items, filters.merged(codes, numbers, numbers), kept, (0.0, 1, np.uint64(1)))
    best.best_places(vectors, numbers)
    sums.add_weighted(vectors, numbers, vectors[0], vectors, codes)
    sums.summed(sums.gathered(codes, bounds, (codes, vectors[0]))[1], numbers, values)
    rows.among(codes, codes)
    rows.bears(codes, bounds, codes, np.ones(1, np.bool_))
    rows.best_of_groups(codes, bounds[None], codes, values, (numbers, codes), 1)
    tastes, located, found = likeness.Tastes(vectors[0], vectors[0], vectors, codes), (items, codes), (vectors, codes)
    personal, popular = terms.Personal(codes, vectors[0], vectors[0], 0.5), terms.Popular(values, 0.5, 1.0, False)
    terms.terms_of(codes, located, found, tastes, personal, popular, (0.5, 0.5))
    averse = aversion.Averse(codes, codes, codes, bounds, numbers, values)
    lists, reach = (bounds, codes, codes, values), aversion.Reach(*(0.5,) * 8)
    aversion.aversions(averse, (values, values), reach, located, (*found, vectors), lists)
    engaged = claims.Engaged(codes, codes, values, values, values, vectors, bounds, codes, vectors[0], vectors, vectors)
    scored = claims.Scored(codes, codes, vectors, codes, np.ones((1, 4)), values)
    constants = claims.Constants(1.0, 1.0, 1.0, 1.0, 1, 1.0)
    claims.hold(engaged, scored, constants, (bounds, numbers), (vectors[0], 0.0), (numbers, numbers))
    _warm_up_labels(constants)
    claims.carry(engaged, codes, scored, constants, (numbers, numbers))


def _warm_up_labels(constants: claims.Constants) -> None:
    codes, numbers, vectors = np.zeros(1, np.int32), np.zeros(1, np.int64), np.ones((1, 1), np.float32)
    values, mask, bounds, four = np.ones(1), np.ones(1, np.bool_), np.array([0, 1]), np.zeros((1, 4), np.int32)
    links = np.zeros((1, 2), np.int64)
    events = evidence_sums.Events(four, np.ones((1, 3)), mask, vectors, links, codes, vectors[0])
    candidates = evidence_sums.Candidates(four, np.ones((1, 6)), vectors)
    shown = slate_columns.Shown(
        codes, numbers, np.ones((1, 4)), mask, mask, mask, mask, values, vectors, codes, vectors, codes, np.arange(4.0)
    )
    near = labels.nearness((vectors, codes), (vectors, codes), (numbers, codes))
    tags = slate_columns.Tags(bounds, codes, near, mask, mask, values, bounds, codes)
    carried = event_parts.bounds_of(np.ones((1, 3)), values, (links, vectors[0]), constants, 1.0)
    products = slate_columns.Products(vectors, vectors, carried)
    labels.first_reasons((events, candidates, constants), (shown, tags, products), (vectors[0], 0.0), (1, 1, 1))
    halves.gathered(vectors.astype(np.float16), codes)
    halves.products(vectors.astype(np.float16), codes, vectors[0])
    halves.products(vectors, codes, vectors[0])
