"""What a filter asks for is what a plain reading of it asks for, whatever the items, the filter and the moment."""

from datetime import timedelta
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.serving.encoded_item import EncodedItem
from indexer.documents import ItemDocument

PRICES, WORDS, DAYS = [0, 1, 2.5, 10, 50], ["shoes", "Hats", "a b", "x"], [-40, -30, -2, 0, 1, 30]
TYPES = {"price": "number", "category": "text", "in_stock": "boolean", "sizes": "texts", "made": "date"}
comparators = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
absence = st.sampled_from(["is absent", "is present"])


def listed(values):
    return st.lists(st.sampled_from(values), min_size=1, max_size=3)


moments = st.tuples(st.sampled_from("+-"), st.sampled_from([0, 1, 2, 30, 40]))
written_moments = st.sampled_from(["2026-01-20T12:00:00Z", "2026-03-01T12:00:00Z"])
leaves = st.one_of(
    st.tuples(st.just("price"), comparators, st.sampled_from(PRICES)),
    st.tuples(st.just("price"), st.sampled_from(["in", "not in"]), listed(PRICES)),
    st.tuples(st.just("category"), st.sampled_from(["=", "!="]), st.sampled_from([*WORDS, "unknown"])),
    st.tuples(st.sampled_from(["category", "format"]), st.sampled_from(["in", "not in"]), listed([*WORDS, "video"])),
    st.tuples(st.just("in_stock"), st.sampled_from(["=", "!="]), st.booleans()),
    st.tuples(st.just("in_stock"), st.just(""), st.none()),
    st.tuples(st.just("sizes"), st.just("contains"), st.sampled_from(WORDS)),
    st.tuples(
        st.sampled_from(["sizes", "tags"]), st.sampled_from(["contains any", "contains all"]), listed(["x", "y"])
    ),
    st.tuples(st.just("published_at"), comparators, st.one_of(moments, written_moments)),
    st.tuples(st.just("published_at"), st.sampled_from(["in", "not in"]), st.lists(moments, min_size=1, max_size=2)),
    st.tuples(st.sampled_from([*TYPES, "published_at", "tags", "format"]), absence, st.none()),
    st.tuples(st.just("item_id"), st.sampled_from(["=", "!="]), st.sampled_from(["i000", "i001", "nobody"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        st.tuples(st.just("not"), inner),
    ),
    max_leaves=6,
)
optional = {
    "price": st.sampled_from(PRICES),
    "category": st.sampled_from(WORDS),
    "in_stock": st.booleans(),
    "sizes": st.lists(st.sampled_from(WORDS), max_size=2, unique=True),
}
rows = st.fixed_dictionaries(
    {"day": st.one_of(st.none(), st.sampled_from(DAYS))},
    optional={**optional, "tags": st.lists(st.sampled_from(["x", "y"]), unique=True), "format": st.just("video")},
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    attributes = {name: {"type": kind} for name, kind in TYPES.items()}
    with open_household(tmp_path_factory.mktemp("filters"), attributes=attributes) as home:
        home.publish([an_item(number) for number in range(12)])
        yield home


def item_of(an_item, number, row, now):
    day = row.get("day")
    published = None if day is None else (now + timedelta(days=day)).isoformat()
    fields = {"tags": row.get("tags", []), "format": row.get("format"), "published_at": published}
    return an_item(number, **fields, attributes={name: row[name] for name in TYPES if name in row})


def plain(document):
    published = document.published_at and document.published_at.timestamp()
    told = {"item_id": document.item_id, "tags": document.tags, "format": document.format, "published_at": published}
    return told | document.attributes


@settings(max_examples=150)
@given(given_rows=st.lists(rows, min_size=1, max_size=4), tree=trees, ahead=st.sampled_from([0, 1, 86_400]))
def test_a_mask_is_what_a_plain_reading_says(shared, an_item, oracle, as_text, given_rows, tree, ahead):
    catalogue, now = shared.service.snapshot_swap.current.catalogue, shared.settings.as_of
    catalogue.masks(as_text(tree), now.timestamp())
    for number, row in zip(count(len(given_rows) * 3), given_rows, strict=False):
        document = item_of(an_item, number, row, now)
        catalogue.put(
            EncodedItem(document, np.eye(1, 64, dtype=np.float32)[0], {tag: np.eye(1, 64)[0] for tag in "xy"})
        )
    later = now + timedelta(seconds=ahead)
    found = catalogue.masks(as_text(tree), later.timestamp())
    documents = [plain(ItemDocument.kept(catalogue.document(row))) for row in range(len(catalogue))]
    expected = [oracle(tree, document, later) for document in documents]
    assert found.rows.tolist() == expected, as_text(tree)
    assert found.count == sum(expected)
    shown = [(each["published_at"] or 0) <= later.timestamp() for each in documents]
    assert found.others == sum(there and not wanted for there, wanted in zip(shown, expected, strict=True))
