from contextlib import closing

from app.storage.protocols import SnapshotEvent


def test_entries_stay_in_the_order_of_recording(opener, tmp_path):
    entries = [
        SnapshotEvent("one", "activated", 5.0, ""),
        SnapshotEvent("two", "activated", 4.0, "1,682 items"),
        SnapshotEvent("one", "rolled_back", 3.5, "asked for by the operator"),
    ]
    with closing(opener(tmp_path)) as stores:
        stores.snapshots.record("one", "activated", 5.0).result()
        stores.snapshots.record("two", "activated", 4.0, "1,682 items").result()
    with closing(opener(tmp_path)) as stores:
        stores.snapshots.record("one", "rolled_back", 3.5, "asked for by the operator").result()
        assert stores.snapshots.all() == entries


def test_a_new_history_is_empty(stores):
    assert stores.snapshots.all() == []
