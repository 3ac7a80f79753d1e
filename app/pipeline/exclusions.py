"""Exclusions: what must be left out of a person's slate, whatever it would score."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.mutes import Mutes
from app.pipeline.repeats import resting_rows
from app.pipeline.request import Environment, SlateRequest
from app.serving.eligibility import HOUR, Eligibility
from app.serving.people import Person
from indexer.languages import accepted
from models.ids import Rows
from models.kernels.rows import among

_NO_ROWS = np.empty(0, dtype=np.int32)


class Exclusions:
    """What one person and one request rule out; each part is computed once, when first needed.

    Args:
        environment: the catalogue, signals and settings.
        request: what the caller rules out, and the time.
        known: the person, with personalisation on or off; None where nothing is known.
    """

    def __init__(self, environment: Environment, request: SlateRequest, known: Person | None) -> None:
        self._environment = environment
        self._request = request
        self._known = known
        self._catalogue = environment.catalogue
        self._explicit = known.explicit if known else None
        self.repeats: Rows = _NO_ROWS
        """Rows in whose place a copy stands, ascending; set by what runs the filters (app/pipeline/copies.py)."""

    @cached_property
    def seen(self) -> Rows:
        """Rows that the person has seen, unless by events of a kind that is of account for some days only."""
        if not self._known:
            return _NO_ROWS
        events = self._known.experienced()
        lasting = self._request.now - events.times < self._environment.seen_seconds[events.codes]
        return self._with_copies(np.union1d(events.rows[lasting], self._known.seen_before).astype(np.int32))

    @property
    def hide_seen(self) -> bool:
        """Whether items that the person has seen are left out."""
        wanted = self._request.hide_seen
        return self._environment.settings.hide_seen if wanted is None else wanted

    @cached_property
    def own(self) -> Rows:
        """Rows of items that the person provides or wrote."""
        hidden = self._environment.settings.hide_own
        return self._catalogue.rows_by(self._request.user_id) if hidden else _NO_ROWS

    @cached_property
    def dismissed(self) -> Rows:
        """Rows that the person spoke against."""
        if not self._known:
            return _NO_ROWS
        events = self._known.experienced()
        return self._with_copies(events.rows[self._environment.signals.polarity[events.codes] < 0])

    @cached_property
    def mutes(self) -> Mutes:
        """What the person muted, with personalisation on or off."""
        return Mutes.of(self._catalogue, self._environment.likeness, self._explicit)

    @cached_property
    def rested(self) -> Rows:
        """Rows that were shown several times without engagement and rest for a while, ascending."""
        if not self._known:
            return _NO_ROWS
        rows = resting_rows(self._known.experienced(), self._environment.settings.repeats, self._request.now)
        return self._with_copies(rows)

    @cached_property
    def allowed_sensitive(self) -> np.uint64:
        """Bits of the sensitive topics that the person has permitted."""
        allowed = self._explicit.allowed_sensitive_topics if self._explicit else ()
        return self._catalogue.firewall.permitted(allowed)

    @cached_property
    def unread(self) -> NDArray[np.int32]:
        """Codes of the languages that the person does not read, with personalisation on or off."""
        if not self._explicit or not self._explicit.preferences.languages:
            return _NO_ROWS
        read = accepted(self._explicit.preferences.languages, self._catalogue.language_words.names)
        return np.flatnonzero(~read).astype(np.int32)

    @cached_property
    def eligibility(self) -> Eligibility:
        """What the person shares with many: languages, permitted topics, and the time."""
        return Eligibility(tuple(self.unread.tolist()), int(self.allowed_sensitive), int(self._request.now // HOUR))

    @cached_property
    def unsearchable(self) -> Rows:
        """Rows that no source need bring, ascending: they would be filtered out."""
        seen = self.seen if self.hide_seen else _NO_ROWS
        hidden = [self._request.exclude, self.dismissed, self.mutes.rows(), self.rested, self.repeats, seen, self.own]
        return np.unique(np.concatenate(hidden)).astype(np.int32)

    def _with_copies(self, rows: Rows) -> Rows:
        """What a person did with an item holds for all that say the same; ascending, without repeats."""
        return self._catalogue.copies.together(rows)

    def searchable(self, rows: Rows) -> Rows:
        """The rows that are not left out anyway, in the same order."""
        return rows[~among(rows, self.unsearchable)]
