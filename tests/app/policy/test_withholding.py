"""Withholding by decision: what is declared acts at once, what is only suspected where the charter names its topic."""

from datetime import UTC, datetime

import orjson
import pytest

from app.policy.charter.charter import CharterError, load_charter
from indexer.problems import FieldProblem
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.verdicts import Verdict, append_verdicts

CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
like = {{ why = "test", keep_days = 400 }}
save = {{ why = "test", keep_days = 400 }}
[profile]
allowed_sensitive_topics = {{ why = "test" }}
[sensitive]
{sensitive}
"""
PLAIN = ["i000", "i001", "i002"]
SECTIONS = {300: "politics", 301: "baby", 302: "crime"}
"""Items with tags that an ordinary catalogue has."""


def published(home, an_item):
    home.publish(
        [
            *(an_item(number) for number in range(3)),
            *(an_item(number, tags=[tag]) for number, tag in SECTIONS.items()),
            an_item(310, sensitive_topics=["religion"], tags=["politics"]),
            an_item(311, sensitive_topics=[], tags=["casino", "politics"]),
            an_item(312, tags=["casino"]),
            an_item(313, sensitive_topics=["religion"]),
        ]
    )
    return home


@pytest.fixture
def chartered(tmp_path, open_household):
    """A service whose charter says something of sensitive topics."""

    def open_with(sensitive, **more):
        (tmp_path / "charter.toml").write_text(CHARTER.format(sensitive=sensitive))
        return open_household(tmp_path / "data", charter=tmp_path / "charter.toml", **more)

    return open_with


def shown(home, user="stranger"):
    return {item.item_id for item in home.recommend(user, limit=40).items}


def told(home, *events):
    return [(each.status, each.message) for each in home.loop.run_until_complete(home.service.ingest(events))]


def test_out_of_the_box_only_what_is_declared_is_withheld(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path) as home:
        published(home, an_item)
        assert shown(home) == {*PLAIN, "i300", "i301", "i302", "i311"}
        assert told(home, an_event(1, "eve", "i301", "save")) == [("accepted", None)]
        assert home.recommend("eve").personalized


def test_what_is_suspected_is_withheld_where_the_charter_names_the_topic(chartered, an_item):
    with chartered('politics = { mode = "permission" }') as home:
        published(home, an_item)
        assert shown(home) == {*PLAIN, "i301", "i302", "i311"}
        home.patch("reader", allowed_sensitive_topics=["politics"])
        assert "i300" in shown(home, "reader")


def test_another_charter_acts_at_the_next_start_without_a_build(chartered, an_item):
    with chartered("") as home:
        published(home, an_item)
        assert "i301" in shown(home)
    with chartered('pregnancy-and-parenting = { mode = "permission" }') as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert "i301" not in shown(home)


def test_items_that_come_over_http_are_judged_alike(chartered, an_item):
    with chartered('politics = { mode = "permission" }') as home:
        home.publish([an_item(0)])
        home.put(
            an_item(400, tags=["politics"]),
            an_item(401, tags=["politics"], sensitive_topics=[]),
            an_item(402, tags=["baby"]),
        )
        assert shown(home) == {"i000", "i401", "i402"}


def test_an_event_of_which_nothing_is_learned_is_answered_with_the_reason(chartered, an_item, an_event):
    with chartered('politics = { mode = "recommend_only" }') as home:
        published(home, an_item)
        (on_permission,) = told(home, an_event(1, "eve", "i313"))
        assert on_permission[0] == "accepted"
        assert "religion" in on_permission[1]
        assert "permits" in on_permission[1]
        (never,) = told(home, an_event(2, "eve", "i300"))
        assert "politics" in never[1]
        assert "charter" in never[1]
        assert not home.recommend("eve").personalized
        assert told(home, an_event(3, "eve", "i000")) == [("accepted", None)]
        home.patch("eve", allowed_sensitive_topics=["religion"])
        assert told(home, an_event(4, "eve", "i313")) == [("accepted", None)]


def test_a_dropped_event_is_answered_with_its_topic(chartered, an_item, an_event):
    with chartered("", firewall={"keep_as_seen": False}) as home:
        published(home, an_item)
        ((status, message),) = told(home, an_event(1, "eve", "i312"))
        assert status == "ignored"
        assert "gambling" in message


def test_the_receipt_names_the_topics_that_withheld(chartered, an_item):
    with chartered('politics = { mode = "permission" }') as home:
        published(home, an_item)
        (withheld,) = [each for each in home.recommend("stranger", limit=40).withheld if each.filter == "sensitive"]
        assert withheld.detail == {"religion": 2, "politics": 2, "gambling": 1}
        assert withheld.count == 4


def test_an_item_on_a_free_topic_is_not_marked(chartered, an_item):
    with chartered('gambling = { mode = "free" }\nreligion = { mode = "recommend_only" }') as home:
        published(home, an_item)
        marked = {item.item_id: item.sensitive for item in home.recommend("stranger", limit=40).items}
        assert marked["i312"] is False
        assert marked["i310"] is marked["i313"] is True
        assert not any(marked[item_id] for item_id in PLAIN)


def test_names_that_are_no_topic_are_refused_with_the_list(tmp_path, home, an_item):
    (result,) = home.put(an_item(1, sensitive_topics=["politcs"]))
    assert isinstance(result, FieldProblem)
    assert result.field == "sensitive_topics.0"
    assert all(name in result.message for name in load_taxonomy().names)
    (problem,) = home.service.gate.profile({"allowed_sensitive_topics": ["religion", "relgion"]})
    assert problem.field == "allowed_sensitive_topics.1"
    assert "religion" in problem.message
    assert home.service.gate.profile({"allowed_sensitive_topics": None}) == []
    (tmp_path / "charter.toml").write_text(CHARTER.format(sensitive='alcohol = { mode = "free" }'))
    with pytest.raises(CharterError, match=r"sensitive\.alcohol is no sensitive topic; .*alcohol-and-drugs"):
        load_charter(tmp_path / "charter.toml")


def test_an_item_tells_its_topics_says_who_and_what_follows(chartered, an_item):
    def told(item_id):
        item = orjson.loads(home.service.get_item(item_id))
        found = item["sensitivity"]
        return found["withheld"], [(each["topic"], each["source"], each["consequence"]) for each in found["topics"]]

    with chartered('politics = { mode = "recommend_only" }') as home:
        published(home, an_item)
        assert told("i000") == told("i311") == (False, [])
        assert told("i301") == (False, [("pregnancy-and-parenting", "tag", "reported")])
        assert told("i312") == (True, [("gambling", "tag", "withheld")])
        by_declaration, by_tag = ("religion", "declared", "withheld"), ("politics", "tag", "not learned from")
        assert told("i310") == (True, [by_tag, by_declaration])
        assert orjson.loads(home.service.get_item("i312"))["sensitivity"]["topics"][0]["resembles"] == "casino"
        at = datetime(2026, 1, 1, tzinfo=UTC)
        append_verdicts(home.settings.verdicts_file, [Verdict(item_id="i312", verdict="clear", at=at)])
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert told("i312") == (False, [("gambling", "review", "cleared")])
