"""Sensitive topics at index time: the taxonomy, the classifier from phrases and labels, and what an item touches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.documents import ItemDocument
from indexer.embeddings import CachedEncoder, EmbeddingCache
from indexer.sensitive.background import LEAST, Background
from indexer.sensitive.base_rates import at_base_rates
from indexer.sensitive.calibration import Calibration, load_calibration
from indexer.sensitive.classifier import (
    HeadsError,
    adapted,
    build_classifier,
    from_phrases,
    load_heads,
    save_heads,
    with_thresholds,
)
from indexer.sensitive.evidence import Examiner
from indexer.sensitive.item_topics import ItemTopics, TagTopics, touched_topics
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import TaxonomyError, load_taxonomy
from indexer.sensitive.trained_heads import LabelledTexts, train_heads, trained_topics
from indexer.sensitive.verdicts import Verdicts
from models.encoder import HashingEncoder
from models.logistic import fit_logistic
from models.sentence_encoder import SentenceTransformerEncoder
from models.topic_heads import NAME, REPORTED, TopicHeads

ENCODER = HashingEncoder(64)
ISSUED = {
    *("health", "religion", "politics", "sexuality", "ethnicity", "crime-and-violence", "weapons", "gambling"),
    *("alcohol-and-drugs", "weight-loss", "pregnancy-and-parenting", "death-and-grief", "finance-distress"),
}
HARMLESS = {
    "Sourdough for beginners": "Flour, water and salt: how to bake a loaf of bread at home.",
    "Mountain bikes compared": "We rode six bicycles over the same trail; frames, gears and brakes.",
    "A guide to spreadsheets": "Formulas, charts and pivot tables explained step by step.",
}
SENSITIVE = {
    "health": "A diagnosis of diabetes: symptoms, insulin and what your doctor will ask.",
    "religion": "A sermon on grace, sin and the resurrection of Christ.",
    "weapons": "Choosing a pistol and ammunition for concealed carry.",
    "gambling": "Roulette, slot machines and casino bonuses reviewed.",
}


def item(title="A title", **fields):
    row = {
        "item_id": "i",
        "title": title,
        "format": "article",
        "language": "en",
        "published_at": "2026-01-01T00:00:00Z",
    }
    return ItemDocument.model_validate(row | fields, strict=False)


def test_the_packaged_taxonomy_covers_what_it_promises():
    taxonomy = load_taxonomy()
    assert set(taxonomy.names) == ISSUED
    assert all(len(topic.examples) >= 10 and topic.tags and topic.description for topic in taxonomy.topics.values())
    assert set(load_calibration().bias) == ISSUED


@pytest.mark.parametrize("text", ["[", "everyday = ['x']", "[health]\ndescription = 'x'\nexamples = []"])
def test_a_taxonomy_that_cannot_be_is_refused_by_the_name_of_its_file(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(TaxonomyError, match=r"mine\.toml"):
        load_taxonomy(path)
    with pytest.raises(TaxonomyError, match=r"absent\.toml"):
        load_taxonomy(tmp_path / "absent.toml")


def test_declarations_and_tags_are_certain_whatever_the_classifier_says():
    items = [item(sensitive_topics=["health"]), item(tags=["casino"]), item()]
    content = ENCODER.encode([each.content() for each in items])
    found = touched_topics(items, Background(content, lengths_of(items)), load_taxonomy(), TopicHeads.none(64))
    assert found == [ItemTopics(("health",)), ItemTopics(("gambling",)), ItemTopics()]


def test_an_empty_declaration_wins_over_tags_and_classifier():
    topics = TagTopics(load_taxonomy())
    tags = {"tags": ["casino", "wine"]}
    assert topics(item(**tags, sensitive_topics=[]), ["health"]) == ItemTopics()
    for silent in ({}, {"sensitive_topics": None}):
        assert topics(item(**tags, **silent), ["health"]) == ItemTopics(("gambling",), ("alcohol-and-drugs", "health"))


def test_what_is_suspected_acts_only_for_topics_that_the_charter_names():
    topics = ItemTopics(("gambling",), ("health", "politics"))
    assert topics.acting(SensitiveRules()) == ["gambling"]
    assert topics.acting(SensitiveRules({"politics": Mode.PERMISSION})) == ["gambling", "politics"]


def test_evidence_names_the_phrase_that_an_item_resembles():
    taxonomy = load_taxonomy()
    phrase = taxonomy.topics["gambling"].examples[0]
    heads = from_phrases(taxonomy, ENCODER, 12.0, calibration(default_bias=-1.0))
    examine = Examiner(taxonomy, heads, SensitiveRules({"gambling": Mode.PERMISSION}), Verdicts())
    about = item("x" * 400, text=phrase)
    found = {each.topic: each for each in examine(about, ENCODER.encode([phrase])[0])}["gambling"]
    assert (found.source, found.consequence, found.resembles) == ("classifier", "withheld", phrase)
    assert found.score > 0.5


def test_tags_that_ordinary_catalogues_use_for_much_else_are_ambiguous():
    """Sections of a newspaper, departments of a shop, genres of films: none is a reason to withhold on its own."""
    plain = load_taxonomy().topics_of_tags()
    for tag in ("politics", "health", "baby", "crime", "wine", "knives", "religion", "diet", "race", "adult"):
        assert tag not in plain
        assert tag in load_taxonomy().topics_of_ambiguous_tags()


def test_an_encoder_that_nobody_calibrated_has_no_classifier_until_one_is_trained(tmp_path):
    taxonomy, settings = load_taxonomy(), SensitiveSettings()
    assert build_classifier(taxonomy, ENCODER, settings).names == ()
    labelled = labelled_texts()
    mine = from_phrases(taxonomy, ENCODER, 12.0, calibration(default_bias=-3.0))
    trained = train_heads(mine, labelled)
    save_heads(tmp_path / "heads.npz", trained, ENCODER, taxonomy)
    heads = build_classifier(taxonomy, ENCODER, settings, tmp_path / "heads.npz")
    assert heads.digest() == trained.digest()
    touched = heads.touched(labelled.content, labelled.lengths)[:, heads.names.index("gambling")]
    assert touched[labelled.touches["gambling"]].mean() >= 0.9
    assert touched[~labelled.touches["gambling"]].mean() <= 0.05


def test_heads_of_another_encoder_or_taxonomy_are_refused(tmp_path):
    taxonomy = load_taxonomy()
    save_heads(tmp_path / "heads.npz", TopicHeads.none(64), ENCODER, taxonomy)
    with pytest.raises(HeadsError, match="another encoder"):
        load_heads(tmp_path / "heads.npz", HashingEncoder(32), taxonomy)
    changed = taxonomy.model_copy(update={"everyday": ["rain"]})
    with pytest.raises(HeadsError, match="another taxonomy"):
        load_heads(tmp_path / "heads.npz", ENCODER, changed)


def test_topics_with_few_labels_keep_the_head_of_their_phrases():
    zero_shot = from_phrases(load_taxonomy(), ENCODER, 12.0, calibration())
    few = LabelledTexts(ENCODER.encode(["a", "b"]), np.ones(2, np.int64), {"health": np.array([True, False])})
    assert trained_topics(zero_shot, few) == []
    assert train_heads(zero_shot, few).digest() == zero_shot.digest()


def test_trained_heads_take_the_share_of_harmless_texts_that_they_may():
    random = np.random.default_rng(3)
    names, touched = load_taxonomy().names, np.arange(900) < 200
    content = random.normal(size=(900, 64)).astype(np.float32)
    content[:200, 0] += 1.5
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    texts = LabelledTexts(content[::2], np.full(450, 500), {"gambling": touched[::2]})
    for allowed in (0.05, 0.2):
        heads = train_heads(from_phrases(load_taxonomy(), ENCODER, 12.0, calibration()), texts, false_alarms=allowed)
        unseen = heads.touched(content[1::2], np.full(450, 500))[:, names.index("gambling")]
        assert unseen[~touched[1::2]].mean() == pytest.approx(allowed, abs=0.04)


def test_thresholds_are_settings():
    heads = from_phrases(load_taxonomy(), ENCODER, 12.0, calibration())
    content, lengths = ENCODER.encode(["anything at all"]), np.array([15])
    chance = heads.probabilities(content, lengths)[0, heads.names.index("gambling")]
    for threshold, touched in ((chance - 0.01, True), (chance + 0.01, False)):
        told = with_thresholds(heads, SensitiveSettings(thresholds={"gambling": float(threshold)}))
        assert told.touched(content, lengths)[0, heads.names.index("gambling")] == touched


def test_the_less_there_is_to_read_the_plainer_it_must_be():
    heads = from_phrases(load_taxonomy(), ENCODER, 12.0, calibration(brevity=3.0))
    content = np.repeat(ENCODER.encode(["casino and poker"]), 4, axis=0)
    logits = heads.logits(content, np.array([0, 150, 300, 3_000]))
    np.testing.assert_allclose(logits[0] + 3.0, logits[2], rtol=1e-5)
    np.testing.assert_allclose(logits[1] + 1.5, logits[2], rtol=1e-5)
    np.testing.assert_array_equal(logits[2], logits[3])


def test_what_is_as_short_as_a_name_is_reported_at_most_where_the_topic_is_rare():
    common = from_phrases(load_taxonomy(), ENCODER, 12.0, calibration(default_bias=40.0, brevity=3.0))
    heads = at_base_rates(None, common, common.untrained)
    content = np.repeat(ENCODER.encode(["casino and poker"]), 2, axis=0)
    touched = heads.touched(content, np.array([NAME - 1, NAME]))
    assert touched.all(axis=1).tolist() == [False, True]
    assert common.touched(content, np.array([NAME - 1, NAME])).all()
    assert not touched[0].any()
    assert (heads.probabilities(content, np.array([1, 1])) > REPORTED).all()


def test_the_rarer_a_topic_the_plainer_an_item_on_it_must_be():
    heads = replace(from_phrases(load_taxonomy(), ENCODER, 12.0, calibration()), bias=np.zeros(13, np.float32))
    gambling = heads.names.index("gambling")
    rarities = []
    for common in (0, 4, 15, 3 * LEAST):
        plain, other = ENCODER.encode(["casino poker roulette"])[0], ENCODER.encode(["flour oven butter"])[0]
        content = np.stack([plain if number < common else other for number in range(300)])
        texts = Background(content, np.full(300, 1_000))
        certain = replace(heads, slopes=10 * heads.slopes)
        rarities.append(float(at_base_rates(texts, certain, heads.untrained).rarity[gambling]))
    assert rarities[0] == rarities[1] > rarities[2] > rarities[3] == 0.0
    nothing_known = at_base_rates(None, heads, heads.untrained)
    assert (nothing_known.rarity == rarities[0]).all()
    assert (nothing_known.brevity > nothing_known.rarity).all()
    short = at_base_rates(Background(content, np.full(300, 40)), heads, heads.untrained)
    assert (short.rarity == rarities[0]).all()


def test_logistic_regression_is_at_its_optimum():
    random = np.random.default_rng(0)
    vectors, truth = random.normal(size=(80, 5)), random.random(80) < 0.4
    line = fit_logistic(vectors, truth, np.ones(80), ridge=0.7)
    chance = 1 / (1 + np.exp(-line(vectors)))
    np.testing.assert_allclose(vectors.T @ (chance - truth) + 0.7 * line.weights, 0, atol=1e-3)
    assert abs((chance - truth).sum()) < 1e-3


@pytest.mark.real_model
def test_the_real_encoder_tells_sensitive_items_from_harmless_ones(tmp_path: Path):
    encoder = CachedEncoder(SentenceTransformerEncoder(), EmbeddingCache(tmp_path))
    assert load_calibration().encoder == encoder.fingerprint
    taxonomy = load_taxonomy()
    heads = build_classifier(taxonomy, encoder, SensitiveSettings())
    items = [item(title, text=text) for title, text in HARMLESS.items()]
    items += [item(text, item_id=topic) for topic, text in SENSITIVE.items()]
    background = Background(encoder.encode([each.content() for each in items]), lengths_of(items))
    found = touched_topics(items, background, taxonomy, heads)
    assert found[: len(HARMLESS)] == [ItemTopics()] * len(HARMLESS)
    for topic, each in zip(SENSITIVE, found[len(HARMLESS) :], strict=True):
        assert topic in (*each.suspected, *each.worth_a_look)
    judged = adapted(heads, encoder, background, SensitiveSettings())
    found = touched_topics(items, background, taxonomy, judged)
    assert found[: len(HARMLESS)] == [ItemTopics()] * len(HARMLESS)
    assert found[len(HARMLESS)].suspected == ("health",)


def labelled_texts():
    random = np.random.default_rng(0)
    betting, baking = ["casino", "roulette", "jackpot", "wager"], ["flour", "oven", "butter", "dough"]
    texts = [" ".join(random.choice(words, 6)) for words in [betting] * 30 + [baking] * 60]
    lengths = np.array([len(text) for text in texts])
    return LabelledTexts(ENCODER.encode(texts), lengths, {"gambling": np.arange(90) < 30})


def lengths_of(items):
    return np.array([len(each.content()) for each in items])


def calibration(**more):
    given = {"encoder": ENCODER.fingerprint, "slope": 1.0, "brevity": 0.0, "spread": 0.5, "default_centre": 0.0}
    return Calibration(**given | {"default_bias": 0.0} | more)


ORDINARY = {
    "Pushchair, navy blue": "Folds with one hand.",
    "Paring knife, 9 cm": "For fruit and vegetables.",
    "Magnesium capsules": "Ninety capsules.",
    "Resistance band": "Three strengths, with a bag.",
    "Microservices are not a goal": "You still need a rollback, and somebody who is paged.",
    "The comet of the century": "Where to look in October, and with what.",
    "A note from the publisher": "We turn twenty this month. Thank you for staying.",
    "Town hall extends the tram line": "The vote was 31 to 12. Work begins in May.",
    "Psycho (1960)": "Horror, Romance, Thriller.",
    "The English Patient (1996)": "Drama, Romance, War.",
    "Casino (1995)": "Drama.",
    "The Baby-Sitters Club (1995)": "Children's.",
    "Angels & Demons": "",
    "Pride and Prejudice": "",
    "Guns N' Roses: Greatest Hits": "",
    "Black leather handbag": "Fits a laptop, closes with a zip.",
}
"""A shop's wares, a blog's and a local paper's articles, and names of films, books and a band."""


@pytest.mark.real_model
def test_nothing_ordinary_is_withheld_though_every_topic_is_turned_on(tmp_path: Path):
    encoder, taxonomy = CachedEncoder(SentenceTransformerEncoder(), EmbeddingCache(tmp_path)), load_taxonomy()
    items = [item(title, item_id=title, text=text) for title, text in ORDINARY.items()]
    background = Background(encoder.encode([each.content() for each in items]), lengths_of(items))
    heads = adapted(build_classifier(taxonomy, encoder, SensitiveSettings()), encoder, background, SensitiveSettings())
    rules = SensitiveRules(dict.fromkeys(taxonomy.names, Mode.PERMISSION))
    topics = touched_topics(items, background, taxonomy, heads)
    assert {each.item_id: acts for each, acts in zip(items, topics, strict=True) if acts.acting(rules)} == {}
