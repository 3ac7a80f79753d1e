"""HTML as plain text: tags and entities are resolved, what stands in scripts and styles falls away.

A text is taken for HTML only where it surely is: it closes an element, gives one attributes, or names one that needs no
end. So "a < b", "Vec<T>" and "the <details> element" stay as they are. Every pattern is possessive or bounded by the
next angle bracket, so that no text takes more than linear time.
"""

from __future__ import annotations

import html
import re
from typing import Final

_NAMES: Final = (
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|basefont|bdi|bdo|big|blockquote|body|br|button|canvas"
    "|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn|dialog|dir|div|dl|dt|em|embed|fieldset"
    "|figcaption|figure|font|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hgroup|hr|html|i|iframe|img|input"
    "|ins|kbd|label|legend|li|link|main|map|mark|marquee|menu|meta|meter|nav|nobr|noframes|noscript|object|ol|optgroup"
    "|option|output|p|param|picture|pre|progress|q|rp|rt|ruby|s|samp|script|section|select|slot|small|source|span|strike"
    "|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var"
    "|video|wbr"
)
_ENDLESS: Final = "br|hr|img|li|p|td|th|tr|dd|dt|wbr"
_BLOCKS: Final = (
    "address|article|aside|blockquote|br|center|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h1|h2"
    "|h3|h4|h5|h6|header|hr|li|main|nav|ol|option|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_CELLS: Final = "td|th|button|img"
_SWITCHES: Final = (
    "allowfullscreen|async|autoplay|checked|controls|default|defer|disabled|hidden|loop|muted|nowrap|open"
)

_VALUE: Final = r"""\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=`]++)"""
_ATTRIBUTE: Final = rf"""[\s/]++(?:[A-Za-z_:@][\w:.-]*+{_VALUE}|(?:{_SWITCHES})(?=[\s/>]))"""
_CERTAIN: Final = re.compile(
    rf"<(?=[a-z/!])(?:/(?:{_NAMES})\s*+>|(?:{_NAMES})(?:{_ATTRIBUTE})++\s*+/?>|(?:{_ENDLESS})\s*+/?>"
    rf"|(?:script|style)\s*+>|!doctype\s|!--|!\[CDATA\[)",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"""</?([A-Za-z][\w:-]*+)(?:[\s/](?:[^<>"']|"[^"]*+"|'[^']*+'){0,999}+)?>""")
_UNREAD: Final = re.compile(r"<(script|style|template|noscript|iframe|svg|head)\b[^<>]*+>", re.IGNORECASE)
_FRAME: Final = re.compile(r"<!\[CDATA\[|\]\]>|<[!?][A-Za-z][^<>]*+>", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TIMES_ESCAPED: Final = 3
_IN_PLACE: Final = dict.fromkeys(_NAMES.split("|"), "") | dict.fromkeys(_BLOCKS.split("|"), "\n")
_IN_PLACE.update(dict.fromkeys(_CELLS.split("|"), " "))


def plain_text(text: str) -> str:
    r"""The text without markup; itself where it has none.

    >>> plain_text("<p>Fish &amp; chips<br>for&nbsp;two</p><script>track()</script>")
    'Fish & chips\nfor two'
    >>> plain_text("if a < b and c > d")
    'if a < b and c > d'
    """
    if "<" not in text and "&" not in text:
        return text
    if "<" in text and _CERTAIN.search(text):
        return _tidy(_unescaped(_without_tags(text)))
    readable = _unescaped(text)
    if readable.lstrip().startswith("<") and _CERTAIN.match(readable.lstrip()):
        return _tidy(_unescaped(_without_tags(readable)))
    return readable if readable == text else readable.replace("\xa0", " ")


def _without_tags(text: str) -> str:
    return _TAG.sub(_in_place_of_tag, _FRAME.sub("", _read_part(_without_comments(text))))


def _without_comments(text: str) -> str:
    parts, place = [], 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[place:start])
        place = end + 3
    return "".join((*parts, text[place:]))


def _read_part(text: str) -> str:
    """Without elements that nobody reads; one that is not closed goes on to the end."""
    parts, place = [], 0
    while (opening := _UNREAD.search(text, place)) is not None:
        parts.append(text[place : opening.start()])
        closing = re.compile(rf"</{opening[1]}\s*+>", re.IGNORECASE).search(text, opening.end())
        place = closing.end() if closing else len(text)
    return "".join((*parts, text[place:]))


def _in_place_of_tag(tag: re.Match[str]) -> str:
    """What a tag is worth; a name that HTML does not know, and could not be made up for it, is text."""
    name = tag[1].lower()
    return _IN_PLACE.get(name, "" if ":" in name or "-" in name else tag[0])


def _unescaped(text: str) -> str:
    """Entities as characters, also where they were escaped more than once; an ampersand without an end is none."""
    for _ in range(_TIMES_ESCAPED):
        if "&" not in text or ";" not in text:
            break
        readable = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if readable == text:
            break
        text = readable
    return text


def _tidy(text: str) -> str:
    """Without the space that HTML does not show: every line with single spaces, no empty lines, no soft hyphens."""
    lines = (" ".join(line.split()) for line in text.replace("\xad", "").split("\n"))
    return "\n".join(line for line in lines if line)
