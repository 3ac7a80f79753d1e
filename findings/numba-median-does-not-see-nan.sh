#!/usr/bin/env bash
# numba 0.68.1: a compiled median of numbers among which one is missing is a number, and a compiled histogram puts edges elsewhere.
#
# Guess: what is compiled differs in speed.
# Seen:  numpy's median of 1, nan, 3, 4, 5 is nan, numba's is 4.0: the missing value is sorted to the end and counted as the
#        largest. Values that lie on the edge of a bin (.3 and .6 of ten bins from 0 to 1) are counted one bin apart, since numba
#        multiplies where numpy compares with the edges. Maximum, minimum and sort do treat nan alike in both.
#
# Output seen:
#   median of 1, nan, 3, 4, 5: numpy nan, numba 4.0
#   .1 .2 .3 .6 .7 in ten bins: numpy 0 1 2 0 0 1 1 0 0 0, numba 0 1 1 1 0 0 1 1 0 0
#   maximum of 1, nan, 3: numpy nan, numba nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check numba==0.68.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import math

import numba
import numpy as np

median, maximum = numba.njit(lambda a: np.median(a)), numba.njit(lambda a: np.max(a))
histogram = numba.njit(lambda a: np.histogram(a, 10, (0.0, 1.0))[0])
missing, edges = np.array([1, np.nan, 3, 4, 5]), np.array([0.1, 0.2, 0.3, 0.6, 0.7])
bins = np.histogram(edges, 10, (0.0, 1.0))[0], histogram(edges)
print(f"median of 1, nan, 3, 4, 5: numpy {np.median(missing)}, numba {median(missing)}")
print(".1 .2 .3 .6 .7 in ten bins: numpy {}, numba {}".format(*(" ".join(map(str, each)) for each in bins)))
print(f"maximum of 1, nan, 3: numpy {np.max(missing[:3])}, numba {maximum(missing[:3])}")
assert math.isnan(np.median(missing)), "numpy's median passes over nan now"
assert median(missing) == 4.0, "numba's median is nan now"
assert not np.array_equal(*bins), "the two histograms agree now"
PYTHON
