"""Experiments in a real service: who gets what, what is logged of it, and what comes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from app.api.schemas.experiments import Comparison, ExperimentList, ExperimentPlan, ExperimentTold
from app.api.schemas.service import Transparency
from app.errors import ExperimentNotFoundError, ExperimentRefusedError, PolicyNotFoundError
from app.insights.experiments.experiment import Plan
from app.settings import Settings
from tests.app.insights.experiments.conftest import PEOPLE

HALVES = {"variants": [{"name": "control"}, {"name": "holdout", "personalized": False}]}


def plan(**fields: Any) -> Plan:
    return Plan.model_validate(HALVES | fields)


def logged(home: Any) -> dict[str, tuple[str, str]]:
    """Person -> experiment and variant of their answers."""
    with home.service.insights.reading() as connection:
        rows = connection.execute("SELECT DISTINCT user_id, experiment, variant FROM answers").fetchall()
    assert len(rows) == len({row[0] for row in rows})
    return {user: (experiment, variant) for user, experiment, variant in rows}


def test_people_keep_their_variant_and_the_holdout_is_not_personalized(lab: Any) -> None:
    lab.service.experiments.add("first", plan(), "key-1")
    slates = {user: lab.recommend(user) for user in PEOPLE}
    variants = logged(lab)
    assert {experiment for experiment, _ in variants.values()} == {"first"}
    for user, slate in slates.items():
        assert slate.personalized == (variants[user][1] == "control")
        seen = {item.item_id for item in slate.items} & {f"i{PEOPLE.index(user) % 6 + 6 * at:03d}" for at in range(5)}
        assert not seen, "a holdout's answers leave out what was seen all the same"
    assert 4 <= sum(variant == "control" for _, variant in variants.values()) <= 20
    assert all(lab.service.experiments.assigned(user).variant == variants[user][1] for user in PEOPLE)


def test_a_variant_answers_by_its_policy(lab: Any) -> None:
    overrides = {"floors": {"exploration_share": 0.9}}
    made = lab.loop.run_until_complete(lab.service.policies.add(overrides, None, "key-1", "bolder"))
    variants = [{"name": "control"}, {"name": "bolder", "policy": made.policy_id}]
    lab.service.experiments.add("bold", plan(variants=variants), "key-1")
    explored = {"control": [], "bolder": []}
    for user in PEOPLE:
        slate = lab.recommend(user)
        explored[lab.service.experiments.assigned(user).variant].append(sum(item.exploration for item in slate.items))
        assert (slate.policy == made.policy_id) == (lab.service.experiments.assigned(user).variant == "bolder")
    assert min(explored["bolder"]) > max(explored["control"])


def test_who_takes_no_part_gets_what_is_in_force(lab: Any) -> None:
    lab.service.experiments.add("small", plan(people=0.3), "key-1")
    lab.switch("person-00", enabled=False)
    for user in PEOPLE:
        lab.recommend(user)
    taking_part = {user: told for user, told in logged(lab).items() if told[0]}
    assert 1 <= len(taking_part) <= 16
    assert "person-00" not in taking_part


def test_an_experiment_that_was_begun_earlier_goes_first(lab: Any) -> None:
    experiments = lab.service.experiments
    experiments.add("first", plan(people=0.5), "key-1")
    experiments.add("second", plan(), "key-1")
    found = {experiments.assigned(user).experiment for user in PEOPLE}
    assert found == {"first", "second"}
    before = {user: experiments.assigned(user) for user in PEOPLE}
    experiments.stop("second")
    kept = [user for user in PEOPLE if before[user].experiment == "first"]
    assert all(experiments.assigned(user) == before[user] for user in kept)
    assert all(experiments.assigned(user) is None for user in set(PEOPLE) - set(kept))


def test_experiments_outlast_a_restart_and_are_never_changed(lab: Any) -> None:
    experiments = lab.service.experiments
    experiments.add("first", plan(), "key-1", start=False)
    assert experiments.assigned("person-01") is None
    experiments.start("first")
    again = type(experiments)(experiments.folder, lab.service.snapshot_swap.succession.folder, lab.service._clock)  # noqa: SLF001
    assert [again.assigned(user) for user in PEOPLE] == [experiments.assigned(user) for user in PEOPLE]
    for refused in (
        lambda: experiments.add("first", plan(), "key-1"),
        lambda: experiments.start("first"),
        lambda: experiments.declare({"first": plan(people=0.5)}),
    ):
        with pytest.raises(ExperimentRefusedError):
            refused()
    experiments.stop("first")
    with pytest.raises(ExperimentRefusedError):
        experiments.stop("first")
    with pytest.raises(ExperimentNotFoundError):
        experiments.stop("nothing")
    assert "salt" not in experiments.listed()[0]


def test_the_configuration_begins_and_ends_its_experiments(lab: Any) -> None:
    experiments = lab.service.experiments
    experiments.declare({"declared": plan()})
    experiments.declare({"declared": plan()})
    assert [each["made_by"] for each in experiments.listed()] == ["configuration"]
    experiments.declare({})
    assert not experiments.listed()[0]["running"]
    settings = Settings.model_validate({"experiments": {"declared": HALVES}})
    assert settings.experiments["declared"] == plan()


@pytest.mark.parametrize(
    "variants",
    [
        [{"name": "alone", "share": 0.5}],
        [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.4}],
        [{"name": "a"}, {"name": "a"}],
        [{"name": "A b"}, {"name": "c"}],
    ],
)
def test_impossible_plans_are_refused(variants: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"variants": variants})


def test_a_policy_that_is_not_there_is_refused(lab: Any) -> None:
    with pytest.raises(PolicyNotFoundError):
        lab.service.experiments.add(
            "bad", plan(variants=[{"name": "a"}, {"name": "b", "policy": "000000000000"}]), "key-1"
        )
    assert lab.service.experiments.listed() == []


def test_a_policy_that_is_gone_fails_nobody_and_counts_as_no_exposure(lab: Any, caplog: Any) -> None:
    made = lab.loop.run_until_complete(lab.service.policies.add({"floors": {"recency_share": 0.2}}, None, "k", "newer"))
    variants = [{"name": "control"}, {"name": "newer", "policy": made.policy_id}]
    lab.service.experiments.add("gone", plan(variants=variants), "key-1")
    (lab.settings.data_dir / "policies" / f"{made.policy_id}.json").unlink()
    for user in PEOPLE:
        assert lab.recommend(user).policy != made.policy_id
    assert {variant for _, variant in logged(lab).values()} == {"control", None}
    assert caplog.text.count("cannot be used") == 1


def test_who_was_given_both_variants_is_set_aside_and_who_is_erased_is_forgotten(lab: Any) -> None:
    experiments, comparisons = lab.service.experiments, lab.service.comparisons
    experiments.add("first", plan(), "key-1")
    for user in PEOPLE:
        lab.recommend(user)
    by_variant = {experiments.assigned(user).variant: user for user in PEOPLE}
    assert comparisons.compare("first")["crossed"] == 0
    lab.merge(by_variant["control"], by_variant["holdout"])
    told = comparisons.compare("first")
    assert (told["crossed"], told["crossed_by"]) == (1, {"ids_were_merged": 1})
    assert experiments.assigned(by_variant["holdout"]).variant == "control", "the person's variant holds from now on"
    assert sum(told["people"].values()) == len(PEOPLE) - 2
    lab.erase(by_variant["control"])
    told = comparisons.compare("first")
    assert told["crossed"] == 0
    assert sum(told["people"].values()) == len(PEOPLE) - 2


def test_a_comparison_and_a_plan_are_read_from_the_log(lab: Any) -> None:
    lab.service.experiments.add("first", plan(), "key-1")
    for user in PEOPLE:
        lab.recommend(user)
    told = lab.service.comparisons.compare("first")
    diversity = next(each for each in told["measures"] if each["measure"] == "diversity")
    assert all(variant["people"] > 0 and variant["value"] > 0 for variant in diversity["variants"])
    assert diversity["variants"][1]["says"] == "too few people"
    assert told["until"] == datetime(2026, 3, 1, 12, tzinfo=UTC).isoformat()
    planned = lab.service.comparisons.plan("first")
    assert {each["measure"] for each in planned["measures"]} == {each["measure"] for each in told["measures"]}


def figures(home: Any, name: str) -> dict[str, tuple[int, float | None]]:
    """Measure -> people and value, of all variants together."""
    told = home.service.comparisons.compare(name)
    found = {}
    for each in told["measures"]:
        people = sum(variant["people"] for variant in each["variants"])
        values = [variant["value"] for variant in each["variants"] if variant["value"] is not None]
        found[each["measure"]] = (people, max(values, default=None))
    return found


def test_what_was_before_the_start_counts_nowhere_though_the_clock_stands(lab: Any, an_event: Any) -> None:
    def took_up(number: int, user: str, slate: Any) -> None:
        about = {"recommendation_id": slate.recommendation_id, "position": 0}
        item = slate.items[0].item_id
        lab.ingest(
            *(
                an_event(number + at, user, item, kind, days_ago=0).model_copy(update=about)
                for at, kind in enumerate(("impression", "like"))
            )
        )

    for number, user in enumerate(PEOPLE):
        took_up(1_000 + 2 * number, user, lab.recommend(user))
    lab.reset("person-00")
    lab.service.experiments.add("first", plan(), "key-1")
    for user in PEOPLE:
        lab.recommend(user)
    before = figures(lab, "first")
    assert before["engagement_rate"] == (0, None)
    assert before["diversity"][0] == len(PEOPLE)
    assert before["engagements"] == (len(PEOPLE), 0.0)
    assert before["opt_out"] == (len(PEOPLE), 0.0)
    took_up(5_000, "person-01", lab.recommend("person-01"))
    lab.reset("person-02")
    after = figures(lab, "first")
    assert after["engagement_rate"] == (1, 1.0)
    assert after["engagements"][1] > 0
    assert after["opt_out"][1] > 0


@pytest.mark.parametrize(("hours", "counted"), [(0.01, 0), (0.1, 1)])
def test_what_is_done_after_the_window_of_attribution_does_not_count(
    tmp_path: Any, open_household: Any, an_item: Any, an_event: Any, hours: float, counted: int
) -> None:
    with open_household(tmp_path, insights={"attribution_hours": hours}) as home:
        home.publish([an_item(number) for number in range(30)])
        home.service.assign(home.service.experiments.assigned)
        home.service.experiments.add("first", plan(), "key-1")
        slate = home.recommend("ann")
        about = {"recommendation_id": slate.recommendation_id, "position": 0}
        item, kinds = slate.items[0].item_id, ("impression", "click")
        late = [an_event(at, "ann", item, kind, days_ago=-0.002) for at, kind in enumerate(kinds)]
        assert home.ingest(*(each.model_copy(update=about) for each in late)) == ["accepted"] * 2
        assert figures(home, "first")["engagement_rate"][0] == counted


async def started(service: Any) -> None:
    watching = await service.start()
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait([watching])


def test_a_service_that_starts_assigns_by_what_its_configuration_declares(
    tmp_path: Any, open_household: Any, an_item: Any
) -> None:
    with open_household(tmp_path, experiments={"declared": plan()}) as home:
        home.publish([an_item(number) for number in range(30)])
        home.loop.run_until_complete(started(home.service))
        for user in PEOPLE:
            home.recommend(user)
        assert {told[0] for told in logged(home).values()} == {"declared"}
        assert sum(home.service.comparisons.compare("declared")["people"].values()) == len(PEOPLE)
        (tried,) = Transparency.model_validate(home.service.transparency(), strict=False).experiments
        assert [variant.name for variant in tried.variants] == ["control", "holdout"]
        home.service.experiments.stop("declared")
        assert home.service.transparency()["experiments"] == []


def test_experiments_over_http(lab: Any, asked: Any) -> None:
    made = ExperimentTold.model_validate(
        asked(lab, "POST", "/admin/experiments", json=HALVES | {"name": "first"}).json()
    )
    assert made.running
    assert made.made_by == "keyless"
    again = asked(lab, "POST", "/admin/experiments", json=HALVES | {"name": "first"})
    assert (again.status_code, again.json()["type"].rsplit("/")[-1]) == (409, "experiment-refused")
    uneven = {"name": "uneven", "variants": [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.1}]}
    assert "sum to 1" in asked(lab, "POST", "/admin/experiments", json=uneven).text
    for user in PEOPLE:
        lab.recommend(user)
    told = Comparison.model_validate(asked(lab, "GET", "/insights/experiments/first").json())
    assert sum(told.people.values()) == len(PEOPLE)
    planned = ExperimentPlan.model_validate(asked(lab, "GET", "/insights/experiments/first/plan").json())
    assert planned.days == 28
    asked_for = {"lift": ["0.03", "0.3"], "power": "0.9", "alpha": "0.01"}
    narrow = asked(lab, "GET", "/insights/experiments/first/plan", params=asked_for).json()
    assert (narrow["power"], narrow["alpha"]) == (0.9, 0.01)
    for wrong in ({"power": "2"}, {"lift": "0"}, {"lift": "much"}, {"lifts": "0.1"}):
        assert asked(lab, "GET", "/insights/experiments/first/plan", params=wrong).status_code == 422
    assert asked(lab, "GET", "/insights/experiments/first", params={"power": "0.9"}).status_code == 422
    assert asked(lab, "GET", "/insights/experiments/nothing").status_code == 404
    waiting = asked(lab, "POST", "/admin/experiments", json=HALVES | {"name": "later", "start": False}).json()
    assert not waiting["running"]
    assert asked(lab, "POST", "/admin/experiments/later/start").json()["running"]
    assert not asked(lab, "POST", "/admin/experiments/first/stop").json()["running"]
    listed = ExperimentList.model_validate(asked(lab, "GET", "/admin/experiments").json())
    assert [each.name for each in listed.experiments] == ["later", "first"]
