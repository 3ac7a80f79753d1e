"""What happens to the catalogue, the index and guardrails is told to whom the settings name, and to nobody else."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from app.alerts.finding import Finding
from app.clock import Clock
from app.errors import WebhookNotFoundError
from app.webhooks.settings import HookSettings
from app.webhooks.webhooks import Webhooks

SECRET = "a secret of sixteen and more"  # noqa: S105 - of this test


def waiting(home, name="shop"):
    """Type and content of what waits to be told, oldest first."""
    folder = home.settings.data_dir / "webhooks" / name / "outbox"
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


@pytest.fixture
def told(tmp_path, open_household, an_item):
    hooks = {
        "shop": {"url": "https://shop.example.org/hook", "secret": SECRET},
        "search": {"url": "https://search.example.org/", "secret": SECRET, "messages": ["item.removed"]},
    }
    with open_household(tmp_path, webhooks=hooks) as home:
        home.publish([an_item(number) for number in range(12)])
        yield home


def test_items_are_told_by_what_became_of_them(told, an_item):
    told.put(an_item(3, title="Told anew"), an_item(50), an_item(50))
    told.delete("i001")
    messages = waiting(told)
    assert [(each["type"], each.get("item_ids")) for each in messages] == [
        ("snapshot.activated", None),
        ("item.added", ["i050"]),
        ("item.changed", ["i003"]),
        ("item.removed", ["i001"]),
    ]
    assert messages[0]["snapshot"] == told.snapshots.current_id()
    assert datetime.fromisoformat(messages[0]["at"]).tzinfo is not None
    assert [each["item_ids"] for each in waiting(told, "search")] == [["i001"]]


def test_a_catalogue_that_begins_over_http_is_told_too(tmp_path, open_household, an_item):
    hooks = {"shop": {"url": "https://shop.example.org/hook", "secret": SECRET, "messages": ["item.added"]}}
    with open_household(tmp_path, webhooks=hooks) as home:
        home.put(*(an_item(number) for number in range(3)))
        assert [each["item_ids"] for each in waiting(home)] == [["i000", "i001", "i002"]]


def test_many_items_are_several_messages(tmp_path):
    hook = HookSettings(url="https://shop.example.org/", secret=SECRET)
    hooks = Webhooks({"shop": hook}, tmp_path, Clock(datetime(2026, 3, 1, tzinfo=UTC)))
    asyncio.run(hooks.tell_of_items({"item.added": [f"i{n}" for n in range(2_500)], "item.changed": []}))
    assert hooks.payload()[0]["waiting"] == 3


def test_a_snapshot_that_is_refused_is_told_with_what_serves(told, an_item):
    former = told.snapshots.current_id()
    serving = told.publish([an_item(number) for number in range(20)])
    next((told.snapshots.folder / former).glob("vectors.content.*")).write_bytes(b"damaged")
    told.snapshots.activate(former)
    told.loop.run_until_complete(told.service.snapshot_swap.refresh())
    refused = [each for each in waiting(told) if each["type"] == "snapshot.refused"]
    assert [(each["snapshot"], each["serving"]) for each in refused] == [(former, serving)]
    assert "vectors.content" in refused[0]["why"]


def test_alerts_are_told_as_they_begin_and_end(told, monkeypatch):
    watch = told.service.watch
    for firing in (True, False):
        found = Finding("recall_low", firing, "Searches find too little.", 0.5, 0.95)
        monkeypatch.setattr(watch, "_findings", lambda _now, found=found: [found])
        told.loop.run_until_complete(watch.look())
    alerts = [each for each in waiting(told) if each["type"].startswith("alert.")]
    assert [(each["type"], each["alert"]["name"]) for each in alerts] == [
        ("alert.fired", "recall_low"),
        ("alert.resolved", "recall_low"),
    ]


def test_what_is_told_arrives_and_how_it_stands_is_counted(tmp_path, open_household, an_item, receive):
    taking, refusing = receive(), receive(refusals=99)
    hooks = {
        "good": {"url": taking.url, "secret": SECRET},
        "bad": {"url": refusing.url, "secret": SECRET, "attempts": 1, "messages": ["item.added"]},
    }
    with open_household(tmp_path, webhooks=hooks) as home:
        home.publish([an_item(number) for number in range(12)])
        home.put(an_item(70))

        async def send():
            sending = asyncio.create_task(home.service.webhooks.forever())
            await asyncio.wait([sending], timeout=0.4)
            sending.cancel()

        home.loop.run_until_complete(send())
        assert [json.loads(body)["type"] for _, body in taking.got] == ["snapshot.activated", "item.added"]
        good, bad = home.service.webhooks.payload()
        assert (good["sent"], good["given_up"], good["problem"]) == (2, 0, None)
        assert (bad["sent"], bad["given_up"], bad["problem"]) == (0, 1, "status 503")
        samples = {
            (one.name, one.labels["webhook"]): one.value
            for each in home.service.webhooks.collect()
            for one in each.samples
        }
        assert samples["penchant_webhook_given_up", "bad"] == 1
        assert home.service.webhooks.again("bad") == 1
        with pytest.raises(WebhookNotFoundError):
            home.service.webhooks.again("nobody")
