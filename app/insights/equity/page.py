"""The audit as one page that needs nothing else: no script, no other host, drawings in line."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from app.insights.equity.plots import interval_plot, shares_plot
from app.insights.equity.style import STYLE

Told = Mapping[str, Any]

_VERDICTS = {
    "met": "met",
    "missed": "missed",
    "unclear": "unclear",
    "unknown": "not known",
}


def audit_page(report: Told, name: str) -> str:
    """The whole document.

    Args:
        report: as `audited` makes it.
        name: of the service.
    """
    title = f"Equity audit {report['quarter']}"
    parts = [
        f'<p class="mark">{escape(name)}</p>\n<h1>{escape(title)}</h1>',
        f'<p class="lead">{_span(report)} {_verdict_line(report)}</p>',
        _experiments(report),
        _missed(report),
        *(_attribute(each, report) for each in report["attributes"]),
        *(_items(each) for each in report["items"]),
        _method(report),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _span(report: Told) -> str:
    return (
        f"How recommendations served each group of people from {report['from'][:10]} up to {report['until'][:10]}, and "
        "how they shared out attention among what is recommended."
    )


def _verdict_line(report: Told) -> str:
    counts = report["verdicts"]
    said = ", ".join(f"{counts[verdict]} {word}" for verdict, word in _VERDICTS.items() if counts[verdict])
    return f"Of what the charter sets a threshold for: {said}." if said else "The charter sets no threshold."


def _missed(report: Told) -> str:
    rows = "".join(f"<li>{_missed_line(each)}</li>" for each in report["missed"])
    return f'<section class="card missed"><h2>Missed</h2><ul>{rows}</ul></section>' if rows else ""


def _experiments(report: Told) -> str:
    rows = "".join(f"<li>{_experiment_line(each)}</li>" for each in report["experiments"])
    says = (
        "Part of what is told below is their doing. People who are held out get no personalisation: recall, labels and "
        "diversity of their groups are theirs, too."
    )
    card = f'<section class="card"><h2>Experiments that ran</h2><p class="says">{says}</p><ul>{rows}</ul></section>'
    return card if rows else ""


def _experiment_line(told: Told) -> str:
    until = f"to {told['until'][:10]}" if told["until"] else "to the end of the quarter, or on"
    held_out = f", {told['held_out']:.0%} held out" if told["held_out"] else ""
    why = f": {escape(told['why'])}" if told["why"] else ""
    who = f"{told['people']:.0%} of people{held_out}"
    return f"<b>{escape(told['experiment'])}</b>, {told['from'][:10]} {until}, {who}{why}"


def _missed_line(missed: Told) -> str:
    what = f"{_words(missed['measure'])} of {missed['group']} ({_words(missed['attribute'])})"
    times = _number(missed["ratio"])
    against = "what they are taken up" if missed["measure"] == "exposure" else "that of all others"
    return f"<b>{escape(what)}</b>: {times} times {against}"


def _attribute(attribute: Told, report: Told) -> str:
    sizes = ", ".join(f"{escape(each['group'])}: {each['people']:,}" for each in attribute["groups"])
    hidden = _hidden(attribute["suppressed_groups"], report["minimum_group"])
    cards = "".join(_measure(each) for each in attribute["measures"])
    return (
        f'<section>\n<h2>By {escape(_words(attribute["attribute"]).lower())}</h2>\n<p class="intro">'
        f"{escape(attribute['why'])} People: {sizes or 'no group is large enough'}.{hidden}</p>\n"
        f'<div class="cards">{cards if attribute["groups"] else ""}</div>\n</section>'
    )


def _hidden(groups: int, minimum: int) -> str:
    if not groups:
        return ""
    told = "1 smaller group is" if groups == 1 else f"{groups} smaller groups are"
    return f" {told} not told of, so that nothing can be learned of fewer than {minimum} people."


def _measure(measure: Told) -> str:
    known = [cell for cell in measure["groups"] if cell["people"]]
    if not known:
        return f'<div class="card">{_heading(measure, "Nothing is known of it")}</div>'
    top = max((cell["interval"][1] or cell["value"] or 0.0) for cell in known) or 1.0
    rows = "".join(_cell(cell, top) for cell in measure["groups"])
    better = "more is better" if measure["more_is_better"] else "less is better"
    threshold = measure["threshold"]
    bound = f"; each group at least {threshold:g} times as well as all others" if threshold else ""
    heading = _heading(measure, f"{measure['says']}; {better}{bound}")
    return (
        f'<div class="card">{heading}<ul class="rows">{rows}</ul>'
        f'<p class="axis"><span>0.000</span><span>{_number(top)}</span></p></div>'
    )


def _heading(measure: Told, says: str) -> str:
    return f'<h3>{escape(measure["title"])}</h3><p class="says">{escape(says)}.</p>'


def _cell(cell: Told, top: float) -> str:
    name = f"<b>{escape(cell['group'])}</b>"
    if not cell["people"]:
        return f'<li><div class="who">{name}</div><div class="few">too few people to tell</div></li>'
    low, high = cell["interval"]
    return (
        f'<li><div class="who">{name} <small>{cell["people"]:,} people</small></div>'
        f"{interval_plot(cell['value'], (low, high), top, cell['verdict'] or 'unjudged')}"
        f'<div class="value">{_number(cell["value"])} <small>{_number(low)} to {_number(high)}</small></div>'
        f"{_ratio(cell)}</li>"
    )


def _ratio(cell: Told) -> str:
    low, high = cell["ratio_interval"]
    badge = f'<span class="badge {cell["verdict"]}">{_VERDICTS[cell["verdict"]]}</span>' if cell["verdict"] else ""
    if cell["ratio"] is None:
        return f'<div class="ratio"><small>no ratio</small> {badge}</div>'
    return (
        f'<div class="ratio">\N{MULTIPLICATION SIGN} {_number(cell["ratio"])} '
        f"<small>{_number(low)} to {_number(high)}</small> {badge}</div>"
    )


def _items(items: Told) -> str:
    rows = "".join(_item_group(each) for each in items["groups"])
    bound = f" At least {items['threshold']:g} times is asked for." if items["threshold"] else ""
    return (
        f'<section>\n<h2>Attention by {escape(items["kind"])}</h2>\n<p class="intro">Share of the attention that '
        "answers gave, by position (upper bar), against the share of what people took up, however they came to it "
        f"(lower bar); every person has one vote.{bound}</p>\n"
        f'<div class="card"><ul class="rows">{rows}</ul></div>\n</section>'
    )


def _item_group(group: Told) -> str:
    return (
        f'<li><div class="who"><b>{escape(group["group"])}</b></div>{shares_plot(group["exposure"], group["merit"])}'
        f'<div class="value">{_percent(group["exposure"])} <small>of {_percent(group["merit"])}</small></div>'
        f"{_ratio(group)}</li>"
    )


def _method(report: Told) -> str:
    said = (
        "A person is the unit. Every value is a ratio of two sums over the people of a group. Lines show the range "
        f"that {report['level']:.0%} of {report['resamples']:,} resamples of the people fall into. The figure after "
        "\N{MULTIPLICATION SIGN} is the group's value by that of all other groups together.\n"
        "Met: the whole range of the ratio keeps the threshold. Missed: it does not even when the range is widened for "
        f"all {report['comparisons']:,} comparisons of this audit together. Unclear: the data do not tell.\n"
        "Recall on held-out events and label fidelity come from slates made for this audit, for at most "
        f"{report['held_out_people']:,} people of each group, which were served to nobody. The index may itself have "
        "learned from what was held out: compare groups by it, and take it for no measure of quality."
    )
    notes = "".join(f"<p>{escape(each)}</p>" for each in said.splitlines())
    return (
        f"<footer><h2>How it was computed</h2>{notes}<p><code>{escape(report['audit_id'])}</code><br>"
        f"SHA-256 of all that it rests on: <code>{escape(report['inputs_sha256'])}</code></p></footer>"
    )


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "?" if value is None else f"{value:.1%}"
