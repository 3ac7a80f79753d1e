"""A build's large parts in one process and on a Ray cluster of this machine: `make bench BENCH=bench_cluster.py`.

Every case runs in a process of its own with one thread; CPU time is that of the process and, on a cluster, of all that
Ray began for it. `python tests/benchmarks/bench_cluster.py encoding 2` runs one case with two workers, 0 without Ray.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b

import numpy as np
import psutil
import pytest
import typer

from indexer.distributed.cluster import Cluster
from indexer.distributed.encoder import RayEncoder
from indexer.distributed.gram import RayGram
from indexer.distributed.settings import RaySettings
from models.encoder import Vectors
from models.factors.gram import LocalGram
from models.factors.settings import FactorSettings
from models.factors.spectral import learn_spectral
from models.interactions import Engagements, Interactions
from models.sentence_encoder import SentenceTransformerEncoder

BATCHES, BATCH, WORDS = 16, 128, 16
PEOPLE, ITEMS, DRAWN = 300_000, 60_000, 6_000_000
WORKERS = (0, 2)


def encoding(cluster: Cluster | None) -> bytes:
    """2,048 texts of 16 words by the packaged encoder."""
    words, random = [f"word{number}" for number in range(5_000)], np.random.default_rng(0)
    batches = [[" ".join(random.choice(words, WORDS)) for _ in range(BATCH)] for _ in range(BATCHES)]
    encoder = SentenceTransformerEncoder()
    given: Iterator[Vectors] = map(encoder.encode, batches)
    if cluster:
        given = RayEncoder(encoder, SentenceTransformerEncoder, cluster).encode_batches(batches)
    return np.concatenate(list(given)).tobytes()


def learning(cluster: Cluster | None) -> bytes:
    """The spectral factors of 60,000 items, from 6 million events of 300,000 people."""
    random = np.random.default_rng(0)
    users = random.integers(0, PEOPLE, DRAWN, dtype=np.int32)
    items = (ITEMS * random.random(DRAWN) ** 2).astype(np.int32)
    engagements = Engagements(users, items, np.ones(DRAWN, np.float32), random.random(DRAWN))
    interactions = Interactions.collect(engagements, PEOPLE, ITEMS)
    gram_of = partial(RayGram, cluster=cluster) if cluster else LocalGram
    return learn_spectral(interactions, FactorSettings(), gram_of).engage.tobytes()


CASES = {"encoding": encoding, "learning": learning}


@pytest.mark.parametrize("name", CASES)
def test_a_cluster_gives_the_same(name: str) -> None:
    reports = [report(name, workers) for workers in WORKERS]
    for each in reports:
        typer.echo(f"\n{json.dumps(each)}")
    assert len({each["digest"] for each in reports}) == 1


def report(name: str, workers: int) -> dict[str, float | str]:
    command: Sequence[str] = [sys.executable, __file__, name, str(workers)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
    found: dict[str, float | str] = json.loads(said.splitlines()[-1])
    return found


def measured(name: str, workers: int) -> dict[str, float | str | int]:
    with Cluster(RaySettings(address="local", workers=max(workers, 1))) as cluster:
        began = time.perf_counter()
        if workers:
            cluster.put(None)
        joined, before = time.perf_counter(), cpu_seconds()
        found = CASES[name](cluster if workers else None)
        return {
            "case": name,
            "workers": workers,
            "begin_s": round(joined - began, 1),
            "wall_s": round(time.perf_counter() - joined, 1),
            "cpu_s": round(cpu_seconds() - before, 1),
            "digest": blake2b(found, digest_size=8).hexdigest(),
        }


def cpu_seconds() -> float:
    """Of this process and all below it, those that ended included."""
    me = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in [me, *me.children(recursive=True)])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1], int(sys.argv[2]))) + "\n")
