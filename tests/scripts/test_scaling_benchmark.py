"""`penchant scaling-benchmark`: its figures are those of what was answered and used; the whole of it runs at night."""

from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from scripts.benchmarks.scaling.balancer import round_robin
from scripts.benchmarks.scaling.plot import draw
from scripts.benchmarks.scaling.report import Report, figures_of
from scripts.benchmarks.scaling.trial import Held, Reading, Turn
from scripts.benchmarks.serving.load import Answered
from scripts.cli import app


def turn(setup: str, seconds: float, used: tuple[float, float, float]) -> Turn:
    return Turn(setup, "event", Answered(np.full(100, 0.01), np.full(100, 50), 1, seconds), used)


@pytest.fixture
def report() -> Report:
    turns = [
        turn("alone", 2.0, (1.0, 0.0, 0.0)),
        turn("three", 1.0, (1.2, 0.3, 0.1)),
        turn("alone", 4.0, (1.0, 0.0, 0.0)),
        turn("three", 2.0, (1.4, 0.5, 0.1)),
    ]
    return Report("made up", 2, figures_of(turns), (Reading(8, 0.1, 0.05, 0.2),), (Held("alone", 100, 4e4),))


def test_figures_are_a_request_and_ratios_are_to_the_first_setup(report: Report) -> None:
    alone, three = report.figures
    assert (alone.setup, alone.requests, alone.failed, alone.rate) == ("alone", 200, 2, 37.5)
    assert (three.penchant, three.postgres, three.haproxy) == pytest.approx((13.0, 4.0, 1.0))
    assert three.cpu == pytest.approx(18.0)
    assert report.ratio(alone) == 1
    assert report.ratio(three) == 2
    assert report.held[0].in_a_gigabyte == 25_000


def test_it_is_told_as_a_table_as_json_and_as_a_picture(report: Report, tmp_path: Path) -> None:
    table = report.table()
    assert "| event | three | 200 | 2 | 75.0 | 2.00 | 10.0 | 10.0 | 13.00 | 4.00 | 1.00 |" in table
    assert "| 8 | 0.100 | 0.050 | 0.200 |" in table
    assert report.payload()["held"][0]["in_a_gigabyte"] == 25_000
    draw(report, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_the_balancer_names_every_server() -> None:
    config = round_robin(9000, [1, 2])
    assert "bind 127.0.0.1:9000" in config
    assert config.endswith("server replica1 127.0.0.1:1\n    server replica2 127.0.0.1:2\n")


@pytest.mark.nightly
@pytest.mark.server
def test_a_small_run_compares_everything(tmp_path: Path) -> None:
    sizes = ["--items", "300", "--people", "40", "--requests", "20", "--rounds", "1", "--replicas", "2"]
    done = CliRunner().invoke(app, ["scaling-benchmark", *sizes, "--json", str(tmp_path / "figures.json")])
    assert done.exit_code == 0, done.output
    told = orjson.loads((tmp_path / "figures.json").read_bytes())
    setups = ["DuckDB, alone", "PostgreSQL, 1, no balancer", *(f"PostgreSQL, {n} behind HAProxy" for n in (1, 2))]
    assert [each["setup"] for each in told["figures"]] == setups * 3
    assert all(each["failed"] == 0 and each["penchant"] > 0 for each in told["figures"])
    assert all(each["postgres"] > 0 for each in told["figures"] if "PostgreSQL" in each["setup"])
