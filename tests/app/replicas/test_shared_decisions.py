"""What is decided for everybody through one service holds for every other on the same database."""

from app.insights.experiments.experiment import Plan
from app.policy.personalization_switch import Target
from app.replicas.secret import secret_of_all
from app.replicas.shared_lines import SharedLines
from app.storage.opening import open_stores
from app.storage.settings import StorageSettings


def proved(home):
    home.loop.run_until_complete(home.service.freshness.prove(("ann",)))
    return home


def switch(home, *, enabled):
    setting = home.service.administrators_switch.set(Target(), "k1", "An incident.", enabled=enabled)
    return home.loop.run_until_complete(setting)


def test_what_an_administrator_switches_off_through_one_is_off_for_the_other(pair, an_event):
    one, other = pair
    proved(one).ingest(an_event(1, "ann", "i001"))
    assert proved(other).recommend("ann").personalized
    switch(one, enabled=False)
    assert not proved(other).recommend("ann").personalized
    told = switch(other, enabled=True)
    assert [each["enabled"] for each in told["record"]] == [False, True]
    assert proved(one).recommend("ann").personalized
    assert one.service.administrators_switch.payload() == told


def test_ids_are_digested_under_one_secret_whatever_folder_a_process_has(tmp_path, postgres):
    settings = StorageSettings(url=postgres.new_schema())
    stores = open_stores(tmp_path, settings)
    try:
        first = secret_of_all(tmp_path / "one", stores.shared)
        assert secret_of_all(tmp_path / "two", stores.shared) == first
        assert secret_of_all(tmp_path / "two", None) != first
    finally:
        stores.close()


def test_lines_that_are_added_by_turns_are_all_there(tmp_path, postgres):
    stores = open_stores(tmp_path, StorageSettings(url=postgres.new_schema()))
    try:
        one = SharedLines(stores.shared, "lines", [{"n": 0}])
        other = SharedLines(stores.shared, "lines", [{"n": 100}])
        for number in range(1, 5):
            (one if number % 2 else other).add({"n": number})
        assert one.read() == other.read() == [{"n": number} for number in range(5)]
    finally:
        stores.close()


def test_a_policy_that_is_put_in_force_through_one_holds_for_the_other_from_its_next_answer_on(pair):
    one, other = pair
    policies = one.service.policies
    adding = policies.add({"floors": {"recency_share": 0.3}}, None, "k1", "more that is new")
    policy = one.loop.run_until_complete(adding)
    before = other.service.snapshot_swap.current.environment.policy
    one.loop.run_until_complete(policies.activate(policy.policy_id, "k1", "a trial"))
    assert other.service.snapshot_swap.current.environment.policy == before != policy.policy_id
    other.loop.run_until_complete(other.service.freshness.prove(("ann",)))
    assert other.service.snapshot_swap.current.environment.policy == policy.policy_id
    assert other.service.snapshot_swap.current.environment.settings.floors.recency_share == 0.3


def test_a_declared_experiment_deals_people_alike_in_every_process(tmp_path, postgres, open_household, an_item):
    """Also where each has a data folder of its own."""
    plan = Plan.model_validate({"variants": [{"name": "a"}, {"name": "b", "personalized": False}]})
    settings = {"storage": {"url": postgres.new_schema()}, "experiments": {"colour": plan}}
    assigned = []
    for name in ("one", "other"):
        with open_household(tmp_path / name, **settings) as home:
            home.publish([an_item(number) for number in range(10)])
            home.service.experiments.declare(home.settings.experiments)
            assigned.append([home.service.experiments.assigned(f"u{n}").variant for n in range(40)])
    assert assigned[0] == assigned[1]
    assert len(set(assigned[0])) == 2
