"""The page of `GET /transparency`: everything that is declared and in force, in words, and nothing from elsewhere."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from app.api.transparency_page import HEADERS, transparency_page
from app.api.transparency_page.words import FIELDS, HALF_LIVES, MODES, TERMS, days
from app.policy.charter.charter import load_charter
from app.policy.transparency import transparency_payload
from app.settings import Settings
from indexer.sensitive.taxonomy import load_taxonomy

VOID = {"meta", "rect"}


class Outline(HTMLParser):
    """Tags that are open, headings in order, and all text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.headings, self.words, self.attributes = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.headings.append((self.open[-1], data))
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def payload(**changes):
    settings = Settings.model_validate(changes)
    return transparency_payload(settings, load_charter(settings.charter), None)


@pytest.fixture(scope="module")
def page():
    return transparency_page(payload())


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def test_the_page_is_well_formed_and_its_headings_go_down_one_by_one(outline):
    assert outline.open == []
    levels = [int(tag[1]) for tag, _ in outline.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_reason_span_and_control_of_the_charter_is_told(outline):
    charter = load_charter()
    for uses in (charter.events, charter.profile, charter.context, charter.item_attributes):
        for name, use in uses.items():
            assert (use.why in outline.text) == (uses is not charter.events or name != "*")
    assert "kept 180 days" in outline.text
    assert "kept 3 years" in outline.text
    for name, how in charter.controls.items():
        assert name in outline.text
        assert how in outline.text


def test_declared_types_and_switches_are_told():
    booked = {"polarity": 1, "weight": 1.5, "verb": "booked"}
    off = {
        "scope": "segment",
        "segment": "age",
        "value": "<18",
        "since": "2026-03-01T12:00:00",
        "why": "To spare them.",
    }
    text = transparency_page(payload(events={"types": {"booked": booked}}) | {"switched_off": [off]})
    assert "You booked it" in text
    assert load_charter().events["*"].why in text
    assert "Where age is &lt;18" in text
    assert "since 2026-03-01" in text


def test_every_name_of_the_settings_and_of_the_charter_has_words_for_people(outline):
    told = payload()
    assert set(told["charter"]["profile"]) <= set(FIELDS)
    assert {name for name in told["ranking_weights"] if not name.endswith("_days")} == set(TERMS)
    assert set(told["half_lives"]) == set(HALF_LIVES)
    assert not re.search(r"[a-z]_[a-z]", re.sub(r"/users/\S+|\{user_id\}", "", outline.text))


def test_live_values_are_told_in_words():
    told = payload(query={"floors": {"exploration_share": 0.35}}, events={"half_life_positive_days": 45})
    text = Outline(transparency_page(told)).text
    assert "35% at least, from outside your usual interests" in text
    assert "Counts half after 45 days, a quarter after 90 days" in text
    assert told["configuration_hash"] in text


def test_every_sensitive_topic_stands_under_its_mode(tmp_path, outline):
    for topic in load_taxonomy().topics.values():
        assert topic.description in outline.text
    assert MODES["permission"][0] in outline.text
    assert MODES["free"][0] not in outline.text
    path = tmp_path / "charter.toml"
    path.write_text(
        'name = "n"\npersonalised = "p"\noutcome = "o"\ndisclosure = "d"\n'
        '[sensitive]\nweapons = { mode = "free", why = "A shop for hunters." }\n'
        'religion = { mode = "recommend_only" }\n'
    )
    text = Outline(transparency_page(payload(charter=str(path)))).text
    order = [MODES["permission"][0], "Health", MODES["recommend_only"][0], "Religion", MODES["free"][0], "Weapons"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert "A shop for hunters." in text
    shown = "reported to the operator, and shown and learned from like any other item"
    assert outline.text.count(shown) == len(load_taxonomy().names)
    assert text.count(shown) == len(load_taxonomy().names) - 2


def test_what_becomes_of_withheld_events_is_told_as_it_is():
    assert "is kept as seen and nothing else" in transparency_page(payload())
    assert "is not stored at all" in transparency_page(payload(firewall={"keep_as_seen": False}))


def test_the_policy_allows_this_style_and_nothing_else(page, outline):
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = HEADERS["Content-Security-Policy"]
    assert f"style-src 'sha256-{allowed}'" in policy
    assert policy.startswith("default-src 'none';")
    assert not {name for _, name, _ in outline.attributes} & {"style", "src", "onclick", "onload"}
    assert {value for _, name, value in outline.attributes if name == "href"} == {"/"}
    assert not re.search(r"<script|@import|url\(", page)


def test_what_an_operator_writes_is_text_and_no_markup(tmp_path):
    path = tmp_path / "charter.toml"
    bad = "<img src=x>"
    path.write_text(
        f'name = "{bad}"\npersonalised = "{bad}"\noutcome = "{bad}"\ndisclosure = "{bad}"\ncontact = "{bad}"\n'
        f'[controls]\n"{bad}" = "{bad}"\n[events]\nlike = {{ why = "{bad}", keep_days = 1 }}\n'
        f'[profile]\nrole = {{ why = "{bad}" }}\n[attributes]\n"{bad}" = {{ why = "{bad}" }}\n'
        f'[sensitive]\nhealth = {{ mode = "free", why = "{bad}" }}\n'
    )
    page = transparency_page(payload(charter=str(path)))
    assert "<img" not in page
    assert page.count("&lt;img") >= 10


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 day"), (180, "180 days"), (365, "1 year"), (1095, "3 years"), (0.5, "0.5 days")]
)
def test_spans_are_told_in_the_largest_whole_unit(count, said):
    assert days(count) == said


def test_what_is_being_tried_is_told_to_everybody():
    tried = {"name": "bolder_lists", "why": "Do people come back <more>?", "people": 0.5, "variants": []}
    told = Outline(transparency_page(payload() | {"experiments": [tried]}))
    assert "What is being tried" in told.text
    assert "Bolder lists Do people come back <more>? 50% of all people" in told.text
    assert "What is being tried" not in Outline(transparency_page(payload())).text
