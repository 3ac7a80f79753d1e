#!/usr/bin/env bash
# obp 0.5.7: the sample of logged recommendations that it ships has propensities in steps of .000005, and one of .000001.
#
# Guess: the mean of 1 / propensity over rows that were drawn with those propensities is about the number of items (46), and
#        off-policy estimates on the sample rest on its 10,000 rows.
# Seen:  in bts/women it is 144, three times that. Propensities are multiples of .000005, as shares of 200,000 draws are,
#        but for one row of .000001, which no such share can be: a stand-in for "never drawn", with 69 % of the sum. The
#        sample of the random policy (1/46 throughout) is as expected. An inverse propensity estimate on bts/women is one
#        person's visit, whatever the 10,000 rows say.
#
# Output seen:
#   random/women: 10000 rows, 46 items, mean of 1/propensity 46.0, largest row's share 0.000
#   bts/women: 10000 rows, 46 items, mean of 1/propensity 144.2, largest row's share 0.694
#   propensities of bts/women that are neither a multiple of 0.000005 nor 1/46: [1e-06]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
# Its code asks for Python under 3.11; its data files need none.
"$folder/venv/bin/pip" install -q --disable-pip-version-check --no-deps --ignore-requires-python obp==0.5.7
"$folder/venv/bin/python" - <<'PYTHON'
import csv
import importlib.util
from pathlib import Path

samples = Path(importlib.util.find_spec("obp").origin).parent / "dataset" / "obd"
means = {}
for policy in ("random", "bts"):
    rows = list(csv.DictReader((samples / policy / "women" / "women.csv").open()))
    weights = [1 / float(row["propensity_score"]) for row in rows]
    items = len({row["item_id"] for row in rows})
    means[policy] = sum(weights) / len(weights)
    share = max(weights) / sum(weights)
    print(
        f"{policy}/women: {len(rows)} rows, {items} items, mean of 1/propensity {means[policy]:.1f}, "
        f"largest row's share {share:.3f}"
    )
steps = [float(row["propensity_score"]) / 0.000005 for row in rows]
odd = [round(step * 0.000005, 9) for step in steps if abs(step - round(step)) > 1e-6 and abs(step * 0.000005 - 1 / 46) > 1e-9]
print(f"propensities of bts/women that are neither a multiple of 0.000005 nor 1/46: {odd}")
assert abs(means["random"] - 46) < 0.1
assert means["bts"] > 3 * 46, "the sample's propensities have changed"
assert odd == [1e-06]
PYTHON
