"""`penchant review-sensitive`: the list, and verdicts that act without a build, are kept across builds, and win."""

import orjson
import pytest
from typer.testing import CliRunner

from indexer.build import Builder, BuildInput
from indexer.embeddings import EmbeddingCache
from indexer.sensitive.verdicts import load_verdicts
from models.encoder import HashingEncoder
from scripts.cli import app
from tests.app.conftest import household, make_event, make_item


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def home(folder):
    with household(folder) as opened:
        opened.publish(
            [
                make_item(0),
                make_item(1, tags=["politics"]),
                make_item(2, tags=["casino"]),
                make_item(3, sensitive_topics=["religion"]),
                make_item(4, tags=["politics"], sensitive_topics=[]),
            ]
        )
        yield opened


def review(*arguments, fails=False):
    answer = CliRunner().invoke(app, ["review-sensitive", *arguments])
    assert answer.exit_code == (1 if fails else 0), answer.output
    return answer.output


def shown(home):
    home.loop.run_until_complete(home.service.snapshot_swap.refresh())
    return {item.item_id for item in home.recommend("stranger", limit=40).items}


@pytest.mark.usefixtures("home")
def test_the_list_names_title_topic_evidence_and_consequence():
    listed = review()
    assert "2 found" in listed
    assert "reported" in next(line for line in listed.splitlines() if "i001" in line)
    assert "gardening number 1" in listed
    assert "tag politics" in listed
    assert "withheld" in next(line for line in listed.splitlines() if "i002" in line)
    assert "i003" not in listed
    assert "i003" in review("--all")
    assert "1 found" in review("--topic", "gambling")


def test_verdicts_act_on_the_running_service_and_outlive_a_build(home, monkeypatch):
    monkeypatch.setattr("app.serving.recommender.id", lambda _: 1, raising=False)  # what was freed is used again
    assert shown(home) == {"i000", "i001", "i004"}
    assert home.ingest(make_event(1, "reader", "i002")) == ["accepted"]
    assert not home.recommend("reader").personalized
    review("--clear", "i002", "--clear", "i003")
    review("--accept", "i001", "--accept", "i004", "--topic", "politics")
    assert shown(home) == {"i000", "i002", "i003"}
    reader = home.service.snapshot_swap.current.people.get("reader")
    assert (len(reader.history), len(reader.withheld)) == (1, 0)
    assert home.recommend("reader").personalized
    home.publish([make_item(0), make_item(2, tags=["casino"]), make_item(4, sensitive_topics=[])])
    assert shown(home) == {"i000", "i002"}
    review("--undo", "i002")
    assert shown(home) == {"i000"}


def test_a_verdict_holds_for_an_item_that_comes_again_over_http(home):
    review("--clear", "i002")
    assert "i002" in shown(home)
    home.put(make_item(2, tags=["casino", "poker"]))
    assert "i002" in shown(home)


def test_many_at_once_by_the_list_that_was_written(home, folder):
    listing = folder / "list.ndjson"
    assert "2 rows" in review("--output", str(listing))
    rows = [orjson.loads(line) for line in listing.read_bytes().splitlines()]
    assert {row["item_id"]: row["consequence"] for row in rows} == {"i001": "reported", "i002": "withheld"}
    listing.write_bytes(b"\n".join(orjson.dumps(row | {"verdict": "clear"}) for row in rows))
    assert "recorded 2 verdicts" in review("--verdicts", str(listing))
    assert "0 found" in review()
    assert shown(home) == {"i000", "i001", "i002", "i004"}


def test_the_build_learns_only_from_what_verdicts_allow(home, folder):
    review("--clear", "i002")
    verdicts = load_verdicts(folder / "sensitive" / "verdicts.ndjson")
    said = []
    builder = Builder(
        home.settings.index, HashingEncoder(64), EmbeddingCache(folder / "embeddings"), home.snapshots, said.append
    )
    items = [make_item(1, tags=["politics"]), make_item(2, tags=["casino"]), make_item(3, tags=["casino"])]
    first, _ = builder(BuildInput(items, verdicts=verdicts))
    assert any("does not permit the topic: 1 (gambling 1)" in line and "politics 1" in line for line in said)
    assert builder(BuildInput(items, verdicts=verdicts)) == (first, False)
    assert builder(BuildInput(items))[1]


@pytest.mark.usefixtures("home")
def test_what_cannot_be_is_told(folder):
    assert "is no sensitive topic; the topics are health" in review(
        "--accept", "i001", "--topic", "politcs", fails=True
    )
    assert "which topic" in review("--accept", "i001", fails=True)
    assert "does not have 1" in review("--clear", "nowhere")
    (folder / "bad.ndjson").write_text('{"item_id": "i1", "topic": "health", "verdict": "perhaps"}\n')
    assert "line 1" in review("--verdicts", str(folder / "bad.ndjson"), fails=True)
    assert "absent.ndjson" in review("--verdicts", str(folder / "absent.ndjson"), fails=True)
    (folder / "sensitive" / "verdicts.ndjson").write_text("{}\n")
    assert "line 1" in review(fails=True)
