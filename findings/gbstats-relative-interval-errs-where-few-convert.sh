#!/usr/bin/env bash
# gbstats 0.8.0: the sequential interval of a relative lift leaves out the truth in one A/A test of six where one in 200 converts.
#
# Guess: a sequential 95 % interval may be looked at after every hundred people; over a whole A/A test it leaves out 0 at most 5
#        times in 100, whichever way the difference is expressed.
# Seen:  the absolute difference holds that. The relative one, its default, divides by the control's rate, whose own error is put
#        in by the delta method: while each arm has a handful of conversions the interval is too narrow, and every early look is
#        a chance to see an effect that is none. Two arms with one rate of .005, looked at from 500 people an arm, each 100.
#
# Output seen:
#   relative: 49 of 300 A/A tests show an effect; expected at most 15
#   absolute: 7 of 300 A/A tests show an effect; expected at most 15
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check gbstats==0.8.0 numpy==1.26.4 scipy==1.17.1 pandas==1.5.3
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import ProportionStatistic

RATE, PEOPLE, TESTS = 0.005, 8_000, 300


def shows_an_effect(one, other, kind):
    for n in range(500, PEOPLE + 1, 100):
        arms = [ProportionStatistic(n=n, sum=int(each[n - 1])) for each in (one, other)]
        if min(each.sum for each in arms) == 0:
            continue
        low, high = SequentialTwoSidedTTest(*arms, SequentialConfig(difference_type=kind)).compute_result().ci
        if low > 0 or high < 0:
            return True
    return False


seen = {}
for kind in ("relative", "absolute"):
    random = np.random.default_rng(0)
    arms = (np.cumsum(random.random((2, PEOPLE)) < RATE, axis=1) for _ in range(TESTS))
    seen[kind] = sum(shows_an_effect(one, other, kind) for one, other in arms)
    print(f"{kind}: {seen[kind]} of {TESTS} A/A tests show an effect; expected at most {TESTS * 5 // 100}")
assert seen["relative"] > 2 * TESTS * 5 // 100, "the relative interval keeps its promise now"
assert seen["absolute"] <= TESTS * 5 // 100, "the absolute interval does not keep its promise either"
PYTHON
