"""Heads from phrases, fitted to a catalogue: registers raise the bar, clear cases teach, labels are not needed."""

import numpy as np
import pytest

from indexer.sensitive.background import Background, Usual, fitted_to, raised
from models.topic_heads import EVERYDAY, Phrases, TopicHeads

DIMENSION = 32
SPREAD = 0.3
USUAL = Usual({"topic": 0.0}, SPREAD, {"topic": -0.25})
RANDOM = np.random.default_rng(0)
LONG = 1_000


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


TOPIC, EVERY, REGISTER, HABIT = np.eye(DIMENSION)[:4]


def heads(bias=-2.0):
    phrases = Phrases(unit(np.array([TOPIC, EVERY])), np.array([0, EVERYDAY], np.int32), 6.0)
    one = np.ones(1, np.float32)
    nothing = np.zeros((1, DIMENSION), np.float32)
    return TopicHeads(("topic",), phrases, one, nothing, bias * one, 0 * one, 0 * one, 0.5 * one)


def harmless(count, *also):
    noise = RANDOM.normal(scale=0.035, size=(count, DIMENSION))
    return unit(EVERY * 0.5 + sum(also, np.zeros(DIMENSION)) + noise)


def catalogue(*parts, length=LONG):
    content = np.vstack(parts)
    return Background(content, np.full(len(content), length))


def logits(found, content):
    return found.logits(content, np.full(len(content), LONG))[:, 0]


def test_a_register_that_all_items_share_raises_the_bar_and_leaves_what_is_plain_above_it():
    shared = catalogue(harmless(400, TOPIC * 0.6), length=50)
    fitted = fitted_to(shared, heads(-0.7), USUAL)
    assert (logits(heads(-0.7), shared.content) > 0).mean() > 0.4
    assert (logits(fitted, shared.content) > 0).mean() < 0.1
    assert logits(fitted, unit(TOPIC[None]))[0] > 0


def test_what_short_texts_share_with_all_topics_is_asked_for_once():
    many, others = 5, np.eye(DIMENSION)[10:14]
    owners = np.array([*range(many), EVERYDAY], np.int32)
    phrases = Phrases(unit(np.vstack([TOPIC, others, EVERY])), owners, 6.0)
    names, one = tuple("abcde"), np.ones(many, np.float32)
    brief = TopicHeads(
        names, phrases, 2 * one, np.zeros((many, DIMENSION), np.float32), -2 * one, 3 * one, 0 * one, one / 2
    )
    usual = Usual(dict.fromkeys(names, 0.0), SPREAD, {})
    shared = harmless(400, 0.6 * (TOPIC + others.sum(axis=0)), 0.1 * TOPIC)
    rises = [brief.bias - raised(catalogue(shared, length=length), brief, usual).bias for length in (0, 250, LONG)]
    assert (rises[0][1:] < 0.1).all()
    assert 0.3 < rises[0][0] < rises[1][0] < rises[2][0]
    assert (rises[1][1:] < rises[2][1:]).all()


def test_a_catalogue_like_any_other_keeps_the_bar():
    usual = catalogue(harmless(400), length=50)
    assert fitted_to(usual, heads(), USUAL).bias == heads().bias


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_items_on_the_topic_are_found_however_many_there_are(share):
    on_topic = unit(TOPIC + RANDOM.normal(scale=0.1, size=(int(400 * share), DIMENSION)))
    fitted = fitted_to(catalogue(harmless(400 - len(on_topic)), on_topic, length=50), heads(), USUAL)
    assert (logits(fitted, on_topic) > 0).mean() > 0.95


def test_clear_cases_teach_what_unclear_ones_on_the_topic_look_like():
    clear = unit(TOPIC + HABIT + RANDOM.normal(scale=0.02, size=(60, DIMENSION)))
    unclear = unit(0.7 * TOPIC + HABIT + 0.4 * EVERY + RANDOM.normal(scale=0.02, size=(60, DIMENSION)))
    given = catalogue(harmless(600), clear, unclear)
    assert (logits(heads(), unclear) > 0).mean() < 0.1
    fitted = fitted_to(given, heads(), USUAL)
    assert (logits(fitted, unclear) > 0).mean() > 0.9
    assert (logits(fitted, given.content[:600]) > 0).mean() < 0.02


def test_what_is_far_more_plainly_on_another_topic_says_what_this_one_is_not():
    owners, one = np.array([0, 1, EVERYDAY], np.int32), np.ones(2, np.float32)
    phrases = Phrases(unit(np.array([TOPIC, REGISTER, EVERY])), owners, 12.0)
    two = TopicHeads(
        ("topic", "other"), phrases, one, np.zeros((2, DIMENSION), np.float32), -2 * one, 0 * one, 0 * one, one / 2
    )
    usual = Usual({"topic": 0.0, "other": 0.0}, SPREAD, {})
    noise = RANDOM.normal(scale=0.02, size=(2, 60, DIMENSION))
    mine, others = unit(TOPIC + HABIT + noise[0]), unit(REGISTER + 0.6 * TOPIC + noise[1])
    plain = two.logits(others, np.full(60, LONG))
    assert (plain[:, 0] > 1).all()
    assert (plain[:, 1] - plain[:, 0] > 3).all()
    fitted = fitted_to(catalogue(harmless(600), mine, others), two, usual)
    assert (fitted.logits(mine, np.full(60, LONG))[:, 0] > 0).all()
    assert fitted.weights[0] @ REGISTER < 0 < fitted.weights[0] @ HABIT


def test_titles_teach_nothing_and_neither_do_a_handful_of_cases():
    clear = unit(TOPIC + HABIT + RANDOM.normal(scale=0.02, size=(60, DIMENSION)))
    for given in (catalogue(harmless(600), clear, length=50), catalogue(harmless(600), clear[:10])):
        assert not fitted_to(given, heads(), USUAL).weights.any()


def test_trained_heads_and_an_empty_catalogue_change_nothing():
    one = heads()
    weights = np.full((1, DIMENSION), 0.1, np.float32)
    trained = TopicHeads(one.names, one.phrases, one.slopes, weights, one.bias, one.brevity, one.rarity, one.thresholds)
    shared = catalogue(harmless(400, TOPIC * 0.6))
    assert fitted_to(shared, trained, USUAL).digest() == trained.digest()
    nothing = Background(np.zeros((0, DIMENSION), np.float32), np.zeros(0, np.int64))
    assert fitted_to(nothing, one, USUAL).digest() == one.digest()


def test_a_large_catalogue_is_judged_by_a_sample():
    many = Background(np.repeat(harmless(100), 250, axis=0), np.full(25_000, LONG))
    assert len(many.sample().content) == 20_000
