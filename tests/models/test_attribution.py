import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.attribution import Attribution


@st.composite
def attributions(draw):
    k, n = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    masses = rng.uniform(0.1, 3, k)
    explicit_mass = draw(st.sampled_from([0.0, 2.0]))
    similarities = rng.uniform(-1, 1, (k, n))
    explicit = explicit_mass * rng.uniform(-1, 1, n)
    averaged = draw(st.sampled_from([None, rng.uniform(-1, 1, (k, n))]))
    return Attribution(masses[:, None] * similarities, explicit, masses**2, explicit_mass, averaged)


@given(attributions())
def test_shares_sum_to_the_score(attribution):
    total = attribution.shares().sum(axis=0) + attribution.explicit_shares()
    np.testing.assert_allclose(total, attribution.scores(), atol=1e-12)
