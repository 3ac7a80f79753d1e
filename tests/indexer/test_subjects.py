"""What a person would call one subject is one topic, however many clusters k-means makes of it."""

import numpy as np

from indexer.subjects import near_subjects, shared_subjects
from indexer.tags import TagSettings, build_tags
from indexer.topic_names import Clusters
from indexer.topics import Topics, TopicSettings, TopicWords, find_topics
from models.encoder import HashingEncoder, unit

ENCODER = HashingEncoder(256)
BRANCHES = ("tomatoes compost", "roses pruning", "grass mower", "orchard grafting")


def found(texts: list[str], tags: list[list[str]], **settings: float) -> Topics:
    content = ENCODER.encode(texts)
    vectors = build_tags(tags, content, ENCODER, TagSettings())
    return find_topics(content, TopicWords(tags), vectors, TopicSettings.model_validate(settings))


def courses() -> tuple[list[str], list[list[str]]]:
    """120 of gardening, of four kinds that have no word in common, and six of sailing."""
    texts = [f"{BRANCHES[number % 4]} lesson{number % 7}" for number in range(120)]
    return [*texts, *("sails knots harbour wind tide" for _ in range(6))], [
        *([["gardening"]] * 120),
        *([["sailing"]] * 6),
    ]


def test_clusters_that_share_their_naming_tag_are_one_topic() -> None:
    texts, tags = courses()
    topics = found(texts, tags, count=8)
    assert topics.names == ("gardening", "sailing")
    assert len(topics.centroids) > 2
    assert topics.assignment.tolist() == [0] * 120 + [1] * 6


def test_a_new_item_is_of_the_topic_of_its_nearest_cluster() -> None:
    texts, tags = courses()
    topics = found(texts, tags, count=8)
    assert topics.assign(ENCODER.encode(["roses pruning", "grass mower", "knots harbour"])).tolist() == [0, 0, 1]


def test_a_date_and_a_tag_that_all_bear_make_no_one_subject() -> None:
    texts, _ = courses()
    for tags in ([["1990s"]] * 126, [["course"]] * 126, [[] for _ in texts]):
        assert len(found(texts, tags, count=6, near=9.0)) == 6


def test_what_is_as_close_to_others_as_to_its_own_is_one_subject() -> None:
    random = np.random.default_rng(0)
    middles = np.eye(3, 16)[[0, 0, 1, 2]]
    content = unit((np.repeat(middles, 40, axis=0) + random.normal(size=(160, 16)) / 8).astype(np.float32))
    clusters = Clusters(np.repeat(np.arange(4), 40).astype(np.int32), 4)
    assert near_subjects(content, clusters, 0.9).tolist() == [0, 0, 1, 2]
    assert near_subjects(content, clusters, 2.0).tolist() == [0, 1, 2, 3]


def test_how_near_is_near_is_told_by_the_spread_of_the_catalogue() -> None:
    random = np.random.default_rng(1)
    common = 4 * np.eye(1, 16)  # an encoder that finds everything alike
    middles = np.eye(4, 16)[[1, 1, 2, 3]]
    content = unit((common + np.repeat(middles, 40, axis=0) + random.normal(size=(160, 16)) / 8).astype(np.float32))
    clusters = Clusters(np.repeat(np.arange(4), 40).astype(np.int32), 4)
    assert near_subjects(content, clusters, 0.9).tolist() == [0, 0, 1, 2]


def test_subjects_of_one_name_are_joined_and_nameless_ones_are_not() -> None:
    subjects = np.array([0, 1, 2, 3, 1], dtype=np.int32)
    assert shared_subjects(subjects, ["jazz", None, "jazz", None]).tolist() == [0, 1, 0, 2, 1]
