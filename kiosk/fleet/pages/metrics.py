"""Figures for Prometheus, in its text format (exposition formats, 0.0.4)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from starlette.responses import Response

from kiosk.fleet.alarms import State
from kiosk.fleet.pages.book import Parts
from kiosk.web.forms import NO_STORE

KIND = "text/plain; version=0.0.4; charset=utf-8"


def metrics_answer(parts: Parts, authorization: str) -> Response:
    """The figures, for whoever shows the token."""
    token = parts.metrics_token
    if token is None or not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return Response("", 401, NO_STORE | {"www-authenticate": "Bearer"})
    return Response("\n".join(_lines(parts)) + "\n", 200, NO_STORE, KIND)


def _lines(parts: Parts) -> Iterator[str]:
    fleet, counts = parts.fleet, parts.watch.counts
    yield from _one("kiosk_fleet_messages_total", "counter", counts.messages)
    yield from _one("kiosk_fleet_dropped_total", "counter", counts.dropped)
    yield from _one("kiosk_fleet_commits_total", "counter", counts.commits)
    yield from _one("kiosk_fleet_waiting", "gauge", parts.watch.waiting())
    yield from _one("kiosk_fleet_broker_up", "gauge", int(fleet.listening_since is not None))
    yield from _one("kiosk_fleet_store_up", "gauge", int(counts.store_works))
    yield "# TYPE kiosk_fleet_alarms gauge"
    states = [running.alarm.state for running in list(fleet.alarms.values())]
    for state in (State.ACTIVE, State.ACKNOWLEDGED, State.SHELVED):
        yield f'kiosk_fleet_alarms{{state="{state.value}"}} {states.count(state)}'
    shown = list(fleet.shown.values())
    yield "# TYPE kiosk_station_level gauge"
    for one in shown:
        yield f"kiosk_station_level{_of(one.known.station.site, one.known.station.station)} {int(one.level)}"
    for name, field in (
        ("kiosk_station_outbox_facts", "outbox"),
        ("kiosk_station_temperature_celsius", "temperature_c"),
        ("kiosk_station_disk_free_kilobytes", "disk_free_kb"),
        ("kiosk_station_clock_offset_milliseconds", "clock_offset_ms"),
        ("kiosk_station_uptime_seconds", "uptime_s"),
    ):
        yield f"# TYPE {name} gauge"
        for one in shown:
            value = None if one.known.health is None else getattr(one.known.health, field)
            if value is not None:
                yield f"{name}{_of(one.known.station.site, one.known.station.station)} {value}"


def _one(name: str, kind: str, value: int) -> Iterator[str]:
    yield f"# TYPE {name} {kind}"
    yield f"{name} {value}"


def _of(site: str, station: str) -> str:
    """Names of sites and stations need no escape: they are of a-z, 0-9 and dash."""
    return f'{{site="{site}",station="{station}"}}'
