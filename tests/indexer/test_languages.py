"""Languages: one normal form, and ranges that match as RFC 4647 says."""

import pytest

from indexer.languages import accepted, accepts, canonical, specific


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("FR", "fr"),
        ("fra", "fr"),
        ("fre-CA", "fr-ca"),
        ("French", "fr"),
        ("pt_BR", "pt-br"),
        ("ro-MD", "ro-md"),
        ("in", "id"),
        ("zh-yue-HK", "yue-hk"),
        ("cmn-Hans", "zh-hans"),
        ("sh", "sr-latn"),
        ("en-UK", "en-gb"),
        ("es-419", "es-419"),
        ("de-CH-1996", "de-ch-1996"),
        ("en-x-house", "en-x-house"),
        ("und", "und"),
        ("unknown", "und"),
        ("xyzzy", "xyzzy"),
    ],
)
def test_a_tag_has_one_normal_form(written, normal):
    assert canonical(written) == normal
    assert canonical(normal) == normal


@pytest.mark.parametrize("text", ["", "f", "fr-", "fr--ca", "French (CA)", "fr-ca!", "русский", "12", "*"])
def test_what_is_no_tag_is_refused(text):
    with pytest.raises(ValueError, match="must be a language tag"):
        canonical(text)


@pytest.mark.parametrize(
    ("wanted", "taken", "left"),
    [
        ("fr", ["fr", "fr-ca", "fra", "fr-latn-fr"], ["en", "fro"]),
        ("fr-ca", ["fr-ca", "fr-ca-x-a", "fr"], ["fr-fr", "en-ca"]),
        ("zh-hant", ["zh-hant", "zh-hant-hk", "zh-tw", "zh-HK"], ["zh", "zh-cn", "zh-hans"]),
        ("zh-cn", ["zh-cn", "zh-hans-cn", "zh-hans", "zh"], ["zh-tw", "zh-hant"]),
        ("zh", ["zh", "zh-tw", "zh-hans", "cmn"], ["yue"]),
        ("sr-latn", ["sr-latn", "sr-me"], ["sr", "sr-cyrl"]),
        ("*", ["fr", "xx"], []),
    ],
)
def test_a_range_accepts_what_it_begins_and_what_says_less(wanted, taken, left):
    unknown = ["und", "mul", "zxx", "und-latn"]
    assert accepted([wanted], [*taken, *unknown]).all()
    assert not accepted([wanted], left).any()


def test_of_what_an_older_index_holds_and_is_no_tag_nothing_is_known():
    assert accepts("fr", "f-rench?")
    assert not specific("f-rench?")
    assert specific("fr-ca")


def test_one_of_several_ranges_is_enough():
    assert accepted(["fr", "de"], ["de-at", "en", "fr"]).tolist() == [True, False, True]
