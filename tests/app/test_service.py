"""What the service promises, on real stores and a real index."""

import asyncio

import numpy as np
import pytest

from app.errors import ItemNotFoundError, SnapshotMissingError
from models.encoder import HashingEncoder


def essence(slate):
    """Everything of a slate but the name of the answer."""
    return [(item.item_id, item.score, item.label, item.exploration) for item in slate.items], slate.receipt


def test_feedback_acts_on_the_very_next_answer(home, an_event):
    before = home.recommend("ada")
    assert not before.personalized
    home.ingest(an_event(1, "ada", "i000", "save"))
    after = home.recommend("ada")
    assert after.personalized
    assert after.items[0].label == "Because you saved rust number 0 (Rust)"
    assert "i000" not in [item.item_id for item in after.items]


def test_the_same_request_gets_the_same_answer(home, an_event):
    home.ingest(*(an_event(n, "ada", f"i{n:03}") for n in range(0, 30, 6)))
    assert essence(home.recommend("ada")) == essence(home.recommend("ada"))


def test_after_a_reset_the_answer_is_that_of_somebody_never_seen(home, an_event):
    never_seen = essence(home.recommend("ada"))
    home.ingest(an_event(1, "ada", "i000"), an_event(2, "ada", "i001", "dismiss"))
    assert home.recommend("ada").personalized
    home.reset("ada")
    assert essence(home.recommend("ada")) == never_seen
    assert home.ingest(an_event(3, "ada", "i006", days_ago=2)) == ["ignored"]
    assert essence(home.recommend("ada")) == never_seen


def test_a_reset_person_and_one_who_never_came_get_the_same_slate(tmp_path, open_household, an_item, an_event):
    items = [an_item(number) for number in range(90)]
    with open_household(tmp_path / "one") as one, open_household(tmp_path / "other") as other:
        one.publish(items)
        other.publish(items)
        for home in (one, other):
            home.ingest(*(an_event(n, "bob", f"i{n:03}") for n in range(5)))
        one.ingest(an_event(9, "ada", "i010", "dislike"), an_event(10, "ada", "i011", "impression"))
        one.reset("ada")
        mine, theirs = one.recommend("ada"), other.recommend("ada")
    assert [(item.item_id, item.label) for item in mine.items] == [(item.item_id, item.label) for item in theirs.items]


def test_what_was_seen_survives_a_reset_only_on_request(home, an_event):
    home.ingest(an_event(1, "ada", "i000"))
    home.reset("ada", keep_seen=True)
    everything = home.recommend("ada", limit=90)
    assert "i000" not in [item.item_id for item in everything.items]
    assert len(everything.items) == 89
    home.reset("ada")
    assert len(home.recommend("ada", limit=90).items) == 90


def test_live_state_equals_the_state_after_a_restart(tmp_path, open_household, an_item, an_event):
    events = [
        an_event(n, f"u{n % 3}", f"i{n * 7 % 90:03}", kind, n % 40) for n, kind in enumerate(("like", "click") * 40)
    ]
    events += [an_event(500 + n, f"u{n % 3}", f"i{n * 11 % 90:03}", "dismiss", n) for n in range(20)]
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(90)])
        for start in range(0, len(events), 7):
            home.ingest(*events[start : start + 7])
        home.reset("u1")
        home.put(an_item(200), an_item(3, title="rust again", tags=["rust"], text="borrow checker"))
        home.delete("i014")
        home.ingest(an_event(900, "u1", "i200"), an_event(901, "u2", "i003", "save"))
        live = home.service.snapshot_swap.current
    with open_household(tmp_path) as again:
        again.loop.run_until_complete(again.service.snapshot_swap.refresh())
        replayed = again.service.snapshot_swap.current
        for user in ("u0", "u1", "u2"):
            one, other = live.people.get(user), replayed.people.get(user)
            assert len(one.history) == len(other.history)
            for mine, theirs in (
                (one.state.positive, other.state.positive),
                (one.state.negative, other.state.negative),
            ):
                assert mine.topics.tolist() == theirs.topics.tolist()
                now = again.settings.as_of.timestamp()
                np.testing.assert_allclose(
                    mine.vectors * 2.0 ** mine.exponent(now), theirs.vectors * 2.0 ** theirs.exponent(now), atol=1e-4
                )
        rows = np.arange(len(replayed.catalogue), dtype=np.int32)
        now = again.settings.as_of.timestamp()
        np.testing.assert_allclose(
            live.environment.popularity.share(rows, now), replayed.environment.popularity.share(rows, now), atol=1e-4
        )


