"""The last resort: an exception that nobody expected is logged, and answered without a word of what is inside."""

from __future__ import annotations

import logging
from pathlib import Path
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem
from app.disk import disk_problem
from app.errors import UnexpectedError

logger = logging.getLogger(__name__)


class UnexpectedErrors:
    """ASGI middleware around everything else.

    The answer's `instance` stands in the log beside the traceback. An answer that has begun cannot be taken back: the
    exception is then passed on, so that the server breaks the connection off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def note_beginning(message: Message) -> None:
            nonlocal begun
            await send(message)
            begun = True

        try:
            await self._app(scope, receive, note_beginning)
        except Exception as error:
            failing = disk_problem(error, Path(str(getattr(error, "filename", None) or ".")).parent)
            if failing is not None and not begun:
                logger.exception("the disk failed")
                await problem(failing)(scope, receive, send)
                return
            instance = uuid4().urn
            logger.exception("unexpected error, instance %s", instance)
            if begun:
                raise
            await problem(UnexpectedError(instance))(scope, receive, send)
