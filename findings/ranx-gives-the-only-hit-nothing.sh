#!/usr/bin/env bash
# ranx 0.3.21: when two result lists are fused as by default, a list's only hit counts for nothing.
#
# Guess: a search by words that finds one item, the exact title, lifts that item over what is merely alike by vectors.
# Seen:  with `norm="min-max"`, the default, the lowest score of a list becomes 0, and the only hit of a list is its lowest: the exact
#        title ends with 0.0, level with the worst of the other list. `norm="sum"` does the same. With a second, worse hit in the list the
#        same item has 1.0. `norm="max"`, `norm="rank"` and `method="rrf"` give a single hit its due.
#
# Output seen:
#   min-max, one hit: {'alike': 1.0, 'near': 0.9857, 'far': 0.0, 'exact': 0.0}
#   min-max, two hits: {'alike': 1.0, 'exact': 1.0, 'near': 0.9857, 'far': 0.0, 'other': 0.0}
#   sum, one hit: {'alike': 0.5036, 'near': 0.4964, 'far': 0.0, 'exact': 0.0}
#   max, one hit: {'alike': 1.0, 'exact': 1.0, 'near': 0.9875, 'far': 0.125}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check ranx==0.3.21
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from ranx import Run, fuse

by_vectors = {"q": {"alike": 0.80, "near": 0.79, "far": 0.10}}
one, two = {"q": {"exact": 12.0}}, {"q": {"exact": 12.0, "other": 3.0}}


def fused(by_words: dict, **norm: str) -> dict[str, float]:
    run = fuse(runs=[Run(by_vectors), Run(by_words)], method="sum", **norm)
    return {item: round(float(score), 4) for item, score in run.run["q"].items()}


default = fused(one)
print("min-max, one hit:", default)
print("min-max, two hits:", fused(two))
print("sum, one hit:", fused(one, norm="sum"))
print("max, one hit:", fused(one, norm="max"))
assert default == fused(one, norm="min-max"), "the default is another now"
assert default["exact"] == default["far"] == 0.0, "a single hit counts now"
assert fused(two)["exact"] == 1.0 and fused(one, norm="sum")["exact"] == 0.0
PYTHON
