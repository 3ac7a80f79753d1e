"""Weights, floors and snapshot as one: made, put in force, gone back from, and what outlasts a restart."""

import json

import pytest

from app.errors import InvalidPayloadError, PolicyNotFoundError, PolicyRefusedError, SnapshotNotFoundError
from app.pipeline.request import Assigned
from app.serving.policies.folder import Activation, PolicyFolder
from app.serving.policies.policy import Policy, differences, merged

EXPLORING = {"floors": {"exploration_share": 0.5}}
NO_RECENCY = {"weights": {"recency": 0.0}}


class Office:
    """An operator at a household."""

    def __init__(self, home):
        self.home, self.policies = home, home.service.policies

    def add(self, overrides, snapshot=None):
        run = self.home.loop.run_until_complete
        return run(self.policies.add(overrides, snapshot, "key", "to see")).policy_id

    def activate(self, policy_id):
        return self.home.loop.run_until_complete(self.policies.activate(policy_id, "key", "a try")).payload()

    def activate_snapshot(self, snapshot):
        return self.home.loop.run_until_complete(self.policies.activate_snapshot(snapshot, "key", "a try")).payload()

    def told(self, policy_id):
        return next(each for each in self.policies.listed()["policies"] if each["policy_id"] == policy_id)


@pytest.fixture
def office(home):
    return Office(home)


def exploring(slate):
    return next(each.required for each in slate.receipt if each.floor == "exploration")


