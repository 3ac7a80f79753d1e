"""What a request decides besides for whom, how many and what to leave out: its own words, and those of its scenario."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from app.errors import InvalidPayloadError
from app.filter_language.syntax import MOST_CHARACTERS
from app.pipeline.placement import NOWHERE, Boost, Placement, Rules
from app.pipeline.request import Environment
from app.policy.personalization_switch import SwitchScope
from app.requests.slates import RecommendRequest, SimilarRequest
from app.serving.asked_items import asked_items
from app.serving.catalogue import Catalogue
from app.serving.masks import AskedItems
from app.serving.scenario import Scenario
from indexer.problems import FieldProblem
from models.user_state import DAY_SECONDS

NO_SCENARIO = Scenario()


@dataclass(frozen=True, slots=True)
class Choices:
    """What is decided, the request's own words first.

    Attributes:
        hide_seen: whether what the person has seen is left out; None as the settings say.
        filter: the request's, which says which items may be found; None for all that the scenario leaves.
        seen_days: by event type, for how long it means that an item was seen.
        hide_own: whether what the person provides or wrote is left out; None as the settings say.
        scenario: the placement.
        name: its name; "" for none.
        begins: whether the answer begins there, so that what is pinned comes first.
        switched_off: by what the administrator switched personalisation off for it, if so.
        discreet: whether the person asks themselves.
    """

    hide_seen: bool | None = None
    filter: str | None = None
    seen_days: Mapping[str, float] = field(default_factory=dict)
    hide_own: bool | None = None
    scenario: Scenario = NO_SCENARIO
    name: str = ""
    begins: bool = True
    switched_off: SwitchScope | None = None
    discreet: bool = False

    @classmethod
    def of(cls, request: RecommendRequest | SimilarRequest, scenario: Scenario = NO_SCENARIO) -> Self:
        """Those of a request in a scenario."""
        said = "hide_seen" in request.model_fields_set or scenario.hide_seen is None
        hide_seen = request.hide_seen if said else scenario.hide_seen
        hide_own = request.hide_own if isinstance(request, RecommendRequest) else None
        days = {str(kind): days for kind, days in scenario.seen_days.items()} | days_of(request.seen_days)
        own = scenario.hide_own if hide_own is None else hide_own
        return cls(hide_seen, request.filter, days, own, scenario, request.scenario or "")

    def limit(self, request: RecommendRequest | SimilarRequest) -> int:
        """How many items: the request's number, or the scenario's where it says none."""
        wanted = self.scenario.limit
        return request.limit if wanted is None or "limit" in request.model_fields_set else wanted

    def asked(self, catalogue: Catalogue, now: float) -> AskedItems | None:
        """The items that both filters ask for; None for all.

        Raises:
            InvalidPayloadError: the request's cannot be used.
        """
        own, others = asked_items(catalogue, self.filter, now), self.scenario.filter
        if others is None or own is None:
            return own if others is None else asked_items(catalogue, others, now, "scenario")
        both = f"({others}) and ({own.filter.text})"
        if len(both) > MOST_CHARACTERS:
            raise InvalidPayloadError([FieldProblem("filter", "is too long beside the filter of the scenario")])
        return asked_items(catalogue, both, now)

    def placement(self, environment: Environment, now: float) -> Placement:
        """What is decided in place of the policy of an environment.

        Raises:
            InvalidPayloadError: `seen_days` names what is no event type.
        """
        scenario = self.scenario
        if scenario is NO_SCENARIO and not self.seen_days and self.hide_own is None:
            return NOWHERE
        catalogue = environment.catalogue
        rows = catalogue.rows(scenario.pinned if self.begins else ())
        return Placement(
            name=self.name,
            settings=scenario.query(environment.settings, environment.policy) if scenario.overrides else None,
            rules=self._rules(environment),
            pinned=rows[rows >= 0],
            pinned_label=scenario.pinned_label,
            boosts=tuple(_boosts(scenario, catalogue, now)),
            by=scenario.by or "both",
        )

    def _rules(self, environment: Environment) -> Rules:
        rules = environment.rules
        if unknown := sorted(self.seen_days.keys() - set(environment.signals.names)):
            raise InvalidPayloadError([FieldProblem("seen_days", f"names {unknown[0]}, which is no event type")])
        seconds = [self.seen_days.get(kind, math.nan) for kind in environment.signals.names]
        seen = tuple(
            before if math.isnan(days) else days * DAY_SECONDS
            for before, days in zip(rules.seen_seconds, seconds, strict=True)
        )
        repeats = self.scenario.query(environment.settings, environment.policy).repeats
        return Rules(seen, repeats, rules.hide_own if self.hide_own is None else self.hide_own)


def days_of(entries: Sequence[str]) -> dict[str, float]:
    """Days by event type, of entries such as `click:3`."""
    return {name: float(days) for name, _, days in (entry.partition(":") for entry in entries)}


def _boosts(scenario: Scenario, catalogue: Catalogue, now: float) -> Iterable[Boost]:
    for each in scenario.boosted:
        items = asked_items(catalogue, each.filter, now, "scenario")
        if items is not None:
            yield Boost(items, math.log(each.times), each.label)
