#!/usr/bin/env bash
# LanceDB 0.40.0, qdrant-edge-py 0.9.0 and usearch 2.26.6: three answers to where an item of zeros stands under cosine.
#
# An item without a readable text has no direction, and zeros are the usual stand-in for its vector.
# Guess: engines refuse zeros under cosine, or put them in one agreed place.
# Seen:  all three store it without a word. LanceDB never returns it, not even to a filter that it alone passes, so a count of
#        rows and a search over all rows disagree. Qdrant Edge scores it 0 and usearch gives it the distance 1: both put it
#        before every item that points the other way. And a query of zeros finds nothing in LanceDB, everything at score 0
#        in Qdrant Edge, and in usearch the zero item as a perfect match.
#
# Output seen (item 2 is zeros, item 3 is the opposite of the query):
#   LanceDB: rows 4, found ['0', '1', '3'], by filter [], query of zeros []
#   Qdrant Edge: found [0, 2, 1, 3], query of zeros scores [0.0, 0.0, 0.0, 0.0]
#   usearch: found [0, 2, 1, 3], query of zeros finds 2 at distance 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    lancedb==0.40.0 qdrant-edge-py==0.9.0 usearch==2.26.6 numpy==2.4.6
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import lancedb
import numpy as np
from qdrant_edge import Distance, EdgeConfig, EdgeShard, EdgeVectorParams, Point, Query, QueryRequest, UpdateOperation
from usearch.index import Index

folder = sys.argv[1]
query, zeros = np.array([1, 0, 0, 0], np.float32), np.zeros(4, np.float32)
vectors = np.array([query, [-0.5, 0.5, 0.5, 0.5], zeros, -query], np.float32)

rows = [{"id": str(number), "vector": vector.tolist()} for number, vector in enumerate(vectors)]
table = lancedb.connect(f"{folder}/lance").create_table("items", rows)
found = [row["id"] for row in table.search(query.tolist()).distance_type("cosine").limit(10).to_list()]
filtered = table.search(query.tolist()).distance_type("cosine").where("id = '2'").limit(10).to_list()
of_zeros = table.search(zeros.tolist()).distance_type("cosine").limit(10).to_list()
print(f"LanceDB: rows {table.count_rows()}, found {found}, by filter {filtered}, query of zeros {of_zeros}")
assert (table.count_rows(), found, filtered, of_zeros) == (4, ["0", "1", "3"], [], [])

shard = EdgeShard.create(f"{folder}/edge", EdgeConfig(vectors=EdgeVectorParams(size=4, distance=Distance.Cosine)))
points = [Point(number, vector.tolist(), {}) for number, vector in enumerate(vectors)]
shard.update(UpdateOperation.upsert_points(points))
hits = shard.query(QueryRequest(limit=10, query=Query.Nearest(query.tolist())))
nothing = shard.query(QueryRequest(limit=10, query=Query.Nearest(zeros.tolist())))
print(f"Qdrant Edge: found {[hit.id for hit in hits]}, query of zeros scores {[hit.score + 0.0 for hit in nothing]}")
assert [hit.id for hit in hits] == [0, 2, 1, 3]
assert [hit.score for hit in nothing] == [0.0] * 4

index = Index(ndim=4, metric="cos", dtype="f32")
index.add(np.arange(4), vectors)
matches, nearest = index.search(query, 4), index.search(zeros, 1)
print(f"usearch: found {matches.keys.tolist()}, query of zeros finds {nearest.keys[0]} at distance {nearest.distances[0]}")
assert matches.keys.tolist() == [0, 2, 1, 3]
assert (int(nearest.keys[0]), float(nearest.distances[0])) == (2, 0.0)
PYTHON
