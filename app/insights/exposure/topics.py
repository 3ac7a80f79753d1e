"""How much each topic was shown lately, by the served log."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Final

from app.insights.reading import Insights

DAYS: Final = 28


def exposure_by_topic(insights: Insights, now: datetime) -> dict[str, tuple[int, int]]:
    """Slug of a topic -> (slots, people), of the last DAYS days; blocks."""
    since = (now - timedelta(days=DAYS)).replace(tzinfo=None)
    sql = files(__package__).joinpath("topics.sql").read_text(encoding="utf-8")
    with insights.reading(since.date(), now.date()) as connection:
        rows = connection.execute(sql, {"since": since}).fetchall()
    return {topic: (slots, people) for topic, slots, people in rows}
