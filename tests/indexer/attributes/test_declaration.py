"""What the values of attributes are read as, and what a build says of those that do not fit."""

from datetime import UTC, datetime

import numpy as np
import pytest

from indexer.attributes.account import account_of, mistyped
from indexer.attributes.columns import AttributeColumn, build_attributes, with_declared
from indexer.attributes.declaration import Attribute, AttributeType, declared, value_of
from indexer.build import BuildInput
from indexer.documents import ItemDocument

NUMBER, TEXT, BOOLEAN, DATE, TEXTS = AttributeType
DAY = datetime(2026, 1, 2, tzinfo=UTC).timestamp()


def item(number, **attributes):
    return ItemDocument(item_id=f"i{number:03}", title=f"Item number {number}", text="words", attributes=attributes)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (NUMBER, 3, 3.0),
        (NUMBER, "49.90", 49.9),
        (TEXT, " red ", "red"),
        (TEXT, 7.0, "7"),
        (BOOLEAN, "TRUE", True),
        (BOOLEAN, False, False),
        (DATE, "2026-01-02", DAY),
        (DATE, DAY, DAY),
        (TEXTS, ["a", 3, "a", " "], ("a", "3")),
        (TEXTS, "a", ("a",)),
        *((kind, empty, None) for kind in AttributeType for empty in (None, "", " ", [])),
    ],
)
def test_what_can_be_read_in_one_way_only_is(kind, given, value):
    assert value_of(kind, given) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *((NUMBER, each) for each in (True, "cheap", "nan", [3], {})),
        *((TEXT, each) for each in (True, ["a"], {})),
        *((BOOLEAN, each) for each in (1, "yes", [True])),
        *((DATE, each) for each in ("soon", True, 7, ["2026-01-02"])),
        *((TEXTS, each) for each in (True, [["a"]], {})),
    ],
)
def test_what_cannot_is_refused(kind, given):
    with pytest.raises(ValueError, match=r"^is not "):
        value_of(kind, given)


def test_values_of_another_type_are_told_counted_and_absent():
    items = [item(1, price=3), item(2, price="cheap"), item(3), item(4, price="4")]
    column = build_attributes([each.attributes for each in items], {"price": NUMBER})["price"]
    np.testing.assert_array_equal(column.values, [3, np.nan, np.nan, 4])
    (told,) = account_of(items, {"price": NUMBER})
    assert told.startswith('attribute price: 1 of 3 values are not a number, such as "cheap" of item i002')
    assert mistyped(items[1], {"price": NUMBER}) == "attributes.price is not a number: filters take it for absent"
    assert mistyped(items[0], {"price": NUMBER}) is None


def test_a_build_proposes_what_could_be_declared():
    items = [
        item(number, price=number, sku=f"00{number}", sale=False, since="2026-01-02", **{"sizes (EU)": ["1"]}, mixed=v)
        for number, v in enumerate([1, "a", True, [2]])
    ]
    (told,) = account_of(items, {})
    lines = told.splitlines()
    assert lines[1] == "[attributes]"
    assert set(lines[2:]) == {
        'price = { type = "number" }  # 4 items',
        'sku = { type = "text" }  # 4 items',
        'sale = { type = "boolean" }  # 4 items',
        'since = { type = "date" }  # 4 items',
        '"sizes (EU)" = { type = "texts" }  # 4 items',
        "# and 1 more, or of no one type",
    }
    assert account_of([item(1)], {}) == []


def test_a_snapshot_holds_the_columns_and_another_declaration_is_read_from_its_items(workshop):
    items = [item(1, price=3, colour="red", sizes=["s", "m"]), item(2, colour="blue", price="cheap"), item(3)]
    attributes = {
        name: Attribute(type=kind) for name, kind in {"price": NUMBER, "colour": TEXT, "sizes": TEXTS}.items()
    }
    workshop.build(BuildInput(items))
    undeclared = workshop.current()
    assert dict(undeclared.attributes) == {}
    made = with_declared(undeclared.attributes, undeclared.items.documents, declared(attributes))
    assert any("[attributes]" in said for said in workshop.said)
    workshop.build(BuildInput(items), attributes=attributes)
    held = workshop.current()
    for name in attributes:
        assert same(held.attributes[name], made[name])
    assert held.attributes["colour"].words == ("red", "blue")
    again = with_declared(held.attributes, held.items.documents, {"price": TEXT, "colour": TEXT})
    assert again["colour"] is held.attributes["colour"]
    assert again["price"].words == ("3", "cheap")


def same(one: AttributeColumn, other: AttributeColumn) -> bool:
    mine, others = one.arrays(), other.arrays()
    return mine.keys() == others.keys() and all(
        np.array_equal(mine[name], others[name], equal_nan=mine[name].dtype.kind == "f") for name in mine
    )
