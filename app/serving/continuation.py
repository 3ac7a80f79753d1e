"""A stored answer as JSON, by which another process can continue it: what was asked for, and which items were given."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from app.pipeline.slate import Slate
from app.requests.slates import RecommendRequest
from app.serving.paging import GivenPage, StoredSlate


def written(stored: StoredSlate, ruling: int) -> bytes:
    """As JSON; `ruling` counts what administrators switched until then."""
    return orjson.dumps(
        {
            "ruling": ruling,
            "asked": stored.asked.model_dump(mode="json", exclude_unset=True),
            "exclude": list(stored.exclude),
            "given": stored.given,
            "limits": stored.limits,
            "pages": [asdict(_given(page)) for page in stored.pages],
        }
    )


def restored(document: bytes, ruling: int) -> StoredSlate | None:
    """The answer, whose candidates are looked for anew; None where something was switched since."""
    told: dict[str, Any] = orjson.loads(document)
    if told["ruling"] != ruling:
        return None
    pages: list[Slate | GivenPage] = [GivenPage(**page) for page in told["pages"]]
    asked = RecommendRequest.model_validate(told["asked"])
    return StoredSlate(asked, told["exclude"], None, None, told["given"], pages, told["limits"])


def _given(page: Slate | GivenPage) -> GivenPage:
    if isinstance(page, GivenPage):
        return page
    items = [item.item_id for item in page.items]
    return GivenPage(page.recommendation_id, items, page.next_cursor, full=page.full, debug=page.trace is not None)
