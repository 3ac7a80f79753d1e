"""After an erasure: what arrives late is refused for a while, and items that name the person are told."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from app.errors import ErasedError, ForbiddenError
from app.person.erasure.byte_search import sweep
from scripts.cli import app

MAKER = 'mara "m"/7@example.org'


def results(home, *events):
    return home.loop.run_until_complete(home.service.ingest(events))


def test_what_a_queue_delivers_once_more_is_refused_and_leaves_nothing(home, an_event, tmp_path):
    event = an_event(1, MAKER, "i000")
    home.ingest(event)
    receipt = home.erase(MAKER)
    assert receipt["refused_until"] == (home.settings.as_of + timedelta(days=30)).isoformat()
    [late] = results(home, event)
    assert (late.status, late.field) == ("rejected", "user_id")
    assert "was erased on 2026-03-01" in late.message
    assert "2026-03-31" in late.message
    assert not home.profile(MAKER)["known"]
    assert home.ingest(an_event(2, "somebody", "i000")) == ["accepted"]
    assert sweep(tmp_path, MAKER).hits == ()


def test_whatever_would_keep_something_of_them_is_refused(home, an_event):
    home.ingest(an_event(1, MAKER, "i000"), an_event(2, "session", "i001"))
    home.erase(MAKER)
    topic = home.service.snapshot_swap.current.catalogue.topic_slugs[0]
    for call in (
        lambda: home.patch(MAKER, goals=["sail"]),
        lambda: home.switch(MAKER, enabled=False),
        lambda: home.wish(MAKER, topic, "more"),
        lambda: home.reset(MAKER),
        lambda: home.merge(MAKER, "session"),
        lambda: home.merge("other", MAKER),
    ):
        with pytest.raises(ErasedError, match="was erased on"):
            call()
    assert not home.profile(MAKER)["known"]
    assert not any(home.erase(MAKER)["deleted"].values())
    assert not home.recommend(MAKER).personalized


def test_who_comes_back_is_taken_in_with_what_they_do_from_then_on(home, an_event):
    home.ingest(an_event(1, MAKER, "i000"))
    home.erase(MAKER)
    assert home.take_back(MAKER) == {
        "user_id": MAKER,
        "was_erased": True,
        "refused_before": home.settings.as_of.isoformat(),
    }
    assert home.ingest(an_event(1, MAKER, "i000"), an_event(3, MAKER, "i001", days_ago=0)) == ["rejected", "accepted"]
    assert home.patch(MAKER, goals=["sail"])["explicit"]["goals"] == ["sail"]
    assert home.take_back(MAKER)["refused_before"]
    assert home.take_back("never-came") == {"user_id": "never-came", "was_erased": False, "refused_before": None}


def test_a_token_from_before_does_not_bring_them_back(home, an_event):
    home.ingest(an_event(1, MAKER, "i000"))
    home.erase(MAKER)
    now = home.settings.as_of.timestamp()
    for issued_at in (now - 60, now):
        with pytest.raises(ForbiddenError, match="before the person was erased"):
            home.loop.run_until_complete(home.service.person.take_back(MAKER, issued_at))
    home.loop.run_until_complete(home.service.person.take_back(MAKER, now + 1))
    assert home.ingest(an_event(3, MAKER, "i001", days_ago=0)) == ["accepted"]


def test_it_outlives_a_restart_and_ends_with_its_time(tmp_path, open_household, an_item, an_event):
    items = [an_item(number) for number in range(12)]
    with open_household(tmp_path, control={"refused_days": 2}) as home:
        home.publish(items)
        home.ingest(an_event(1, MAKER, "i000"), an_event(2, "session", "i001"))
        home.merge(MAKER, "session")
        home.erase(MAKER)
        now = home.settings.as_of
    for days, status in ((1.9, "rejected"), (2.1, "accepted")):
        with open_household(tmp_path, as_of=now + timedelta(days=days)) as later:
            later.publish(items)
            late = [an_event(10 * days + n, user, "i002") for n, user in enumerate((MAKER, "session"))]
            assert later.ingest(*late) == [status] * 2


def test_it_can_be_switched_off(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, control={"refused_days": 0}) as home:
        home.publish([an_item(number) for number in range(12)])
        home.erase(MAKER)
        assert home.ingest(an_event(1, MAKER, "i000")) == ["accepted"]


def test_items_that_name_an_erased_person_are_counted_and_stay(tmp_path, open_household, an_item, an_event):
    naming = {1: {"provider": MAKER}, 2: {"attributes": {"author_id": MAKER}}, 3: {"tags": [MAKER.lower()]}}
    with open_household(tmp_path) as home:
        home.publish([an_item(number, **naming.get(number, {})) for number in range(12)])
        home.put(an_item(20, provider=MAKER), an_item(1, text="Said by Mara."), an_item(2, title="Now by nobody"))
        home.ingest(an_event(1, MAKER, "i000"))
        receipt = home.erase(MAKER)["items"]
        assert receipt["item_ids"] == ["i003", "i020"]
        assert receipt["count"] == 2
        assert "stays with the item" in receipt["statement"]
        assert home.service.get_item("i020")
        assert home.erase("nobody-at-all")["items"]["count"] == 0
    answer = CliRunner().invoke(app, ["verify-erasure", MAKER], env={"PENCHANT_DATA_DIR": str(tmp_path)})
    assert answer.exit_code == 0
    assert "items.documents.payload.npy, of these 3 in items of the catalogue" in answer.stderr
    assert "found 1 times in penchant.duckdb, of these 1 in items" in answer.stderr
    assert "All of it stands in items of the catalogue" in answer.stdout


def test_what_stands_elsewhere_besides_fails_the_proof(tmp_path):
    (tmp_path / "penchant.duckdb").write_bytes(b'{"provider":"person-7"} and person-7 again')
    answer = CliRunner().invoke(app, ["verify-erasure", "person-7"], env={"PENCHANT_DATA_DIR": str(tmp_path)})
    assert answer.exit_code == 1
    assert "found 2 times in penchant.duckdb, of these 1 in items of the catalogue" in answer.stderr
