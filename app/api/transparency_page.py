"""The charter as a page for people: plain HTML, readable without scripts, fonts or anything from another server."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any, Final

_STYLE: Final = """
:root { color-scheme: light dark }
body { font: 1.0625rem/1.55 system-ui, sans-serif; max-width: 48rem; margin: 2.5rem auto; padding: 0 1rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin-bottom: .3rem }
h2 { font-size: 1.25rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100%; font-size: .95rem }
caption { text-align: left; padding: .2rem 0 .6rem; opacity: .8 }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #8886 }
code { font-size: .9em; overflow-wrap: anywhere }
dt { font-weight: 600; margin-top: .7rem }
dd { margin: 0 }
.disclosure { border-left: .3rem solid #2563eb; padding: .1rem 1rem }
.wide { overflow-x: auto }
""".strip()
_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
_MODES: Final = {
    "permission": "recommended and learned from only with your permission",
    "recommend_only": "recommended to everybody, never learned from",
    "free": "treated like anything else",
}


def transparency_page(told: Mapping[str, Any]) -> str:
    """The page that says what the payload of `GET /transparency` says."""
    charter = told["charter"]
    title = f"How {charter['name']} chooses for you"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="disclosure">{escape(charter["disclosure"])}</p>',
        _section("In short", _pairs(_in_short(charter))),
        _section("What you can do", _pairs(told["user_controls"], code=True)),
        _section("Data that is used", _data(told["data_used"])),
        _section("Sensitive topics", _topics(told["sensitive_topics"])),
        _section("How much each thing counts", _numbers(told)),
        _section("Which version this is", _pairs(_versions(told), code=True)),
    ]
    body = "\n".join(parts)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{_STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _in_short(charter: Mapping[str, Any]) -> dict[str, str]:
    told = {"What is personalised": charter["personalised"], "What for": charter["outcome"]}
    return told | ({"Whom to ask": charter["contact"]} if "contact" in charter else {})


def _versions(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Configuration": told["configuration_hash"],
        "Index in service": told["snapshot"] or "none yet",
    }


def _section(heading: str, content: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{content}\n</section>"


def _pairs(pairs: Mapping[str, str], *, code: bool = False) -> str:
    mark = ("<code>", "</code>") if code else ("", "")
    rows = (f"<dt>{escape(name)}</dt><dd>{mark[0]}{escape(said)}{mark[1]}</dd>" for name, said in pairs.items())
    return f"<dl>{''.join(rows)}</dl>"


def _data(used: Sequence[Mapping[str, str]]) -> str:
    caption = "Whatever is not in this table is refused when somebody sends it."
    return _table(caption, ("Data", "What for", "Kept"), ((row["data"], row["why"], row["kept"]) for row in used))


def _topics(topics: Sequence[Mapping[str, str]]) -> str:
    caption = "Where permission is needed, you may give and withdraw it at any time."
    rows = (
        (topic["topic"], topic["about"], " ".join(part for part in (_MODES[topic["mode"]] + ".", topic["why"]) if part))
        for topic in topics
    )
    return _table(caption, ("Topic", "What it covers", "Here it is"), rows)


def _numbers(told: Mapping[str, Any]) -> str:
    named = {"Weight": told["ranking_weights"], "Floor": told["floors"], "Half-life": told["half_lives"]}
    rows = [
        (kind, name.replace("_", " "), f"{value:g}")
        for kind, values in named.items()
        for name, value in values.items()
        if isinstance(value, int | float)
    ]
    signals = told["events"]["signals"]
    rows += [
        ("Event", name.replace("_", " "), f"{each['polarity'] * each['weight']:+g}") for name, each in signals.items()
    ]
    return _table("The live values; the same as JSON for programs.", ("Kind", "Name", "Value"), rows)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    table = f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}">{table}</div>'


def prefers_html(accept: str) -> bool:
    """Whether an Accept header asks for HTML rather than JSON: at a higher quality, or, at the same, by name first."""
    best = {"text/html": (0.0, 0), "application/json": (0.0, 0)}
    for place, entry in enumerate(accept.lower().split(",")):
        kind, *parameters = (part.strip() for part in entry.split(";"))
        quality = next((_quality(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if kind in best:
            best[kind] = max(best[kind], (quality, -place))
    return best["text/html"] > best["application/json"] and best["text/html"][0] > 0


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
