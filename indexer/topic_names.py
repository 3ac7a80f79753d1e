"""Names of topics: the tags, or else the words of titles, that set a topic apart from the rest of the catalogue.

Of topic c with n_c items, n_ct of which bear term t, where a share p_t of the whole catalogue bears it:

    lift(c, t)  = (n_ct + s * p_t) / (n_c + s) / p_t                     s = smoothing_items
    score(c, t) = n_ct / n_c * log(min(lift, 10)) * cosine(centroid c, vector of t)

So a good name is frequent in the topic, rare elsewhere, and near its middle. Two rules keep a curiosity from naming a
topic: a lift beyond 10 counts as 10, and a term that is much rarer in the topic than its best one is left aside. A
date comes first in a name only where there is nothing else: "war, 1970s". What names nothing (indexer/stop_terms.py)
names no topic: one that has nothing else has no name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, count, pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from indexer.dates import is_date
from indexer.stop_terms import is_stop_term
from indexer.terms import Terms
from models.encoder import Vectors, unit

CANDIDATES: Final = 8
"""Terms of a topic among which its name is chosen."""
SECOND_TERM_FROM: Final = 0.35
"""Share of the first term's score from which a second one becomes part of the name."""
NAMELESS: Final = ""
"""Name of a topic that nothing names."""
_UNNAMED_SLUG: Final = "unnamed"
LEAST_LIFT: Final = 1.1
"""Lift under which a term is not distinctive; only a topic without any distinctive term is named by its best one."""
MOST_LIFT: Final = 10.0
"""Lift from which a term is as distinctive as it can be."""
CURIOSITY_BELOW: Final = 0.1
"""Share of the frequency of a topic's best term under which another term does not name it."""
TELLING_WORD_FROM: Final = 0.1
"""Share of a topic's items from which a word of their titles may be added to tags."""
_EVERYWHERE: Final = 1 + 1e-6
_MAX_SLUG: Final = 80
_LEAST: Final = 0.01
_STEM: Final = 5


class Term(NamedTuple):
    """A tag or word of a topic, its score, the share of the topic's items that bear it, and its lift there."""

    name: str
    score: float
    share: float
    lift: float


