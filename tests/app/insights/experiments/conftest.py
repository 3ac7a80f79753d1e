"""People who take part in experiments."""

from typing import Any

import pytest

PEOPLE = [f"person-{number:02d}" for number in range(24)]


@pytest.fixture
def people() -> list[str]:
    return PEOPLE


@pytest.fixture
def lab(home: Any, an_event: Any) -> Any:
    """Two dozen people who like one theme each, and experiments that decide."""
    home.service.assign(home.service.experiments.assigned)
    events = 0
    for number, user in enumerate(PEOPLE):
        home.ingest(*(an_event(events + at, user, f"i{number % 6 + 6 * at:03d}") for at in range(5)))
        events += 5
    return home
