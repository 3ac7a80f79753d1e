import re
from collections.abc import Sequence

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.tags import TagSettings, build_tags
from indexer.topic_names import NAMELESS, slugs_of
from indexer.topics import Topics, TopicSettings, TopicWords, find_topics, nearest_cluster
from models.encoder import HashingEncoder, Vectors, unit

ENCODER = HashingEncoder(64)
THEMES = {
    "space": "rocket orbit moon planet star launch",
    "cooking": "bread oven flour butter recipe dough",
    "football": "goal match league referee penalty pitch",
    "gardening": "soil seed tomato compost pruning roses",
}


def catalogue(each: int) -> tuple[list[str], list[list[str]]]:
    random = np.random.default_rng(0)
    texts, tags = [], []
    for theme, words in THEMES.items():
        for number in range(each):
            texts.append(" ".join(random.permutation(words.split())[:4]))
            tags.append([theme, "news"] if number % 2 else [theme, "guide"])
    return texts, tags


def topics_of(content: Vectors, tags: Sequence[Sequence[str]], titles: Sequence[str] = (), **settings: int) -> Topics:
    vectors = build_tags(tags, content, ENCODER, TagSettings())
    return find_topics(content, TopicWords(tags, titles), vectors, TopicSettings.model_validate(settings))


def check(topics: Topics, content: Vectors) -> None:
    sizes = np.bincount(topics.assignment, minlength=len(topics))
    assert len(topics.names) == len(topics.slugs) == len(sizes) == len(set(topics.of_cluster.tolist()))
    assert len(topics.of_cluster) == len(topics.centroids) >= len(sizes)
    assert topics.of_cluster.dtype == np.int32
    assert topics.assignment.dtype == np.int32
    assert topics.centroids.dtype == np.float32
    assert sizes.min() > 0
    assert sizes.tolist() == sorted(sizes, reverse=True)
    named = [name for name in topics.names if name != NAMELESS]
    assert len(set(named)) == len(named)
    assert len(set(topics.slugs)) == len(topics)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in topics.slugs)
    assert np.array_equal(topics.assign(content), topics.assignment)
    alone = [int(topics.assign(content[row : row + 1])[0]) for row in range(len(content))]
    assert alone == topics.assignment.tolist()


def test_topics_are_the_themes_of_the_catalogue_named_by_their_tags() -> None:
    texts, tags = catalogue(each=30)
    content = ENCODER.encode(texts)
    topics = topics_of(content, tags, count=4)
    check(topics, content)
    assert set(topics.names) == set(THEMES)
    assert set(topics.slugs) == set(THEMES)
    for row, (theme, _) in enumerate(tags):
        assert topics.names[topics.assignment[row]] == theme


def test_without_tags_the_words_of_titles_name_a_topic() -> None:
    texts, tags = catalogue(each=30)
    content = ENCODER.encode(texts)
    titles = [f"Today about {theme}" for theme, _ in tags]
    topics = topics_of(content, [[]] * len(texts), titles, count=4)
    check(topics, content)
    assert {word for name in topics.names for word in name.split(", ")} <= set(THEMES) | {"today"}
    assert all(any(theme in name for theme in THEMES) for name in topics.names)


def test_topics_that_share_their_best_tag_are_still_told_apart() -> None:
    texts, _ = catalogue(each=30)
    content = ENCODER.encode(texts)
    topics = topics_of(content, [["everything"]] * len(texts), count=6)
    check(topics, content)
    assert "everything" in topics.names
    assert "everything (2)" in topics.names


def test_topics_of_one_tag_are_told_apart_by_the_words_of_their_titles() -> None:
    texts, tags = catalogue(each=30)
    titles = [f"Today about {theme}" for theme, _ in tags]
    topics = topics_of(ENCODER.encode(texts), [["everything"]] * len(texts), titles, count=4)
    assert len(set(topics.names)) == len(topics)
    assert not any("(" in name for name in topics.names)


@pytest.mark.parametrize("stubs", [[], ["uncategorized"], ["1003778007373126185"], ["item 7", "n/a"]])
def test_topics_that_nothing_names_have_no_name(stubs: list[str]) -> None:
    texts, _ = catalogue(each=10)
    titles = [f"Article {10**18 + number}" for number in range(len(texts))]
    topics = topics_of(ENCODER.encode(texts), [stubs] * len(texts), titles, count=3)
    assert set(topics.names) == {NAMELESS}
    assert topics.slugs[:2] == ("unnamed", "unnamed-2")
    assert len(set(topics.slugs)) == len(topics)


