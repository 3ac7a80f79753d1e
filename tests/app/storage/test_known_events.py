from itertools import count

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.storage.known_events import KnownEvents

# Few digests, so that different events share them.
digests = st.integers(0, 30)
batches = st.lists(st.lists(digests, max_size=20), max_size=12)


def as_digests(numbers):
    return np.array(numbers, dtype=np.uint64)


@given(batches, st.lists(digests, max_size=8), st.integers(0, 3))
def test_every_number_of_a_digest_is_found_however_they_came(given_batches, wanted, stored):
    numbers = count(1)
    numbered = [[(digest, next(numbers)) for digest in batch] for batch in given_batches]
    first = sorted(pair for batch in numbered[:stored] for pair in batch)
    known = KnownEvents(
        as_digests([digest for digest, _ in first]), np.array([each for _, each in first], dtype=np.int64)
    )
    for batch in numbered[stored:]:
        known.add(as_digests([digest for digest, _ in batch]), [each for _, each in batch])
    expected = sorted(each for batch in numbered for digest, each in batch if digest in wanted)
    assert sorted(known.sequences(as_digests(sorted(set(wanted))))) == expected
    assert len(known) == sum(len(batch) for batch in given_batches)


def test_the_number_of_runs_stays_logarithmic():
    known = KnownEvents(as_digests([]), np.array([], dtype=np.int64))
    rng = np.random.default_rng(0)
    for number in range(2_000):
        known.add(rng.integers(0, 2**63, size=1).astype(np.uint64), [number])
    assert len(known) == 2_000
    assert len(known._runs) <= 11  # noqa: SLF001 - the promise is about cost, which no method shows
