"""An erasure that is killed is finished at the next start, wherever it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.person.erasure.byte_search import sweep

PERSON = "zoe-4711/person@example.org"
PROGRAM = Path(__file__).with_name("erasing_process.py")
ROOT = PROGRAM.parents[3]

pytestmark = pytest.mark.server


def start(home):
    """As a server does, for a moment."""

    async def for_a_moment():
        (await home.service.start()).cancel()

    home.loop.run_until_complete(for_a_moment())


@pytest.mark.parametrize("place", ["refused", "deleted", "copying", "renamed", "rewritten"])
def test_it_goes_on_where_it_was(tmp_path, place, open_household, an_event):
    command = [sys.executable, PROGRAM, tmp_path, PERSON, place]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    if place not in {"renamed", "rewritten"}:
        assert sweep(tmp_path, PERSON).hits  # bytes stayed behind
    with open_household(tmp_path) as home:
        start(home)
        assert sweep(tmp_path, PERSON).hits == ()
        assert not home.profile(PERSON)["known"]
        assert home.ingest(an_event(9_000, PERSON, "i000")) == ["rejected"]  # a queue delivers it once more
        again = home.erase(PERSON)
        assert not any(again["deleted"].values())
        assert not home.service.person._upkeep.decisions.unfinished()  # noqa: SLF001
        assert len(home.stores.events.columns()) == 5_000
    assert sweep(tmp_path, PERSON).hits == ()
