#!/usr/bin/env bash
# numba 0.68.1: the mean of 33,554,432 float32 ones is 0.5, and the variance of equal numbers is not near 0.
#
# Guess: a numpy reduction that numba compiles gives numpy's answer up to the last digits.
# Seen:  numba adds one after the other in the array's own type, where numpy adds in pairs (pairwise summation). In float32 a
#        running sum of ones stops at 16,777,216, so the mean of twice as many ones is one half; the error is there long before:
#        the variance of 10,000 copies of 10,000.1 is ten thousand times numpy's. Asked for the same in float64, both are right.
#
# Output seen:
#   mean of 33,554,432 ones: numpy 1.0, numba 0.5
#   variance of 10,000 equal numbers: numpy 9.5e-07, numba 9.3e-03
#   summed in float64 by numba: mean 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check numba==0.68.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numba
import numpy as np

mean, variance = numba.njit(lambda a: np.mean(a)), numba.njit(lambda a: np.var(a))
ones, equal = np.ones(2**25, np.float32), np.full(10_000, 10_000.1, np.float32)
print(f"mean of {ones.size:,} ones: numpy {np.mean(ones)}, numba {mean(ones)}")
print(f"variance of 10,000 equal numbers: numpy {np.var(equal):.1e}, numba {variance(equal):.1e}")
print(f"summed in float64 by numba: mean {mean(ones.astype(np.float64))}")
assert (float(np.mean(ones)), mean(ones)) == (1.0, 0.5), "the two means agree now"
assert variance(equal) > 1000 * np.var(equal), "the two variances agree now"
PYTHON
