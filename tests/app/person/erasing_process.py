"""Run by the tests of erasures: erases a person, and is killed where it is told to be."""

import os
import signal
import sys
from pathlib import Path

from app.insights.served_log import ServedLog
from app.person.identity import Identity
from app.storage import database
from tests.app.conftest import household, make_event, make_item

PLACES = {
    "refused": (Identity, "_delete", False),
    "deleted": (ServedLog, "erase", False),
    "copying": (database, "copy_tables", True),
    "renamed": (database, "put_in_place", True),
    "rewritten": (Identity, "_end", False),
}
"""What is called there, and whether it is still done."""


def killed_at(place):
    home, name, done = PLACES[place]
    real = getattr(home, name)

    def dies(*arguments):
        if done:
            real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(home, name, dies)


def main(folder, person, place):
    with household(folder, storage={"checkpoint_mb": 1}) as home:
        home.publish([make_item(number) for number in range(30)])
        home.ingest(*(make_event(n, f"u{n % 700}", f"i{n % 30:03}", "click") for n in range(5_000)))
        home.ingest(*(make_event(9_000 + n, person, f"i{n:03}") for n in range(12)))
        home.patch(person, goals=["grow vegetables"], role="nurse")
        home.recommend(person)
        killed_at(place)
        home.erase(person)


main(Path(sys.argv[1]), *sys.argv[2:])
