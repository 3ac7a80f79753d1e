"""Verdicts: what an operator said of an item wins, is kept, and can be taken back."""

from datetime import UTC, datetime

import pytest

from indexer.sensitive.verdicts import Verdict, VerdictsError, append_verdicts, load_verdicts


def said(verdict, item_id="i1", topic=None):
    return Verdict(item_id=item_id, topic=topic, verdict=verdict, at=datetime.now(UTC))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sensitive" / "verdicts.ndjson"


def test_nothing_said_changes_nothing(path):
    assert load_verdicts(path)["i1"].of(["politics", "health"]) == ["health", "politics"]


@pytest.mark.parametrize(
    ("verdicts", "left"),
    [
        ([("clear", "health")], ["politics"]),
        ([("clear", None)], []),
        ([("accept", "religion")], ["health", "politics", "religion"]),
        ([("clear", None), ("accept", "religion")], ["religion"]),
        ([("accept", "religion"), ("clear", None)], []),
        ([("clear", "health"), ("undo", "health")], ["health", "politics"]),
        ([("clear", None), ("undo", None)], ["health", "politics"]),
        ([("clear", "health"), ("accept", "health")], ["health", "politics"]),
    ],
)
def test_the_last_word_on_a_topic_holds(path, verdicts, left):
    for verdict, topic in verdicts:
        append_verdicts(path, [said(verdict, topic=topic)])
    held = load_verdicts(path)
    assert held["i1"].of(["politics", "health"]) == left
    assert held["i2"].of(["politics"]) == ["politics"]


def test_a_damaged_line_is_named(path):
    append_verdicts(path, [said("clear")])
    path.write_text(path.read_text() + '{"item_id": "i2", "verdict": "maybe"}\n')
    with pytest.raises(VerdictsError, match=r"verdicts\.ndjson, line 2: .*verdict"):
        load_verdicts(path)
