import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from models.factors import gram
from models.factors.gram import Block, LocalGram, Matrix, bands, cut, times
from models.factors.settings import FactorSettings, Method
from models.factors.spectral import learn_spectral
from models.interactions import Interactions

ITEMS = 30


def matrix(people: int = 200, seed: int = 0) -> Matrix:
    random = np.random.default_rng(seed)
    drawn = random.random((people, ITEMS), dtype=np.float32) + np.float32(0.1)
    return sparse.csr_array(drawn * (random.random((people, ITEMS)) < 0.2))


def basis(width: int = 7) -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((ITEMS, width), dtype=np.float32)


def as_it_is(relations: Matrix, band: slice) -> Matrix:
    assert relations.shape[0] == band.stop - band.start
    return relations


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gram, "LEAST", 100)
    monkeypatch.setattr(gram, "PER_ITEM", 1)


@pytest.mark.usefixtures("small_blocks")
def test_blocks_hold_everybody_once_in_order_and_about_as_many_interactions_as_they_should() -> None:
    given = matrix()
    rows = list(cut(given))
    assert len(rows) > 5
    assert (sparse.vstack(rows) != given).nnz == 0
    assert all(100 - ITEMS < block.nnz < 100 + ITEMS for block in rows[:-1])


@pytest.mark.usefixtures("small_blocks")
def test_somebody_with_more_than_a_block_is_not_divided() -> None:
    given = sparse.csr_array(np.ones((3, 400), dtype=np.float32))
    assert [block.nnz for block in cut(given)] == [400, 400, 400]


@pytest.mark.parametrize("people", [0, 5])
def test_without_interactions_there_is_one_block(people: int) -> None:
    empty = sparse.csr_array((people, ITEMS), dtype=np.float32)
    assert [block.shape for block in cut(empty)] == [(people, ITEMS)]
    assert not LocalGram(empty).times(basis()).any()


@pytest.mark.usefixtures("small_blocks")
def test_products_in_blocks_are_those_of_the_whole() -> None:
    given, directions = matrix(), basis()
    whole = given.toarray().astype(np.float64)
    squares = whole.T @ whole
    found = LocalGram(given)
    np.testing.assert_allclose(found.times(directions), squares @ directions, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.within(directions), directions.T @ squares @ directions, rtol=1e-4, atol=1e-3)
    stacked = sparse.vstack(list(found.bands(8, as_it_is))).toarray()
    np.testing.assert_allclose(stacked, squares, rtol=1e-5, atol=1e-5)


@pytest.mark.usefixtures("small_blocks")
def test_a_column_of_a_product_is_to_the_last_digit_what_it_is_beside_others() -> None:
    blocks, directions = [Block.of(rows) for rows in cut(matrix())], basis()
    whole = times(blocks, directions)
    parts = [times(blocks, directions[:, columns]) for columns in bands(directions.shape[1], 3)]
    assert np.array_equal(np.hstack(parts), whole)


@pytest.mark.usefixtures("small_blocks")
def test_factors_learned_in_blocks_are_those_learned_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = FactorSettings(method=Method.SPECTRAL, least_interactions=0, rank=5, neighbours=4)
    given = Interactions(matrix())
    divided = learn_spectral(given, settings)
    monkeypatch.setattr(gram, "LEAST", 1 << 24)
    whole = learn_spectral(given, settings)
    np.testing.assert_allclose(divided.engage @ divided.index.T, whole.engage @ whole.index.T, atol=1e-4)
    np.testing.assert_allclose(
        divided.neighbours.matrix().toarray(), whole.neighbours.matrix().toarray(), rtol=1e-4, atol=1e-5
    )
