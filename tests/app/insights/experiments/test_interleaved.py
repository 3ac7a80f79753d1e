"""Interleaving in a real service: what is served, what is logged of it, and what comes of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.api.schemas.experiments import Comparison
from app.errors import ExperimentRefusedError
from app.insights.experiments.experiment import Plan


def made(lab: Any, **overrides: Any) -> str:
    return str(lab.loop.run_until_complete(lab.service.policies.add(overrides, None, "key-1", "other")).policy_id)


def drafted(policy: str | None) -> Plan:
    return Plan.model_validate(
        {"kind": "interleaved", "variants": [{"name": "control"}, {"name": "fresher", "policy": policy}]}
    )


def slots(lab: Any) -> list[tuple[Any, ...]]:
    with lab.service.insights.reading() as connection:
        columns = "user_id, recommendation_id, position, item_id, team, policy, variant, source, propensity"
        return connection.execute(f"SELECT {columns} FROM served ORDER BY 1, 2, 3").fetchall()  # noqa: S608 - our own


def test_every_answer_is_drafted_from_both_and_keeps_what_both_promise(lab: Any, people: list[str]) -> None:
    alone = {user: lab.recommend(user) for user in people}
    policy = made(lab, weights={"recency": 2.0, "similarity": 0.1, "interest": 0.1})
    control = lab.service.snapshot_swap.current.environment.policy
    lab.service.experiments.add("draft", drafted(policy), "key-1")
    for user in people:
        slate = lab.recommend(user)
        receipt = {each.floor: each for each in slate.receipt}
        before = {each.floor: each for each in alone[user].receipt}
        assert slate.policy == f"{control}+{policy}"
        assert [item.rank for item in slate.items] == list(range(1, 11))
        assert receipt.keys() == before.keys()
        assert receipt["exploration"].achieved == sum(item.exploration for item in slate.items)
        for floor in ("exploration", "recency", "length"):
            assert receipt[floor].achieved >= min(receipt[floor].required, before[floor].achieved)
        for cap in ("topic_cap", "provider_cap"):
            assert receipt[cap].achieved <= max(receipt[cap].required, before[cap].achieved)
        assert all(item.label for item in slate.items)
    found = [row for row in slots(lab) if row[6] == "interleaved"]
    assert len(found) == 10 * len(people)
    teams = [row[4] for row in found]
    assert 0.35 < sum(teams) / len(teams) < 0.65
    assert all(row[8] is None for row in found if row[7] == "explore")
    assert {row[4] for row in slots(lab) if row[6] is None} == {None}
    with lab.service.insights.reading() as connection:
        sql = "SELECT count(*) FROM answers WHERE variant = 'interleaved' AND drawn IS NOT NULL"
        assert connection.execute(sql).fetchall() == [(0,)], "two draws are no draw of one policy's"


def test_further_pages_are_drafted_too_and_repeat_nothing(lab: Any) -> None:
    lab.service.experiments.add("draft", drafted(made(lab, weights={"recency": 2.0})), "key-1")
    first = lab.recommend("person-00", limit=5)
    assert lab.recommend("person-00", limit=5) is first, "asked again at the same moment"
    second = lab.recommend("person-00", limit=5, cursor=first.next_cursor)
    assert len({item.item_id for slate in (first, second) for item in slate.items}) == 10
    assert {row[1] for row in slots(lab) if row[4] is not None} == {first.recommendation_id, second.recommendation_id}


def test_what_people_take_up_is_credited_to_the_policy_that_brought_it(lab: Any, people: list[str], asked: Any) -> None:
    lab.service.experiments.add("draft", drafted(made(lab, weights={"recency": 2.0})), "key-1")
    slates = {user: lab.recommend(user) for user in people}
    teams = {(row[0], row[3]): row[4] for row in slots(lab)}
    events = []
    for user, slate in slates.items():
        taken = next(item.item_id for item in slate.items if teams[user, item.item_id] == 1)
        events.append({
            "event_id": f"take-{user}", "user_id": user, "item_id": taken, "type": "click", "position": 0,
            "occurred_at": "2026-03-01T12:00:00Z", "recommendation_id": slate.recommendation_id,
        })  # fmt: skip
    assert asked(lab, "POST", "/events", json=events).status_code == 200
    told = Comparison.model_validate(asked(lab, "GET", "/insights/experiments/draft").json())
    assert told.people == {"interleaved": len(people)}
    assert told.sample_ratio is None
    assert told.items is not None
    assert sum(told.items.values()) == 10 * len(people)
    assert told.preferences is not None
    for each in told.preferences:
        assert (each.second, each.people, each.share) == ("fresher", len(people), 1.0)
        assert (each.verdict, each.people_missing) == ("too few people", max(76, each.people_missing or 0))


def test_policies_that_promise_different_floors_are_refused(lab: Any, caplog: Any) -> None:
    with pytest.raises(ExperimentRefusedError, match=r"floors\.exploration_share"):
        lab.service.experiments.add("draft", drafted(made(lab, floors={"exploration_share": 0.5})), "key-1")
    assert lab.service.experiments.listed() == []
    lab.service.experiments.add("draft", drafted(made(lab, weights={"recency": 2.0})), "key-1")
    stricter = made(lab, floors={"exploration_share": 0.5})
    lab.loop.run_until_complete(lab.service.policies.activate(stricter, "key-1", "stricter"))
    for _ in range(2):
        assert lab.recommend("person-00").policy == stricter, "what is in force has changed its promises"
    assert caplog.text.count("they promise different floors") == 1


@pytest.mark.parametrize(
    "variants",
    [
        [{"name": "a"}, {"name": "b", "personalized": False}],
        [{"name": "a", "share": 0.4}, {"name": "b", "share": 0.6}],
        [{"name": "a", "share": 0.4}, {"name": "b", "share": 0.3}, {"name": "c", "share": 0.3}],
    ],
)
def test_what_cannot_be_interleaved_is_refused(variants: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"kind": "interleaved", "variants": variants})
