"""Traces: what a collector receives of requests and stages, what it does not, and what becomes of the rest."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from pydantic import ValidationError

from app.insights.meters import Meters
from app.insights.settings import InsightsSettings
from app.insights.telemetry.opening import TelemetryMissingError, open_tracing
from app.insights.telemetry.settings import TelemetrySettings
from app.insights.telemetry.stages import STAGES, note_stages
from app.insights.telemetry.tracing import Tracing
from app.main import create_app
from app.pipeline.slate import StageTrace
from app.settings import Settings

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PERSON, WORDS = "person-4711", "a secret wish"


class Collector(ThreadingHTTPServer):
    """Takes OTLP over HTTP as a collector does, and keeps what came; `status` is what it answers."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[Any] = []
        self.paths: list[str] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Post)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def resources(self) -> list[Any]:
        return [each for body in self.bodies for each in ExportTraceServiceRequest.FromString(body).resource_spans]

    @property
    def spans(self) -> list[Span]:
        return [span for each in self.resources for scope in each.scope_spans for span in scope.spans]


class _Post(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        self.server.headers.append(self.headers)
        self.server.bodies.append(body)
        self.send_response(self.server.status)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def tracing(collector) -> Iterator[Callable[..., tuple[Tracing, Meters]]]:
    opened: list[Tracing] = []

    def open_(**settings: Any) -> tuple[Tracing, Meters]:
        meters = Meters()
        found = open_tracing(TelemetrySettings(**{"endpoint": collector.endpoint, "ratio": 1.0} | settings), meters)
        assert found is not None
        opened.append(found)
        return found, meters

    yield open_
    for each in opened:
        each.close()


def request(tracing: Tracing, traceparent: str | None = None, status: int = 200) -> None:
    trace = tracing.begin(traceparent)
    trace.end(("recommend", "GET", status), time.perf_counter() - 0.01, 0.01)


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory, open_household, an_item):
    folder = tmp_path_factory.mktemp("traced")
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(30)])
    return home


def served(home: Any, endpoint: str | None) -> TestClient:
    telemetry = TelemetrySettings(endpoint=endpoint, ratio=1.0)
    settings = Settings(
        data_dir=home.settings.data_dir, as_of=home.settings.as_of, insights=InsightsSettings(telemetry=telemetry)
    )
    return TestClient(create_app(settings, home.encoder), base_url="http://127.0.0.1", client=("127.0.0.1", 5000))


def test_a_request_is_a_span_and_each_stage_of_its_slate_a_child(catalogue, collector):
    with served(catalogue, collector.endpoint) as client:
        began = time.time_ns()
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"x={PERSON}"}
        answer = client.get("/recommend", params={"user_id": PERSON, "debug": True}, headers=headers)
        ended = time.time_ns()
        found = client.get("/similar", params={"text": WORDS, "user_id": PERSON})
        missing = client.get(f"/items/{PERSON}")
    assert (answer.status_code, found.status_code, missing.status_code) == (200, 200, 404)
    whole, similar, item = (span for span in collector.spans if span.kind == Span.SPAN_KIND_SERVER)
    assert (whole.name, similar.name, item.name) == ("recommend", "similar", "get_item")
    assert (whole.trace_id.hex(), whole.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(whole) == {
        "penchant.operation": "recommend",
        "http.request.method": "GET",
        "http.response.status_code": 200,
    }
    assert attributes(item)["http.response.status_code"] == 404
    stages = [span for span in collector.spans if span.kind == Span.SPAN_KIND_INTERNAL]
    told = answer.json()["trace"]
    assert [span.name for span in stages] == [each["stage"] for each in told]
    for span, each in zip(stages, told, strict=True):
        assert (span.trace_id, span.parent_span_id) == (whole.trace_id, whole.span_id)
        assert span.end_time_unix_nano - span.start_time_unix_nano == round(each["ms"] * 1e6)
        assert attributes(span) == {"penchant.rows_in": each["n_in"], "penchant.rows_out": each["n_out"]}
    moments = [whole.start_time_unix_nano, *(span.start_time_unix_nano for span in stages)]
    moments += [stages[-1].end_time_unix_nano, whole.end_time_unix_nano]
    assert moments == sorted(moments)
    assert began - 1e6 <= moments[0] <= moments[-1] <= ended + 1e6
    sent = b"".join(collector.bodies)
    assert not [word for word in (PERSON, WORDS, answer.json()["recommendation_id"]) if word.encode() in sent]


def test_spans_come_in_batches_under_the_name_of_the_service(collector, tracing, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shelf")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20of-a-key")
    traces, meters = tracing()
    for _ in range(20):
        request(traces)
    assert not collector.bodies
    traces.close()
    assert (len(collector.bodies), len(collector.spans), collector.paths) == (1, 20, ["/v1/traces"])
    (resource,) = collector.resources
    named = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert named["service.name"] == "shelf"
    assert collector.headers[0]["Authorization"] == "Bearer of-a-key"
    assert meters.spans == {"exported": 20}


def test_spans_are_sent_without_being_asked(collector, tracing):
    traces, _ = tracing(flush_seconds=0.05)
    request(traces)
    until = time.monotonic() + 10
    while not collector.spans and time.monotonic() < until:
        time.sleep(0.01)
    assert len(collector.spans) == 1


def test_a_share_of_requests_is_traced_and_a_callers_decision_is_followed(collector, tracing):
    traces, _ = tracing(ratio=0.25)
    for _ in range(400):
        request(traces)
    for number in range(1, 21):
        request(traces, f"00-{number:032x}-{PARENT}-00")
        request(traces, f"00-{'f' * 29}{number:03x}-{PARENT}-01")
    request(traces, "no traceparent")
    traces.close()
    followed = [span for span in collector.spans if span.parent_span_id.hex() == PARENT]
    assert len(followed) == 20
    assert all(span.trace_id.hex().startswith("f" * 29) for span in followed)
    assert 50 < len(collector.spans) - 20 < 160


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 0), (500, 2), (0, 2)])
def test_what_failed_here_is_an_error(collector, tracing, status, code):
    traces, _ = tracing()
    request(traces, status=status)
    traces.close()
    assert [span.status.code for span in collector.spans] == [code]


