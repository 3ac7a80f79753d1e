"""People for properties of the pipeline: each example has its own, in the catalogue of the test's module."""

import pytest


@pytest.fixture(scope="module")
def somebody(shared, an_event):
    """Gives a new person a history of (item, type, days ago), and something to state."""
    numbers = iter(range(10**9))

    def act(history, stated=None):
        user = f"user-{next(numbers)}"
        if history:
            shared.ingest(
                *(an_event(f"{user}-{next(numbers)}", user, f"i{item:03}", kind, days) for item, kind, days in history)
            )
        if stated:
            shared.patch(user, **stated)
        return user

    return act