def test_duplicates_and_unknown_items_are_told_apart(home, an_event):
    first, again = an_event(1, "ada", "i000"), an_event(1, "ada", "i000")
    assert home.ingest(first, again, an_event(2, "ada", "nowhere")) == ["accepted", "duplicate", "awaiting_item"]
    assert home.ingest(first) == ["duplicate"]
    assert home.profile("ada")["signals"]["positive"] == 1


def test_events_from_the_future_are_rejected(home, an_event):
    soon, later = an_event(1, "ada", "i000", days_ago=-4 / 1440), an_event(2, "ada", "i000", days_ago=-6 / 1440)
    assert home.ingest(soon, later) == ["accepted", "rejected"]


def test_a_new_item_is_found_at_once_and_a_deleted_one_never_again(home, an_item, an_event):
    assert home.put(an_item(300, title="rust in space", tags=["rust", "space"])) == [True]
    home.ingest(an_event(1, "ada", "i000"), an_event(2, "ada", "i006"))
    assert "i300" in [item.item_id for item in home.recommend("ada", limit=40).items]
    assert "i300" in [item["item_id"] for item in home.similar(item_id="i000", limit=20)["items"]]
    assert home.put(an_item(300, title="rust still")) == [False]
    home.ingest(*(an_event(100 + n, f"u{n}", "i300") for n in range(5)))
    home.delete("i300")
    assert "i300" not in [item.item_id for item in home.recommend("ada", limit=90).items]
    with pytest.raises(ItemNotFoundError):
        home.service.get_item("i300")
    assert home.ingest(an_event(3, "ada", "i300")) == ["awaiting_item"]


def test_changes_survive_a_new_snapshot(home, an_item, an_event):
    home.put(an_item(300, title="rust in space"))
    home.delete("i001")
    home.ingest(an_event(1, "ada", "i300"))
    first = home.service.snapshot_swap.current
    home.publish([an_item(number) for number in range(120)])
    second = home.service.snapshot_swap.current
    assert second is not first
    assert second.catalogue.row("i300") >= 0
    assert second.catalogue.row("i001") < 0
    assert home.recommend("ada").personalized


def test_erasure_leaves_nothing_and_takes_popularity_back(home, an_event):
    before = essence(home.recommend("eve"))
    home.patch("ada", goals=["grow vegetables"])
    home.ingest(*(an_event(n, "ada", f"i{n:03}") for n in range(20)))
    deleted = home.erase("ada")["deleted"]
    assert deleted.pop("identities") == 1
    assert deleted == {"events": 20, "users": 1, "forgettings": 0, "embedded_texts": 1, "served": 0, "stored_slates": 0}
    assert not home.profile("ada")["known"]
    assert essence(home.recommend("eve")) == before
    assert not any(home.erase("ada")["deleted"].values())


def test_goals_and_preferences_steer_a_cold_start(home):
    home.patch("ada", goals=["telescope galaxies planets"], preferences={"tags": ["astronomy"]})
    slate = home.recommend("ada", limit=5)
    assert slate.personalized
    assert slate.items[0].label == "Because you prefer Astronomy"
    home.patch("ada", goals=None, preferences=None)
    assert not home.recommend("ada").personalized


