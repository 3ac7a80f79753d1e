"""What every division of a data set has to keep, whatever the protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scripts.benchmarks.recall.dataset import Clock, Dataset
from scripts.benchmarks.recall.interactions import Interactions
from scripts.benchmarks.recall.protocols import PROTOCOLS, UserSplit
from scripts.benchmarks.recall.split import Protocol, ProtocolError, Split

Pairs = set[tuple[int, int]]


def pairs(entries: Interactions) -> Pairs:
    return set(zip(entries.users.tolist(), entries.items.tolist(), strict=True))


@pytest.fixture
def divisible(world: Dataset) -> Dataset:
    """The small world with dislikes, and with a published split, so that every protocol can divide it."""
    random = np.random.default_rng(3)
    events = world.events
    disliked = random.random(len(events)) < 0.1
    events = replace(events, values=np.where(disliked, 0.0, 1.0).astype(np.float32))
    return replace(world, events=events, published_test=random.random(len(events)) < 0.2)


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return PROTOCOLS[request.param]


@pytest.fixture(params=["test", "validation"])
def split(request: pytest.FixtureRequest, divisible: Dataset, protocol: Protocol) -> Split:
    test = protocol.split(divisible, 5)
    return test if request.param == "test" else protocol.validation(test)


def test_no_target_is_told_to_anybody(split: Split) -> None:
    targets = pairs(split.targets.entries)
    assert targets
    assert not targets & pairs(split.train)
    assert not targets & pairs(split.histories.entries)
    assert not targets & pairs(split.negatives)


def test_every_test_person_has_targets_and_a_history(split: Split) -> None:
    assert split.histories.users.tolist() == split.targets.users.tolist() == sorted(set(split.targets.users.tolist()))
    assert split.targets.lengths.min() > 0
    assert split.histories.lengths.min() > 0


def test_targets_are_positives_in_every_scope(split: Split, divisible: Dataset) -> None:
    assert np.all(split.targets.entries.values >= divisible.liked_from) or divisible.published_test is not None
    for scope in split.scopes:
        assert scope.allowed is None or scope.allowed[split.targets.entries.items].all()


def test_equal_seeds_divide_equally(divisible: Dataset, protocol: Protocol) -> None:
    there, again = protocol.split(divisible, 5), protocol.split(divisible, 5)
    assert pairs(there.train) == pairs(again.train)
    assert pairs(there.targets.entries) == pairs(again.targets.entries)
    assert pairs(protocol.validation(there).targets.entries) == pairs(protocol.validation(again).targets.entries)


def test_validation_knows_nothing_of_the_test(divisible: Dataset, protocol: Protocol) -> None:
    test = protocol.split(divisible, 5)
    validation = protocol.validation(test)
    known = pairs(test.train) | pairs(test.histories.entries)
    assert pairs(validation.train) <= pairs(test.train)
    assert pairs(validation.targets.entries) <= known
    assert not pairs(validation.targets.entries) & pairs(test.targets.entries)
    assert pairs(validation.histories.entries) <= known


@pytest.mark.parametrize("name", sorted(PROTOCOLS.keys() - {"user-split", "cold-items"}))
def test_what_models_learn_does_not_depend_on_which_items_the_targets_are(divisible: Dataset, name: str) -> None:
    """The others draw targets by lot, and by another lot where the positives are others."""
    protocol = PROTOCOLS[name]
    test = protocol.split(divisible, 5)
    hidden, unheard_of = pairs(test.targets.entries), len(divisible.entities.items)
    events = divisible.events
    is_target = [pair in hidden for pair in zip(events.users.tolist(), events.items.tolist(), strict=True)]
    replaced = replace(events, items=np.where(is_target, unheard_of, events.items).astype(np.int32))
    entities = replace(divisible.entities, items=(*divisible.entities.items, "unheard of"))
    changed = protocol.split(replace(divisible, events=replaced, entities=entities), 5)
    assert pairs(changed.train) == pairs(test.train)
    assert pairs(changed.histories.entries) == pairs(test.histories.entries)


def test_only_what_is_needed_is_asked_for(world: Dataset, untold_world: Dataset) -> None:
    untimed = replace(world, entities=replace(world.entities, clock=Clock.NONE))
    lacking = {"fixed-split": world, "leave-one-out": untimed, "time-split": untold_world, "cold-items": untold_world}
    for name, dataset in lacking.items():
        with pytest.raises(ProtocolError, match=name):
            PROTOCOLS[name].split(dataset, 0)


def test_a_sample_leaves_the_training_as_it_is_and_keeps_people_whole(world: Dataset) -> None:
    whole = UserSplit(held_out=20).split(world, 1)
    drawn = whole.sample(7)
    assert len(drawn.histories) == len(drawn.targets) == 7
    assert drawn.train is whole.train
    for lists, sampled in ((whole.histories, drawn.histories), (whole.targets, drawn.targets)):
        np.testing.assert_array_equal(sampled.users, drawn.histories.users)
        for place, user in enumerate(sampled.users):
            at = int(np.searchsorted(lists.users, user))
            np.testing.assert_array_equal(
                sampled.slice(place, place + 1).entries.items, lists.slice(at, at + 1).entries.items
            )
    assert whole.sample(20) is whole
    np.testing.assert_array_equal(whole.sample(7).histories.users, drawn.histories.users)
