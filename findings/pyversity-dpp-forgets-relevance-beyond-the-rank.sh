#!/usr/bin/env bash
# pyversity 0.2.0: its default strategy, DPP, chooses by chance what comes after one item of each kind.
#
# Guess: with `diversity=0.01` a list of 20 is all but the 20 most relevant, as it is with the other four strategies.
# Seen:  where items are described by their kind (one of eight, one-hot), eight items span the space, and every further item adds
#        a determinant of zero. What is then compared is rounding: the last twelve hold an item of .31, while 16 of the 26 items of .90
#        and above are left out. `diversity=0` is an exact ranking by relevance, so between 0 and .01 the list changes at once. The
#        other four strategies never go below .90. Vectors have few dimensions of their own wherever they are tags or genres.
#
# Output seen:
#   least relevant of 20 by diversity 0 and 0.01:
#   dpp 0.92 0.31
#   of 26 items of 0.90 and above, dpp left out 16
#   mmr 0.92 0.92
#   msd 0.92 0.91
#   ssd 0.92 0.92
#   cover 0.92 0.92
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check pyversity==0.2.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from pyversity import diversify

random = np.random.default_rng(0)
kinds = np.eye(8, dtype=np.float32)[random.integers(0, 8, 200)]
relevance = np.sort(random.random(200)).astype(np.float32)
least = {}
print("least relevant of 20 by diversity 0 and 0.01:")
for strategy in ("dpp", "mmr", "msd", "ssd", "cover"):
    lists = [diversify(kinds, relevance, k=20, strategy=strategy, diversity=share).indices for share in (0.0, 0.01)]
    least[strategy] = [float(relevance[each].min()) for each in lists]
    print(strategy, *(f"{each:.2f}" for each in least[strategy]))
    left_out = int((np.delete(relevance, lists[1]) >= 0.9).sum())
    if strategy == "dpp":
        print(f"of {int((relevance >= 0.9).sum())} items of 0.90 and above, dpp left out {left_out}")
assert least["dpp"][1] < 0.5, "dpp keeps to what is relevant now"
assert all(least[each][1] > 0.85 for each in ("mmr", "msd", "ssd", "cover")), "other strategies leave what is relevant"
PYTHON
