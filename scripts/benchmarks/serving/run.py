"""A whole run: build what every checkout serves, start the servers, let them take turns, and add the figures up."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.imports.kinds import Kind
from app.imports.opening import rows_of
from indexer.documents import EventDocument, ItemDocument
from indexer.progress import Progress
from indexer.rejects import Rejects
from indexer.validation import read_documents
from scripts.benchmarks.replayed_service import Files
from scripts.benchmarks.serving.checkout import Checkout, Server, free_port, started
from scripts.benchmarks.serving.report import Report, figures_of
from scripts.benchmarks.serving.traffic import Traffic, World
from scripts.benchmarks.serving.trial import Memory, Plan, Turn, busiest, ceiling, turns
from scripts.benchmarks.serving.usage import Usage

ROOT: Final = Path(__file__).parents[3]
"""This checkout."""
_FEW, _MANY = 50, 1_000
"""Events from which, somebody belongs to the next group."""
_GROUPS: Final = ("few events", "hundreds of events", "thousands of events")


@dataclass(frozen=True, slots=True)
class Run:
    """What is compared, and how.

    Attributes:
        title: of the report.
        checkouts: built; the second one, if there is one, is what the first is compared with.
        world: what requests are about.
        plan: how load is put on.
        kinds: of requests; all there are, if there are none.
        seed: of the requests.
    """

    title: str
    checkouts: Sequence[Checkout]
    world: World
    plan: Plan
    kinds: Sequence[str]
    seed: int


def world_of(files: Files, limit: int, *, past: bool) -> World:
    """People by how many events they have, and the items of some files.

    Args:
        files: the data set.
        limit: items of each answer.
        past: whether requests are of the moment of the last event, and not of now.
    """
    with Rejects() as rejects:
        items = [item.item_id for item in read_documents(rows_of(files.items, Kind.ITEMS), ItemDocument, rejects)]
        events = list(read_documents(rows_of(files.events, Kind.EVENTS), EventDocument, rejects))
    counts = Counter(event.user_id for event in events)
    groups: dict[str, list[str]] = {}
    for user_id, count in counts.items():
        groups.setdefault(_group(count), []).append(user_id)
    last = max(event.occurred_at for event in events if event.occurred_at is not None)
    return World({name: groups[name] for name in _GROUPS if name in groups}, items, last if past else None, limit)


def _group(events: int) -> str:
    return _GROUPS[(events >= _FEW) + (events >= _MANY)]


def measured(run: Run, progress: Progress) -> Report:
    """Everything that is asked for.

    Raises:
        CheckoutError: a server does not start.
        UsageUnknownError: the machine does not tell what a process uses.
    """
    with ExitStack() as stack:
        servers = [stack.enter_context(checkout.serving()) for checkout in run.checkouts]
        before = [Usage.of(server.process) for server in servers]
        traffic = Traffic(run.world, run.seed)
        kinds = [kind for kind in traffic.kinds if not run.kinds or kind in run.kinds]
        made: list[Turn] = []
        for turn in turns(servers, traffic, kinds, run.plan):
            made.append(turn)
            progress(len(made), len(kinds) * len(servers) * run.plan.rounds)
        most = list(busiest(servers, traffic, kinds[-1], run.plan))
        figures = figures_of(made)
        sizes = [round(1e3 * each.kilobytes) for each in figures if each.kind == kinds[0]]
        alone = list(ceiling(stack.enter_context(framework()), sizes, run.plan))
        after = [Usage.of(server.process) for server in servers]
    return Report(
        title=run.title,
        figures=figures,
        busiest=figures_of(most),
        ceiling=figures_of(alone),
        memory=tuple(
            Memory(server.name, start.resident_mib, end.resident_mib, end.peak_mib)
            for server, start, end in zip(servers, before, after, strict=True)
        ),
        against=servers[1].name if len(servers) > 1 else None,
    )


@contextmanager
def framework() -> Iterator[Server]:
    """A server that is the framework and nothing else."""
    port = free_port()
    command = [sys.executable, "-m", "scripts.benchmarks.serving.ceiling", str(port)]
    with started(command, Path.cwd(), {**os.environ, "PYTHONPATH": str(ROOT)}, port, "/1") as process:
        yield Server("framework", port, process)
