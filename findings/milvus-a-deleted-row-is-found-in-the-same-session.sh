#!/usr/bin/env bash
# pymilvus 3.0.2 with the server of milvus 2.3.5: a search of the session that deleted a row still returns it.
#
# Guess: at the consistency level "Session" a client sees its own writes, as the name says and as it sees a row that it has just
#        put in.
# Seen:  after upsert() the next search of the same client waits and finds the row. After delete() it does not wait, and the deleted
#        row is the first one found; a search at the level "Strong" then leaves it out.
#
# Output seen:
#   after upsert, Session: 1000 is first
#   after delete, Session: 1000 is first
#   after delete, Strong: 1000 is gone
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'setuptools<81' pymilvus==3.0.2 milvus==2.3.5 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from milvus import MilvusServer, MilvusServerConfig
from pymilvus import MilvusClient

random = np.random.default_rng(0)
vectors = random.normal(size=(1_000, 8)).astype(np.float32)
server = MilvusServer(MilvusServerConfig(data_dir="data"))
server.start()
try:
    client = MilvusClient(uri=f"http://{server.server_address}:{server.listen_port}")
    client.create_collection("items", dimension=8, metric_type="COSINE", consistency_level="Session")
    client.insert("items", [{"id": n, "vector": vector.tolist()} for n, vector in enumerate(vectors)])
    wanted = random.normal(size=8).tolist()

    def first(level: str) -> int:
        return int(client.search("items", data=[wanted], limit=1, consistency_level=level)[0][0]["id"])

    client.upsert("items", [{"id": 1_000, "vector": wanted}])
    put = first("Session")
    print(f"after upsert, Session: {put} is first")
    client.delete("items", ids=[1_000])
    session, strong = first("Session"), first("Strong")
    print(f"after delete, Session: {session} is first")
    print(f"after delete, Strong: 1000 is {'first' if strong == 1_000 else 'gone'}")
    client.close()
finally:
    server.stop()
assert (put, session) == (1_000, 1_000) and strong != 1_000, "deletions are seen by their session now"
PYTHON
