"""`penchant soak`: a short run on a real server, with what breaks and what is told of it."""

import sys

import orjson
import pytest
from typer.testing import CliRunner

from scripts.cli import app

pytestmark = [
    pytest.mark.server,
    pytest.mark.real_model,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc"),
]


def soaked(tmp_path, *options):
    report, picture = tmp_path / "report.json", tmp_path / "picture.png"
    command = ["soak", f"--json={report}", f"--plot={picture}", *options]
    answer = CliRunner().invoke(app, command)
    assert answer.exit_code == 0, answer.output
    assert picture.stat().st_size > 10_000
    return orjson.loads(report.read_bytes())


def test_nothing_is_lost_while_the_disk_fails_and_the_process_is_killed(tmp_path):
    told = soaked(tmp_path, "--minutes=0.2", "--calm=0.5", "--items=30", "--no-proofs", "--workers=2")
    assert told["broken"] == []
    assert told["acknowledged"] > 0
    assert told["comparisons"] >= 16  # everybody at the end
    assert told["inflicted"]["kill"] == 1
    assert told["starts"] == 3


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2])
def test_nor_by_all_faults_for_minutes(tmp_path, seed):
    told = soaked(tmp_path, "--minutes=5", "--calm=2", f"--seed={seed}")
    assert told["broken"] == []
    assert told["erasures_proved"] == 2
    assert len(told["inflicted"]) == 10 - len(told["not_injected"])
