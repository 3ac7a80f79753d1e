#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: of items that are equally near, the first one depends on how many are asked for.
#
# Guess: the list of 5 begins with the list of 2; whoever raises the limit to load more sees the same beginning.
# Seen:  among 60 items with one vector (variants of a product, say) the first item of limit 1 is the last of limit 2 and of
#        limit 5. A page that asks again with a larger limit reorders what is already on the screen.
#
# Output seen (which of the equals are chosen varies; that the beginnings differ does not):
#   limit 1: [0]
#   limit 2: [34, 0]
#   limit 5: [34, 41, 55, 49, 0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

from qdrant_edge import Distance, EdgeConfig, EdgeShard, EdgeVectorParams, Point, Query, QueryRequest, UpdateOperation

vector = [0.6, 0.8, 0.0, 0.0]
config = EdgeConfig(vectors=EdgeVectorParams(size=4, distance=Distance.Dot))
shard = EdgeShard.create(f"{sys.argv[1]}/edge", config)
shard.update(UpdateOperation.upsert_points([Point(number, vector, {}) for number in range(60)]))
lists = {}
for limit in (1, 2, 5, 10, 20):
    hits = shard.query(QueryRequest(limit=limit, query=Query.Nearest(vector)))
    assert {round(hit.score, 6) for hit in hits} == {1.0}
    lists[limit] = [hit.id for hit in hits]
    print(f"limit {limit}: {lists[limit]}")
begins_alike = [lists[longer][: len(shorter)] == shorter for (_, shorter), longer in zip(lists.items(), [2, 5, 10, 20])]
assert not all(begins_alike), "longer lists begin with the shorter ones now"
PYTHON
