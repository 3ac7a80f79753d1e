import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.segment_files import ABANDONED_SECONDS, Keys, Segment, Vectors, merge_segments, segment_paths
from indexer.segments import MERGE_AT, Segments

DIMENSION = 3


def keys_of(*numbers: int) -> Keys:
    return np.frombuffer(b"".join(number.to_bytes(16, "little") for number in numbers), dtype="S16")


def vectors_of(*numbers: int) -> Vectors:
    return np.array([[number, -number, 0.5] for number in numbers], dtype=np.float32).reshape(-1, DIMENSION)


def put(segments: Segments, *numbers: int) -> None:
    segments.append(keys_of(*numbers), vectors_of(*numbers))


def held(segments: Segments, *numbers: int) -> bool:
    rows = segments.find(keys_of(*numbers))
    return bool((rows >= 0).all()) and np.array_equal(segments.take(rows), vectors_of(*numbers))


def test_vectors_are_found_again_after_reopening(tmp_path: Path) -> None:
    put(Segments(tmp_path, DIMENSION), 5, 1, 3)
    put(Segments(tmp_path, DIMENSION), 2)
    segments = Segments(tmp_path, DIMENSION)
    assert len(segments) == 4
    assert held(segments, 1, 2, 3, 5, 5, 1)
    assert segments.find(keys_of(4, 5, 2**127)).tolist() == [-1, 0, -1]


@settings(max_examples=30)  # each writes to disk and waits for it
@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=5), max_size=20))
def test_any_sequence_of_appends_keeps_every_vector(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    folder = tmp_path_factory.mktemp("segments")
    segments = Segments(folder, DIMENSION)
    for batch in batches:
        put(segments, *batch)
    kept = sorted({number for batch in batches for number in batch})
    for opened in (segments, Segments(folder, DIMENSION)):
        assert len(opened) == len(kept)
        assert held(opened, *kept)
        assert (opened.find(keys_of(41, 99)) == -1).all()


def test_many_small_segments_become_one_with_each_vector_once(tmp_path: Path) -> None:
    segments = Segments(tmp_path, DIMENSION)
    for number in range(MERGE_AT - 1):
        put(segments, number, 77)
    assert len(segment_paths(tmp_path)) == MERGE_AT - 1
    put(segments, MERGE_AT)
    (merged,) = segment_paths(tmp_path)
    assert len(np.load(merged / "keys.npy")) == MERGE_AT + 1
    assert held(segments, *range(MERGE_AT - 1), 77, MERGE_AT)


def test_large_segments_are_not_copied_when_small_ones_merge(tmp_path: Path) -> None:
    segments = Segments(tmp_path, DIMENSION)
    put(segments, *range(10_000))
    (large,) = segment_paths(tmp_path)
    for number in range(10_000, 10_000 + 3 * MERGE_AT):
        put(segments, number)
    assert large in segment_paths(tmp_path)
    assert len(segment_paths(tmp_path)) < MERGE_AT + 1
    assert held(segments, *range(10_000 + 3 * MERGE_AT))


def test_nothing_is_half_written_where_readers_look(tmp_path: Path) -> None:
    put(Segments(tmp_path, DIMENSION), 1)
    leftover = tmp_path / ".writing-killed"
    leftover.mkdir()
    (leftover / "keys.npy").write_bytes(b"torn")
    assert held(Segments(tmp_path, DIMENSION), 1)
    assert leftover.exists()


def test_what_was_abandoned_long_ago_is_cleared_away(tmp_path: Path) -> None:
    for name in (".writing-killed", ".removing-killed"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, times=(time.time() - ABANDONED_SECONDS - 1,) * 2)
    Segments(tmp_path, DIMENSION)
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_writes_is_not_abandoned_however_far_the_clock_leaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(path: Path, *_: object, **__: object) -> None:
        np_save(path, *_, **__)  # type: ignore[arg-type]
        Segments(tmp_path, DIMENSION)

    np_save, ahead = np.save, time.time() + 4 * 365 * 86_400
    monkeypatch.setattr("indexer.segment_files.time.time", lambda: ahead)
    monkeypatch.setattr("indexer.segment_files.np.save", save)
    put(Segments(tmp_path, DIMENSION), 1)
    assert held(Segments(tmp_path, DIMENSION), 1)


@pytest.mark.parametrize("file", ["keys.npy", "vectors.npy"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone", "foreign", "pickle", "other"])
def test_a_damaged_segment_costs_its_own_vectors_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str, damage: str
) -> None:
    segments = Segments(tmp_path, DIMENSION)
    put(segments, 1)
    put(segments, 2, 3)
    path = segment_paths(tmp_path)[1] / file
    whole = path.read_bytes()
    if damage == "gone":
        path.unlink()
    elif damage == "other":
        np.save(path, np.zeros((7, 7)))
    elif damage == "pickle":
        np.save(path, np.array([object()]), allow_pickle=True)
    else:
        path.write_bytes({"cut": whole[:-1], "empty": b"", "foreign": b"no array"}[damage])
    reopened = Segments(tmp_path, DIMENSION)
    assert held(reopened, 1)
    assert (reopened.find(keys_of(2, 3)) == -1).all()
    assert "discarding" in caplog.text
    put(reopened, 2, 3)
    assert held(Segments(tmp_path, DIMENSION), 1, 2, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_never_kept(tmp_path: Path, bad: float) -> None:
    segments = Segments(tmp_path, DIMENSION)
    with pytest.raises(ValueError, match="expected finite vectors"):
        segments.append(keys_of(1), np.full((1, DIMENSION), bad, dtype=np.float32))
    with pytest.raises(ValueError, match="expected finite vectors"):
        segments.append(keys_of(1, 2), vectors_of(1))
    assert len(segments) == 0


def test_a_missing_vector_is_an_error_and_not_noise(tmp_path: Path) -> None:
    segments = Segments(tmp_path, DIMENSION)
    put(segments, 1)
    with pytest.raises(KeyError):
        segments.take(segments.find(keys_of(1, 2)))


def test_an_empty_append_writes_nothing(tmp_path: Path) -> None:
    put(Segments(tmp_path, DIMENSION))
    assert list(tmp_path.iterdir()) == []


def test_several_writers_and_readers_do_not_disturb_each_other(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            segments = Segments(tmp_path, DIMENSION)
            for number in range(first, first + 30):
                put(segments, number)
                assert held(Segments(tmp_path, DIMENSION), *range(first, number + 1))
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failures.append(error)

    writers = [threading.Thread(target=write, args=(first,)) for first in (0, 1_000, 2_000)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert held(Segments(tmp_path, DIMENSION), *range(30), *range(1_000, 1_030), *range(2_000, 2_030))


def test_no_merge_brings_back_what_is_forgotten_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgetting = threading.Thread(target=lambda: Segments(tmp_path, DIMENSION).forget(keys_of(3)))

    def merge(folder: Path, merged: Sequence[Segment]) -> Path:
        forgetting.start()
        forgetting.join(0.3)
        return merge_segments(folder, merged)

    monkeypatch.setattr("indexer.segments.merge_segments", merge)
    for number in range(MERGE_AT):
        put(Segments(tmp_path, DIMENSION), number)
    forgetting.join()
    assert not held(Segments(tmp_path, DIMENSION), 3)
    assert held(Segments(tmp_path, DIMENSION), 0, 1, 2, 4, 5, 6, 7)
