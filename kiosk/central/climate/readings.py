"""What sensors said, in the store: raw for a season, and by hours for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.central.store.climate_tables import sensor_hours, sensor_readings

KEPT = timedelta(days=90)
"""Raw readings; hours are kept for ever."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One value of one sensor, by its number. `raw`: it is kept as it is, and not in its hour alone."""

    sensor: str
    quantity: str
    at: datetime
    value: float
    raw: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of one quantity."""

    begins: datetime
    least: float
    mean: float
    most: float


def keep(connection: Connection, values: Sequence[Kept]) -> None:
    """In the transaction that is open."""
    raw = [
        {"sensor": one.sensor, "quantity": one.quantity, "at": one.at, "value": one.value} for one in values if one.raw
    ]
    if raw:
        connection.execute(insert(sensor_readings), raw)
    hours: dict[tuple[str, str, datetime], list[float]] = {}
    for one in values:
        begins = one.at.replace(minute=0, second=0, microsecond=0)
        hours.setdefault((one.sensor, one.quantity, begins), []).append(one.value)
    if hours:
        rows = [
            {"sensor": sensor, "quantity": quantity, "hour": begins}
            | {"least": min(said), "most": max(said), "total": sum(said), "count": len(said)}
            for (sensor, quantity, begins), said in hours.items()
        ]
        connection.execute(_joined(connection.dialect.name), rows)


def _joined(dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An hour that is there grows by what came since."""
    fresh = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(sensor_hours)
    there, more = sensor_hours.c, fresh.excluded
    least = func.least if dialect == "postgresql" else func.min
    most = func.greatest if dialect == "postgresql" else func.max
    return fresh.on_conflict_do_update(
        index_elements=["sensor", "quantity", "hour"],
        set_={
            "least": least(there.least, more.least),
            "most": most(there.most, more.most),
            "total": there.total + more.total,
            "count": there.count + more.count,
        },
    )


def hours_of(connection: Connection, sensor: str, quantity: str, since: datetime) -> list[Hour]:
    """From `since` on, in order."""
    of = sensor_hours.c
    query = select(sensor_hours).where(of.sensor == sensor, of.quantity == quantity, of.hour >= since)
    return [
        Hour(row.hour, row.least, row.total / row.count, row.most)
        for row in connection.execute(query.order_by(of.hour))
    ]


def forget(connection: Connection, now: datetime) -> int:
    """Raw readings of before a season; how many."""
    return connection.execute(delete(sensor_readings).where(sensor_readings.c.at < now - KEPT)).rowcount
