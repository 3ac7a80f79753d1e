from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from app.insights.experiments.comparison import Looked, Wanted, compared, planned
from app.insights.experiments.experiment import Experiment, Variant
from app.insights.experiments.exposure import Exposed
from app.insights.experiments.measures import COMPARED

BEGAN, NOW = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC)


def experiment(*shares: float) -> Experiment:
    variants = tuple(Variant(name=f"v{place}", share=share) for place, share in enumerate(shares))
    return Experiment(name="test", variants=variants, salt="s", made_at=BEGAN, made_by="x", started_at=BEGAN)


def look(rates: list[float], people: int = 3000, shares: tuple[float, ...] = (0.5, 0.5), seed: int = 1) -> Looked:
    """Everybody sees ten items and engages with a share of them, by variant."""
    random = np.random.default_rng(seed)
    variants = random.choice(len(shares), people, p=shares)
    seen = np.full(people, 10.0)
    engaged = random.binomial(10, np.array(rates)[variants]).astype(float)
    nothing = (np.zeros(people), np.zeros(people))
    sums = {each.name: nothing for each in COMPARED} | {"engagement_rate": (engaged, seen)}
    exposed = Exposed(
        [f"u{n:05d}" for n in range(people)], variants, np.full(people, 14.0), {"ids_were_merged": 3}, BEGAN, NOW
    )
    return Looked(experiment(*shares), exposed, sums)


def primary(told: dict[str, Any]) -> list[dict[str, Any]]:
    (found,) = [each for each in told["measures"] if each["primary"]]
    assert found["measure"] == "engagement_rate"
    variants: list[dict[str, Any]] = found["variants"]
    return variants


def test_a_lift_that_is_there_is_told_with_an_interval_around_it() -> None:
    told = compared(look([0.20, 0.25]))
    control, treated = primary(told)
    assert "lift" not in control
    assert treated["says"] == "higher"
    assert treated["lift_interval"][0] < 0.25 < treated["lift_interval"][1]
    assert treated["difference_interval"][0] < 0.05 < treated["difference_interval"][1]
    assert treated["lift"] == pytest.approx(treated["value"] / control["value"] - 1, abs=1e-5)
    assert treated["p"] < 0.05
    assert told["people"] == {"v0": int((look([0.2, 0.25]).exposed.variants == 0).sum()), "v1": told["people"]["v1"]}
    assert (told["crossed"], told["crossed_by"]) == (3, {"ids_were_merged": 3})


def test_what_does_not_differ_is_not_told_apart() -> None:
    told = compared(look([0.2, 0.2]))
    assert primary(told)[1]["says"] == "not told apart"
    assert not told["sample_ratio"]["mismatch"]


def test_a_mismatch_of_the_sample_ratio_is_told() -> None:
    seen = look([0.2, 0.2], shares=(0.6, 0.4))
    declared = Looked(experiment(0.5, 0.5), seen.exposed, seen.sums)
    assert compared(declared)["sample_ratio"]["mismatch"]


def test_few_people_or_few_who_differ_are_told_to_be_too_few() -> None:
    few, alike = (
        primary(compared(each))[1] for each in (look([0.2, 0.9], people=150), look([0.0001] * 2, people=1000))
    )
    assert few["says"] == alike["says"] == "too few people"
    assert few["people_missing"] == 100 - few["people"]
    assert alike["people_missing"] >= alike["people"], "at the rate so far, which is hardly any"
    nobody = primary(compared(look([0.2, 0.2], people=0)))[1]
    assert (nobody["people_missing"], nobody["control_people_missing"]) == (100, 100)


def test_nobody_is_no_error() -> None:
    told = compared(look([0.2, 0.2], people=0))
    assert primary(told)[1]["value"] is None
    assert told["people"] == {"v0": 0, "v1": 0}


def test_several_variants_share_the_chance_of_an_error() -> None:
    two, three = (
        compared(look([0.2, 0.25])),
        compared(look([0.2, 0.25, 0.2], people=4500, shares=(1 / 3, 1 / 3, 1 / 3))),
    )
    widths = [np.subtract(*primary(each)[1]["difference_interval"][::-1]) for each in (two, three)]
    assert widths[1] > widths[0]


def test_equal_variants_are_told_apart_in_few_experiments_though_looked_at_every_day() -> None:
    """60 people come a day and stay; two weeks of looks, 150 experiments with a rare measure and uneven shares."""
    random, false = np.random.default_rng(7), 0
    for _ in range(150):
        come = np.repeat(np.arange(14.0), 60)
        variants = random.choice(2, len(come), p=[0.8, 0.2])
        taste, told_apart = random.beta(0.5, 20, len(come)), False
        for day in range(1, 15):
            days = np.maximum(day - come, 0.0)
            here = days > 0
            seen = 5.0 * days[here]
            engaged = random.binomial(seen.astype(int), taste[here]).astype(float)
            exposed = Exposed([""] * int(here.sum()), variants[here], days[here], {}, BEGAN, NOW)
            nothing = (np.zeros(len(seen)), np.zeros(len(seen)))
            sums = {each.name: nothing for each in COMPARED} | {"engagement_rate": (engaged, seen)}
            told = primary(compared(Looked(experiment(0.8, 0.2), exposed, sums)))[1]
            told_apart |= told["says"] in {"higher", "lower"}
        false += told_apart
    assert false / 150 <= 0.05


def test_a_plan_says_how_many_people_a_lift_needs() -> None:
    seen = look([0.2, 0.2], shares=(0.9, 0.1))
    told = {each["measure"]: each for each in planned(experiment(0.9, 0.1), seen.sums)}
    needed = told["engagement_rate"]["people_needed"]
    assert told["engagement_rate"]["baseline"] == pytest.approx(0.2, abs=0.01)
    assert needed["0.01"] > needed["0.1"] > needed["0.2"] > 100
    assert told["click_through_rate"]["people_needed"] == {}
    alike = planned(experiment(0.5, 0.5), seen.sums | {"diversity": (np.ones(3000), np.ones(3000))})
    assert next(each for each in alike if each["measure"] == "diversity")["people_needed"] == {}, "nothing varies"
    strict = Wanted(lifts=(0.1,), power=0.95, alpha=0.01)
    (harder,) = [
        each for each in planned(experiment(0.9, 0.1), seen.sums, strict) if each["measure"] == "engagement_rate"
    ]
    assert harder["people_needed"].keys() == {"0.1"}
    assert harder["people_needed"]["0.1"] > 1.3 * needed["0.1"]
    even = {each["measure"]: each for each in planned(experiment(0.5, 0.5), seen.sums)}
    assert even["engagement_rate"]["people_needed"]["0.1"] < needed["0.1"]
