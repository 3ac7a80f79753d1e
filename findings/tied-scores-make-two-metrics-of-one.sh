#!/usr/bin/env bash
# ranx 0.3.21 and pytrec_eval-terrier 0.5.11: one list with tied scores, nDCG .36 or 1.0, and in ranx by the order of a dict.
#
# Guess: two libraries that agree to six digits on lists without ties agree on any list, and the order of a dict of scores
#        says nothing.
# Seen:  pytrec_eval breaks ties by the item's name, backwards, as trec_eval does; ranx keeps the order in which the dict was
#        filled. A popularity baseline or a cold start, where most scores are equal, is judged by that: whoever fills the dict
#        with the relevant items first measures 1.0.
#
# Output seen:
#   pytrec_eval: 0.3618
#   ranx, relevant items first in the dict: 1.0
#   ranx, the same dict backwards: 0.3618
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check ranx==0.3.21 pytrec-eval-terrier==0.5.11 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import pytrec_eval
from ranx import Qrels, Run, evaluate

relevant = {"ada": {"item-0": 1, "item-1": 1}}
scores = {"ada": {f"item-{number}": 1.0 for number in range(10)}}
backwards = {"ada": dict(reversed(scores["ada"].items()))}
assert scores == backwards
trec = pytrec_eval.RelevanceEvaluator(relevant, {"ndcg"}).evaluate(scores)["ada"]["ndcg"]
first, last = (float(evaluate(Qrels(relevant), Run(each), "ndcg")) for each in (scores, backwards))
print(f"pytrec_eval: {trec:.4f}")
print(f"ranx, relevant items first in the dict: {first:.1f}")
print(f"ranx, the same dict backwards: {last:.4f}")
assert (round(trec, 4), round(first, 4), round(last, 4)) == (0.3618, 1.0, 0.3618), "ties are treated another way"
PYTHON
