"""What is noted of an answer while it is still known who asked, on which catalogue, and what was drawn."""

from __future__ import annotations

from app.insights.meters import Meters
from app.insights.served_answer import Served
from app.insights.served_log import ServedLog
from app.insights.telemetry.stages import note_stages
from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.pipeline.slate import Slate


class AnswerLog:
    """Hands every answer to the served log, and what its stages took to the meters and the trace.

    Logged is each answer that has a `recommendation_id` of its own: first pages and further ones of `/recommend`. A
    page that is given again is the same answer and stands there once; previews were not served; `/similar` answers
    about an item and not for a person, and nothing could name its answer.

    Args:
        log: where to.
        meters: likewise.
    """

    def __init__(self, log: ServedLog, meters: Meters) -> None:
        self._log = log
        self._meters = meters

    def __call__(self, context: Context, answer: Answer, slate: Slate, page: int) -> None:
        """Log one page, which is `slate`, made of `answer`."""
        self._meters.observe_stages(answer.trace)
        note_stages(answer.began, answer.trace)
        if not self._log.enabled:
            return
        catalogue, known, assigned = context.catalogue, context.known, context.request.assigned
        self._log.keep(
            Served(
                slate=slate,
                page=page,
                at=context.now,
                rows=answer.rows,
                content=catalogue.content,
                topics=(catalogue.topics[answer.rows], catalogue.topic_slugs),
                providers=(catalogue.providers[answer.rows], catalogue.provider_words.names),
                policy=slate.policy,
                named=known is None or known.row.personalization,
                machine=known is not None and known.machine,
                draw=None if answer.teams is not None else context.draw,
                teams=answer.teams,
                experiment=assigned.experiment if assigned else None,
                variant=assigned.variant if assigned else None,
            )
        )