def test_nothing_sensitive_appears_without_permission(home, an_item, an_event):
    home.put(an_item(400, tags=["rust", "gambling"]), an_item(401, sensitive_topics=["death-and-grief"], tags=["rust"]))
    home.ingest(an_event(1, "ada", "i000"), an_event(2, "ada", "i006"))
    hidden = {"i400", "i401"}
    assert not hidden & {item.item_id for item in home.recommend("ada", limit=100).items}
    assert not hidden & {item["item_id"] for item in home.similar(item_id="i000", limit=100)["items"]}
    home.patch("ada", allowed_sensitive_topics=["gambling", "death-and-grief"])
    allowed = {item.item_id: item for item in home.recommend("ada", limit=100).items}
    assert hidden <= allowed.keys()
    assert allowed["i400"].sensitive
    assert not any("Gambling" in item.label for item in allowed.values())


def test_similar_items_share_the_tag_that_is_named(home):
    answer = home.similar(item_id="i000", limit=5)
    assert [item["label"] for item in answer["items"]] == ["Also about Rust"] * 5
    assert "i000" not in [item["item_id"] for item in answer["items"]]
    text = home.similar(text="telescope galaxies planets", limit=3)
    assert all("astronomy" in item["title"] for item in text["items"])


def test_without_a_snapshot_the_service_says_what_to_do(tmp_path, open_household):
    with open_household(tmp_path) as home, pytest.raises(SnapshotMissingError, match="rebuild-index"):
        home.recommend("ada")


def test_a_snapshot_of_another_encoder_is_refused_and_the_present_one_serves_on(home, an_item):
    serving = home.service.snapshot_swap.current
    home.encoder = HashingEncoder(32)
    home.publish([an_item(number) for number in range(12)])
    assert home.service.snapshot_swap.current is serving
    assert "encoder" in home.service.readiness()["reasons"][0]


def test_an_event_that_is_stored_and_not_learned_yet_counts_once_though_its_item_is_replaced(
    home, an_item, an_event, monkeypatch
):
    append, stored = home.stores.events.append, asyncio.Event()

    async def slowly(*given):
        appended = await append(*given)
        stored.set()
        await asyncio.sleep(0.3)
        return appended

    async def both():
        sent = asyncio.create_task(home.service.ingest([an_event(1, "ada", "i000")]))
        await stored.wait()
        await asyncio.gather(sent, home.service.upsert_items([an_item(0, title="rust anew")]))

    monkeypatch.setattr(home.stores.events, "append", slowly)
    home.loop.run_until_complete(both())
    assert home.profile("ada")["signals"]["positive"] == 1


def test_one_answers_impressions_sent_again_under_new_ids_rest_no_item(home, an_event):
    slate = home.recommend("ada")
    for time in range(3):
        sent = [
            an_event(f"{time}-{item.item_id}", "ada", item.item_id, "impression").model_copy(
                update={"recommendation_id": slate.recommendation_id}
            )
            for item in slate.items
        ]
        assert set(home.ingest(*sent)) == {"duplicate" if time else "accepted"}
    again = {item.item_id for item in home.recommend("ada").items}
    assert len(again & {item.item_id for item in slate.items}) >= 5


def test_another_event_under_an_id_that_is_taken_is_told_and_teaches_nothing(home, an_event):
    assert home.ingest(an_event(1, "ada", "i000"), an_event(1, "ada", "i001")) == ["accepted", "conflict"]
    (result,) = home.loop.run_until_complete(home.service.ingest([an_event(1, "ada", "i002", "save")]))
    assert (result.status, result.field) == ("conflict", "event_id")
    assert "another item_id and type was stored before" in result.message
    assert home.profile("ada")["signals"]["positive"] == 1


def test_anothers_event_under_the_same_id_counts_for_them_and_tells_nothing(home, an_event):
    assert home.ingest(an_event(1, "ada", "i000"), an_event(1, "bob", "i001", "save")) == ["accepted", "accepted"]
    assert home.ingest(an_event(1, "eve", "i001", "save")) == ["accepted"]
    assert [home.profile(user)["signals"]["positive"] for user in ("ada", "bob", "eve")] == [1, 1, 1]
