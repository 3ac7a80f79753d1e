"""The words of labels: every language has them all, and the operator can change them."""

import pytest

from app.pipeline.labels.reason_text import displayed, label
from app.pipeline.labels.settings import LabelSettings
from app.pipeline.labels.wording import PACKAGED, Wording, WordingError, placeholders, read
from app.pipeline.slate import Reason
from models.events import DEFAULT_SIGNALS
from models.signal import Polarity

ENGLISH = read(PACKAGED / "en.po")
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def own(tmp_path, language, *messages):
    entries = "\n\n".join(f'msgid "{name}"\nmsgstr "{text}"' for name, text in messages)
    (tmp_path / f"{language}.po").write_text(HEAD + entries, encoding="utf-8")
    return LabelSettings(folder=tmp_path)


@pytest.mark.parametrize("file", sorted(PACKAGED.glob("*.po")), ids=lambda file: file.stem)
def test_every_language_has_every_message_with_its_placeholders(file):
    messages = read(file)
    assert messages.keys() == ENGLISH.keys()
    for name, message in messages.items():
        assert placeholders(message) == placeholders(ENGLISH[name]), name


def test_every_verb_has_a_message():
    verbs = {signal.verb for signal in DEFAULT_SIGNALS.values() if signal.polarity is Polarity.POSITIVE}
    assert {f"because_you.{verb}" for verb in verbs | LabelSettings().verbs.keys()} <= ENGLISH.keys()


def test_the_first_preferred_language_that_exists_is_spoken():
    wording = Wording(LabelSettings())
    assert wording.phrases(["fr", "de-ch", "en"]).language == "de"
    assert wording.phrases(["fr"]).language == "en"
    assert Wording(LabelSettings(language="de")).phrases([]).language == "de"


def test_a_verb_of_the_operators_own_is_filled_in():
    reason = Reason("because_you", tag="sci-fi", verb="bookmarked")
    assert label(Wording(LabelSettings()).phrases([]), reason, exploration=False) == "Because you bookmarked Sci-Fi"


def test_the_operator_changes_one_message_and_keeps_the_others(tmp_path):
    english = Wording(own(tmp_path, "en", ("popular", "Loved by many"))).phrases([])
    assert english.say("popular") == "Loved by many"
    assert english.say("fresh") == ENGLISH["fresh"]


def test_the_operator_adds_a_language_and_english_fills_its_gaps(tmp_path):
    settings = own(
        tmp_path, "fr", ("because_you.liked", "Parce que vous avez aimé {tag}"), ("because_you.wore", "{tag} !")
    )
    french = Wording(settings).phrases(["fr"])
    assert (
        label(french, Reason("because_you", tag="jazz", verb="liked"), exploration=False)
        == "Parce que vous avez aimé Jazz"
    )
    assert label(french, Reason("because_you", tag="jazz", verb="wore"), exploration=False) == "Jazz !"
    assert french.say("fresh") == ENGLISH["fresh"]


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (("nonsense", "x"), "no label is named 'nonsense'"),
        (("popular", "{user_id}"), "only \\[\\] can be filled in"),
        (("because_you.liked", "{tag.__class__}"), "only \\['item', 'tag', 'title', 'verb'\\] can be filled in"),
        (("popular", "{"), "'popular'"),
    ],
)
def test_messages_that_cannot_be_filled_in_are_refused(tmp_path, message, problem):
    with pytest.raises(WordingError, match=problem):
        Wording(own(tmp_path, "en", message))


def test_what_is_no_catalogue_is_refused(tmp_path):
    (tmp_path / "en.po").write_text('msgid "popular"\nLoved by many', encoding="utf-8")
    with pytest.raises(WordingError, match=r"en\.po"):
        Wording(LabelSettings(folder=tmp_path))
    with pytest.raises(WordingError, match="no folder"):
        Wording(LabelSettings(folder=tmp_path / "missing"))
    with pytest.raises(WordingError, match="no language 'tlh'"):
        Wording(LabelSettings(language="tlh"))


