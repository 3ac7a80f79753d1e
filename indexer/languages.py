"""Languages: tags in one normal form (RFC 5646), and which of them a person's ranges accept (RFC 4647).

Normal forms are lower case, with the shortest code of each part: `eng`, `EN` and `English` are `en`, `iw` is `he`,
`zh-cmn-Hant` is `zh-hant`, `en_UK` is `en-gb`. The registry's aliases come with babel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
from babel.core import Locale, get_global
from numpy.typing import NDArray

UNKNOWN: Final = "und"
ANY: Final = "*"
"""The range of all languages."""
_UNSPECIFIC: Final = frozenset({"", UNKNOWN, "mul", "mis", "zxx"})
"""Primary subtags that name no one language: not known, several, not coded, none at all."""
_TAG: Final = re.compile(
    r"""(?P<language>[a-z]{2,3}(?P<extended>(-[a-z]{3}){0,3})|[a-z]{4,8})
        (-(?P<script>[a-z]{4}))?
        (-(?P<region>[a-z]{2}|\d{3}))?
        (?P<rest>(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*(-[a-wyz0-9](-[a-z0-9]{2,8})+)*(-x(-[a-z0-9]{1,8})+)?)""",
    re.ASCII | re.VERBOSE,
)
_CACHED: Final = 10_000


@lru_cache(_CACHED)
def canonical(text: str) -> str:
    """The normal form of a language tag, or of a language's name in English.

    >>> canonical("zh-cmn-Hant_TW"), canonical("eng"), canonical("Swedish"), canonical("sr-Latn-ME")
    ('zh-hant-tw', 'en', 'sv', 'sr-latn-me')

    Raises:
        ValueError: it is neither.
    """
    tag = text.strip().lower()
    tag = _by_name().get(tag, tag.replace("_", "-"))
    parts = _TAG.fullmatch(tag)
    if not parts:
        raise ValueError("must be a language tag, such as en or pt-BR")
    named = (parts["extended"] or parts["language"]).rpartition("-")[2]
    language, _, script = _alias("language", named).partition("-")
    region = parts["region"] and _alias("territory", parts["region"])
    present = (language, parts["script"] or script, region)
    return "-".join(part for part in present if part) + parts["rest"]


def accepted(ranges: Iterable[str], tags: Sequence[str]) -> NDArray[np.bool_]:
    """Bool [len(tags)]: whether an item in each of these languages is for a person who reads any of the ranges."""
    wanted = tuple(ranges)
    return np.array([any(accepts(each, tag) for each in wanted) for tag in tags], dtype=np.bool_)


@lru_cache(_CACHED)
def accepts(wanted: str, tag: str) -> bool:
    """Whether a language range accepts a tag.

    A range accepts what it begins (basic filtering, RFC 4647, 3.3.1), scripts that go without saying included: zh-Hant
    accepts zh-TW. What is not known is no other language: tags that name none are accepted, and so is `en` by en-US.

    >>> accepts("en", "en-us"), accepts("en-us", "en-gb"), accepts("en-us", "en"), accepts("de", "und")
    (True, False, True, True)
    """
    tag, wanted = _tolerant(tag), _tolerant(wanted)
    if tag.partition("-")[0] in _UNSPECIFIC or wanted == ANY or _begins(wanted, tag):
        return True
    whole, wanted_whole = _with_script(tag), _with_script(wanted)
    return _begins(wanted_whole, whole) or whole == "-".join(wanted_whole.split("-")[:2])


def specific(tag: str) -> bool:
    """Whether a tag names a language: not for what is not known, several, or none."""
    return _tolerant(tag).partition("-")[0] not in _UNSPECIFIC


def _begins(wanted: str, tag: str) -> bool:
    return tag == wanted or tag.startswith(f"{wanted}-")


def _tolerant(tag: str) -> str:
    """The normal form; of what an older index holds and is no tag, that nothing is known."""
    try:
        return tag if tag == ANY else canonical(tag)
    except ValueError:
        return UNKNOWN


def _with_script(tag: str) -> str:
    """The tag with the script in which its language is written there, unless it names one."""
    parts, likely = tag.split("-"), get_global("likely_subtags")
    if len(parts) > 1 and len(parts[1]) == 4 and parts[1].isalpha():
        return tag
    there = [likely.get(f"{parts[0]}_{part.upper()}") for part in parts[1:2]]
    found = next((each for each in (*there, likely.get(parts[0])) if each), None)
    return "-".join([parts[0], found.split("_")[1].lower() if found else "zyyy", *parts[1:]])


def _alias(kind: str, code: str) -> str:
    """What the registry prefers to a code, in lower case with hyphens; the code where it has no preference."""
    aliases = get_global("language_aliases" if kind == "language" else "territory_aliases")
    found = aliases.get(code if kind == "language" else code.upper(), code)
    return str(found if isinstance(found, str) else found[0]).lower().replace("_", "-")


@cache
def _by_name() -> dict[str, str]:
    """Code by the name in English, in lower case."""
    names = Locale("en").languages
    return {"unknown": UNKNOWN} | {name.lower(): code.lower().replace("_", "-") for code, name in names.items()}
