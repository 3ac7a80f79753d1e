"""`penchant off-policy`: what it prints, and of a stopped service's folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.pipeline.settings import QuerySettings
from app.serving.policies.folder import PolicyFolder
from app.serving.policies.policy import Policy, values_of
from app.storage.duckdb import open_stores
from scripts.cli import app
from scripts.off_policy import lines

ESTIMATED = {"value": 0.21, "interval": [0.18, 0.24]}
TOLD = {
    "policy": "4f1c2a9b7d3e",
    "from": "2026-02-01T00:00:00+00:00",
    "until": "2026-03-01T00:00:00+00:00",
    "answers": 1200,
    "people": 900,
    "effective_answers": 640.2,
    "weights": {"value": 0.99, "interval": [0.95, 1.03], "largest": 50.0, "cap": 34.6, "capped": 3},
    "warnings": ["few answers decide"],
    "rewards": [
        {
            "reward": "engaged",
            "served": ESTIMATED,
            "ips": ESTIMATED,
            "snips": ESTIMATED,
            "doubly_robust": ESTIMATED,
            "difference": {"value": 0.01, "interval": [-0.01, 0.03]},
            "verdict": "not told apart",
        },
        {
            "reward": "opposed",
            "served": {"value": 0.0, "interval": [None, None]},
            **dict.fromkeys(("ips", "snips", "doubly_robust", "difference")),
            "verdict": "too few answers",
        },
    ],
    "left_out": {"drawn_before": 34},
    "differing": {"0123456789ab": ["weights.recency"]},
    "draws": {"sources.explore_prior": 16.0},
    "draws_served": {"ba9876543210": {"sources.explore_prior": 8.0}},
    "scope": "Only draws.",
}


def test_estimates_say_all_that_is_to_be_known_of_them() -> None:
    said = "\n".join(lines(TOLD))
    assert "1,200 answers to 900 people, which count as 640" in said
    assert "explore_prior 16" in said
    assert "by answers of ba9876543210: explore_prior 8" in said
    assert "WARNING: few answers decide" in said
    assert "left out: 34 answers, drawn before" in said
    assert "0123456789ab differs in weights.recency" in said
    assert "doubly robust     0.2100  0.1800 to 0.2400" in said
    assert "-0.0100 to 0.0300  not told apart" in said
    assert "too few answers" in said
    assert said.endswith("Only draws.")


def test_a_stopped_service_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_stores(tmp_path).close()
    about = {"made_at": datetime(2026, 3, 1, tzinfo=UTC), "made_by": "configuration", "why": "as configured"}
    policy = PolicyFolder(tmp_path).keep(Policy.of(values_of(QuerySettings()), "s1", **about)).policy_id
    monkeypatch.setenv("PENCHANT_DATA_DIR", str(tmp_path))
    for named, reason in ((policy, "nothing in the log is random"), ("000000000000", "No policy has this id")):
        result = CliRunner().invoke(app, ["off-policy", named])
        assert result.exit_code == 1
        assert reason in " ".join(result.stderr.split())
