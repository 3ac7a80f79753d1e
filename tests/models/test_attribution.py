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
    return Attribution(masses[:, None] * similarities, explicit, masses**2, explicit_mass)


@given(attributions())
def test_shares_sum_to_the_score(attribution):
    total = attribution.shares().sum(axis=0) + attribution.explicit_shares()
    np.testing.assert_allclose(total, attribution.scores(), atol=1e-12)


@given(attributions())
def test_the_drop_is_what_leaving_an_event_out_does(attribution):
    drops = attribution.drops()
    for left_out in range(len(attribution.squares)):
        rest = np.arange(len(attribution.squares)) != left_out
        without = Attribution(
            attribution.contributions[rest],
            attribution.explicit,
            attribution.squares[rest],
            attribution.explicit_square,
        )
        expected = attribution.scores() - (without.scores() if without.square > 1e-9 else 0)
        np.testing.assert_allclose(drops[left_out], expected, atol=1e-9)


@given(attributions())
def test_some_event_or_the_profile_carries_a_positive_score(attribution):
    carried = (attribution.drops() > -1e-12).any(axis=0) | (attribution.explicit > 0)
    assert carried[attribution.scores() > 0].all()
