"""Base rates: how common each topic is in one catalogue, and how plain an item on it must therefore be.

Heads are calibrated on texts of which every second one is on the topic. In a catalogue where one in a thousand is, the
same bar takes hundreds of harmless items for each that it finds. So the share of texts that are evidently on a topic is
counted, less what harmless texts give by chance, and with the caution that their number asks for; the rarer the topic,
the more is asked of every text, and the more of a short one. A catalogue without enough text shows nothing, and all its
topics are taken for rare.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from indexer.sensitive.background import LEAST, Background, Usual, fitted_to, raised
from models.topic_heads import TopicHeads

_EVIDENT: Final = 4.0
"""Log-odds from which a text counts as evidently on a topic."""
_BY_CHANCE: Final = 0.015
"""Share of harmless texts that reach them, at most."""
_FOUND: Final = 0.6
"""Share of the texts on a topic that reach them."""
_CAUTION: Final = 0.1
"""Quantile at which the share of evident texts is read, given how many there are."""
_DOUBT: Final = 0.01
"""The same where they are few."""
_HANDFUL: Final = 5
"""Evident texts that say that a topic is there, if they are more than chance gives."""
_LARGE: Final = 0.1
"""Share of evident texts from which a handful says as much as LEAST of them."""
_COMMON: Final = 0.015
"""Base rate from which nothing more is asked than by the calibration."""
_THERE: Final = 3.0
"""Log-odds that are asked where a topic is there, and nobody can tell how common it is."""
_RAREST: Final = 6.5
"""Log-odds that are asked where a topic shows nowhere: of harmless texts one in a hundred passes any of thirteen."""
_BREVITY: Final = 9.0
"""Log-odds that are asked there of a text without a word, besides those of the calibration."""


def fitted_at_base_rates(background: Background, heads: TopicHeads, usual: Usual) -> TopicHeads:
    """The heads fitted to a catalogue, with what its base rates ask.

    Only common topics learn of their clear cases: those of a rare one are for the most part mistakes.
    """
    if not len(background.content) or not heads.names:
        return at_base_rates(None, heads, heads.untrained)
    plain = at_base_rates(background, raised(background.sample(), heads, usual), heads.untrained)
    taught, common = fitted_to(background, heads, usual), plain.rarity == 0
    weights, bias = np.where(common[:, None], taught.weights, plain.weights), np.where(common, taught.bias, plain.bias)
    return replace(plain, weights=weights, bias=bias)


def at_base_rates(background: Background | None, heads: TopicHeads, of: NDArray[np.bool_]) -> TopicHeads:
    """The heads with what the base rates of a catalogue ask.

    Args:
        background: the catalogue; None where nothing is known of it.
        heads: with its bars, and nothing learned of it.
        of: bool [k], the heads that are concerned.
    """
    asked = np.full(len(heads.names), _RAREST) if background is None else rarity_in(background, heads)
    rarity = np.where(of, asked, 0.0)
    brevity = heads.brevity + _BREVITY / _RAREST * rarity
    return replace(heads, rarity=rarity.astype(np.float32), brevity=brevity.astype(np.float32))


def rarity_in(background: Background, heads: TopicHeads) -> NDArray[np.float64]:
    """float64 [k]: log-odds that are asked of every text, by how many with enough text are evidently on each topic."""
    texts = background.sample().full()
    count = len(texts.content)
    if not count:
        return np.full(len(heads.names), _RAREST)
    evident = (heads.logits(texts.content, texts.lengths) > _EVIDENT).sum(axis=0)
    cautious, doubtful = (betaincinv(evident + 0.5, count - evident + 0.5, each) for each in (_CAUTION, _DOUBT))
    rate = np.maximum(cautious - _BY_CHANCE, 1e-9) / _FOUND
    by_rate = np.clip(np.log(_COMMON / rate), 0.0, _RAREST)
    handful = evident >= _HANDFUL
    told = (evident >= LEAST) | (handful & (doubtful >= _LARGE))
    there = handful & (doubtful > _BY_CHANCE)
    return np.select([told, there], [by_rate, np.maximum(by_rate, _THERE)], _RAREST)
