"""Figures over HTTP: reports as JSON and CSV, and what Prometheus reads."""

import csv
import io
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from app.access.caller import Scope
from app.access.keyfile import KeyFile
from app.main import create_app
from app.settings import Settings

CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
impression = { why = "test", keep_days = 100 }
like = { why = "test", keep_days = 100 }
[served]
why = "test"
keep_days = 100
[attributes]
age = { why = "test" }
[segments]
age = { why = "test" }
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory, open_household, an_item):
    """A service on which Ann was served ten items, saw the first two, and liked one."""
    folder = tmp_path_factory.mktemp("served")
    charter = folder / "charter.toml"
    charter.write_text(CHARTER)
    with open_household(folder, charter=charter) as home:
        home.publish([an_item(number) for number in range(30)])
    ring = KeyFile(folder)
    keys = {
        "operator": ring.change(lambda keys: keys.with_key("ops", (), datetime.now(UTC))),
        "metrics": ring.change(lambda keys: keys.with_key("prometheus", (Scope.METRICS,), datetime.now(UTC))),
        "recommend": ring.change(lambda keys: keys.with_key("site", (Scope.RECOMMEND,), datetime.now(UTC))),
    }
    app = create_app(Settings(data_dir=folder, as_of=home.settings.as_of, charter=charter), home.encoder)
    with TestClient(app, headers={"X-API-Key": keys["operator"]}) as client:
        slate = client.get("/recommend", params={"user_id": "ann", "limit": 10}).json()
        answer = slate["recommendation_id"]
        event = {"user_id": "ann", "recommendation_id": answer, "occurred_at": "2026-03-01T12:00:00Z"}
        first, second = (item["item_id"] for item in slate["items"][:2])
        client.post(
            "/events",
            json=[
                event | {"event_id": "1", "item_id": first, "type": "impression"},
                event | {"event_id": "2", "item_id": second, "type": "impression"},
                event | {"event_id": "3", "item_id": first, "type": "like"},
                event | {"event_id": "3", "item_id": first, "type": "like"},
            ],
        )
        client.keys = keys
        yield client


def test_a_report(client):
    told = client.get("/insights/metrics").json()
    figures = {each["metric"]: each for each in told["metrics"]}
    assert (told["from"], told["to"], told["by"]) == ("2026-02-02", "2026-03-01", "all")
    assert figures["engagement_rate"] == {
        "metric": "engagement_rate",
        "bucket": "all",
        "value": 0.5,
        "numerator": 1,
        "denominator": 2,
        "people": 1,
    }
    assert figures["catalogue_coverage"]["denominator"] == 30
    assert figures["floor_compliance"]["value"] == figures["label_compliance"]["value"] == 1.0


def test_the_same_as_csv(client):
    answer = client.get("/insights/metrics", params={"format": "csv", "by": "day", "from": "2026-03-01"})
    rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    assert answer.headers["content-type"].startswith("text/csv")
    assert rows["engagement_rate"] == {
        "by": "day",
        "metric": "engagement_rate",
        "bucket": "2026-03-01",
        "value": "0.5",
        "numerator": "1",
        "denominator": "2",
        "people": "1",
    }


def test_a_segment_of_few_people_is_withheld(client):
    told = client.get("/insights/metrics", params={"by": "segment:age"}).json()
    assert told["metrics"] == []
    assert told["withheld_buckets"] == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"by": "weather"}, "by"),
        ({"by": "segment:income"}, "by"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "2020-01-01"}, "from"),
    ],
)
def test_what_cannot_be_told_is_refused_by_field(client, asked, field):
    answer = client.get("/insights/metrics", params=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_prometheus_reads_what_was_counted(client):
    answer = client.get("/metrics", headers={"X-API-Key": client.keys["metrics"]})
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["penchant_events_total", ("status", "accepted"), ("type", "impression")] == 2
    assert samples["penchant_events_total", ("status", "duplicate"), ("type", "like")] == 1
    assert samples["penchant_request_seconds_count", ("operation", "recommend"), ("status", "200")] == 1
    assert samples["penchant_stage_seconds_count", ("stage", "scorer")] == 1
    assert samples[("penchant_people",)] == 1
    assert samples[("penchant_served_log_dropped_total",)] == 0
    assert samples[("penchant_snapshot_age_seconds",)] >= 0
    assert "ann" not in answer.text


def test_who_may_read_them(client):
    for key, path, status in (("recommend", "/metrics", 403), ("metrics", "/insights/metrics", 403)):
        assert client.get(path, headers={"X-API-Key": client.keys[key]}).status_code == status
    assert client.get("/metrics", headers={"X-API-Key": ""}).status_code == 401
