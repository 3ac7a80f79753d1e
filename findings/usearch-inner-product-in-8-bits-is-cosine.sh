#!/usr/bin/env bash
# usearch 2.26.6: an index for inner products that stores 8-bit integers ranks by cosine.
#
# Guess: dtype "i8" makes an inner product coarser.
# Seen:  each vector is scaled to length one before it is rounded, so its length is lost, whatever the metric. Of 2,000 vectors whose
#        lengths differ (as those of learned items do, where length is popularity) the ten nearest by inner product are found in
#        31 cases of 100, the ten nearest by cosine in 97; distances are those of the rounded numbers (-11,055 for an inner
#        product of 61). Nothing warns. Floats of 8 bits (e5m2, e4m3) keep the length.
#
# Output seen (share of the true ten, by inner product and by cosine):
#   f32  0.99 0.30
#   e4m3 0.94 0.31
#   i8   0.31 0.97
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check usearch==2.26.6 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from usearch.index import Index

random = np.random.default_rng(0)
vectors = random.standard_normal((2000, 32)).astype(np.float32)
vectors *= random.uniform(0.2, 5, (2000, 1)).astype(np.float32)
queries = random.standard_normal((50, 32)).astype(np.float32)
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
truths = [np.argsort(-(queries @ each.T), axis=1)[:, :10] for each in (vectors, unit)]

shares = {}
for dtype in ("f32", "e4m3", "i8"):
    index = Index(ndim=32, metric="ip", dtype=dtype)
    index.add(np.arange(2000), vectors)
    found = [set(index.search(query, 10).keys.tolist()) for query in queries]
    shares[dtype] = [
        np.mean([len(each & set(ten)) / 10 for each, ten in zip(found, truth.tolist())]) for truth in truths
    ]
    print(f"{dtype:4} {shares[dtype][0]:.2f} {shares[dtype][1]:.2f}")
assert shares["f32"][0] > 0.95 and shares["e4m3"][0] > 0.9, "floats lost the length, too"
assert shares["i8"][0] < 0.5 and shares["i8"][1] > 0.9, "8-bit integers keep the length now"
PYTHON
