#!/usr/bin/env bash
# scipy 1.17.1: a csr_array made of views copies them where they are less than half of their base, and shares them otherwise.
#
# Guess: csr_array((data, indices, indptr)) with copy=False, its default, keeps the arrays that it is given, so that a matrix can be
#        cut into blocks of rows that share its memory.
# Seen:  the constructor prunes: an array that is less than half of the array that it is a view of is copied. So blocks of two rows
#        in three share memory, and blocks of one row in three do not; a matrix in ten blocks is in memory twice.
#
# Output seen:
#   two thirds of the rows: shares memory True
#   one third of the rows: shares memory False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from scipy.sparse import csr_array

rows = 3_000
whole = csr_array((np.ones(rows), np.zeros(rows, np.int32), np.arange(rows + 1, dtype=np.int32)), shape=(rows, 1))


def shares(end: int) -> bool:
    part = csr_array((whole.data[:end], whole.indices[:end], whole.indptr[: end + 1]), shape=(end, 1))
    return np.shares_memory(part.data, whole.data)


most, few = shares(2_000), shares(1_000)
print(f"two thirds of the rows: shares memory {most}")
print(f"one third of the rows: shares memory {few}")
assert (most, few) == (True, False), "views are treated alike now"
PYTHON
