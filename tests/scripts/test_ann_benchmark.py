"""`penchant ann-benchmark`: what it asks, counts and prints."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from indexer.progress import silent
from scripts.benchmarks.ann import filtered as requests
from scripts.benchmarks.ann import slates
from scripts.benchmarks.ann.cases import EVERYTHING, cases_of, filters_of
from scripts.benchmarks.ann.engines.qdrant_edge import QdrantEdge
from scripts.benchmarks.ann.measure import ENGINES, measure
from scripts.benchmarks.ann.vectors import generated
from scripts.cli import app
from tests.milvus_server import stop_milvus

SAMPLE = generated(3_000, 32, 4, seed=0)
FILTERS = filters_of(SAMPLE, seed=0)
OWN, SERVERS = ("penchant", "graph", "faiss-lists"), ("pgvector", "milvus")


def test_filters_allow_about_what_they_say_and_languages_go_with_the_subject() -> None:
    shares = {each.name: each.allowed.mean() for each in FILTERS}
    assert shares["50.0% at random"] == pytest.approx(0.5, abs=0.05)
    assert shares["language of 15.0%"] == pytest.approx(0.15, abs=0.03)
    language = next(each.allowed for each in FILTERS if each.name == "language of 15.0%")
    by_subject = np.bincount(SAMPLE.subjects, language) / np.maximum(np.bincount(SAMPLE.subjects), 1)
    large = np.bincount(SAMPLE.subjects) > 20
    assert by_subject[large].max() > 3 * by_subject[large].mean()


def test_the_nearest_are_excluded() -> None:
    scores = SAMPLE.vectors @ SAMPLE.queries[0]
    case = next(case for case in cases_of(scores, FILTERS) if case.excluded is not None)
    assert case.name == "all but the 500 nearest"
    assert scores[case.excluded].min() >= np.delete(scores, case.excluded).max()


@pytest.mark.parametrize("name", OWN)
def test_an_engine_is_asked_every_case(name: str) -> None:
    measured = measure(SAMPLE, FILTERS, name, k=20)
    assert list(measured.cases) == [EVERYTHING, *(each.name for each in FILTERS), "all but the 500 nearest"]
    assert measured.cases[EVERYTHING].recall > 0.9
    assert measured.cases["0.1% at random"].recall > (0.5 if name == "faiss-lists" else 0.99)
    assert measured.build_seconds > 0


@pytest.mark.nightly
@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_is_asked_every_case_and_its_cpu_counts(name: str) -> None:
    """The package of Milvus lets go of sockets without closing them."""
    stop_milvus()
    measured = measure(SAMPLE, FILTERS, name, k=20)
    assert all(each.recall > 0.9 for each in measured.cases.values())
    assert measured.build_seconds > 0
    assert measured.bytes_an_item > 32


@pytest.mark.parametrize("name", [name for name in ENGINES if name not in (*OWN, *SERVERS)])
def test_a_peer_finds_what_is_near_where_it_is_installed(name: str, tmp_path: Path) -> None:
    pytest.importorskip(name.replace("-", "_"))
    engine = ENGINES[name](tmp_path)
    engine.build(SAMPLE.vectors, FILTERS)
    for case in cases_of(SAMPLE.vectors @ SAMPLE.queries[0], FILTERS):
        rows = engine.search(SAMPLE.vectors[7], 10, case)
        if case.name == EVERYTHING:
            assert 7 in rows
        if rows is not None and case.filter:
            assert case.filter.allowed[rows].all()


def test_it_prints_a_table_and_writes_the_figures(tmp_path) -> None:
    pytest.importorskip("matplotlib")
    files = ["--json", str(tmp_path / "ann.json"), "--plot", str(tmp_path / "ann.png")]
    asked = ["--count", "2000", "--dimension", "32", "--queries", "2", "--engines", "penchant,graph"]
    done = CliRunner().invoke(app, ["ann-benchmark", *asked, *files])
    assert done.exit_code == 0, done.output
    assert "| what may be found | penchant | graph |" in done.output
    engines = json.loads((tmp_path / "ann.json").read_text())["engines"]
    assert engines["penchant"]["cases"][EVERYTHING]["recall"] > 0.9
    assert (tmp_path / "ann.png").stat().st_size > 10_000


def test_what_does_not_take_part_is_said() -> None:
    done = CliRunner().invoke(app, ["ann-benchmark", "--engines", "nothing"])
    assert done.exit_code == 2
    assert "--engines nothing: there are penchant,graph" in done.output


def test_a_file_that_is_none_is_said(tmp_path) -> None:
    done = CliRunner().invoke(app, ["ann-benchmark", "--items", str(tmp_path / "items.jsonl")])
    assert done.exit_code == 1
    assert "does not exist" in done.output


def test_qdrant_edge_recommends_what_is_like_the_examples(tmp_path: Path) -> None:
    pytest.importorskip("qdrant_edge")
    engine, known = QdrantEdge(tmp_path), np.arange(20, dtype=np.int32)
    engine.build(SAMPLE.vectors, [])
    found = engine.recommend((SAMPLE.vectors[:18], SAMPLE.vectors[18:20]), 20, known)
    assert len(found) == 20
    assert not np.isin(found, known).any()
    nearest = (SAMPLE.vectors @ SAMPLE.vectors[:18].T).max(axis=1)
    assert nearest[found].min() > np.median(nearest)


def test_slates_are_told_as_parts_of_what_a_bare_recommend_costs() -> None:
    told = slates.table(2_000, 40, {slates.OURS: 6.0, slates.BEST: 3.0, slates.AVERAGE: 0.5})
    assert f"| {slates.BEST} | 3.00 | 2.00 |" in told.splitlines()
    assert told.startswith("2,000 items, 40 people with 20 events each, 20 items a slate")


def test_requests_under_filters_are_told_beside_those_without() -> None:
    figures = {requests.NONE: requests.Figures(2_000, 4.0, 5.0, (1.0, 1.0))}
    figures["1 %"] = requests.Figures(20, 3.0, 9.0, (0.99, 0.95))
    told = requests.table(2_000, 40, figures).splitlines()
    assert told[0].startswith("2,000 items, 40 people with 20 events each")
    assert told[-1] == "| 1 % | 20 | 3.00 | 0.75x | 9.0 ms | 0.990 (least 0.95) |"


@pytest.mark.nightly
def test_whole_requests_find_the_best_of_what_is_asked_for() -> None:
    found = requests.filtered(1_000, 12, 1, 0, silent)
    assert found.keys() == requests.FILTERS_OF.keys()
    assert all(each.recall[0] > 0.95 for each in found.values())
    assert 0 < found["1 %"].allowed < 40 < found["10 %"].allowed < 200
