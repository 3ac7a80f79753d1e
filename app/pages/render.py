"""A page from its template: everything is escaped, and a name that the template lacks is an error."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.pages.files import address_of


def render(template: str, **values: Any) -> str:
    """The HTML of a page of `app/pages/templates/`."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    loader = PackageLoader("app.pages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals["file"] = address_of
    return environment
