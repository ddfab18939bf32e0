"""The climate of the house: each sensor with what it says now, and how its last two days went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from kiosk.central.climate.readings import Hour, hours_of
from kiosk.central.console.asked import Answer, Asked, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.store.duty_tables import TABLES
from kiosk.library.premises.climate import PROFILES, Of, ProfileName, Range
from kiosk.library.premises.sensors import CLIMATE_ALARM, SENSOR, SensorState
from kiosk.web.curve import Curve, curve
from kiosk.web.roles import Permission
from kiosk.wire.sensors import Quantity

LATELY = timedelta(hours=48)
MOST_SENSORS = 400
_PLOTTED = ((Quantity.TEMPERATURE_C, Of.TEMPERATURE), (Quantity.HUMIDITY_PCT, Of.HUMIDITY))


@dataclass(frozen=True, slots=True)
class Line:
    """One sensor on the page."""

    number: str
    place: str
    profile: str
    values: tuple[tuple[str, float], ...]
    heard_at: datetime | None
    is_old: bool
    causes: tuple[str, ...]
    """Why there are alarms that are not over."""
    to: str


def climate(asked: Asked) -> Answer:
    """All sensors, those with an alarm first; and those that nobody has registered."""
    table, alarms = TABLES[SENSOR.kind.name], TABLES[CLIMATE_ALARM.kind.name]
    in_use = select(table).where(table.c.state == SensorState.IN_USE.value).order_by(table.c.place, table.c.number)
    going = select(alarms.c.sensor, alarms.c.cause).where(alarms.c.ended_at.is_(None))
    causes: dict[str, list[str]] = {}
    for row in asked.connection.execute(going):
        causes.setdefault(row.sensor, []).append(row.cause)
    desk = asked.console.climate
    known = {} if desk is None else desk.known
    lines = []
    for row in asked.connection.execute(in_use.limit(MOST_SENSORS)):
        one = known.get(row.number)
        values = () if one is None else tuple((quantity.value, value) for quantity, value in sorted(one.values.items()))
        lines.append(
            Line(
                row.number,
                row.place,
                row.profile,
                values,
                None if one is None else one.heard_at,
                one is not None and one.is_old,
                tuple(causes.get(row.number, ())),
                address("/console/climate/sensor", number=row.number),
            )
        )
    lines.sort(key=lambda line: not line.causes)
    strangers = [] if desk is None else sorted(desk.unknown)
    return Shown("climate.html", {"on": desk is not None, "lines": lines, "strangers": strangers})


def sensor(asked: Asked) -> Answer:
    """One sensor: its last two days as curves with the range of its profile, and as a table."""
    table = TABLES[SENSOR.kind.name]
    row = asked.connection.execute(
        select(table).where(table.c.number == asked.query.get("number", "")[:32])
    ).one_or_none()
    if row is None:
        return Shown("problem.html", {"said": asked.say("problem.paper")}, 404)
    since = asked.now - LATELY
    profile = PROFILES[ProfileName(row.profile)]
    drawn: list[tuple[str, Curve, Range | None, list[Hour]]] = []
    for quantity, of in _PLOTTED:
        hours = hours_of(asked.connection, row.number, quantity.value, since)
        if hours:
            limits = profile.get(of)
            band = None if limits is None else (limits.least, limits.most)
            points = [(hour.begins, hour.least, hour.mean, hour.most) for hour in hours]
            drawn.append((quantity.value, curve(points, since, asked.now, band), limits, hours))
    return Shown("climate-sensor.html", {"row": row, "drawn": drawn})


PAGES = (
    Page("/climate", Permission.CLIMATE_READ, climate),
    Page("/climate/sensor", Permission.CLIMATE_READ, sensor),
)
