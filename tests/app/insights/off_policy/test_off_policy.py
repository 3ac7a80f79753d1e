"""Estimates from what a real service logged: which answers count, which policies can be told of, and over HTTP."""

import pytest

from app.api.schemas.estimates import Estimate
from app.errors import EstimateRefusedError, PolicyNotFoundError

DRAWS = {"sources": {"explore_topics": 2}}
PEOPLE = [f"person-{number:03d}" for number in range(130)]


@pytest.fixture(scope="module")
def served(tmp_path_factory, open_household, an_item, an_event):
    """130 people who like one theme each and are served once, the first of them twice at one moment."""
    folder = tmp_path_factory.mktemp("served")
    with open_household(folder, query=DRAWS) as home:
        home.publish([an_item(number) for number in range(120)])
        for number, user in enumerate(PEOPLE):
            home.ingest(*(an_event(5 * number + at, user, f"i{number % 6 + 6 * at:03d}") for at in range(5)))
            slate = home.recommend(user)
            if number % 3 == 0:
                taken = an_event(10_000 + number, user, slate.items[0].item_id, "click", days_ago=0).model_copy(
                    update={"recommendation_id": slate.recommendation_id, "position": 0}
                )
                home.ingest(taken)
        home.recommend(PEOPLE[0])
        home.recommend("nobody")
        yield home


def policy(home, **overrides):
    return home.loop.run_until_complete(home.service.policies.add(overrides, None, "key-1", "test")).policy_id


def test_a_policy_that_only_draws_otherwise_is_estimated(served):
    told = served.service.off_policy.estimate(policy(served, sources={"explore_prior": 10.0}), 28)
    assert (told["answers"], told["people"]) == (129, 129)
    assert 100 < told["effective_answers"] <= 129
    assert told["weights"]["value"] == pytest.approx(1.0, abs=0.1)
    assert told["left_out"] == {"drawn_at_one_moment": 2, "not_personalized": 1}
    engaged = next(each for each in told["rewards"] if each["reward"] == "engaged")
    assert engaged["served"]["value"] == pytest.approx(43 / 129, abs=1e-6)
    for name in ("ips", "snips", "doubly_robust"):
        assert engaged[name]["interval"][0] < 43 / 129 < engaged[name]["interval"][1]
    (draws,) = told["draws_served"].values()
    assert (draws["sources.explore_prior"], told["draws"]["sources.explore_prior"]) == (8.0, 10.0)


def test_a_policy_that_differs_elsewhere_is_refused_with_the_reason(served):
    other = policy(served, weights={"recency": 0.3}, sources={"explore_prior": 10.0})
    with pytest.raises(EstimateRefusedError, match=r"weights\.recency"):
        served.service.off_policy.estimate(other, 28)
    wider = policy(served, sources={"explore_topics": 3})
    with pytest.raises(EstimateRefusedError, match=r"sources\.explore_topics"):
        served.service.off_policy.estimate(wider, 28)
    with pytest.raises(PolicyNotFoundError):
        served.service.off_policy.estimate("000000000000", 28)


def test_estimates_over_http(served, asked):
    path = f"/insights/policies/{policy(served, sources={'explore_ignored': 0.3})}/estimate"
    told = Estimate.model_validate(asked(served, "GET", path, params={"days": 7}).json())
    assert told.answers == 129
    refused = asked(served, "GET", f"/insights/policies/{policy(served, hide_own=False)}/estimate")
    assert (refused.status_code, refused.json()["type"].rsplit("/")[-1]) == (409, "estimate-refused")
    assert asked(served, "GET", path, params={"days": 0}).status_code == 422


def test_where_nothing_was_drawn_there_is_nothing_to_tell(tmp_path, open_household, an_item):
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(40)])
        home.recommend("ann")
        with pytest.raises(EstimateRefusedError, match="nothing in the log is random"):
            home.service.off_policy.estimate(home.service.snapshot_swap.current.environment.policy, 28)
