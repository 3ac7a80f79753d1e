#!/usr/bin/env bash
# implicit 0.7.3: `similar_items` fills a list that is longer than the catalogue with item 0.
#
# Guess: asked for more neighbours than there are items, it gives as many as there are, or -1 as FAISS does.
# Seen:  the list is filled up with item 0, score 0.0, which is an item like any other. A page of "similar items" of a small
#        catalogue names the first product several times, and counts of how often an item is shown are wrong for that one.
#
# Output seen:
#   5 items, 8 asked for: [4, 2, 1, 0, 3, 0, 0, 0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check implicit==0.7.3 numpy==2.4.6 scipy==1.17.1
OPENBLAS_NUM_THREADS=1 "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from implicit.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

likes = csr_matrix(np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0], [0, 1, 1, 0, 1], [1, 0, 0, 1, 0]], dtype=np.float32))
model = AlternatingLeastSquares(factors=2, random_state=0, use_gpu=False)
model.fit(likes, show_progress=False)
items, scores = model.similar_items(4, N=8)
print(f"5 items, 8 asked for: {items.tolist()}")
assert items.tolist().count(0) == 4, "it no longer pads with item 0"
assert scores[5:].tolist() == [0.0, 0.0, 0.0]
PYTHON
