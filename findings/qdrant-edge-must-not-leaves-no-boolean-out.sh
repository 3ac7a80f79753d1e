#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: "must not be hidden" leaves out nothing, because True is taken for the number 1.
#
# Guess: MatchValue takes a boolean (its error message lists String, Integer and Bool) and matches a boolean of the payload.
# Seen:  of three points of which one has hidden: True, `must` finds none, and `must_not` returns all three, the hidden one
#        too, without an error. Python's booleans are integers, and Integer is tried first; 1 is not what the payload holds.
#        A list that is meant to leave something out leaves it in. The same said by a keyword, hidden: "yes", works both ways.
#
# Output seen:
#   must be hidden: []
#   must not be hidden: [0, 1, 2]
#   must not be hidden, said by a keyword: [0, 2]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

from qdrant_edge import (
    Distance, EdgeConfig, EdgeShard, EdgeVectorParams, FieldCondition, Filter, MatchValue, Point, Query, QueryRequest,
    UpdateOperation,
)

config = EdgeConfig(vectors=EdgeVectorParams(size=2, distance=Distance.Dot))
shard = EdgeShard.create(f"{sys.argv[1]}/edge", config)
payloads = [{"hidden": number == 1, "hidden_word": "yes" if number == 1 else "no"} for number in range(3)]
points = [Point(number, [1.0, number / 10], payload) for number, payload in enumerate(payloads)]
shard.update(UpdateOperation.upsert_points(points))


def found(**condition):
    request = QueryRequest(limit=3, query=Query.Nearest([1.0, 0.0]), filter=Filter(**condition))
    return sorted(hit.id for hit in shard.query(request))


hidden = [FieldCondition("hidden", match=MatchValue(True))]
word = [FieldCondition("hidden_word", match=MatchValue("yes"))]
print("must be hidden:", found(must=hidden))
print("must not be hidden:", found(must_not=hidden))
print("must not be hidden, said by a keyword:", found(must_not=word))
assert found(must=hidden) == [], "a boolean is matched now"
assert found(must_not=hidden) == [0, 1, 2], "a boolean is left out now"
assert found(must_not=word) == [0, 2], "a keyword is not left out either"
PYTHON
