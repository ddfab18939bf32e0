"""Alarms of the gates in figures: by day, by gate, and by why they rang. A gate that rings falsely is seen by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from kiosk.central.counting import Counted, Period
from kiosk.central.store.gate_tables import gate_alarms
from kiosk.model.gate_facts import AlarmState

ALARMS, FALSE, OPEN = range(3)
"""Places of the figures of a line: settled ones, those that staff called false, and those that nobody has settled."""


def by_day(connection: Connection, period: Period) -> list[Counted]:
    """Each day, those without any too."""
    days = [day.isoformat() for day in period.days()]
    return _lines(connection, period, days, lambda at, _station, _gate, _kind: at.date().isoformat())


def by_gate(connection: Connection, period: Period) -> list[Counted]:
    """Each gate, under its controller's name and its own."""
    return _lines(connection, period, [], lambda _at, station, gate, _kind: f"{station} {gate}")


def by_kind(connection: Connection, period: Period) -> list[Counted]:
    """Why they rang, by the code of their first item."""
    return _lines(connection, period, [], lambda _at, _station, _gate, kind: kind)


def _lines(
    connection: Connection,
    period: Period,
    names: Sequence[str],
    name_of: Callable[[datetime, str, str, str], str],
) -> list[Counted]:
    begins, ends = period.bounds
    columns = (
        gate_alarms.c.raised_at,
        gate_alarms.c.station,
        gate_alarms.c.gate,
        gate_alarms.c.kind,
        gate_alarms.c.state,
    )
    query = select(*columns).where(gate_alarms.c.raised_at >= begins, gate_alarms.c.raised_at < ends)
    sums = {name: [0, 0, 0] for name in names}
    zone = ZoneInfo(period.zone)
    for raised_at, station, gate, kind, state in connection.execute(query):
        line = sums.setdefault(name_of(raised_at.astimezone(zone), station, gate, kind), [0, 0, 0])
        line[_place(state)] += 1
    ordered = sums.items() if names else sorted(sums.items())
    return [Counted(name, tuple(figures)) for name, figures in ordered]


def _place(state: str) -> int:
    if state == AlarmState.FALSE:
        return FALSE
    return ALARMS if state == AlarmState.CLEARED else OPEN
