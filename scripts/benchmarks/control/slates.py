"""One person's next requests, with or without having acted on an item, from the same moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.explainer import Explained, Explainer
from app.pipeline.request import SlateRequest
from app.pipeline.reranker import Ranked
from app.pipeline.slate import Attribution
from app.pipeline.stages import build_pipeline
from app.serving.generation import Generation
from models.events import EventType
from models.ids import Rows
from scripts.benchmarks.control.actions import Action, act, experience, rehearsing, signals

HOUR_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Script:
    """How a replay goes.

    Attributes:
        requests: how many slates follow the first one.
        limit: items of each.
        hours: between two requests.
    """

    requests: int
    limit: int
    hours: float


class _Silent(Explainer):
    """Says nothing: what is shown does not depend on what is said of it."""

    def __call__(
        self,
        context: Context,  # noqa: ARG002 - nothing is asked of it
        ranked: Ranked,
        candidates: Candidates,  # noqa: ARG002
        *,
        full: bool = True,  # noqa: ARG002
        whole: bool = False,  # noqa: ARG002
    ) -> list[Explained]:
        """As many empty explanations as there are items."""
        return [Explained("", (), Attribution({}, ()))] * len(ranked.candidates)


class PersonSlates:
    """People who are shown slates, each of which counts as shown."""

    def __init__(self, generation: Generation, script: Script) -> None:
        self.generation = generation
        self.script = script
        settings = generation.environment.settings
        self._pipeline = replace(build_pipeline(settings), explainer=_Silent(settings.weights))

    def slates(self, user_id: str, start: float, action: tuple[Action, int] | None) -> list[Rows]:
        """The first slate of a person, and those that follow what the person does about an item of it.

        Args:
            user_id: the person, who is afterwards as before.
            start: seconds since 1970 of the first request.
            action: what is done about which row after the first slate; None for nothing.
        """
        found, explored = [], list[bool]()
        with rehearsing(self.generation.people, user_id):
            for number in range(self.script.requests + 1):
                now = start + number * self.script.hours * HOUR_SECONDS
                if number == 1 and action is not None:
                    act(action[0], self.generation, user_id, action[1], start)
                found.append(self._look(user_id, now, explored))
        return found

    def _look(self, user_id: str, now: float, explored: list[bool]) -> Rows:
        """int32: the items of the next slate, each of which is an impression from then on."""
        generation = self.generation
        window = generation.environment.settings.floors.window_slots
        ask = SlateRequest(user_id, self.script.limit, np.empty(0, np.int32), now, tuple(explored[-window:]))
        slate = self._pipeline(Context(generation.environment, ask, generation.people.get(user_id))).slate
        explored += [item.exploration for item in slate.items]
        rows = generation.catalogue.rows([item.item_id for item in slate.items])
        shown = signals(generation.people, EventType.IMPRESSION, rows, now)
        experience(generation.people, user_id, shown)
        return rows
