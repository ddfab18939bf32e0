"""How each gate stands, from what it has told: for the staff console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, select, union

from kiosk.central.store.gate_tables import gate_alarms, gate_checks, gate_gaps
from kiosk.central.store.tables import visits
from kiosk.model.gate_facts import AlarmState

OPEN_STATES = (AlarmState.RAISED.value, AlarmState.SEEN.value)


@dataclass(frozen=True, slots=True)
class GateStands:
    """One gate."""

    station: str
    gate: str
    open_alarms: int
    alarms: int
    """In the time that was asked for."""
    unwatched_since: datetime | None
    """None while somebody watches."""
    unwatched: timedelta
    """Altogether in that time."""
    gaps: int
    check: Row[tuple[object, ...]] | None
    """The last morning check."""


def gates_stand(connection: Connection, begins: datetime, now: datetime) -> list[GateStands]:
    """Every gate that has ever told something; figures of the time from `begins` until `now`."""
    told = union(*(select(of.c.station, of.c.gate).distinct() for of in (gate_alarms, gate_gaps, gate_checks, visits)))
    names = connection.execute(told.order_by("station", "gate")).all()
    return [_stands(connection, row.station, row.gate, begins, now) for row in names]


def _stands(connection: Connection, station: str, gate: str, begins: datetime, now: datetime) -> GateStands:
    of_it = (gate_alarms.c.station == station, gate_alarms.c.gate == gate)
    alarms = select(func.count()).select_from(gate_alarms).where(*of_it)
    gaps = connection.execute(
        select(gate_gaps.c.since, gate_gaps.c.until).where(
            gate_gaps.c.station == station,
            gate_gaps.c.gate == gate,
            gate_gaps.c.until.is_(None) | (gate_gaps.c.until >= begins),
        )
    ).all()
    check = (
        select(gate_checks)
        .where(gate_checks.c.station == station, gate_checks.c.gate == gate)
        .order_by(gate_checks.c.at.desc())
        .limit(1)
    )
    lengths = [(gap.until or now) - max(gap.since, begins) for gap in gaps]
    return GateStands(
        station,
        gate,
        connection.scalar(alarms.where(gate_alarms.c.state.in_(OPEN_STATES))) or 0,
        connection.scalar(alarms.where(gate_alarms.c.raised_at >= begins)) or 0,
        min((gap.since for gap in gaps if gap.until is None), default=None),
        sum((max(length, timedelta()) for length in lengths), timedelta()),
        len(gaps),
        connection.execute(check).one_or_none(),
    )
