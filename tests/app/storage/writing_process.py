"""Run by the durability tests: writes into a folder without end, saying on stdout what was acknowledged."""

import os
import resource
import signal
import sys
from itertools import count
from pathlib import Path
from threading import Thread

from app.storage.duckdb import open_stores
from app.storage.protocols import ForgetRequest, Forgetting, NewEvent
from app.storage.settings import StorageSettings
from models.events import EventType

CALLERS = 8


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def events(name, size):
    return [NewEvent(f"{name}-{row}", "ada", "rust", EventType.LIKE, 1.0, 1.0) for row in range(size)]


def write(stores, run, caller):
    for call in count():
        name = f"{run}-{caller}-{call}"
        for appended in stores.events.append(events(name, 1 + 40 * caller)).result():
            assert not appended.duplicate
        say("event", name, 1 + 40 * caller)
        version = stores.items.upsert([(f"item-{caller}", b'{"call": %d}' % call)], 1.0).result()[0]
        say("item", f"item-{caller}", version)
        user = f"user-{caller}"
        stores.forgettings.forget(ForgetRequest(Forgetting(0, user, "all", 1.0, False, 9.0), (), ())).result()
        say("epoch", caller, stores.users.get(user).epoch)


def write_until_killed(folder, run):
    stores = open_stores(folder, StorageSettings(checkpoint_mb=1))
    for caller in range(CALLERS):
        Thread(target=write, args=(stores, run, caller)).start()


def write_until_the_disk_is_full(folder):
    """The system's limit on the size of files stands in for the disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    stores = open_stores(folder)
    stores.events.append(events("before", 10)).result()
    used = (folder / "penchant.duckdb.wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (used + 20_000, resource.RLIM_INFINITY))
    large, small = stores.events.append(events("large", 2_000)), stores.events.append(events("small", 1))
    say("large", type(large._future.exception()).__name__)  # noqa: SLF001 - to say it without raising it
    say("small", small.result()[0].duplicate)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    say("again", sum(appended.duplicate for appended in stores.events.append(events("large", 2_000)).result()))
    stores.close()


if __name__ == "__main__":
    if sys.argv[2] == "full":
        write_until_the_disk_is_full(Path(sys.argv[1]))
    else:
        write_until_killed(Path(sys.argv[1]), sys.argv[2])
