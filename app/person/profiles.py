"""What a person is shown of themselves: what they stated, what was inferred, from which events, and how fresh it is.

While personalisation is off, nothing is inferred: what was kept is told by the export.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.person.inferences import Told, evidence, formats, moment, session, topics
from app.person.profile_warnings import profile_warnings
from app.person.reading_habits import engagement_hours, reading
from app.pipeline.context import Context
from models.signal_table import SignalTable, types_of
from models.user_state import DAY_SECONDS


def profile_payload(context: Context, told: Told) -> dict[str, Any]:
    """The answer of `GET /users/{id}/profile`; a person of whom nothing is known gets an empty one."""
    known = context.known
    explicit = known.explicit.model_dump(exclude={"user_id"}, exclude_none=True) if known and known.explicit else {}
    return {
        "user_id": context.request.user_id,
        "known": known is not None,
        "personalization": known.row.personalization if known else True,
        "epoch": known.row.epoch if known else 0,
        "explicit": explicit,
        "warnings": profile_warnings(context.catalogue, known),
        "implicit": {
            "topics": topics(context, told),
            "formats": formats(context, told),
            "reading": reading(context, told),
            "hours": engagement_hours(context, told),
            "session": session(context, told),
        },
        "negative": {
            "evidence": evidence(context, context.evidence.negative_amounts, told, context.environment.half_lives[1])
        },
        "signals": _signals(context),
        "freshness": _freshness(context),
    }


def _signals(context: Context) -> dict[str, Any]:
    codes = context.person.history.columns().codes if context.person else np.empty(0, dtype=np.int8)
    polarity = context.environment.signals.polarity[codes]
    counts = {"positive": 1, "neutral": 0, "negative": -1}
    return {
        **{name: int((polarity == sign).sum()) for name, sign in counts.items()},
        "by_type": _by_type(context.environment.signals, codes),
    }


def _by_type(signals: SignalTable, codes: NDArray[np.int8]) -> dict[str, int]:
    types, counts = np.unique(types_of(codes), return_counts=True)
    return {signals.names[code]: count for code, count in zip(types.tolist(), counts.tolist(), strict=True)}


def _freshness(context: Context) -> dict[str, Any]:
    times = context.person.history.columns().times if context.person else np.empty(0)
    positive, negative = context.environment.half_lives
    return {
        "as_of": moment(context.now),
        "oldest_event": moment(float(times.min())) if len(times) else None,
        "newest_event": moment(float(times.max())) if len(times) else None,
        "half_life_positive_days": positive / DAY_SECONDS,
        "half_life_negative_days": negative / DAY_SECONDS,
    }
