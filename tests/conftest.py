"""What all tests share: how Hypothesis runs, and which tests stay together when they run on several cores."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)  # an example that waits for a core is no bug
settings.load_profile("shared-machine")


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Whatever a command puts into the environment, as `--config` does, goes with its test."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


TOGETHER = ("tests/e2e/", "tests/fleet/test_several_replicas.py")
"""Tests that share a service, or several, which are slow to make."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests one by one, except that those which share a service go to one worker.

    The mark `xdist_group` would say so too, but xdist 3.8 renames tests for it, which pytest 9.2 does not let it do.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where there is xdist

    class SharersTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)

    return SharersTogether(config, log)
