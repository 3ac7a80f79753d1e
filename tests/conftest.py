"""What all tests share: how Hypothesis runs, and which tests stay together when they run on several cores."""

from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)  # an example that waits for a core is no bug
settings.load_profile("shared-machine")

END_TO_END = "tests/e2e/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests one by one, except that all end-to-end tests go to one worker: they share a service that is slow to make.

    The mark `xdist_group` would say so too, but xdist 3.8 renames tests for it, which pytest 9.2 does not let it do.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where there is xdist

    class EndToEndTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return END_TO_END if nodeid.startswith(END_TO_END) else nodeid

    return EndToEndTogether(config, log)
