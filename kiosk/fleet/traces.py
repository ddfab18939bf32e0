"""Traces for OpenTelemetry, where a collector is configured: one span a request of a page. The library is an optional
dependency (`pip install library-kiosk[traces]`) and is imported only then.

A span has the page's pattern, the method and the status; no address, no name, no question: who looked at what is the
trail's. Source: OpenTelemetry, "Semantic conventions for HTTP spans" 1.23 (stable), server spans.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SERVICE = "kiosk-fleet"
PATTERN = "kiosk.page"
"""Where a page leaves its pattern in the request's scope."""
TIMEOUT_S = 5
SERVER_ERROR = 500


class NoLibrary(Exception):
    """A collector is configured, and the library is not installed; the text says what to do."""


class Record(Protocol):
    """Where one request that has ended is told: its method, pattern and status, and when it began in ns since 1970."""

    def __call__(self, method: str, pattern: str, status: int, began_ns: int) -> None: ...


def recording(endpoint: str, version: str) -> tuple[Record, Callable[[], None]]:
    """Tell the collector at `endpoint`; and what ends that, with what is not sent yet. Raises `NoLibrary`."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import SpanKind, StatusCode
    except ImportError as missing:
        raise NoLibrary(f"traces.endpoint: {missing.name} is missing; pip install library-kiosk[traces]") from None
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE, "service.version": version}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=TIMEOUT_S)))
    tracer = provider.get_tracer(SERVICE, version)

    def record(method: str, pattern: str, status: int, began_ns: int) -> None:
        told: dict[str, str | int] = {"http.request.method": method, "http.response.status_code": status}
        name = f"{method} {pattern}" if pattern else method
        if pattern:
            told["http.route"] = pattern
        span = tracer.start_span(name, kind=SpanKind.SERVER, attributes=told, start_time=began_ns)
        if status >= SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
        span.end()

    return record, provider.shutdown


class Traced:
    """The application, with a span for each request that ends; the stream of changes is none."""

    def __init__(self, app: ASGIApp, record: Record, now_ns: Callable[[], int]) -> None:
        self._app, self._record, self._now_ns = app, record, now_ns

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/changes":
            await self._app(scope, receive, send)
            return
        began_ns, status = self._now_ns(), SERVER_ERROR

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            self._record(scope["method"], str(scope.get(PATTERN, "")), status, began_ns)
