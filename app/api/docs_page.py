"""The OpenAPI document as a page for people: plain HTML, from this server alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from app.api.transparency_page.style import STYLE

Told = Mapping[str, Any]


def docs_page(document: Told) -> str:
    """Every operation under its tag: what it does, what it takes, who may call it."""
    info = document["info"]
    groups = "\n".join(_group(document, tag) for tag in document["tags"])
    lead = " ".join(_prose(info["description"]).split())
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(info["title"])}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f'<body>\n<main>\n<p class="mark"><a href="/">{escape(info["title"])}</a> {escape(info["version"])}</p>\n'
        f'<h1>{escape(info["summary"])}</h1>\n<p class="lead">{lead}</p>\n'
        '<p><a href="/openapi.json">/openapi.json</a> is this page for programs; '
        '<a href="/transparency">/transparency</a> says what is chosen, from which data, and why.</p>\n'
        f"{groups}\n</main>\n</body>\n</html>\n"
    )


def _group(document: Told, tag: Told) -> str:
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if tag["name"] in operation["tags"]
    ]
    rows = "".join(f"<li>{_operation(document, *each)}</li>" for each in operations)
    name, about = escape(tag["name"].capitalize()), escape(tag["description"])
    listed = f'<ul class="card rows plain">{rows}</ul>'
    return f'<section>\n<h2>{name}</h2>\n<p class="intro">{about}</p>\n{listed}\n</section>'


def _operation(document: Told, method: str, path: str, operation: Told) -> str:
    takes = "".join(_parameter(*each) for each in _taken(document, operation))
    return (
        f"<div><b>{escape(operation['summary'])}</b><br><code>{method.upper()} {escape(path)}</code>"
        f'<span class="why">{_prose(operation["description"])}</span>{f"<dl>{takes}</dl>" if takes else ""}</div>'
        f'<span class="kept">{escape(_who(operation["security"]))}</span>'
    )


def _taken(document: Told, operation: Told) -> Iterable[tuple[str, str]]:
    """Parameters of the query and the headers, and the fields of a body that is one object."""
    yield from ((each["name"], each.get("description", "")) for each in operation.get("parameters", ()))
    for body in operation.get("requestBody", {}).get("content", {}).values():
        name = body["schema"].get("$ref", "").rpartition("/")[2]
        fields = document["components"]["schemas"].get(name, {}).get("properties", {})
        yield from ((field, about.get("description", "")) for field, about in fields.items())
        return


def _parameter(name: str, about: str) -> str:
    return f"<dt><code>{escape(name)}</code></dt><dd>{_prose(about)}</dd>"


def _who(security: Iterable[Mapping[str, list[str]]]) -> str:
    allowed = [*(scope for each in security for scope in each.get("key", ()))]
    people = any("token" in each for each in security)
    return ", ".join([*allowed, *(["the person"] if people else [])]) or "everybody"


def _prose(text: str) -> str:
    """Text with `code` marked as such."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
