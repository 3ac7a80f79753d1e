"""A disk that is full, read-only or fails: said with the reason while it lasts, over by itself afterwards."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.soak.preload import Preload

FAULTS = Path(__file__).parents[1] / "faults"
COMPILER = shutil.which("cc")
SLUGS = {
    "fsync 5 penchant.duckdb": "disk-failing",
    "write 5 penchant.duckdb": "disk-failing",
    "write 28 penchant.duckdb": "disk-full",
    "write 30 penchant.duckdb": "disk-read-only",
    "rename 5 penchant.duckdb": "disk-failing",
}

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux" or COMPILER is None, reason="needs Linux and a C compiler"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What a real service said under each fault."""
    folder = tmp_path_factory.mktemp("failing")
    preload = Preload.compiled(folder)
    assert preload is not None
    environment = os.environ | preload.environment
    program = [sys.executable, FAULTS / "service_on_a_failing_disk.py", folder / "data", *SLUGS]
    finished = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-3000:]
    *lines, erased = map(json.loads, finished.stdout.splitlines())
    return dict(zip(SLUGS, lines, strict=True)) | erased


@pytest.mark.parametrize("fault", SLUGS)
def test_a_write_is_refused_with_the_reason_and_nobody_has_to_restart_anything(answers, fault):
    told = answers[fault]
    assert told["write"]["status"] == 503
    assert told["write"]["type"] == f"/problems/{SLUGS[fault]}"
    assert int(told["write"]["retry"]) > 0
    assert "data" in told["write"]["detail"]
    assert told["recommend"] == 200
    assert (told["cleared"], told["again"], told["export"]) == (True, "accepted", 200)


@pytest.mark.parametrize("fault", [fault for fault in SLUGS if not fault.startswith("rename")])
def test_readiness_says_that_nothing_can_be_written_and_why(answers, fault):
    told = answers[fault]["ready"]
    assert (told["status"], told["ready"], told["writes"]) == (200, True, "failing")
    assert told["state"] == "degraded"
    assert answers[fault]["write"]["detail"] in told["reasons"]
    writer = answers[fault]["writer"]
    assert (writer["status"], writer["ready"], int(writer["retry"]) > 0) == (503, False, True)
    assert answers[fault]["write"]["detail"] in writer["detail"]


def test_an_erasure_that_failed_can_be_repeated(answers):
    assert answers["erased"]["database_rewritten"]