def test_braces_in_a_tag_are_only_text():
    reason = Reason("because_you", tag="{verb} 100%", verb="liked")
    assert label(
        Wording(LabelSettings()).phrases([]), reason, exploration=False
    ) == "Because you liked {Verb} 100%".replace("V", "v")


def test_tags_are_written_as_people_read_them():
    assert [displayed(tag) for tag in ("sci-fi", "3d printing", "children's")] == [
        "Sci-Fi",
        "3d Printing",
        "Children's",
    ]


ENGLISH_PHRASES = Wording(LabelSettings()).phrases([])
GERMAN_PHRASES = Wording(LabelSettings()).phrases(["de"])


@pytest.mark.parametrize(
    ("reason", "english", "german"),
    [
        (
            Reason("because_you", tag="sci-fi", title="Star Wars", verb="saved"),
            "Because you saved Star Wars (Sci-Fi)",
            "Weil du Star Wars (Sci-Fi) gespeichert hast",
        ),
        (
            Reason("because_you", tag="war", title="The Tin Drum (Die Blechtrommel)", verb="asked for more like"),
            "Because you asked for more like The Tin Drum (War)",
            "Weil du mehr wie The Tin Drum (War) wolltest",
        ),
        (
            Reason("similar_to", title="Soil", verb="read", link="content"),
            "Similar to Soil",
            "Ähnlich wie Soil",
        ),
        (Reason("similar_to", title="Soil", verb="read"), "Because you read Soil", "Weil du Soil gelesen hast"),
        (Reason("stated_preference", tag="jazz", verb="prefer"), "Because you prefer Jazz", "Weil du Jazz bevorzugst"),
        (
            Reason("stated_preference", verb="prefer"),
            "Close to what you prefer",
            "Nahe an dem, was du bevorzugst",
        ),
        (
            Reason("stated_preference"),
            "Because of the goals you stated",
            "Wegen der Ziele, die du genannt hast",
        ),
        (Reason("explore", tag="jazz", different=True), "Something different: Jazz", "Etwas anderes: Jazz"),
        (Reason("explore", different=True), "Something different", "Etwas anderes"),
        (Reason("explore", tag="jazz", different=False), "For variety: Jazz", "Zur Abwechslung: Jazz"),
        (Reason("explore", different=False), "For variety", "Zur Abwechslung"),
    ],
)
def test_each_reason_is_said_in_both_languages(reason, english, german):
    assert label(ENGLISH_PHRASES, reason, exploration=True) == english
    assert label(GERMAN_PHRASES, reason, exploration=True) == german


def test_within_the_interests_an_item_is_from_its_tag():
    assert label(ENGLISH_PHRASES, Reason("explore", tag="jazz"), exploration=False) == "From Jazz"


def test_a_long_title_is_cut_between_words():
    reason = Reason("because_you", tag="film", title="How I learned to stop worrying, " * 5, verb="watched")
    said = label(ENGLISH_PHRASES, reason, exploration=False)
    assert len(said) < 100
    assert said.startswith("Because you watched How I learned")
    assert said.endswith("… (Film)")


def test_an_operators_message_may_name_the_tag_alone(tmp_path):
    phrases = Wording(own(tmp_path, "en", ("because_you.liked", "You like {tag}, see {title}"))).phrases([])
    reason = Reason("because_you", tag="jazz", title="Kind of Blue", verb="liked")
    assert label(phrases, reason, exploration=False) == "You like Jazz, see Kind of Blue"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("purchase", "Because you bought Lamp"),
        ("add_to_cart", "Because you put Lamp in your cart"),
        ("rating", "Because you rated Lamp highly"),
        ("follow", "Because you follow Lamp"),
    ],
)
def test_a_label_says_what_was_done(kind, said):
    reason = Reason("because_you", tag="lamp", verb=DEFAULT_SIGNALS[kind].verb)
    assert label(Wording(LabelSettings()).phrases([]), reason, exploration=False) == said
