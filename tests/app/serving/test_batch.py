"""Many people at once: each answer is what a single one would be, and nothing of it takes room afterwards."""

import pytest

from app.errors import InvalidPayloadError
from app.requests.slates import BatchRequest, RecommendRequest


def essence(slate):
    return [(item.item_id, item.score, item.label, item.exploration) for item in slate.items], slate.receipt


def test_each_is_as_if_asked_for_alone(tmp_path, open_household, an_item, an_event):
    alone, together = [], []
    for name, answers in (("one", alone), ("many", together)):
        with open_household(tmp_path / name) as home:
            home.publish([an_item(number) for number in range(60)])
            home.ingest(*(an_event(n, f"u{n % 8}", f"i{n * 7 % 60:03}") for n in range(80)))
            asked = BatchRequest(user_ids=[f"u{n}" for n in range(8)] + ["stranger"], limit=6, exclude=["i000"])
            for request in asked.requests():
                slate = home.service.recommend_once(request) if name == "many" else home.service.recommend(request)
                answers.append(essence(slate))
                assert (slate.next_cursor is None) == (name == "many")
            assert home.service._recommender.stored_slates == (0 if name == "many" else 9)  # noqa: SLF001
            home.service.served_log.flush()
            assert sum(1 for _ in home.service.served_log.of_users(asked.user_ids)) == 9
    assert together == alone


def test_what_cannot_be_asked_is_refused(home):
    asked = BatchRequest(user_ids=["ada"], filter="nonsense =")
    with pytest.raises(InvalidPayloadError, match="filter"):
        home.service.recommend_once(next(asked.requests()))
    assert next(BatchRequest(user_ids=["ada"], limit=3).requests()) == RecommendRequest(user_id="ada", limit=3)
