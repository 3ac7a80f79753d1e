#!/usr/bin/env bash
# faiss-cpu 1.15.1: a graph that is searched under a filter gives fewer than k items though more than k pass.
#
# Guess: with an IDSelector an HNSW index returns the k nearest that pass, as a flat index does; it may err, not fall short.
# Seen:  where 1 item in 100 passes (one language of many, one shop of many) it walks its usual efSearch nodes and keeps what
#        passes among them: of 20 asked for, with 50 passing, the average query gets four, the rest is -1. Larger efSearch helps
#        only in proportion. A slate is short though the catalogue is not, and nothing says so.
#
# Output seen:
#   flat: 20 of 20 for every query
#   HNSW, efSearch 16: between 0 and 10 of 20, mean 4.2
#   HNSW, efSearch 64: between 6 and 20 of 20, mean 12.6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$folder/venv/bin/python" - <<'PYTHON'
import faiss
import numpy as np

random = np.random.default_rng(0)
vectors = random.standard_normal((5000, 64)).astype(np.float32)
vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
passing = faiss.IDSelectorBatch(np.arange(50))
queries = vectors[1000:1100]

flat = faiss.IndexFlatIP(64)
flat.add(vectors)
found = (flat.search(queries, 20, params=faiss.SearchParameters(sel=passing))[1] >= 0).sum(axis=1)
print(f"flat: {found.min()} of 20 for every query")
assert found.min() == 20
graph = faiss.IndexHNSWFlat(64, 16, faiss.METRIC_INNER_PRODUCT)
graph.add(vectors)
for breadth in (16, 64):
    search = faiss.SearchParametersHNSW(sel=passing, efSearch=breadth)
    found = (graph.search(queries, 20, params=search)[1] >= 0).sum(axis=1)
    print(f"HNSW, efSearch {breadth}: between {found.min()} and {found.max()} of 20, mean {found.mean():.1f}")
    assert found.mean() < 15, "filtered searches fill their lists now"
PYTHON
