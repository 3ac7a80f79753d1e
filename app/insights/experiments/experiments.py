"""What operators do with experiments, and by which policy each person is answered meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import RLock
from typing import Any, Final

from app.clock import Clock
from app.errors import ExperimentRefusedError
from app.insights.experiments.experiment import Experiment, Plan, Variant
from app.insights.experiments.folder import ExperimentFolder
from app.pipeline.request import Assigned
from app.serving.policies.folder import PolicyFolder
from app.serving.policies.policy import differences

CONFIGURATION: Final = "configuration"
INTERLEAVED: Final = "interleaved"
"""Variant of who gets what was drafted from two policies."""
PROMISED: Final = ("floors.", "ground.", "user.established_share", "variety.least_distance")
"""Settings in which interleaved policies are alike (app/pipeline/interleaving.py)."""
_TRIED: Final = {"name", "why", "started_at", "people", "kind", "variants"}


class Experiments:
    """All experiments of one service.

    Args:
        folder: where they are kept.
        policies: which there are.
        clock: of the service.
        owner: the person that an id names.
        stored: numbers of the last event and of the last control action.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        policies: PolicyFolder,
        clock: Clock,
        owner: Callable[[str], str] = str,
        stored: Callable[[], tuple[int, int]] = lambda: (-1, -1),
    ) -> None:
        self.folder = folder
        self._owner, self._stored = owner, stored
        self.salt: Callable[[str], str] = lambda _: secrets.token_hex(16)
        """By which the experiment of a name deals people out; alike in all processes that share a secret."""
        self._changing = RLock()
        self._policies = policies
        self._clock = clock
        self._running: list[Experiment] = []
        self._reload()

    def assigned(self, user_id: str) -> Assigned | None:
        """What a person gets by the experiment that they take part in; None where they take part in none.

        An id that was merged into another person's has that person's variant from then on. Who was given two until
        then is set aside by `penchant compare`.
        """
        if not self._running:
            return None
        person = self._owner(user_id)
        for experiment in self._running:
            variant = experiment.variant(person)
            if variant is not None:
                return _assigned(experiment, variant)
        return None

    def declare(self, plans: Mapping[str, Plan]) -> None:
        """Begin what the configuration declares and is not known yet, and stop what it declares no longer.

        Raises:
            ExperimentRefusedError: a plan differs from the one that was begun under its name, or names no policy.
        """
        known = {each.name: each for each in self.folder.all()}
        for name, plan in plans.items():
            if name not in known:
                self.add(name, plan, CONFIGURATION)
            elif _plan_of(known[name]) != plan:
                raise ExperimentRefusedError(f"Experiment {name} was begun with other settings: give it a new name.")
        for each in known.values():
            if each.made_by == CONFIGURATION and each.running and each.name not in plans:
                self.stop(each.name)

    def add(self, name: str, plan: Plan, by: str, *, start: bool = True) -> Experiment:
        """Make an experiment, and start it.

        Raises:
            ExperimentRefusedError: there is one of this name.
            ExperimentRefusedError: two policies are to be interleaved that promise different floors.
            PolicyNotFoundError: a variant names no policy.
        """
        with self._changing:
            return self._add(name, plan, by, start=start)

    def _add(self, name: str, plan: Plan, by: str, *, start: bool) -> Experiment:
        if any(each.name == name for each in self.folder.all()):
            raise ExperimentRefusedError(f"There is an experiment {name} already; a new one needs a new name.")
        for variant in plan.variants:
            if variant.policy is not None:
                self._policies.get(variant.policy)
        if plan.kind == "interleaved":
            self._check_promises(plan)
        about = {"name": name, "salt": self.salt(name), "made_at": self._now(), "made_by": by}
        self._keep(Experiment.model_validate(plan.model_dump() | about))
        return self.start(name) if start else self.folder.get(name)

    def _check_promises(self, plan: Plan) -> None:
        in_force = next((each.policy_id for each in reversed(self._policies.activations())), None)
        first, second = (self._policies.get(each.policy or in_force or "").values for each in plan.variants)
        differ = [name for name in differences(first, second) if name.startswith(PROMISED)]
        if differ:
            raise ExperimentRefusedError(
                f"The policies differ in {', '.join(differ)}: what is drafted from both can keep one promise only. "
                "Let people get the one or the other (kind `split`)."
            )

    def start(self, name: str) -> Experiment:
        """Assign people from now on.

        Raises:
            ExperimentNotFoundError: there is none of this name.
            ExperimentRefusedError: it was started before.
        """
        with self._changing:
            experiment = self.folder.get(name)
            if experiment.started_at is not None:
                raise ExperimentRefusedError(f"Experiment {name} was started before; a new one needs a new name.")
            events, controls = self._stored()
            before = {"events_before": events, "controls_before": controls}
            return self._keep(experiment.model_copy(update={"started_at": self._now(), **before}))

    def stop(self, name: str) -> Experiment:
        """Give everybody what is in force again.

        Raises:
            ExperimentNotFoundError: there is none of this name.
            ExperimentRefusedError: it does not run.
        """
        with self._changing:
            experiment = self.folder.get(name)
            if not experiment.running:
                raise ExperimentRefusedError(f"Experiment {name} does not run.")
            return self._keep(experiment.model_copy(update={"stopped_at": self._now()}))

    def listed(self) -> list[dict[str, Any]]:
        """Every experiment, newest first; the salt stays here, lest somebody choose a variant by choosing an id."""
        return [told(each) for each in reversed(self.folder.all())]

    def tried(self) -> list[dict[str, Any]]:
        """What anyone may know of those that run: what is found out, by which policies, and of how many people."""
        return [each.model_dump(mode="json", include=_TRIED) for each in self._running]

    def _keep(self, experiment: Experiment) -> Experiment:
        self.folder.keep(experiment)
        self._reload()
        return experiment

    def _reload(self) -> None:
        running = [each for each in self.folder.all() if each.running]
        self._running = sorted(running, key=lambda each: (each.started_at or each.made_at, each.name))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)


def _assigned(experiment: Experiment, variant: Variant) -> Assigned:
    if experiment.kind == "split":
        return Assigned(experiment.name, variant.name, variant.policy, personalized=variant.personalized)
    first, second = experiment.variants
    return Assigned(experiment.name, INTERLEAVED, first.policy, interleaved=True, beside=second.policy)


def told(experiment: Experiment) -> dict[str, Any]:
    """An experiment as it is told."""
    return experiment.model_dump(mode="json", exclude={"salt", "events_before", "controls_before"}) | {
        "running": experiment.running
    }


def _plan_of(experiment: Experiment) -> Plan:
    return Plan.model_validate(experiment.model_dump(include=set(Plan.model_fields)))
