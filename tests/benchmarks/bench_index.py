"""What folding equal vectors and mapping the graph save: `make bench BENCH=bench_index.py`.

Beside the index as it is stands one as it would be otherwise: a FAISS graph over every row, read into memory with its
vectors. ITEMS and DIMENSION choose the size of the catalogue whose memory is measured, each index in a process of its
own, with one thread; `python tests/benchmarks/bench_index.py mapped FOLDER` runs one by itself.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import faiss
import numpy as np
import typer
from numpy.typing import NDArray

from indexer.ann import AnnSettings, VectorIndex
from indexer.exact_search import Hits
from indexer.graph import Graph
from indexer.index_recall import measure_recall, recall_under_exclusions
from models.encoder import unit
from models.ids import Rows
from models.metrics import overlap_at

Vectors = NDArray[np.float32]

ITEMS, DIMENSION = int(os.environ.get("ITEMS", "50000")), int(os.environ.get("DIMENSION", "384"))
SETTINGS = AnnSettings(flat_below=0)
SEARCHES, K = 2_000, 60
_NOTHING = np.empty(0, dtype=np.int32)


def catalogue(rows: int, seed: int = 0) -> Vectors:
    """Unit vectors around sixty directions, as contents are."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((60, DIMENSION), dtype=np.float32)
    noise = random.standard_normal((rows, DIMENSION), dtype=np.float32)
    return unit(centres[random.integers(60, size=rows)] + 0.8 * noise)


def variants() -> dict[str, Vectors]:
    nearly = np.tile(catalogue(210), (50, 1))
    nearly += 1e-4 * np.random.default_rng(1).standard_normal(nearly.shape, dtype=np.float32)
    some = catalogue(10_100)
    return {
        "3 texts of 3,500 items": np.tile(catalogue(3), (3_500, 1)),
        "210 texts of 50 items": np.tile(catalogue(210), (50, 1)),
        "210 texts of 50 items, all but equal": unit(nearly),
        "10,100 texts, 200 of three items": np.concatenate([some, some[:200], some[:200]]),
        "10,500 texts": catalogue(10_500),
    }


def test_equal_vectors() -> None:
    """Seconds of CPU to build, recall@10 by rows and by scores."""
    for name, vectors in variants().items():
        queries = vectors[np.random.default_rng(2).choice(len(vectors), 200, replace=False)]
        every_row, built = timed(lambda vectors=vectors: EveryRow(vectors))
        folded, built_folded = timed(lambda vectors=vectors: VectorIndex.build(vectors, SETTINGS))
        typer.echo(f"\n{name}")
        for kind, index, seconds in (("every row", every_row, built), ("folded", folded, built_folded)):
            exact = faiss.knn(queries, vectors, 10, metric=faiss.METRIC_INNER_PRODUCT)[1]
            by_rows = overlap_at(index.search(queries, 10).rows, exact)
            by_scores = measure_recall(index, vectors, queries)
            typer.echo(f"  {kind:10} {seconds:6.1f} s, recall@10 {by_rows:.3f} by rows, {by_scores:.3f} by scores")
        typer.echo("  " + ", ".join(f"{of} {it:.3f}" for of, it in under_exclusions(folded, vectors, queries).items()))


def test_memory(tmp_path: Path) -> None:
    """MiB that a process holds once the index is open, and after searches that touch all of it."""
    vectors = catalogue(ITEMS)
    np.save(tmp_path / "vectors.npy", vectors)
    graph, seconds = timed(lambda: graph_of(vectors))
    typer.echo(f"\n{ITEMS:,} items of {DIMENSION} dimensions, built in {seconds:.0f} s of CPU")
    for kind in ("read", "mapped"):
        graph.save(tmp_path / kind, vectors=kind == "read")
        typer.echo(f"{kind:7} file {(tmp_path / kind).stat().st_size / 2**20:6.1f} MiB, ", nl=False)
        subprocess.run(
            [sys.executable, __file__, kind, str(tmp_path)], check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )


class EveryRow:
    """A graph with a node for every row, asked for no more than is wanted."""

    def __init__(self, vectors: Vectors) -> None:
        self._graph = graph_of(vectors)

    def search(self, queries: Vectors, k: int, excluded: Rows | None = None) -> Hits:
        nodes, scores = self._graph.search(queries, k, SETTINGS.ef_search, _NOTHING if excluded is None else excluded)
        return Hits(nodes.astype(np.int32), scores)


def graph_of(vectors: Vectors) -> Graph:
    return Graph.build(vectors, SETTINGS.links, SETTINGS.ef_construction)


def under_exclusions(index: VectorIndex, vectors: Vectors, queries: Vectors) -> dict[str, float]:
    return recall_under_exclusions(index, vectors, queries, seed=0)


def timed(make):
    started = time.process_time()
    return make(), time.process_time() - started


def hold(kind: str, folder: Path) -> None:
    """Open one index, search it, and print what is resident."""
    vectors = np.asarray(np.load(folder / "vectors.npy", mmap_mode="c"))
    before = resident()
    if kind == "read":
        index = VectorIndex(vectors, None, Graph(faiss.read_index(str(folder / kind))), SETTINGS)
    else:
        index = VectorIndex.load(folder / kind, vectors, None, SETTINGS)
    opened, random = resident(), np.random.default_rng(3)
    queries = np.array(vectors[random.integers(len(vectors), size=SEARCHES)])
    _, seconds = timed(lambda: [index.search(query[None], K) for query in queries])
    vectors.sum()
    served = resident()
    told = (f"{of} {mib - before[of]:.1f}" for of, mib in opened.items())
    told_served = (f"{of} {mib - before[of]:.1f}" for of, mib in served.items())
    typer.echo(
        f"opened: {', '.join(told)}; served: {', '.join(told_served)} MiB; {1e3 * seconds / SEARCHES:.2f} ms a search"
    )


def resident() -> dict[str, float]:
    """MiB: all that is resident, and what of it is this process's own and cannot be dropped."""
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    sizes = {name.rstrip(":"): int(size) / 1024 for name, size, _ in lines}
    return {"all": sizes["Rss"], "anonymous": sizes["Anonymous"]}


if __name__ == "__main__":
    hold(sys.argv[1], Path(sys.argv[2]))
