"""Items for a text: by their words and by their meaning, in one order.

First come items whose title is the text, then those whose title has all of its words, the shorter title first. Of the
others the two lists, by words and by meaning, are fused by reciprocal ranks (Cormack et al. 2009):

    sum over the lists that an item is in of 1 / (60 + its rank there)

What is found by meaning alone has to be at least half as far above nonsense as the nearest item of all.

By words, an item is worth the sum of log(1 / share of items that bear it) over the words that it bears, three times
that for one in the title and twice for one among the tags. Words that a quarter of the catalogue bears, and function
words, find nothing by themselves, and of a long text a third of the others has to be borne. By
meaning, only items nearer to the text than the catalogue is to nonsense count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.copies import repeats
from app.pipeline.stages import EVERYWHERE
from app.pipeline.withheld import kept
from indexer.function_words import FUNCTION_WORDS
from indexer.lexical import FUZZY_FROM, LexicalText, words_of
from models.edit_distance import within_one
from models.ids import Rows

DEPTH: Final = 512
"""Items of either list at first: the same for any number that is asked for, so that fewer are the first of more."""
MOST_WORDS: Final = 32
"""Different words of a text that are looked for."""
COMMON_FROM: Final = 0.25
"""Share of the catalogue from which a word that it bears finds nothing."""
BORNE: Final = 1 / 3
"""Share of a text's words that an item has to bear to be found by words."""
FUSION: Final = 60.0
TITLE, TAGS, TEXT = 3.0, 2.0, 1.0
"""How much a word counts where it stands."""


How = Literal["title", "words", "meaning", "content", "behaviour"]


