"""Event types that settings declare, as the log knows them."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app.policy.charter.charter import ANY, Charter, CharterError
from app.settings import Settings
from app.storage.protocols import EventLog

logger = logging.getLogger(__name__)


def with_types(settings: Settings, log: EventLog) -> Settings:
    """The same settings with the codes that the log has for their event types; types that it does not know get one.

    Raises:
        EventTypesError: there is no code left.
    """
    codes = log.declare(tuple(settings.events.types))
    return settings.model_copy(update={"events": settings.events.numbered(codes)})


def undeclared(settings: Settings, log: EventLog) -> dict[str, int]:
    """How many events the log has of types that settings declare no longer, by type: they are kept, and teach nothing.

    Args:
        settings: of `with_types`.
        log: of events.
    """
    events = settings.events
    return log.type_counts([name for name in events.codes if events.of(name) is None])


def warn_of(found: Mapping[str, int]) -> None:
    """Tell the operator's log of these."""
    for name, count in found.items():
        logger.warning(
            "the log has %d events of the type %r, which no settings declare: they are kept as the charter says, and "
            "nothing is learned from them; [events.types.%s] declares it again",
            count,
            name,
            name,
        )


def check_types(charter: Charter, settings: Settings) -> None:
    """Refuse a charter that speaks of event types that there are not, and never were.

    Raises:
        CharterError: of the first one.
    """
    for name in sorted(charter.events.keys() - settings.events.codes.keys() - {ANY}):
        known = ", ".join(settings.events.names())
        raise CharterError(
            f"charter of {charter.name!r}: events.{name} is no event type: there are {known}; settings declare others "
            f"([events.types.{name}])"
        )