def test_what_has_no_room_is_lost_whole_and_counted(tracing, caplog):
    traces, meters = tracing(most_waiting=512, flush_seconds=60.0)
    traces.room(505)  # as if so many waited
    trace = traces.begin(None)
    note_stages(time.perf_counter(), [StageTrace("filter", 3, 2, 0.1)] * 7)
    trace.end(("recommend", "GET", 200), time.perf_counter(), 0.0)
    request(traces)
    traces.close()
    assert meters.spans == {"no_room": 8, "exported": 1}
    assert len([record for record in caplog.records if "are lost" in record.message]) == 1
    assert "1 spans were sent, 0 could not be, and for 8 there was no room" in caplog.text


def test_what_the_collector_refuses_is_counted_and_the_end_does_not_wait_long(collector, tracing, caplog):
    collector.status = 503
    traces, meters = tracing(timeout_seconds=100.0)
    request(traces)
    began = time.monotonic()
    traces.close()
    assert meters.spans == {"failed": 1}
    assert time.monotonic() - began < 60
    assert "0 spans were sent, 1 could not be" in caplog.text


def test_a_redirect_is_not_followed_and_what_was_sent_to_it_is_counted_as_lost(collector, tracing, caplog):
    collector.status = 308
    traces, meters = tracing()
    request(traces)
    traces.close()
    assert (len(collector.bodies), meters.spans) == (1, {"failed": 1})
    assert "reason: TooManyRedirects" in caplog.text


@pytest.mark.parametrize("header", ["authorization Bearer of-a-key", "authorization=of-a-key%0Asecond"])
def test_no_header_is_logged(tracing, caplog, monkeypatch, header):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", header)
    traces, _ = tracing()
    request(traces)
    traces.close()
    assert caplog.records
    assert "of-a-key" not in caplog.text


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://collector:4318",
        "ftp://localhost",
        "localhost:4318",
        "https://",
        "https://u:hidden@c.example",
        "https://c.example/?k=hidden",
    ],
)
def test_a_collector_elsewhere_is_reached_by_https_alone_and_no_secret_stands_in_its_address(endpoint):
    with pytest.raises(ValidationError, match=r"https nor http on this machine|OTEL_EXPORTER_OTLP_HEADERS"):
        TelemetrySettings(endpoint=endpoint)


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://[::1]:4318/", "http://[::1]:4318/v1/traces"),
        ("https://c.example/otlp/v1/traces", "https://c.example/otlp/v1/traces"),
    ],
)
def test_the_endpoint_may_be_given_with_and_without_the_path(endpoint, address):
    assert TelemetrySettings(endpoint=endpoint).address == address


def test_without_an_endpoint_nothing_is_traced(catalogue):
    with served(catalogue, None) as client:
        assert client.get("/recommend", params={"user_id": PERSON}).status_code == 200
        assert "penchant_spans_total" not in client.get("/metrics").text
    assert STAGES.get() is None


def test_without_an_endpoint_nothing_of_opentelemetry_is_loaded():
    code = """
import sys
from app.insights.meters import Meters
from app.insights.telemetry.opening import open_tracing
from app.insights.telemetry.settings import TelemetrySettings
import app.api.request_log, app.insights.answer_log
assert open_tracing(TelemetrySettings(), Meters()) is None
sys.exit(", ".join(name for name in sys.modules if name.startswith("opentelemetry.")) or 0)
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[4]
    )
    assert ended.returncode == 0, ended.stderr


def test_a_missing_package_is_named_with_its_mend(monkeypatch):
    monkeypatch.delitem(sys.modules, "app.insights.telemetry.tracing")
    monkeypatch.delitem(sys.modules, "app.insights.telemetry.exporter")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TelemetryMissingError, match=r"pip install 'penchant\[telemetry\]'"):
        open_tracing(TelemetrySettings(endpoint="http://localhost:4318"), Meters())
