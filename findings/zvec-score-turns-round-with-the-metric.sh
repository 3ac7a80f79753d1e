#!/usr/bin/env bash
# zvec 0.8.0: what it calls `score` is a distance under COSINE and a similarity under IP.
#
# Guess: `score` grows with likeness, or at least does not change its sense between two metrics that rank unit vectors alike.
# Seen:  over the same unit vectors, COSINE scores the query's own item 0.0 and its opposite 2.0, IP 1.0 and -1.0. Both list the
#        nearest first, so nothing looks wrong until a threshold ("at least .6 alike") or a fusion with other scores reads them:
#        moved from IP to COSINE, it keeps the strangers and drops the neighbours.
#
# Output seen:
#   COSINE: [('0', 0.0), ('1', 1.5), ('2', 2.0)]
#   IP: [('0', 1.0), ('1', -0.5), ('2', -1.0)]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check zvec==0.8.0 numpy==2.4.6
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import zvec
from zvec import CollectionSchema, DataType, Doc, FieldSchema, HnswIndexParam, MetricType, Query, VectorSchema

vectors = [[1.0, 0.0, 0.0, 0.0], [-0.5, 0.5, 0.5, 0.5], [-1.0, 0.0, 0.0, 0.0]]
scores = {}
for metric in (MetricType.COSINE, MetricType.IP):
    schema = CollectionSchema(
        name="items",
        fields=[FieldSchema("language", DataType.STRING, nullable=True)],
        vectors=[VectorSchema("text", DataType.VECTOR_FP32, 4, HnswIndexParam(metric_type=metric))],
    )
    collection = zvec.create_and_open(path=f"{sys.argv[1]}/{metric.name}", schema=schema)
    collection.insert([Doc(id=str(number), vectors={"text": each}) for number, each in enumerate(vectors)])
    found = collection.query(Query("text", vector=vectors[0]), topk=3)
    scores[metric.name] = [(each.id, round(each.score, 4) + 0.0) for each in found]
    print(f"{metric.name}: {scores[metric.name]}")
assert scores["COSINE"] == [("0", 0.0), ("1", 1.5), ("2", 2.0)], "COSINE is scored another way"
assert scores["IP"] == [("0", 1.0), ("1", -0.5), ("2", -1.0)], "IP is scored another way"
PYTHON
