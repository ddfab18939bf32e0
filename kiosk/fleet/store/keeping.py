"""What the worker writes, in batches: events, alarms, series; and what is thinned out and thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kiosk.fleet.alarms import Alarm
from kiosk.fleet.conditions import Kind, Level
from kiosk.fleet.settings import Keeping
from kiosk.fleet.stations import Event, Known
from kiosk.fleet.store.tables import alarms, events, series, stations
from kiosk.wire import Station

FINE_S, COARSE_S = 300, 3_600


@dataclass(frozen=True, slots=True)
class Key:
    """What an alarm is about."""

    station: Station
    kind: Kind
    subject: str = ""


@dataclass(slots=True)
class Span:
    """Figures of one name within one span."""

    least: int
    most: int
    total: int
    count: int

    def add(self, value: int) -> None:
        self.least, self.most = min(self.least, value), max(self.most, value)
        self.total += value
        self.count += 1


Spans = dict[tuple[Station, str, int], Span]
"""(station, name, when the span begins) → figures."""


def add_events(connection: Connection, told: Iterable[tuple[datetime, Station, Event]]) -> None:
    rows = [
        {
            "at": at,
            "site": of.site,
            "station": of.station,
            "kind": event.kind.value,
            "subject": _plain(event.subject)[:64],
            "text": _plain(event.text)[:500],
        }
        for at, of, event in told
    ]
    if rows:
        connection.execute(insert(events), rows)


def keep_station(connection: Connection, known: Known) -> None:
    of = known.station
    values = {"heard_at": known.heard_at, "strip": known.strip, "strip_at": known.strip_at, "epoch": known.epoch}
    where = (stations.c.site == of.site, stations.c.station == of.station)
    if not connection.execute(update(stations).where(*where).values(values)).rowcount:
        row = {"site": of.site, "station": of.station, "first_at": known.first_at} | values
        connection.execute(insert(stations).values(row))


def forget_station(connection: Connection, station: Station) -> None:
    """One that was taken away for good."""
    connection.execute(delete(stations).where(stations.c.site == station.site, stations.c.station == station.station))


def known_stations(connection: Connection) -> list[Known]:
    """Everybody who was ever heard, as far as it is kept."""
    return [
        Known(
            Station(row.site, row.station),
            row.first_at,
            row.heard_at,
            strip=row.strip,
            strip_at=row.strip_at,
            epoch=row.epoch,
        )
        for row in connection.execute(select(stations))
    ]


def keep_alarm(connection: Connection, number: int | None, key: Key, alarm: Alarm) -> int:
    """Write it as it stands; its number."""
    values = {
        "level": int(alarm.level),
        "text": _plain(alarm.text)[:500],
        "since": alarm.since,
        "raised_at": alarm.raised_at,
        "returns": alarm.returns,
        "acknowledged_by": alarm.acknowledged_by,
        "acknowledged_at": alarm.acknowledged_at,
        "shelved_by": alarm.shelved_by,
        "shelved_until": alarm.shelved_until,
        "cleared_at": alarm.cleared_at,
    }
    if number is not None:
        connection.execute(update(alarms).where(alarms.c.id == number).values(values))
        return number
    row = {
        "site": key.station.site,
        "station": key.station.station,
        "kind": key.kind.value,
        "subject": _plain(key.subject)[:64],
    }
    made = connection.execute(insert(alarms).values(row | values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def running_alarms(connection: Connection) -> list[tuple[int, Key, Alarm]]:
    """Alarms that were not over when the fleet ended."""
    query = select(alarms).where(alarms.c.cleared_at.is_(None)).order_by(alarms.c.id)
    return [
        (row.id, Key(Station(row.site, row.station), Kind(row.kind), row.subject), alarm_of(row))
        for row in connection.execute(query)
    ]


def alarm_of(row: Row[tuple[object, ...]]) -> Alarm:
    return Alarm(
        Level(row.level),
        row.since,
        row.text,
        raised_at=row.raised_at,
        returns=row.returns,
        acknowledged_by=row.acknowledged_by,
        acknowledged_at=row.acknowledged_at,
        shelved_by=row.shelved_by,
        shelved_until=row.shelved_until,
        cleared_at=row.cleared_at,
    )


def add_spans(connection: Connection, spans: Spans) -> None:
    """Spans that are over; one that is there already (the fleet was started again within it) grows."""
    for (of, name, at), span in spans.items():
        key = {"site": of.site, "station": of.station, "name": name, "span_s": FINE_S, "at": at}
        where = [series.c[column] == value for column, value in key.items()]
        before = connection.execute(select(series).where(*where)).one_or_none()
        if before is None:
            row = {"least": span.least, "most": span.most, "total": span.total, "count": span.count}
            connection.execute(insert(series).values(key | row))
            continue
        grown = {
            "least": min(before.least, span.least),
            "most": max(before.most, span.most),
            "total": before.total + span.total,
            "count": before._mapping["count"] + span.count,
        }
        connection.execute(update(series).where(*where).values(grown))


def thin_out(connection: Connection, keep: Keeping, now: datetime) -> None:
    """Fine figures that are old become hours; what is older than it is kept goes. Done again, it changes nothing."""
    end = int((now - timedelta(days=keep.fine_days)).timestamp()) // COARSE_S * COARSE_S
    hour = series.c.at - series.c.at % COARSE_S
    old = (series.c.span_s == FINE_S, series.c.at < end)
    whole = select(
        series.c.site,
        series.c.station,
        series.c.name,
        hour.label("hour"),
        func.min(series.c.least),
        func.max(series.c.most),
        func.sum(series.c.total),
        func.sum(series.c.count),
    ).where(*old)
    rows = connection.execute(whole.group_by(series.c.site, series.c.station, series.c.name, hour)).all()
    names = ("site", "station", "name", "at", "least", "most", "total", "count")
    if rows:
        made = [dict(zip(names, row, strict=True)) | {"span_s": COARSE_S} for row in rows]
        connection.execute(insert(series), made)
    connection.execute(delete(series).where(*old))
    oldest = int((now - timedelta(days=keep.coarse_days)).timestamp())
    connection.execute(delete(series).where(series.c.span_s == COARSE_S, series.c.at < oldest))
    forgotten = now - timedelta(days=keep.event_days)
    connection.execute(delete(events).where(events.c.at < forgotten))
    connection.execute(delete(alarms).where(alarms.c.cleared_at < forgotten))


def _plain(text: str) -> str:
    """PostgreSQL holds no NUL."""
    return text.replace("\0", "")
