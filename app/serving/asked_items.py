"""The items that a request's filter asks for, or what is wrong with it."""

from __future__ import annotations

from app.errors import InvalidPayloadError
from app.filter_language.errors import FilterError
from app.serving.catalogue import Catalogue
from app.serving.masks import AskedItems
from indexer.problems import FieldProblem


def asked_items(catalogue: Catalogue, text: str | None, now: float, field: str = "filter") -> AskedItems | None:
    """The items that a filter asks for; None without a filter, which asks for all.

    Args:
        catalogue: the items.
        text: the filter, or None.
        now: seconds since 1970.
        field: of the request, in which the filter stands.

    Raises:
        InvalidPayloadError: it cannot be read, or does not fit the fields that there are.
    """
    if text is None:
        return None
    try:
        return catalogue.masks(text, now)
    except FilterError as error:
        raise InvalidPayloadError([FieldProblem(field, f"cannot be used, {error.message}")]) from error
