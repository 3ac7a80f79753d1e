from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.settings import Settings
from scripts import equity_audit as command
from scripts.cli import app

REPORT = {
    "audit_id": "2026Q1-0123456789ab",
    "verdicts": {"met": 1, "missed": 1, "unclear": 0, "unknown": 0},
    "minimum_group": 50,
    "experiments": [
        {
            "experiment": "bold",
            "from": "2026-01-05T00:00:00+00:00",
            "until": None,
            "people": 0.5,
            "held_out": 0.1,
        }
    ],
    "attributes": [
        {
            "attribute": "band",
            "groups": [{"group": "old", "people": 60}],
            "suppressed_groups": 2,
            "measures": [
                {"title": "Engagement rate", "groups": [{"group": "old", "people": 60, "value": 0.25}]},
                {"title": "Opt-outs and resets", "groups": [{"group": "old", "people": None}]},
            ],
        }
    ],
    "missed": [{"measure": "engagement_rate", "group": "old", "ratio": 0.4}],
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))

    def asked(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["equity-audit", *arguments])

    return asked


def test_a_running_service_is_asked(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "service.json").write_text('{"address": "http://127.0.0.1:1"}')
    sent: list[Any] = []

    def post(_: Any, url: str, **more: Any) -> httpx.Response:
        sent.append((url, more["json"]))
        return httpx.Response(200, json=REPORT)

    monkeypatch.setattr(httpx.Client, "post", post)
    result = run("--quarter", "2026Q1")
    assert result.exit_code == 0, result.output
    assert sent == [("/admin/audits", {"quarter": "2026Q1"})]
    ran = "experiment bold ran from 2026-01-05 to the end of the quarter, or on: 50% of people, 10% held out"
    assert ran in result.stdout
    assert "old: 60; 2 smaller groups are not told of" in result.stdout
    assert "old 0.250 (60)" in result.stdout
    assert "missed: engagement_rate of old, ratio 0.4" in result.stdout
    assert str(tmp_path / "audits" / "2026Q1-0123456789ab") in result.stdout


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(409, json={"detail": "Nothing was served."}), "Nothing was served."),
        (httpx.Response(401, json={}), "PENCHANT_API_KEY"),
        (httpx.Response(502, text="no"), "status 502"),
    ],
)
def test_a_refusal_is_told(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, said: str
) -> None:
    (tmp_path / "service.json").write_text('{"address": "http://127.0.0.1:1"}')
    monkeypatch.setattr(httpx.Client, "post", lambda *_, **__: answer)
    result = run("--quarter", "2026Q1")
    assert result.exit_code == 1
    assert said in result.output


def test_what_is_no_quarter_is_refused_in_a_line(run: Any) -> None:
    result = run("--quarter", "spring")
    assert result.exit_code == 1
    assert "write it like 2026Q4" in result.output


@pytest.mark.parametrize(
    ("now", "last"),
    [("2026-01-15", "2025Q4"), ("2026-04-01", "2026Q1"), ("2026-09-30", "2026Q2"), ("2026-12-31", "2026Q3")],
)
def test_without_a_quarter_it_is_the_last_that_is_over(now: str, last: str) -> None:
    settings = Settings(as_of=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert str(command._last_over(settings)) == last  # noqa: SLF001
