"""Controls that name nothing are told, with the name that may have been meant; sensitive topics are refused."""

import pytest

from app.errors import InvalidPayloadError


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    languages = ["en", "en-gb", "und"]
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish([an_item(number, language=languages[number % 3]) for number in range(36)])
        yield home


def told(profile):
    return {(each["field"], each["value"]): each.get("did_you_mean") for each in profile["warnings"]}


@pytest.mark.parametrize(
    ("stated", "field", "meant"),
    [
        ({"muted": {"tags": ["rust", "gardenin"]}}, "muted.tags.1", "gardening"),
        ({"muted": {"tags": ["zzz"]}}, "muted.tags.0", None),
        ({"muted": {"providers": ["P3"]}}, "muted.providers.0", "p3"),
        ({"muted": {"topics": ["no-such-topic"]}}, "muted.topics.0", None),
        ({"preferences": {"topics": ["no-such-topic"]}}, "preferences.topics.0", None),
        ({"preferences": {"less_of": ["no-such-topic"]}}, "preferences.less_of.0", None),
        ({"preferences": {"tags": ["astronmoy"]}}, "preferences.tags.0", "astronomy"),
        ({"preferences": {"formats": ["article", "vidoe"]}}, "preferences.formats.1", "video"),
        ({"preferences": {"providers": ["p0", "q0"]}}, "preferences.providers.1", None),
        ({"preferences": {"languages": ["en", "xx"]}}, "preferences.languages.1", None),
        ({"preferences": {"languages": ["und"]}}, "preferences.languages.0", None),
    ],
)
def test_a_name_that_nothing_bears_is_warned_about(shared, stated, field, meant):
    profile = shared.patch("ann", **stated)
    group, name, place = field.split(".")
    assert told(profile) == {(field, stated[group][name][int(place)]): meant}
    assert profile["warnings"][0]["message"]
    assert profile["explicit"][group][name] == stated[group][name]
    assert told(shared.profile("ann")) == told(profile)
    assert shared.patch("ann", muted=None, preferences=None)["warnings"] == []


def test_what_something_bears_is_not_warned_about(shared):
    catalogue = shared.service.snapshot_swap.current.catalogue
    topics = [catalogue.topic_slugs[0], catalogue.topic_names[1].upper()]
    preferences = {"tags": ["rust"], "formats": ["video"], "providers": ["p1"], "languages": ["en-GB", "en-us", "*"]}
    muted = {"tags": ["chess"], "topics": topics, "providers": ["p2"]}
    assert shared.patch("bea", preferences={**preferences, "less_of": topics}, muted=muted)["warnings"] == []


def test_a_tag_that_comes_later_is_warned_about_no_more(shared, an_item):
    assert shared.patch("cem", muted={"tags": ["sailing"]})["warnings"]
    shared.put(an_item(40, tags=["sailing"]))
    assert not shared.profile("cem")["warnings"]
    assert "i040" not in {item.item_id for item in shared.recommend("cem", limit=100).items}


def test_a_topic_that_is_not_sensitive_is_refused_with_those_that_are(shared):
    with pytest.raises(InvalidPayloadError) as refused:
        shared.patch("dan", allowed_sensitive_topics=["health", "polticks"])
    [error] = refused.value.members["errors"]
    assert error.field == "allowed_sensitive_topics.1"
    assert "gambling" in error.message
    assert shared.profile("dan")["explicit"] == {}
    assert shared.patch("dan", allowed_sensitive_topics=["health"])["explicit"]["allowed_sensitive_topics"] == [
        "health"
    ]
