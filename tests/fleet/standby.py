"""A primary and a standby that has whatever the primary acknowledges."""

from __future__ import annotations

import time

from tests.fleet.nodes import DATABASE, Node

_SECONDS = 30


def paired(primary: Node, standby: Node) -> None:
    """Start both; from then on a commit waits until the standby has it on its disk."""
    primary.created().start()
    primary.execute(f"CREATE DATABASE {DATABASE}")
    standby.copied(primary).start()
    primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.execute("SELECT pg_reload_conf()")
    deadline = time.monotonic() + _SECONDS
    while primary.execute("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