@dataclass(frozen=True, slots=True)
class Match:
    """One item that was found.

    Attributes:
        row: of the item.
        how: for a text `title` (it is the text, or has all of its words), `words` or `meaning`; for an item `content`
            or `behaviour`, None where they are not alike.
        words: of the item's words those that the text has too, or nearly.
        likeness: cosine of content vectors.
        score: orders the answer.
    """

    row: int
    how: How | None
    words: tuple[str, ...]
    likeness: float
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a text found.

    Attributes:
        matches: the best first, at most as many as asked for.
        rows: all that are near enough, ascending, those that a filter holds back too.
        far: how many that no filter holds back are nearer than nonsense and less than half as near as the nearest.
    """

    matches: list[Match]
    rows: Rows
    far: int


def search_text(context: Context, text: str, vector: NDArray[np.float32]) -> Found:
    """What is near a text.

    Args:
        context: on whose behalf, how many, and what to leave out.
        text: in natural language, a title or a number.
        vector: float32 [content_dimension], its content vector; zeros where the encoder could not read it.
    """
    looked_at = np.empty(0, dtype=np.int32)
    context.exclusions.repeats = repeats(context, EVERYWHERE)
    most = DEPTH
    while True:
        by_words, by_meaning = _lexical(context, text, most), _near(context, vector, most)
        known, looked_at = looked_at, np.union1d(by_words, by_meaning).astype(np.int32)
        keep = looked_at[kept(EVERYWHERE, context, looked_at)]
        lists = by_words[np.isin(by_words, keep)], by_meaning[np.isin(by_meaning, keep)]
        found = _ordered(context, text, vector, lists)
        least = (context.environment.likeness.unrelated + max((match.likeness for match in found), default=0.0)) / 2
        matches = [match for match in found if match.how != "meaning" or match.likeness >= least]
        if len(matches) >= context.request.limit or len(looked_at) == len(known):
            near = by_meaning[context.catalogue.content[by_meaning] @ vector >= least]
            rows = np.union1d(by_words, near).astype(np.int32)
            return Found(matches[: context.request.limit], rows, len(found) - len(matches))
        most *= 4


def _lexical(context: Context, text: str, most: int) -> Rows:
    """Rows by words, in any order."""
    words, lexicon = _words(text), context.catalogue.lexicon
    if not words:
        return np.empty(0, dtype=np.int32)
    telling = list(_telling(context, words))
    rows = [lexicon.titled(words_of(text), most), lexicon.mentioning(telling, most) if telling else ()]
    found = np.setdiff1d(np.concatenate(rows), _left_out(context)).astype(np.int32)
    found = found if context.request.asked is None else context.request.asked.among(found)
    return found[context.catalogue.alive[found]]


def _near(context: Context, vector: NDArray[np.float32], most: int) -> Rows:
    """Rows nearer than nonsense, the nearest first."""
    catalogue = context.catalogue
    if not vector.any():
        return np.empty(0, dtype=np.int32)
    eligibility = None if context.request.asked is None else context.exclusions.eligibility
    hits = catalogue.search(catalogue.space.content_part(vector[None]), most, _left_out(context), eligibility)
    rows = hits.rows[0][hits.rows[0] >= 0]
    return np.asarray(rows[catalogue.content[rows] @ vector >= context.environment.likeness.unrelated])


def _left_out(context: Context) -> Rows:
    """What earlier pages gave and what a copy stands for, ascending."""
    return np.union1d(context.request.given, context.exclusions.repeats).astype(np.int32)


def _ordered(context: Context, text: str, vector: NDArray[np.float32], lists: tuple[Rows, Rows]) -> list[Match]:
    by_words, by_meaning = lists
    bearing = _Bearing(_words(text), words_of(text), _telling(context, _words(text)))
    borne = {row: bearing.of(context, row) for row in by_words.tolist()}
    ranked = sorted((row for row, found in borne.items() if found.worth > 0), key=lambda row: (-borne[row].worth, row))
    places: dict[int, float] = {}
    for rows in (ranked, by_meaning.tolist()):
        for place, row in enumerate(rows):
            places[row] = places.get(row, 0.0) + 1 / (FUSION + place + 1)
    likeness = context.catalogue.content[np.array([*places, *borne], dtype=np.int32)] @ vector
    near = dict(zip([*places, *borne], likeness.tolist(), strict=True))
    found = [
        _match(row, borne.get(row, _NOTHING), near[row], places.get(row, 0.0))
        for row in {*places, *(row for row, each in borne.items() if each.title)}
    ]
    return sorted(found, key=lambda match: (-match.score, -match.likeness, match.row))


@dataclass(frozen=True, slots=True)
class _Borne:
    """What an item bears of a text: worth of the words, the words, and how much of the title they are, above 1 all."""

    worth: float = 0.0
    words: tuple[str, ...] = ()
    title: float = 0.0


_NOTHING: Final = _Borne()


@dataclass(frozen=True, slots=True)
class _Bearing:
    """Compares items with the words of a text."""

    words: Sequence[str]
    whole: Sequence[str]
    telling: dict[str, float]

    def of(self, context: Context, row: int) -> _Borne:
        item = LexicalText.of(context.catalogue.document(row), context.catalogue.title(row))
        title = words_of(item.title)
        tags, text = set(words_of(" ".join(item.tags))), set(words_of(item.text))
        worth, words = 0.0, []
        for word, telling in self.telling.items():
            for weight, place in ((TITLE, set(title)), (TAGS, tags), (TEXT, text)):
                if (found := _found(word, place)) is not None:
                    worth += weight * telling
                    words.append(found)
                    break
        enough = len(words) >= max(1, math.floor(BORNE * len(self.telling)))
        return _Borne(worth if enough else 0.0, tuple(words), self._of_title(item.title, title))

    def _of_title(self, title: str, words: Sequence[str]) -> float:
        if list(self.whole) in (list(words), words_of(title[: max(title.rfind("("), title.rfind("["), 0)])):
            return 2.0
        return len(self.whole) / len(words) if words and set(self.whole) <= set(words) else 0.0


def _match(row: int, borne: _Borne, likeness: float, fused: float) -> Match:
    how: How = "title" if borne.title else "words" if borne.worth else "meaning"
    return Match(row, how, borne.words, likeness, (1 + borne.title if borne.title else 0.0) + fused)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(words_of(text)))[:MOST_WORDS]


def _telling(context: Context, words: Sequence[str]) -> dict[str, float]:
    """Of each word that tells something how much: log(1 / share of the catalogue that bears it)."""
    items = max(len(context.catalogue), 2)
    shares = context.catalogue.lexicon.shares(words)
    return {
        word: -math.log(max(share, 1 / items))
        for word, share in shares.items()
        if word not in FUNCTION_WORDS and share * items <= max(COMMON_FROM * items, 1.0)
    }


def _found(word: str, place: set[str]) -> str | None:
    """The word itself, or one that differs by a letter if it is long and is not there."""
    if word in place:
        return word
    if len(word) < FUZZY_FROM:
        return None
    return min((other for other in place if within_one(word, other)), default=None)
