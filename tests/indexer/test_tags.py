from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.tags import TagSettings, TagVectors, build_tags
from indexer.terms import Terms, words_of
from models.encoder import HashingEncoder, Vectors, unit

ENCODER = HashingEncoder(32)
tag_lists = st.lists(st.lists(st.sampled_from("abcdef"), max_size=4), min_size=1, max_size=10)


def content_of(lists: Sequence[Sequence[str]]) -> Vectors:
    return ENCODER.encode([f"item {number} {' '.join(tags)}" for number, tags in enumerate(lists)])


def build(lists: Sequence[Sequence[str]], name_weight: float = 3.0) -> TagVectors:
    return build_tags(lists, content_of(lists), ENCODER, TagSettings(name_weight=name_weight))


@given(tag_lists)
def test_every_tag_has_a_name_a_count_and_a_unit_vector(lists: list[list[str]]) -> None:
    tags = build(lists)
    assert tags.names == tuple(sorted({tag for entries in lists for tag in entries}))
    assert tags.counts.tolist() == [sum(name in entries for entries in lists) for name in tags.names]
    assert tags.vectors.shape == (len(tags), 32)
    assert tags.vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(tags.vectors, axis=1), 1, atol=1e-5)


@given(tag_lists, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(lists: list[list[str]], random: object) -> None:
    content = content_of(lists)
    order = np.random.default_rng(int(random.random() * 1e9)).permutation(len(lists))  # type: ignore[attr-defined]
    shuffled = build_tags([lists[row] for row in order], content[order], ENCODER, TagSettings())
    straight = build_tags(lists, content, ENCODER, TagSettings())
    assert shuffled.names == straight.names
    assert np.allclose(shuffled.vectors, straight.vectors, atol=1e-5)


def test_a_tag_is_where_its_items_are_once_there_are_enough() -> None:
    items = unit(np.random.default_rng(0).normal([3] + [0] * 31, 1, (200, 32)).astype(np.float32))
    many = build_tags([["x"]] * 200, items, ENCODER, TagSettings())
    few = build_tags([["x"]] + [[]] * 199, items, ENCODER, TagSettings())
    middle, name = unit(items.mean(axis=0)), ENCODER.encode(["x"])[0]
    assert many.vectors[0] @ middle > 0.99
    assert few.vectors[0] @ name > few.vectors[0] @ items[0]


def test_without_name_weight_a_tag_is_the_mean_of_its_items() -> None:
    lists = [["a"], ["a", "b"], ["b"]]
    content = content_of(lists)
    tags = build(lists, name_weight=0)
    assert np.allclose(tags.vectors[0], unit(content[[0, 1]].mean(axis=0)), atol=1e-6)
    assert np.allclose(tags.vectors[1], unit(content[[1, 2]].mean(axis=0)), atol=1e-6)


def test_a_catalogue_without_tags_has_an_empty_vocabulary() -> None:
    tags = build([[], []])
    assert (tags.names, tags.vectors.shape, tags.counts.shape) == ((), (0, 32), (0,))


@given(tag_lists)
def test_terms_know_which_items_bear_them(lists: list[list[str]]) -> None:
    terms = Terms.of(lists)
    expected = [[float(name in entries) for name in terms.names] for entries in lists]
    assert np.array_equal(terms.items.toarray(), np.array(expected, np.float32).reshape(len(lists), len(terms.names)))


def test_common_terms_can_be_left_out() -> None:
    terms = Terms.of([["the", "a"], ["the", "b"], ["the"], ["c", "b"], ["d"]])
    assert terms.rarer_than(0.4).names == ("a", "b", "c", "d")
    assert terms.rarer_than(0.0).names == ("a", "c", "d")
    assert terms.rarer_than(0.4).counts().tolist() == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("title", "words"),
    [("The Matrix Reloaded (2003)", ["matrix", "reloaded", "2003"]), ("Up", []), ("Les Misérables", ["misérables"])],
)
def test_words_of_titles_are_the_ones_that_say_something(title: str, words: list[str]) -> None:
    assert words_of([title]) == [words]