Ranked = list[Term]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which item belongs to which topic.

    Attributes:
        assignment: int32 [items].
        count: topics.
    """

    assignment: NDArray[np.int32]
    count: int

    def sizes(self) -> NDArray[np.int64]:
        """Items of each topic, int64 [topics]."""
        return np.bincount(self.assignment, minlength=self.count)

    def joined(self, groups: NDArray[np.int32]) -> Clusters:
        """Those of which each group, int32 [topics] numbered from 0, is one."""
        return Clusters(groups[self.assignment], int(groups.max()) + 1)

    def members(self) -> csr_array[np.float32]:
        """float32 [items, topics], sparse; 1 where an item belongs to a topic."""
        ones = np.ones(len(self.assignment), dtype=np.float32)
        return csr_array((ones, self.assignment, np.arange(len(ones) + 1)), shape=(len(ones), self.count))

    def middles(self, content: Vectors) -> Vectors:
        """float32 [topics, d], unit length: the direction of the mean of [items, d] vectors of each topic."""
        return unit(np.asarray(self.members().T @ content, dtype=np.float32))


def rank_terms(
    clusters: Clusters, terms: Terms, smoothing_items: float, closeness: NDArray[np.float32] | None = None
) -> list[Ranked]:
    """Of each topic its CANDIDATES best terms with their scores, best first; ties by name.

    Args:
        clusters: the topics.
        terms: of the same items.
        smoothing_items: s above.
        closeness: float32 [topics, terms], cosines of centroids and terms; without it, 1.
    """
    named = np.array([not is_stop_term(name) for name in terms.names], dtype=np.bool_)
    terms, closeness = terms.where(named), None if closeness is None else closeness[:, named]
    topic, term, frequency = _frequencies(clusters, terms)
    sizes, shares = clusters.sizes()[topic], (terms.counts() / len(clusters.assignment))[term]
    lift = (frequency + smoothing_items * shares) / (sizes + smoothing_items) / shares
    score = (inside := frequency / sizes) * np.clip(np.log(lift), _LEAST, np.log(MOST_LIFT))
    if closeness is not None:
        score = score * np.maximum(closeness[topic, term], _LEAST)
    order = np.lexsort((term, -np.round(score, 9), topic))
    bounds = np.searchsorted(topic[order], np.arange(clusters.count + 1))
    best = [order[start:end] for start, end in pairwise(bounds)]
    telling = [(inside[at] >= CURIOSITY_BELOW * inside[at[:1]]) & (lift[at] >= LEAST_LIFT) for at in best]
    return [
        [
            Term(terms.names[term[at]], float(score[at]), float(inside[at]), float(lift[at]))
            for at in _firsts(places, keep)
        ]
        for places, keep in zip(best, telling, strict=True)
    ]


def choose_names(sizes: NDArray[np.int64], tags: Sequence[Ranked], words: Sequence[Ranked]) -> list[str]:
    """A name for each topic, no two alike but NAMELESS; larger topics choose first.

    Args:
        sizes: items of each topic.
        tags: ranked tags of each topic.
        words: ranked words of each topic, used where tags do not suffice.
    """
    names: dict[int, str] = {}
    taken: set[frozenset[str]] = set()
    for topic in sorted(range(len(sizes)), key=lambda topic: (-sizes[topic], tags[topic], words[topic], topic)):
        terms = next(terms for terms in _proposals(tags[topic], words[topic]) if frozenset(terms) not in taken)
        taken |= {frozenset(terms)} if terms else set()
        names[topic] = ", ".join(terms)
    return [names[topic] for topic in range(len(sizes))]


def naming_terms(tags: Sequence[Ranked], words: Sequence[Ranked]) -> list[str | None]:
    """Of each topic the term that its name begins with; None where that is a date or as frequent everywhere."""
    first = [_first(of_tags, of_words) for of_tags, of_words in zip(tags, words, strict=True)]
    return [term.name if term and term.lift > _EVERYWHERE and not is_date(term.name) else None for term in first]


def slugs_of(names: Sequence[str]) -> list[str]:
    """A distinct id for each name, for use in a URL path: a-z, 0-9 and hyphens."""
    slugs: dict[str, None] = {}
    unnamed = count(1)
    for name in names:
        slug = _slug(name) if name else _numbered(_UNNAMED_SLUG, next(unnamed))
        slugs[slug if slug and slug not in slugs else f"{slug or 'topic'}-{_digest(name)}"] = None
    return list(slugs)


def _frequencies(clusters: Clusters, terms: Terms) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
    """(topic, term, items) of every pair that occurs."""
    pairs = (clusters.members().T @ terms.items).tocoo()
    return pairs.row, pairs.col, pairs.data


def _firsts(places: NDArray[np.intp], keep: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first CANDIDATES places to keep, or the very first if none is."""
    return places[keep][:CANDIDATES] if keep.any() else places[:1]


def _proposals(tags: Ranked, words: Ranked) -> Iterator[list[str]]:
    """Terms that could be the name of a topic, best first, without end."""
    telling = [word for word in words if word.share >= TELLING_WORD_FROM]
    leading = _leading(tags, telling)
    yield leading
    further = [term.name for term in (*tags, *telling, *words) if not any(_overlap(term.name, one) for one in leading)]
    yield from ([*leading, *more] for length in (1, 2) for more in combinations(further, length) if leading)
    yield from ([*leading[:-1], f"{leading[-1]} ({number})"] for number in count(2))


def _leading(tags: Ranked, words: Ranked) -> list[str]:
    """The first term, and a second one of the same kind as the first choice that is nearly as good."""
    first = _first(tags, words)
    if first is None:
        return []
    second = [term.name for term in (tags or words) if term.score >= SECOND_TERM_FROM * first.score]
    return [first.name, *[name for name in second if not _overlap(name, first.name)][:1]]


def _first(tags: Ranked, words: Ranked) -> Term | None:
    """The best tag, or else word, or else date."""
    return next(iter([*(term for term in tags if not is_date(term.name)), *words, *tags]), None)


def _overlap(term: str, other: str) -> bool:
    """Whether two terms share a word, give or take its ending."""
    return not _stems(term).isdisjoint(_stems(other))


def _stems(term: str) -> set[str]:
    return {word.removesuffix("s")[:_STEM] for word in re.findall(r"\w+", term)} or {term}


def _numbered(word: str, number: int) -> str:
    return word if number == 1 else f"{word}-{number}"


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", re.sub(r"['\u2019]", "", name)).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_MAX_SLUG].strip("-")


def _digest(name: str) -> str:
    return blake2b(name.encode(), digest_size=4).hexdigest()
