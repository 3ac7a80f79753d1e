"""Live searches are done again exactly, off the path, and counted by how much the filters left."""

import time

import numpy as np
import pytest

from app.serving.recall_gauge import GaugeSettings, RecallGauge, Sample

VECTORS = np.eye(200, 8, dtype=np.float32) + np.arange(200, dtype=np.float32)[:, None] / 1_000
QUERY = np.ones(8, dtype=np.float32)
NOTHING = np.empty(0, dtype=np.int32)


def best(k, excluded=NOTHING):
    return np.sort(np.delete(VECTORS @ QUERY, excluded))[::-1][:k].astype(np.float32)


def gauge(**settings):
    return RecallGauge(GaugeSettings(**settings))


def test_all_that_is_best_is_recall_one():
    measured = gauge()
    measured.take(Sample(VECTORS, QUERY, NOTHING, best(20)))
    told = measured.payload()
    assert (told["queries"], told["recall_at_10"]) == (1, 1.0)
    assert told["by_allowed_share"]["99-100%"]["recall_at_k"] == 1.0


def test_what_is_missing_is_missed_among_the_ten_and_among_all():
    measured = gauge()
    measured.take(Sample(VECTORS, QUERY, NOTHING, np.delete(best(23), [0, 4, 15])))
    told = measured.payload()["by_allowed_share"]["99-100%"]
    assert (told["recall_at_10"], told["recall_at_k"]) == (0.8, 0.85)


@pytest.mark.parametrize(("excluded", "bucket"), [(15, "90-99%"), (90, "50-90%"), (150, "10-50%"), (190, "0-10%")])
def test_samples_are_told_apart_by_how_much_the_filters_left(excluded, bucket):
    measured, rows = gauge(), np.arange(excluded, dtype=np.int32)
    measured.take(Sample(VECTORS, QUERY, rows, best(10, rows)))
    assert set(measured.payload()["by_allowed_share"]) == {bucket}
    assert measured.recall() == (1, 1.0)


def test_what_was_not_there_to_be_found_is_not_missed():
    measured, rows = gauge(), np.arange(195, dtype=np.int32)
    found = np.full(10, -np.inf, dtype=np.float32)
    found[:5] = best(5, rows)
    measured.take(Sample(VECTORS, QUERY, rows, found))
    assert measured.recall() == (1, 1.0)


def test_a_full_queue_drops_and_counts():
    measured = gauge(share=1.0, waiting=2)
    for _ in range(5):
        measured.offer(VECTORS, (QUERY[None], 10), NOTHING, best(10)[None])
    assert measured.payload()["dropped"] == 3
    measured.start()
    measured.close()


def test_none_is_taken_where_it_is_switched_off():
    measured = gauge(share=0.0)
    measured.offer(VECTORS, (QUERY[None], 10), NOTHING, best(10)[None])
    measured.start()
    measured.close()
    assert measured.recall() == (0, 1.0)


def test_searches_of_a_service_are_measured(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, snapshots={"gauge": {"share": 1.0}}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i000"), an_event(2, "ada", "i001", "dislike"))
        home.recommend("ada")
        measured = home.service.snapshot_swap.gauge
        measured.start()
        for _ in range(1_000):
            if measured.recall()[0] >= 2:
                break
            time.sleep(0.01)
        measured.close()
        assert measured.payload()["recall_at_10"] == 1.0
