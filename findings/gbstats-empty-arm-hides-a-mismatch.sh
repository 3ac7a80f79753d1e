#!/usr/bin/env bash
# gbstats 0.8.0: arms that were given no traffic make a mismatch of the others harder to see.
#
# Guess: an arm of weight 0 is no part of the check that people were split as planned.
# Seen:  its count is passed over, its degree of freedom is kept. 5,200 against 4,900 people where halves were planned has
#        p = .0028; with one paused arm beside them .0116, with three .0634: the same broken split now passes a limit of .01.
#
# Output seen:
#   two arms: p = 0.0028
#   and one of weight 0: p = 0.0116
#   and three of weight 0: p = 0.0634
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check gbstats==0.8.0 numpy==1.26.4 scipy==1.17.1 pandas==1.5.3
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from gbstats.utils import check_srm

p = [check_srm([5200, 4900] + [0] * paused, [0.5, 0.5] + [0] * paused) for paused in (0, 1, 3)]
for arms, each in zip(("two arms", "and one of weight 0", "and three of weight 0"), p, strict=True):
    print(f"{arms}: p = {each:.4f}")
assert p[0] < 0.003 < 0.01 < p[1] < p[2], "an arm of weight 0 costs nothing now"
PYTHON
