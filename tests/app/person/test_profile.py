"""What a person is shown of themselves, and on what it rests."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import OutdatedError
from app.requests.people import ProfilePatch
from indexer.documents import EventDocument

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(name, kind, item, at, value=None):
    return EventDocument(event_id=name, user_id="ada", item_id=item, type=kind, occurred_at=at, value=value)


def profile(home):
    return home.profile("ada")


@pytest.fixture
def known(home, an_event):
    """Ada liked rust long ago, gardening of late, opened chess just now, and dismissed something."""
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}", days_ago=90) for n in range(3)))
    home.ingest(*(an_event(10 + n, "ada", f"i{n * 6 + 1:03}", days_ago=3) for n in range(3)))
    home.ingest(an_event(20, "ada", "i005", "click", days_ago=0.001), an_event(21, "ada", "i002", "dismiss"))
    return home


def test_topics_have_shares_that_sum_to_one_and_trends(known):
    topics = profile(known)["implicit"]["topics"]
    assert sum(each["share"] for each in topics) == pytest.approx(1.0, abs=1e-5)
    slug = known.service.snapshot_swap.current.catalogue.slug_of
    trends = {each["topic"]: each["trend"] for each in topics}
    assert trends[slug("i000")] < -0.5
    assert trends[slug("i001")] > 0.5


def test_evidence_tells_its_age_and_when_a_tenth_is_left(known):
    topic = next(
        each
        for each in profile(known)["implicit"]["topics"]
        if each["topic"] == known.service.snapshot_swap.current.catalogue.slug_of("i000")
    )
    first = topic["evidence"][0]
    assert (first["event_id"], first["item_id"], first["age_days"]) == ("e0", "i000", 90.0)
    assert first["weight_now"] == pytest.approx(0.5)
    left = datetime.fromisoformat(first["faded_at"]) - (NOW - timedelta(days=90))
    assert 2 ** -(left / timedelta(days=topic["half_life_days"])) == pytest.approx(0.1)
    assert topic["events"] == len(topic["evidence"]) in {2, 3}  # the smallest of topics may hold a part of them


def test_what_was_spoken_against_and_the_session_are_told(known):
    told = profile(known)
    assert [each["event_id"] for each in told["negative"]["evidence"]] == ["e21"]
    assert [each["event_id"] for each in told["implicit"]["session"]["evidence"]] == ["e20"]
    assert told["signals"] == {
        "positive": 7,
        "neutral": 0,
        "negative": 1,
        "by_type": {"like": 6, "click": 1, "dismiss": 1},
    }


def test_hours_are_those_of_the_persons_time_zone(home):
    home.ingest(event("e1", "like", "i000", datetime(2026, 2, 20, 23, 30, tzinfo=UTC)))
    assert profile(home)["implicit"]["hours"]["shares"][23] == 1.0
    home.patch("ada", time_zone="Asia/Kolkata")  # half an hour beside the full hours
    hours = profile(home)["implicit"]["hours"]
    assert (hours["time_zone"], hours["shares"][5]) == ("Asia/Kolkata", 1.0)


def test_hours_follow_summer_time(home):
    home.patch("ada", time_zone="Europe/Berlin")
    winter, summer = datetime(2026, 1, 10, 7, 0, tzinfo=UTC), datetime(2025, 7, 10, 6, 0, tzinfo=UTC)
    home.ingest(event("e1", "like", "i000", winter), event("e2", "like", "i006", summer))
    assert profile(home)["implicit"]["hours"]["shares"][8] == pytest.approx(1.0)


def test_reading_tells_completion_and_speed(home, an_item):
    text = " ".join(["word"] * 200)
    home.put(*(an_item(300 + n, text=text) for n in range(3)))
    at = NOW - timedelta(days=1)
    home.ingest(
        *(event(f"d{n}", "dwell", f"i30{n}", at, value=seconds) for n, seconds in enumerate((60.0, 120.0, 30.0))),
        event("c0", "complete", "i300", at),
        event("c1", "complete", "i301", at),
    )
    reading = profile(home)["implicit"]["reading"]
    assert (reading["opened"], reading["finished"], reading["events"]) == (3, 2, 5)
    assert reading["words_per_minute"] == pytest.approx(150.0)  # 200 and 100; the third was not finished


def test_what_was_read_lately_says_more_of_completion(home):
    old, new = NOW - timedelta(days=90), NOW
    home.ingest(
        event("c0", "click", "i000", old), event("c1", "click", "i006", new), event("c2", "complete", "i006", new)
    )
    reading = profile(home)["implicit"]["reading"]
    assert (reading["opened"], reading["finished"]) == (2, 1)
    assert reading["completion"] == pytest.approx(1 / 1.5)  # the older one counts half


def test_every_inference_names_its_events_their_age_and_when_it_will_have_faded(known):
    at = NOW - timedelta(days=2)
    known.ingest(event("d1", "dwell", "i003", at, value=60.0), event("c1", "complete", "i003", at))
    implicit = profile(known)["implicit"]
    inferences = [
        *implicit["topics"],
        *implicit["formats"],
        *(implicit[name] for name in ("reading", "hours", "session")),
    ]
    assert len(inferences) > 6
    for inference in inferences:
        half_life = timedelta(days=inference.get("half_life_days", inference.get("half_life_minutes", 0) / 1_440))
        faded = datetime.fromisoformat(inference["faded_at"]) - NOW
        assert 2 ** -(faded / half_life) == pytest.approx(0.1)
        assert inference["events"] >= len(inference["evidence"]) > 0
        for each in inference["evidence"]:
            assert each["event_id"]
            assert each["age_days"] >= 0
            assert datetime.fromisoformat(each["faded_at"]) > datetime.fromisoformat(each["occurred_at"])


def test_nothing_is_inferred_while_personalization_is_off(known):
    known.switch("ada", enabled=False)
    told = profile(known)
    assert told["known"]
    assert told["implicit"] == {"topics": [], "formats": [], "reading": None, "hours": None, "session": None}


def test_an_edit_needs_the_state_that_was_read(home):
    def patch(expected, **fields):
        wanted = ProfilePatch.model_validate(fields)
        return home.loop.run_until_complete(home.service.person.patch("ada", wanted, None, expected))

    etag = home.etag("ada")
    with pytest.raises(OutdatedError):
        patch("*", role="nurse")  # there is nothing yet
    patch(etag, role="nurse")
    with pytest.raises(OutdatedError) as refused:
        patch(etag, role="pilot")
    assert refused.value.headers == {"ETag": home.etag("ada")}
    patch(f'"other", {home.etag("ada")}', role="pilot")
    patch("*", role="cook")
    assert profile(home)["explicit"]["role"] == "cook"


def test_goals_that_are_gone_leave_the_embedding_cache(home):
    home.patch("ada", goals=["a goal that nobody else has"])
    count = len(home.cache.segments(home.encoder))
    home.patch("ada", goals=None)
    assert len(home.cache.segments(home.encoder)) == count - 1
