"""Traces come to a collector over HTTP, and tell nothing of who looked at what."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from kiosk.fleet.traces import NoLibrary, recording
from tests.fleet.house import FleetProcess
from tests.uplink.conftest import RunningBroker


class Collector:
    """What an OpenTelemetry collector does: takes POSTs of protobuf."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *told: object) -> None:  # noqa: A002 - the base class's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1/traces"


@pytest.fixture
def collector() -> Iterator[Collector]:
    one = Collector()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_pages_are_told_by_their_pattern_alone(broker: RunningBroker, collector: Collector, tmp_path: Path) -> None:
    settings = {"traces.endpoint": f'"{collector.endpoint}"'}
    fleet = FleetProcess(f"sqlite:///{tmp_path / 'fleet.sqlite'}", broker.port, tmp_path / "fleet.log", settings)
    fleet.account()
    fleet.start()
    client = fleet.signed_in()
    assert client.get("/alarms").status_code == 200
    assert client.get("/station/main/a-secret-place?q=somebody").status_code == 404
    assert fleet.stop() == 0  # what is not sent yet is sent now
    spans = {}
    for body in collector.bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            assert names["service.name"] == "kiosk-fleet"
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                told = {one.key: one.value.string_value or one.value.int_value for one in span.attributes}
                spans[span.name] = told["http.response.status_code"]
                assert span.end_time_unix_nano >= span.start_time_unix_nano > 0
    assert spans["GET /alarms"] == 200
    assert spans["GET /station/{site}/{station}"] == 404
    for word in ("a-secret-place", "somebody", "127.0.0.1"):
        assert all(word.encode() not in body for body in collector.bodies)


def test_without_a_collector_the_library_is_not_even_imported() -> None:
    look = "import sys, kiosk.fleet.process; print([one for one in sys.modules if one.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_where_the_library_is_missing_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    with pytest.raises(NoLibrary, match=r"pip install library-kiosk\[traces\]"):
        recording("http://127.0.0.1:4318/v1/traces", "0")
