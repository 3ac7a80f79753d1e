"""`penchant compare`: of a stopped service's folder, and of a running one."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from app.storage.duckdb import open_stores
from scripts.cli import app
from scripts.compare import lines, plan_lines

EXPERIMENT = {
    "name": "bold",
    "salt": "s",
    "made_at": "2026-03-01T00:00:00Z",
    "made_by": "keyless",
    "started_at": "2026-03-01T00:00:00Z",
    "variants": [{"name": "control"}, {"name": "bolder"}],
}
COMPARED = {"lift": 0.125, "lift_interval": [0.01, 0.25], "difference": 0.02, "difference_interval": [0.0, 0.04]}
TOLD = {
    "experiment": {"name": "bold", "running": True},
    "until": "2026-03-15T12:00:00+00:00",
    "people": {"control": 1000, "bolder": 1010},
    "crossed": 3,
    "crossed_by": {"ids_were_merged": 3},
    "sample_ratio": {"p": 0.0004, "mismatch": True, "shares": {"control": 0.5, "bolder": 0.5}},
    "level": 0.95,
    "measures": [
        {
            "measure": "engagement_rate",
            "variants": [
                {"variant": "control", "people": 1000, "value": 0.16},
                {"variant": "bolder", "people": 1010, "value": 0.18, "p": 0.03, "says": "higher", **COMPARED},
            ],
        },
        {
            "measure": "opt_out",
            "variants": [
                {"variant": "control", "people": 1000, "value": None},
                {
                    "variant": "bolder",
                    "people": 1010,
                    "value": 0.0,
                    "lift": None,
                    "says": "too few people",
                    "people_missing": 120,
                    "control_people_missing": 0,
                },
            ],
        },
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["compare", *arguments])


def test_a_comparison_says_all_that_is_to_be_known_of_it() -> None:
    said = "\n".join(lines(TOLD))
    assert "people: control 1,000, bolder 1,010" in said
    assert "set aside: 3 people" in said
    assert "MISMATCH" in said
    assert "+12.5%  +1.0% to +25.0%" in said
    assert "too few people: at least 120 more" in said


def test_what_people_prefer_is_told_of_interleaved_slates() -> None:
    vote = {"second": "bolder", "people": 640, "share": 0.5412, "interval": [0.51, 0.57], "p": 0.01}
    few = vote | {"measure": "clicked", "interval": None, "verdict": "too few people", "people_missing": 60}
    told = TOLD | {
        "people": {"interleaved": 800},
        "crossed_by": {},
        "items": {"control": 4000, "bolder": 4010},
        "preferences": [vote | {"measure": "engaged", "verdict": "people prefer bolder"}, few],
    }
    said = "\n".join(lines(told))
    assert "items brought: control 4,000, bolder 4,010" in said
    assert "54.1%  51.0% to 57.0%" in said
    assert "people prefer bolder" in said
    assert "too few people: at least 60 more" in said


def test_a_stopped_service_is_read(folder: Path) -> None:
    open_stores(folder).close()
    (folder / "experiments").mkdir()
    (folder / "experiments" / "bold.json").write_bytes(orjson.dumps(EXPERIMENT))
    result = run("bold")
    assert result.exit_code == 0, result.output
    assert "people: control 0, bolder 0" in result.stdout
    told = orjson.loads(run("bold", "--format", "json").stdout)
    assert told["people"] == {"control": 0, "bolder": 0}
    planned = run("bold", "--plan", "--lift", "0.03", "--power", "0.9", "--alpha", "0.01")
    assert "to find a lift with a chance of 90%" in planned.stdout
    assert "chance of 1.0%" in planned.stdout
    assert planned.exit_code == 0, planned.output
    assert "too little is known" in planned.stdout


def test_what_is_not_known_is_refused_in_a_line(folder: Path) -> None:
    open_stores(folder).close()
    result = run("nothing")
    assert result.exit_code == 1
    assert "compare: No experiment has this name" in result.output


def test_a_running_service_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "service.json").write_text('{"address": "http://127.0.0.1:1"}')
    asked: list[str] = []

    def get(_: Any, path: str, **_more: Any) -> httpx.Response:
        asked.append(path)
        return httpx.Response(200, json=TOLD)

    monkeypatch.setattr(httpx.Client, "get", get)
    assert "engagement_rate" in run("bold").stdout
    assert asked == ["/insights/experiments/bold"]
    monkeypatch.setattr(httpx.Client, "get", lambda *_, **_more: httpx.Response(403, json={}))
    assert "PENCHANT_API_KEY" in run("bold").output


def test_a_plan_is_a_table_of_people_by_lift() -> None:
    measures = [
        {
            "measure": "engagement_rate",
            "baseline": 0.2,
            "people_now": 900,
            "people_needed": {"0.05": 41000, "0.1": 10300},
        },
        {"measure": "opt_out", "baseline": None, "people_now": 0, "people_needed": {}},
    ]
    said = plan_lines({"experiment": "bold", "power": 0.8, "alpha": 0.05, "days": 28, "measures": measures})
    assert said[2] == "and with a chance of 5.0% one that is not there"
    assert said[3].split() == ["measure", "baseline", "people", "now", "+5%", "+10%"]
    assert said[4].split() == ["engagement_rate", "0.2000", "900", "41,000", "10,300"]
    assert said[5].endswith("too little is known")
