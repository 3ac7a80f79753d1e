"""All webhooks of the settings: each is told what it wants to know, by a sender of its own.

webhooks/<name>/outbox/<id>.json      a message that was not taken yet
webhooks/<name>/given_up/<id>.json    one that was not taken at any attempt
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.clock import Clock
from app.errors import WebhookNotFoundError
from app.webhooks.messages import MOST_IDS, MessageName
from app.webhooks.settings import HookSettings
from app.webhooks.webhook import Webhook

log = logging.getLogger("penchant.webhooks")

FOLDER: Final = "webhooks"
_LOOK_SECONDS: Final = 0.5


class Webhooks(Collector):
    """Every webhook, by its name."""

    def __init__(self, settings: Mapping[str, HookSettings], data_dir: Path, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._hooks = {name: Webhook(each, data_dir / FOLDER / name, name) for name, each in settings.items()}

    def tell(self, name: MessageName, about: Mapping[str, Any]) -> None:
        """Keep a message for each webhook that wants it; it is on the disk when this returns."""
        message = {"type": name, "at": self._clock.now_datetime().isoformat(), **about}
        for hook_name, hook in self._hooks.items():
            if name in self._settings[hook_name].messages:
                hook.put(message)

    async def tell_of_items(self, told: Mapping[MessageName, Sequence[str]]) -> None:
        """The same of items, so many in a message."""
        if self._hooks:
            await asyncio.to_thread(self._tell_of_items, told)

    def _tell_of_items(self, told: Mapping[MessageName, Sequence[str]]) -> None:
        for name, ids in told.items():
            unique = list(dict.fromkeys(ids))
            for first in range(0, len(unique), MOST_IDS):
                self.tell(name, {"item_ids": unique[first : first + MOST_IDS]})

    async def forever(self) -> None:
        """Send until cancelled, each webhook beside the others."""
        await asyncio.gather(*(_keep_sending(name, hook) for name, hook in self._hooks.items()))

    def payload(self) -> list[dict[str, Any]]:
        """How each webhook stands; neither its url nor its secret is told."""
        return [
            {
                "name": name,
                "messages": list(self._settings[name].messages),
                "waiting": len(hook.waiting()),
                "given_up": len(hook.given_up()),
                "sent": hook.sent,
                "lost": hook.lost,
                "problem": hook.problem,
            }
            for name, hook in self._hooks.items()
        ]

    def again(self, name: str) -> int:
        """Send what was given up once more; how many messages that is.

        Raises:
            WebhookNotFoundError: there is none of this name.
        """
        if name not in self._hooks:
            raise WebhookNotFoundError(name)
        return self._hooks[name].again()

    def collect(self) -> Iterable[Metric]:
        """For `/metrics`."""
        told = self.payload()
        for field, meaning in (
            ("waiting", "Messages that were not taken yet."),
            ("given_up", "Messages that were not taken at any attempt, and are kept."),
            ("lost", "Messages since the start for which there was no room."),
        ):
            family = GaugeMetricFamily(f"penchant_webhook_{field}", meaning, labels=["webhook"])
            for each in told:
                family.add_metric([each["name"]], each[field])
            yield family


async def _keep_sending(name: str, hook: Webhook) -> None:
    while True:
        try:
            if await asyncio.to_thread(hook.waiting):
                await hook.send_all()
        except Exception:
            log.exception("webhook %s cannot send", name)
        await asyncio.sleep(_LOOK_SECONDS)