def test_a_date_stands_behind_what_a_topic_is_about_and_alone_only_where_there_is_nothing_else() -> None:
    texts, tags = catalogue(each=30)
    dated = [[theme, "1970s"] if theme == "space" else [theme, "1990s"] for theme, _ in tags]
    topics = topics_of(ENCODER.encode(texts), dated, count=4)
    assert {name.split(", ")[0] for name in topics.names} == set(THEMES)
    assert "space, 1970s" in topics.names
    assert topics_of(ENCODER.encode(texts), [["1970s"]] * len(texts), count=1).names == ("1970s",)


def test_a_rare_tag_does_not_name_a_topic_of_which_it_is_a_curiosity() -> None:
    texts, tags = catalogue(each=30)
    tags[0] = [*tags[0], "once in a lifetime"]
    topics = topics_of(ENCODER.encode(texts), tags, count=4)
    assert set(topics.names) == set(THEMES)


@pytest.mark.parametrize("items", [1, 2, 3, 4, 7])
def test_tiny_catalogues_have_topics_too(items: int) -> None:
    texts, tags = catalogue(each=2)
    content = ENCODER.encode(texts[:items])
    topics = topics_of(content, tags[:items])
    check(topics, content)
    assert len(topics) == 1


def test_an_empty_catalogue_has_none() -> None:
    with pytest.raises(ValueError, match="there are no items"):
        topics_of(np.empty((0, 64), np.float32), [])


@pytest.mark.parametrize("wanted", [1, 5, 12])
def test_columns_of_different_items_are_refused(wanted: int) -> None:
    texts, tags = catalogue(each=2)
    vectors = build_tags(tags, ENCODER.encode(texts), ENCODER, TagSettings())
    content = ENCODER.encode(["a"] * wanted)
    with pytest.raises(ValueError, match="not of the same items"):
        find_topics(content, TopicWords(tags), vectors, TopicSettings())


def test_equal_items_are_one_topic_however_many_were_asked_for() -> None:
    content = ENCODER.encode(["the same words"] * 40)
    topics = topics_of(content, [["x"]] * 40, count=10)
    check(topics, content)
    assert len(topics) == 1


def test_texts_without_words_have_a_topic() -> None:
    texts, tags = catalogue(each=20)
    content = ENCODER.encode([*texts, "", "!"])
    assert not content[-1].any()
    check(topics_of(content, [*tags, [], []], count=4), content)


def test_small_topics_go_to_their_next_nearest() -> None:
    texts, tags = catalogue(each=20)
    content = ENCODER.encode([*texts, "zebra unicorn quagga okapi"])
    topics = topics_of(content, [*tags, ["odd"]], count=5, min_items=3)
    assert np.bincount(topics.assignment).min() >= 3


def test_the_same_catalogue_gives_the_same_topics_on_any_number_of_threads() -> None:
    texts, tags = catalogue(each=40)
    content = ENCODER.encode(texts)
    threads = faiss.omp_get_max_threads()
    found = []
    for count in (1, 2, 2):
        faiss.omp_set_num_threads(count)
        found.append(topics_of(content, tags))
    faiss.omp_set_num_threads(threads)
    for topics in found[1:]:
        assert topics.names == found[0].names
        assert np.array_equal(topics.assignment, found[0].assignment)
        assert np.allclose(topics.centroids, found[0].centroids, atol=1e-5)


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4), min_size=1, max_size=40),
    st.integers(1, 12),
)
def test_any_catalogue_is_covered_by_topics_that_hold_together(words: list[list[str]], count: int) -> None:
    content = ENCODER.encode([" ".join(terms) for terms in words])
    topics = topics_of(content, words, count=count, min_items=2)
    check(topics, content)


@pytest.mark.parametrize(
    ("items", "topics"), [(1, 1), (7, 1), (8, 2), (32, 8), (1_682, 29), (9_000, 67), (1_000_000, 256)]
)
def test_the_number_of_topics_follows_the_size_of_the_catalogue(items: int, topics: int) -> None:
    assert TopicSettings().clusters_of(items) == topics
    assert TopicSettings(count=40).clusters_of(items) == min(items, 40)


def test_the_nearest_centroid_wins_and_the_first_of_equals() -> None:
    centroids = unit(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32))
    content = unit(np.array([[2, 1], [1, 2], [1, 1], [0, 0]], dtype=np.float32))
    assert nearest_cluster(content, centroids).tolist() == [0, 1, 0, 0]


def test_slugs_are_distinct_and_fit_into_a_path() -> None:
    names = ["Science fiction, space", "children's", "C++", "C", "日本", "café", "日本, 映画", "x" * 300]
    slugs = slugs_of(names)
    assert slugs[:2] == ["science-fiction-space", "childrens"]
    assert slugs[2] == "c"
    assert re.fullmatch(r"c-[0-9a-f]{8}", slugs[3])
    assert re.fullmatch(r"topic-[0-9a-f]{8}", slugs[4])
    assert slugs[5] == "cafe"
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}", slug) for slug in slugs)
    assert slugs == slugs_of(names)
