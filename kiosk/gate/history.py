"""What a gate's ledger file tells later: why it rang a month ago, and where the last run ended. Read-only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, or_, select

from kiosk.gate.counting import kept
from kiosk.gate.events import LastWatch
from kiosk.gate.state import Alarm, Check, RungItem
from kiosk.ledger.opening import reading_engine
from kiosk.ledger.schema import journal, outbox, titles
from kiosk.model.gate_facts import AlarmState, GateAlarmed, GateChecked, GatePassed, GateWatched, WatchState
from kiosk.model.ids import IntentId
from kiosk.model.journal import RowKind
from kiosk.wire import fact_of
from kiosk.wire.fields import Json

MOST_FOUND = 200
MOST_TITLES = 50
LATEST = 3_000
"""Rows that are looked through for alarms that are still open: months of alarms."""
KINDS = (GatePassed.type, GateAlarmed.type, GateWatched.type, GateChecked.type)

_FACTS = select(outbox.c.seq, outbox.c.type, outbox.c.data, journal.c.at, journal.c.note).join(
    journal, journal.c.id == outbox.c.journal
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Where the last run ended."""

    alarms: tuple[Alarm, ...]
    """The latest, the oldest first."""
    watches: tuple[LastWatch, ...]
    """Gates that nobody watched when it ended in order."""
    counters: dict[str, tuple[tuple[int, int], datetime]]
    """The hardware's people counters, by aisle, and when they were noted."""
    checks: dict[str, Check]
    """The last morning check of each gate."""


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection that sees one instant of the file beside the process that writes it."""
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def remembered(connection: Connection) -> Remembered:
    """What the next run goes on from."""
    alarms: dict[IntentId, Alarm] = {}
    newest = _FACTS.where(journal.c.kind == RowKind.GATE_ALARMED.value).order_by(outbox.c.seq.desc()).limit(LATEST)
    for row in reversed(connection.execute(newest).all()):
        fact = fact_of(row.type, row.data)
        if isinstance(fact, GateAlarmed):
            _replay(alarms, fact, datetime.fromisoformat(row.at))
    watches: dict[str, LastWatch | None] = {}
    seen = _FACTS.where(journal.c.kind == RowKind.GATE_WATCHED.value).order_by(outbox.c.seq.desc()).limit(LATEST)
    for row in connection.execute(seen):
        fact = fact_of(row.type, row.data)
        if isinstance(fact, GateWatched) and fact.gate not in watches:
            is_lost = fact.state is WatchState.LOST
            watches[fact.gate] = LastWatch(fact.gate, fact.since, fact.why) if is_lost else None
    checks: dict[str, Check] = {}
    walks = _FACTS.where(journal.c.kind == RowKind.GATE_CHECKED.value).order_by(outbox.c.seq.desc()).limit(LATEST)
    for row in connection.execute(walks):
        fact = fact_of(row.type, row.data)
        if isinstance(fact, GateChecked) and fact.gate not in checks:
            at = datetime.fromisoformat(row.at)
            checks[fact.gate] = Check(fact.intent, fact.by, at, fact.result, at, fact.rssi_dbm, fact.noise)
    counters: dict[str, tuple[tuple[int, int], datetime]] = {}
    counted = (
        select(journal.c.note, journal.c.at)
        .where(journal.c.kind == RowKind.PEOPLE_COUNTED.value)
        .order_by(journal.c.id.desc())
        .limit(LATEST)
    )
    for row in connection.execute(counted):
        read = kept(row.note)
        if read is not None:
            counters.setdefault(row.note.split()[0], (read, datetime.fromisoformat(row.at)))
    lost = tuple(one for one in watches.values() if one is not None)
    return Remembered(tuple(alarms.values()), lost, counters, checks)


def search(connection: Connection, words: str) -> list[Json]:
    """What happened to an item, by its number, its tag's UID or words of its title; the newest first."""
    pattern = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    by_title = select(titles.c.item).where(titles.c.title.like(pattern, escape="\\")).limit(MOST_TITLES)
    found = connection.scalars(by_title).all()
    those = or_(journal.c.item == words, journal.c.uid == words.upper(), journal.c.item.in_(found))
    query = _FACTS.where(outbox.c.type.in_(KINDS), those).order_by(outbox.c.seq.desc()).limit(MOST_FOUND)
    return [_told(row.seq, row.type, row.at, row.data) for row in connection.execute(query)]


def latest(connection: Connection, before: int | None) -> list[Json]:
    """Alarms, what was done about them, and intervals without watch, the newest first; those before this seq."""
    kinds = (GateAlarmed.type, GateWatched.type, GateChecked.type)
    query = _FACTS.where(outbox.c.type.in_(kinds)).order_by(outbox.c.seq.desc()).limit(MOST_FOUND)
    if before is not None:
        query = query.where(outbox.c.seq < before)
    return [_told(row.seq, row.type, row.at, row.data) for row in connection.execute(query)]


def _told(seq: int, kind: str, at: str, data: str) -> Json:
    body: dict[str, Json] = json.loads(data)
    return {"seq": seq, "type": kind, "at": at, **body}


def _replay(alarms: dict[IntentId, Alarm], fact: GateAlarmed, at: datetime) -> None:
    known = alarms.get(fact.intent)
    if fact.kind is not None and fact.rule is not None and fact.state is AlarmState.RAISED:
        rung = RungItem(fact.item, fact.uid, fact.kind, fact.rule, at)
        if known is None:
            alarms[fact.intent] = Alarm(fact.intent, fact.gate, at, (rung,), outward=fact.outward, late=fact.late)
        elif (rung.item, rung.uid) not in {(one.item, one.uid) for one in known.items} or not (rung.item or rung.uid):
            alarms[fact.intent] = replace(known, items=(*known.items, rung))
    elif known is not None:
        alarms[fact.intent] = replace(known, state=fact.state, by=fact.by, changed_at=at)
