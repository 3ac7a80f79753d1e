"""Asks the pipeline as the service does, and keeps what the explainer saw: the candidates, and how long it took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import thread_time

import numpy as np

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.explainer import Explained, Explainer
from app.pipeline.request import SlateRequest
from app.pipeline.reranker import Ranked
from app.pipeline.slate import Slate
from app.pipeline.stages import build_pipeline
from app.serving.generation import Generation
from app.serving.person import Person


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer.

    Attributes:
        context: what was known.
        candidates: all that were scored, best first.
        slate: the answer.
        explainer_seconds: processor seconds that the explainer took.
        all: processor seconds that the whole answer took.
    """

    context: Context
    candidates: Candidates
    slate: Slate
    explainer_seconds: float
    all: float


class _Watched(Explainer):
    """The explainer, watched."""

    seconds = 0.0
    candidates: Candidates

    def __call__(
        self, context: Context, ranked: Ranked, candidates: Candidates, *, full: bool = True, whole: bool = False
    ) -> list[Explained]:
        """What the explainer says."""
        start = thread_time()
        explained = super().__call__(context, ranked, candidates, full=full, whole=whole)
        self.seconds, self.candidates = thread_time() - start, candidates
        return explained


class RecordedRequests:
    """Asks for slates of one length."""

    def __init__(self, generation: Generation, now: float, limit: int) -> None:
        self.generation = generation
        self.now = now
        self.limit = limit
        self._explainer = _Watched(generation.environment.settings.weights)
        self._pipeline = replace(build_pipeline(generation.environment.settings), explainer=self._explainer)

    def context(self, user_id: str, person: Person | None, later: float = 0.0) -> Context:
        """What is known of a request by somebody whose state is `person`, `later` seconds from now."""
        ask = SlateRequest(user_id, self.limit, np.empty(0, dtype=np.int32), self.now + later)
        return Context(self.generation.environment, ask, person)

    def ask(self, context: Context) -> Answered:
        """The answer to a request."""
        start = thread_time()
        slate = self._pipeline(context).slate
        return Answered(context, self._explainer.candidates, slate, self._explainer.seconds, thread_time() - start)
