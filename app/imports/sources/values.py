"""Small questions that several sources ask of their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.imports.cells import plain, scalar
from app.imports.column_names import snake
from app.imports.kinds import Row

_PRICE: Final = re.compile(r"\s*(?:([A-Z]{3})\s*)?(-?[\d.,\s]*\d)\s*([A-Z]{3})?\s*")
_STOCKED: Final = frozenset({"in_stock", "instock", "limited_availability", "online_only"})


def first(row: Mapping[str, Any], *names: str) -> Any:
    """The first of some values that is there and not empty."""
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def filled(**fields: Any) -> Row:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def inside(value: Any, *path: str) -> Any:
    """What stands in objects inside each other; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; of anything else, none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts and numbers of a list, or of one that stands alone, as texts."""
    listed = value if isinstance(value, list) else [value]
    return [str(each) for each in listed if isinstance(each, str | int) and not isinstance(each, bool) and str(each)]


def words_of(value: Any) -> list[str]:
    """All texts that stand in a value, at any depth: what labels hold, whatever their form."""
    if isinstance(value, dict):
        return [word for each in value.values() for word in words_of(each)]
    if isinstance(value, list):
        return [word for each in value for word in words_of(each)]
    return [value] if isinstance(value, str) and value.strip() else []


def price(text: Any) -> Row:
    """An amount and its currency.

    >>> price("19.99 USD"), price("EUR 1.234,50"), price("12")
    ({'price': 19.99, 'currency': 'USD'}, {'price': 1234.5, 'currency': 'EUR'}, {'price': 12})
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return {"price": text}
    found = _PRICE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return {}
    digits = found[2].replace(" ", "").replace("\xa0", "")
    whole, sign, rest = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    amount = f"{re.sub('[.,]', '', whole)}.{rest}" if sign and len(rest) != 3 else re.sub("[.,]", "", digits)
    return filled(price=scalar(amount), currency=found[1] or found[3])


def in_stock(availability: Any) -> bool | None:
    """Whether something can be bought now, by a feed's word for it."""
    return snake(str(availability)) in _STOCKED if availability else None


def attributes_of(row: Mapping[str, Any], taken: Iterable[str], *, typed: bool = False) -> Row:
    """The other values of a row, under plain names."""
    used = {*taken}
    rest = ((snake(name), value) for name, value in row.items() if name not in used and value not in (None, "", [], {}))
    return {name: scalar(plain(value)) if typed else plain(value) for name, value in rest}


def short_path(text: Any) -> list[str]:
    """The steps of a path of categories.

    >>> short_path("Apparel & Accessories > Shoes")
    ['Apparel & Accessories', 'Shoes']
    """
    return [part.strip() for part in str(text).split(">") if part.strip()] if text else []