class TestValue:
    def test_equal_policies_have_one_id_whatever_the_order_of_names(self):
        about = {"made_at": "2026-01-01T00:00:00Z", "made_by": "", "why": ""}
        one, other = Policy.of({"a": 1, "b": 2}, "s", **about), Policy.of({"b": 2, "a": 1}, "s", **about)
        assert one.policy_id == other.policy_id
        assert one.policy_id != Policy.of({"a": 1, "b": 2}, "t", **about).policy_id

    def test_overrides_replace_what_they_name_and_nothing_else(self):
        assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": 3}, "d": []}) == {"a": {"b": 3, "c": 2}, "d": []}

    def test_a_difference_is_told_by_its_dotted_name(self):
        before, after = {"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}, "e": None}
        told = {"a.c": {"before": 2, "after": 3}, "e": {"before": None, "after": None}}
        assert differences(before, after) == told


class TestMaking:
    def test_it_is_checked_by_the_model_of_the_settings(self, office):
        with pytest.raises(InvalidPayloadError) as refused:
            office.add({"floors": {"exploration_share": 2}, "weights": {"novelty": 1}})
        fields = {each.field for each in refused.value.members["errors"]}
        assert fields == {"overrides.floors.exploration_share", "overrides.weights.novelty"}

    @pytest.mark.parametrize("foreign", [{"labels": {"folder": "/etc"}}, {"copies_are_one": False}])
    def test_what_the_configuration_decides_is_no_part_of_it(self, office, foreign):
        with pytest.raises(InvalidPayloadError, match="no part of a policy"):
            office.add(foreign)

    def test_it_is_not_in_force_by_that(self, home, office):
        before = home.recommend("ada")
        made = office.add(EXPLORING)
        assert home.recommend("ada").policy == before.policy != made
        told = office.told(made)
        assert (told["in_force"], told["kept"], told["why"], told["parent"]) == (False, True, "to see", before.policy)
        assert told["changes"] == {"floors.exploration_share": {"before": 0.2, "after": 0.5}}

    def test_there_is_none_on_a_snapshot_that_there_is_not(self, office):
        with pytest.raises(SnapshotNotFoundError):
            office.add(EXPLORING, "20200101T000000Z-00000000")


class TestForce:
    @pytest.fixture(autouse=True)
    def known(self, home, an_event):
        home.ingest(*(an_event(number, "ada", f"i{6 * number:03}") for number in range(6)))

    def test_it_holds_from_the_next_answer_on_and_back_again(self, home, office):
        first = home.recommend("ada")
        made = office.add(EXPLORING)
        change = office.activate(made)
        assert (change["policy_before"], change["policy"]) == (first.policy, made)
        assert change["changes"] == {"floors.exploration_share": {"before": 0.2, "after": 0.5}}
        second = home.recommend("ada")
        assert second.policy == made
        assert exploring(second) > exploring(first)
        assert office.activate(first.policy)["changed"]
        assert [item.item_id for item in home.recommend("ada").items] == [item.item_id for item in first.items]

    def test_a_page_is_continued_under_what_is_in_force(self, home, office):
        first = home.recommend("ada", limit=5)
        made = office.add(NO_RECENCY)
        office.activate(made)
        second = home.recommend("ada", limit=5, cursor=first.next_cursor)
        assert second.policy == made
        assert not {item.item_id for item in first.items} & {item.item_id for item in second.items}

    def test_transparency_shows_what_is_in_force(self, home, office):
        before = home.service.transparency()
        made = office.add(NO_RECENCY)
        office.activate(made)
        told = home.service.transparency()
        assert (told["policy"], told["ranking_weights"]["recency"]) == (made, 0.0)
        assert told["settings"]["query"]["weights"]["recency"] == 0.0
        assert told["configuration_hash"] != before["configuration_hash"]

    def test_an_unknown_one_is_refused(self, office):
        with pytest.raises(PolicyNotFoundError):
            office.activate("0123456789ab")

    def test_two_are_served_side_by_side_on_one_snapshot(self, home, office):
        made = office.add(EXPLORING)
        home.service.assign(lambda user: Assigned("test", "other", made) if user == "ada" else None)
        ada, bob = home.recommend("ada"), home.recommend("bob")
        assert (ada.policy, bob.policy) == (made, office.policies.in_force().policy_id)
        assert exploring(ada) == 5
        assert home.similar(item_id="i000", user_id="ada")["policy"] == made


class TestSnapshots:
    @pytest.fixture
    def ids(self, home, an_item):
        first = home.snapshots.current_id()
        return first, home.publish([an_item(number) for number in range(60)])

    def test_a_new_snapshot_makes_a_policy_with_the_same_weights(self, home, office, an_item):
        office.activate(office.add(EXPLORING))
        before = office.policies.in_force()
        snapshot = home.publish([an_item(number) for number in range(60)])
        after = office.policies.in_force()
        assert (after.snapshot, after.values, after.parent) == (snapshot, before.values, before.policy_id)
        assert home.recommend("ada").policy == after.policy_id

    def test_going_back_to_one(self, home, office, ids):
        first, second = ids
        change = office.activate_snapshot(first)
        assert (change["snapshot_before"], change["snapshot"], change["changes"]) == (second, first, {})
        assert home.recommend("ada").snapshot == first
        assert home.snapshots.current_id() == first
        told = {each["snapshot"]: each for each in office.policies.snapshots()["snapshots"]}
        assert [told[each]["in_service"] for each in ids] == [True, False]
        assert len(told[first]["activated_at"]) == 2

    def test_a_policy_takes_its_snapshot_along(self, home, office, ids):
        first, second = ids
        made = office.add(EXPLORING, first)
        assert home.recommend("ada").snapshot == second
        assert office.activate(made)["snapshot"] == first
        slate = home.recommend("ada")
        assert (slate.snapshot, slate.policy) == (first, made)

    def test_what_is_served_beside_moves_to_the_new_snapshot(self, home, office, an_item):
        made = office.add(EXPLORING)
        home.service.assign(lambda _: Assigned("test", "other", made))
        assert home.recommend("ada").policy == made
        snapshot = home.publish([an_item(number) for number in range(60)])
        moved = office.policies.folder.get(home.recommend("ada").policy)
        assert (moved.snapshot, moved.parent) == (snapshot, made)
        assert moved.values["floors"]["exploration_share"] == 0.5

    def test_a_damaged_one_is_refused_and_the_other_serves_on(self, home, office, ids):
        first, second = ids
        (home.settings.snapshot_folder / first / "vectors.content.npy").write_bytes(b"")
        with pytest.raises(PolicyRefusedError, match="stays in force"):
            office.activate_snapshot(first)
        assert home.recommend("ada").snapshot == second
        assert home.snapshots.current_id() == second

    def test_what_a_policy_needs_is_not_pruned(self, home, office, ids, an_item):
        first, second = ids
        made = office.add(EXPLORING, first)
        third, fourth = (home.publish([an_item(number) for number in range(count)]) for count in (50, 40))
        assert set(office.policies.folder.needs()) == {first, third, fourth}
        assert home.snapshots.prune(1, office.policies.folder.needs()) == [second]
        home.loop.run_until_complete(office.policies.release(made))
        assert set(office.policies.folder.needs()) == {third, fourth}
        assert home.snapshots.prune(1, office.policies.folder.needs()) == [first]
        assert not office.told(made)["available"]
        with pytest.raises(PolicyRefusedError):
            office.activate(made)

    def test_what_is_in_force_is_not_let_go(self, home, office):
        made = office.add(EXPLORING)
        office.activate(made)
        with pytest.raises(PolicyRefusedError):
            home.loop.run_until_complete(office.policies.release(made))

    def test_who_went_back_is_not_overtaken_by_a_build(self, home, office, ids, an_item):
        office.activate_snapshot(ids[0])
        assert not home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        home.put(*(an_item(number) for number in range(200, 320)))
        assert not home.service._own_build.due()  # noqa: SLF001 - it would be due within its poll


class TestRestart:
    def again(self, home, open_household, **settings):
        home.close()
        return open_household(home.settings.data_dir, **settings)

    def started(self, home):
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        return home.recommend("ada").policy

    def test_what_was_chosen_outlasts_it(self, home, office, open_household):
        made = office.add(EXPLORING)
        office.activate(made)
        with self.again(home, open_household) as later:
            assert self.started(later) == made
            assert later.service.transparency()["floors"]["exploration_share"] == 0.5

    def test_a_change_of_the_configuration_replaces_it(self, home, office, open_household, caplog):
        office.activate(office.add(EXPLORING))
        with self.again(home, open_household, query=NO_RECENCY) as later:
            self.started(later)
            told = later.service.transparency()
            assert (told["floors"]["exploration_share"], told["ranking_weights"]["recency"]) == (0.2, 0.0)
        assert "the configuration has changed" in caplog.text

    def test_what_is_as_configured_follows_the_configuration(self, home, open_household):
        before = home.recommend("ada").policy
        with self.again(home, open_household, query=EXPLORING) as later:
            assert self.started(later) != before
        with open_household(home.settings.data_dir) as later:
            assert self.started(later) == before

    def test_a_line_that_a_crash_cut_short_does_not_count(self, home, office, open_household):
        made = office.add(EXPLORING)
        office.activate(made)
        log = home.settings.data_dir / "policies" / "activations.ndjson"
        log.write_bytes(log.read_bytes() + b'{"at": "2026-')
        with self.again(home, open_household) as later:
            assert self.started(later) == made
            Office(later).activate(Office(later).add(NO_RECENCY))
        assert len(PolicyFolder(home.settings.data_dir).activations()) == 3

    def test_settings_that_this_version_does_not_know_give_way_to_the_configuration(
        self, home, office, open_household, caplog
    ):
        made = office.add(EXPLORING)
        office.activate(made)
        path = home.settings.data_dir / "policies" / f"{made}.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"values": {"of_another_time": 1}}))
        with self.again(home, open_household) as later:
            assert self.started(later) != made
            with pytest.raises(PolicyRefusedError, match="of_another_time"):
                Office(later).activate(made)
        assert "not of this version" in caplog.text

    def test_without_its_file_the_configuration_holds(self, home, office, open_household, caplog):
        made = office.add(EXPLORING)
        office.activate(made)
        (home.settings.data_dir / "policies" / f"{made}.json").write_text("{")
        with self.again(home, open_household) as later:
            assert self.started(later) != made
            assert made not in {each["policy_id"] for each in later.service.policies.listed()["policies"]}
        assert f"{made} was in force and cannot be read" in caplog.text


def test_only_their_owner_reads_the_log(tmp_path):
    folder = PolicyFolder(tmp_path)
    activation = {"at": "2026-01-01T00:00:00Z", "policy_id": "p", "by": "", "why": "", "chosen": True}
    folder.record(Activation(**activation, configured=""))
    assert (tmp_path / "policies" / "activations.ndjson").stat().st_mode & 0o777 == 0o600
