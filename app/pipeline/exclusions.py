"""Exclusions: what must be left out of a person's slate, whatever it would score."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.mutes import Mutes
from app.pipeline.person_exclusions import Named, PersonExclusions
from app.pipeline.request import Environment, SlateRequest
from app.serving.eligibility import HOUR, Eligibility
from models.ids import Rows
from models.kernels.filters import Bit
from models.kernels.rows import among

_NO_ROWS = np.empty(0, dtype=np.int32)


class Exclusions:
    """What one person and one request rule out.

    Args:
        environment: the catalogue, signals and settings.
        request: what the caller rules out, and the time.
        person: what the person rules out, with personalisation on or off.
    """

    def __init__(self, environment: Environment, request: SlateRequest, person: PersonExclusions) -> None:
        rules = request.placement.rules
        self._settings = request.placement.settings or environment.settings
        self._languages = environment.catalogue.language_words
        self._request = request
        self._person = person if rules is None else person.under(rules)
        self._repeats: Rows = _NO_ROWS

    @property
    def repeats(self) -> Rows:
        """Rows in whose place a copy stands, ascending; set by what runs the filters (app/pipeline/copies.py)."""
        return self._repeats

    @repeats.setter
    def repeats(self, rows: Rows) -> None:
        self._repeats = rows
        if len(rows):
            for held in ("named", "unsearchable"):
                vars(self).pop(held, None)

    @property
    def seen(self) -> Rows:
        """Rows that the person has seen, unless by events of a kind that is of account for some days only."""
        return self._person.seen(self._request.now)

    @property
    def hide_seen(self) -> bool:
        """Whether items that the person has seen are left out."""
        wanted = self._request.hide_seen
        return self._settings.hide_seen if wanted is None else wanted

    @property
    def own(self) -> Rows:
        """Rows of items that the person provides or wrote."""
        return self._person.own(self._request.user_id)

    @property
    def dismissed(self) -> Rows:
        """Rows that the person spoke against."""
        return self._person.dismissed

    @property
    def mutes(self) -> Mutes:
        """What the person muted, with personalisation on or off."""
        return self._person.mutes

    @property
    def rested(self) -> Rows:
        """Rows that were shown several times without engagement and rest for a while, ascending."""
        return self._person.rested(self._request.now)

    @property
    def allowed_sensitive(self) -> np.uint64:
        """Bits of the sensitive topics that the person has permitted."""
        return self._person.allowed_sensitive

    @property
    def unread(self) -> NDArray[np.int32]:
        """Codes of the languages that the person does not read, with personalisation on or off."""
        return self._person.unread

    @cached_property
    def unread_mask(self) -> NDArray[np.bool_]:
        """The same by code; empty where every language is read."""
        mask = np.zeros(len(self._languages) if len(self.unread) else 0, dtype=np.bool_)
        mask[self.unread] = True
        return mask

    @cached_property
    def eligibility(self) -> Eligibility:
        """What the person shares with many: languages, permitted topics, the time, and what is asked for."""
        asked = self._request.asked
        filtered = () if asked is None else (asked.filter.text, asked.made)
        hour = int(self._request.now // HOUR)
        return Eligibility(tuple(self.unread.tolist()), int(self.allowed_sensitive), hour, *filtered)

    @cached_property
    def named(self) -> Named:
        """What filters name: rows of the person's, of the request, and copies."""
        mine = self._person.named(self._request.now, self._request.user_id)
        return mine.joined(Bit.EXCLUDED, self._request.exclude).joined(Bit.COPIES, self._repeats)

    @cached_property
    def unsearchable(self) -> Rows:
        """Rows that no source need bring, ascending: they would be filtered out."""
        rows, bits = self.named
        return rows if self.hide_seen else rows[bits & ~(1 << Bit.SEEN) != 0]

    def searchable(self, rows: Rows) -> Rows:
        """The rows that are not left out anyway, in the same order."""
        return rows[~among(rows, self.unsearchable)]
