"""The strongest entries of each row of a matrix, as a sparse block of the same shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def strongest_of_dense(block: NDArray[np.float32], k: int) -> sparse.csr_array:
    """The `k` entries largest in absolute value of each row [rows, n]; zeros are left out."""
    k = min(k, block.shape[1])
    columns = np.argpartition(-np.abs(block), k - 1, axis=1)[:, :k] if k else np.empty((len(block), 0), np.int64)
    values = np.take_along_axis(block, columns, axis=1)
    offsets = np.arange(0, columns.size + 1, max(k, 1)) if k else np.zeros(len(block) + 1, np.int64)
    kept = sparse.csr_array((values.ravel(), columns.ravel(), offsets), shape=block.shape)
    kept.eliminate_zeros()
    return kept


def strongest_of_sparse(block: sparse.csr_array, k: int) -> sparse.csr_array:
    """The `k` entries largest in absolute value of each row; rows with fewer stay as they are."""
    strength = -np.abs(block.data)
    offsets = block.indptr.astype(np.int64)
    kept = np.ones(block.nnz, dtype=np.bool_)
    for row in np.flatnonzero(np.diff(offsets) > k):
        begin, end = offsets[row], offsets[row + 1]
        kept[begin + np.argpartition(strength[begin:end], k - 1)[k:] if k else slice(begin, end)] = False
    counts = np.concatenate([[0], np.cumsum(kept)])[offsets]
    return sparse.csr_array((block.data[kept], block.indices[kept], counts), shape=block.shape)
