"""The page that says what the payload of `GET /transparency` says, from what matters to people down to the hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from app.api.transparency_page.charts import fading, gauge
from app.api.transparency_page.style import STYLE
from app.api.transparency_page.words import FIELDS, HALF_LIVES, MODES, TERMS, days, plain, promises

Told = Mapping[str, Any]


def transparency_page(told: Told) -> str:
    """The whole document."""
    charter = told["charter"]
    title = f"How {charter['name']} chooses for you"
    parts = [
        f'<p class="mark"><a href="/">Penchant</a> · Transparency</p>\n<h1>{escape(title)}</h1>',
        f'<p class="lead">{escape(charter["disclosure"])}</p>',
        _facts(_in_short(charter)),
        _section("What you do, and what it does", _signals_intro(told), _signals(told)),
        _section("What you can do", "At any time, with effect on the very next list.", _controls(told)),
        _section("Sensitive topics", _sensitive_intro(told), _topics(told)),
        _section("What every list keeps to", "Whatever your interests are, these hold.", _floors(told)),
        _section("How long it counts", "Everything fades. Each picture shows one year.", _fades(told)),
        _section("What decides the order", "Each item gets points for these; a longer bar is more.", _terms(told)),
        _section("Where nothing is chosen for you", _SWITCHED_OFF, _switched_off(told)),
        _section("What is being tried", _TRIED, _tried(told)),
        _section("What you tell us, and what else is used", _DECLARED, _declared(charter)),
        _versions(told),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


_ANY = "*"
_SWITCHED_OFF = "We have switched personalisation off here: what you see does not follow from what you did."
_TRIED = "For a while some people get something else, so that it can be told what serves people. Chance says who."
_DECLARED = "This is all. Whatever is not named on this page is refused when somebody sends it."


def _section(heading: str, intro: str, content: str) -> str:
    """Nothing where there is nothing to tell."""
    if not content:
        return ""
    return f'<section>\n<h2>{escape(heading)}</h2>\n<p class="intro">{escape(intro)}</p>\n{content}\n</section>'


def _in_short(charter: Told) -> dict[str, str]:
    told = {"What is chosen": charter["personalised"], "What for": charter["outcome"]}
    return told | ({"Whom to ask": charter["contact"]} if "contact" in charter else {})


def _facts(pairs: Mapping[str, str]) -> str:
    cards = (f'<div class="card"><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>' for name, said in pairs.items())
    return f'<dl class="facts">{"".join(cards)}</dl>'


def _signals_intro(told: Told) -> str:
    seconds = told["events"].get("dwell_full_seconds")
    intro = "What each step counts, for more of the same (+) or for less (\N{MINUS SIGN})."
    if seconds is None:
        return intro
    unknown = f"where that is not known, from {seconds:g} seconds on"
    return f"{intro} Time spent counts in full once it is what the item takes at your own pace; {unknown}."


def _signals(told: Told) -> str:
    uses = dict(told["charter"].get("events", {}))
    declared, for_all = told["events"].get("types", {}), uses.pop(_ANY, None)
    uses = {name: for_all for name in declared if for_all} | uses
    signals = told["events"]["signals"] | declared
    most = max((abs(_worth(each)) for each in signals.values()), default=0.0) or 1.0
    order = sorted((name for name in signals if name in uses), key=lambda name: -_worth(signals[name]))
    rows = (_signal(signals[name], uses[name], most) for name in order)
    return _rows(rows)


def _signal(signal: Told, use: Told, most: float) -> str:
    worth = _worth(signal)
    said = f"{worth:+g}".replace("-", "\N{MINUS SIGN}") if worth else "0"
    bar = gauge(abs(worth) / most, said, kind="less" if worth < 0 else "more")
    span = f'<div class="kept">kept {days(use["keep_days"])}</div>'
    return f"{_named('You ' + signal['verb'] + ' it', use['why'])}{bar}{span}"


def _worth(signal: Told) -> float:
    return float(signal["polarity"] * signal["weight"])


def _fades(told: Told) -> str:
    cards = (
        f'<div class="card"><h3>{escape(HALF_LIVES.get(name, plain(name)))}</h3><p>Counts half after {days(span)}, a '
        f"quarter after {days(2 * span)}, and so on.</p>{fading(span)}</div>"
        for name, span in told["half_lives"].items()
    )
    made = "".join(cards)
    return f'<div class="facts">{made}</div>' if made else ""


def _terms(told: Told) -> str:
    weights = {name: value for name, value in told["ranking_weights"].items() if not name.endswith("_days")}
    most = max(weights.values(), default=0.0) or 1.0
    order = sorted(weights, key=lambda name: -weights[name])
    rows = (
        f"{_named(*TERMS.get(name, (plain(name), '')))}{gauge(weights[name] / most, f'{weights[name]:g}')}"
        for name in order
    )
    return _rows(rows, kind="terms")


def _tried(told: Told) -> str:
    rows = (
        f'{_named(plain(each["name"]), each["why"])}<div class="kept">{each["people"]:.0%} of all people</div>'
        for each in told.get("experiments", ())
    )
    return _rows(rows, kind="plain")


def _switched_off(told: Told) -> str:
    names = {"all": "For everybody", "scenario": "In {scenario}", "segment": "Where {segment} is {value}"}
    rows = (
        f'{_named(names[each["scope"]].format(**each), each["why"])}<div class="kept">{_since(each["since"])}</div>'
        for each in told.get("switched_off", ())
    )
    return _rows(rows, kind="plain")


def _since(moment: str) -> str:
    return f"since {escape(moment[:10])}"


def _floors(told: Told) -> str:
    cards = (
        f'<div class="card"><h3>{share:.0%} {escape(promise)}</h3><p>{escape(meaning)}</p>{gauge(share, "")}</div>'
        for share, promise, meaning in promises(told["floors"])
    )
    made = "".join(cards)
    return f'<div class="facts">{made}</div>' if made else ""


def _declared(charter: Told) -> str:
    groups = {
        "What you tell us": {FIELDS.get(name, plain(name)): use for name, use in charter.get("profile", {}).items()},
        "What is known of you besides": _words(charter.get("attributes", {}), "Anything else"),
        "What comes with a step of yours": _words(charter.get("context", {}), "Anything that comes with it"),
        "What is known of the items": _words(charter.get("item_attributes", {}), "Any detail of an item"),
    }
    spans = ["until you change or erase it"] * 2 + ["as long as the step", "as long as the item"]
    told = zip(groups.items(), spans, strict=True)
    return "".join(f'<h3 class="group">{heading}</h3>{_uses(uses, span)}' for (heading, uses), span in told if uses)


def _words(uses: Mapping[str, Told], anything: str) -> dict[str, Told]:
    return {anything if name == "*" else plain(name): use for name, use in uses.items()}


def _uses(uses: Mapping[str, Told], span: str) -> str:
    rows = (f'{_named(name, use["why"])}<div class="kept">{span}</div>' for name, use in uses.items())
    return _rows(rows, kind="plain")


def _named(name: str, why: str) -> str:
    reason = f'<span class="why">{escape(why)}</span>' if why else ""
    return f"<div><b>{escape(name)}</b>{reason}</div>"


def _rows(rows: Iterable[str], kind: str = "") -> str:
    made = "".join(f"<li>{row}</li>" for row in rows)
    return f'<ul class="card rows {kind}">{made}</ul>' if made else ""


def _sensitive_intro(told: Told) -> str:
    stored = told["settings"].get("firewall", {}).get("keep_as_seen", True)
    then = "is kept as seen and nothing else" if stored else "is not stored at all"
    return (
        "Some topics are nobody's business. Items on them are told by what is declared of them, by their tags and, for "
        "topics that this service names, by what they say. What you do with items that need a permission you have not "
        f"given {then}."
    )


def _topics(told: Told) -> str:
    return "".join(_mode(mode, told["sensitive_topics"]) for mode in MODES)


def _mode(mode: str, topics: Iterable[Mapping[str, str]]) -> str:
    name, meaning = MODES[mode]
    items = "".join(
        f"<li><b>{escape(plain(each['topic'].replace('-', ' ')))}</b>"
        f"<span>{escape(' '.join(filter(None, (each['about'], each['why'], each['suspected']))))}</span></li>"
        for each in topics
        if each["mode"] == mode
    )
    asked = " asked" if mode == "permission" else ""
    return f'<div class="card mode{asked}"><h3>{name}</h3><p>{meaning}</p><ul>{items}</ul></div>' if items else ""


def _controls(told: Told) -> str:
    rows = (f"{_named(name, '')}<code>{escape(how)}</code>" for name, how in told["user_controls"].items())
    return _rows(rows, kind="steps")


def _versions(told: Told) -> str:
    versions = {"Configuration": told["configuration_hash"], "Index in service": told["snapshot"] or "none yet"}
    versions |= {"Policy in force": told["policy"]} if told["policy"] else {}
    pairs = "".join(f"<dt>{name}</dt><dd><code>{escape(said)}</code></dd>" for name, said in versions.items())
    note = "The first changes with every setting that bears on what you see. Programs get this page as JSON."
    return f'<footer class="version"><dl>{pairs}</dl><p class="intro">{note}</p></footer>'
