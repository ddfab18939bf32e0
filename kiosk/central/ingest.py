"""Taking in the facts of a station: each exactly once, in its order, whatever the broker did to them.

Source: the MQTT contract, section 4. `(station, epoch, seq)` is the key; what comes after a gap is not applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError

from kiosk.central.applying import apply
from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.store.tables import facts, progress
from kiosk.central.story import Fresh, Place
from kiosk.model.facts import Fact, item_of
from kiosk.model.ids import Epoch
from kiosk.rules.lending import Setting

AHEAD = timedelta(minutes=5)
"""A station's clock may be this far ahead; beyond it, a fact is dated by its arrival."""


_PROGRESS = (
    select(progress.c.last_seq, progress.c.last_at)
    .where(progress.c.station == bindparam("station"), progress.c.epoch == bindparam("epoch"))
    .with_for_update()
)
_GO_ON = (
    update(progress)
    .where(progress.c.station == bindparam("of"), progress.c.epoch == bindparam("its_epoch"))
    .values(last_seq=bindparam("last"), last_at=bindparam("at"))
)
_KEEP = insert(facts)
_UNFIT = (DataError, IntegrityError, ValueError)
"""What a fact that cannot be applied raises, by no fault of the store."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One fact as it came. `fact` is None where it could not be understood, and `trouble` says why."""

    seq: int
    type: str
    told_at: datetime | None
    """The station's clock, aware."""
    data: str
    """The body as JSON text."""
    fact: Fact | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch."""

    last: int
    """The last contiguous seq of the epoch, to be acknowledged after the commit. 0: nothing of it is known."""
    applied: int
    """How many facts were new."""


def ingest(
    connection: Connection,
    station: str,
    epoch: Epoch,
    arrived: Sequence[Arrived],
    setting: Setting,
) -> Taken:
    """Apply what is new and follows without a gap. Runs in the caller's transaction; acknowledge after its commit.

    `setting` says when they came, and by which rules they are judged.
    """
    received_at = setting.now
    first, last_at = position(connection, station, epoch)
    last, at = first, last_at
    following: list[tuple[Fresh, Arrived]] = []
    for one in sorted(arrived, key=lambda told: told.seq):
        if one.seq <= last:
            continue
        if one.seq > last + 1:
            break
        at = _dated(one, at, received_at)
        following.append((Fresh(Place(at, station, one.seq), epoch, replace(setting, now=at)), one))
        last = one.seq
    if at is not None and following:
        connection.execute(_KEEP, [_row(fresh, one, received_at) for fresh, one in following])
        _apply_all(connection, following)
        keep_progress(connection, Place(at, station, last), epoch, begins=last_at is None, received_at=received_at)
    return Taken(last, last - first)


def go_on_from(connection: Connection, station: str, epoch: Epoch, oldest: int, *, received_at: datetime) -> int:
    """Greeted by a station that can tell only from `oldest` on: note what is lost, and take it as received.

    It happens where central was restored from a backup older than what stations keep (decision record 0106). Returns
    the last contiguous seq of the epoch, 0 where nothing of it is known.
    """
    last, last_at = position(connection, station, epoch)
    if oldest <= last + 1:
        return last
    at = last_at or received_at
    details = {"first": str(last + 1), "last": str(oldest - 1)}
    reached = Place(at, station, oldest - 1)
    note(connection, reached, epoch, Notable(Why.FACTS_LOST, details=details))
    keep_progress(connection, reached, epoch, begins=last_at is None, received_at=received_at)
    return oldest - 1


def _dated(one: Arrived, before: datetime | None, received_at: datetime) -> datetime:
    """When it happened: the station's clock, but never before the station's previous fact, nor after its arrival."""
    told = received_at if one.told_at is None or one.told_at > received_at + AHEAD else one.told_at
    return told if before is None else max(told, before)


def keep(connection: Connection, fresh: Fresh, one: Arrived, received_at: datetime) -> None:
    """Write one fact down as it was told."""
    connection.execute(_KEEP, _row(fresh, one, received_at))


def _row(fresh: Fresh, one: Arrived, received_at: datetime) -> dict[str, object]:
    place = fresh.place
    item = None if one.fact is None else item_of(one.fact)
    return {
        "station": place.station,
        "epoch": fresh.epoch,
        "seq": place.seq,
        "type": _plain(one.type),
        "told_at": one.told_at,
        "at": place.at,
        "received_at": received_at,
        "item": None if item is None else _plain(item),
        "data": one.data,
    }


def _apply_all(connection: Connection, following: Sequence[tuple[Fresh, Arrived]]) -> None:
    """Apply the facts of a message under one savepoint; only where one of them fails, each under its own.

    Nearly every message goes well, and a savepoint costs two statements: of a loan's three facts, every third one.
    """
    savepoint = connection.begin_nested()
    try:
        for fresh, one in following:
            _apply(connection, fresh, one)
    except _UNFIT:
        savepoint.rollback()
        for fresh, one in following:
            _apply_by_itself(connection, fresh, one)
    else:
        savepoint.commit()


def _apply(connection: Connection, fresh: Fresh, one: Arrived) -> None:
    if one.fact is None:
        details = {"type": one.type, "what": one.trouble}
        note(connection, fresh.place, fresh.epoch, Notable(Why.NOT_UNDERSTOOD, details=details))
    else:
        apply(connection, fresh, one.fact)


def _apply_by_itself(connection: Connection, fresh: Fresh, one: Arrived) -> None:
    """What cannot be applied becomes an exception and never blocks what follows."""
    savepoint = connection.begin_nested()
    try:
        _apply(connection, fresh, one)
    except _UNFIT as trouble:
        savepoint.rollback()
        if one.fact is None:
            raise
        what = str(trouble.orig) if isinstance(trouble, DataError | IntegrityError) else str(trouble)
        about = Notable(Why.NOT_APPLIED, one.fact.intent, item_of(one.fact), {"type": one.type, "what": what})
        note(connection, fresh.place, fresh.epoch, about)
    else:
        savepoint.commit()


def position(connection: Connection, station: str, epoch: Epoch) -> tuple[int, datetime | None]:
    """The last seq of a station's epoch and how far its time has come; (0, None) where nothing of it is known."""
    row = connection.execute(_PROGRESS, {"station": station, "epoch": epoch}).one_or_none()
    return (0, None) if row is None else (int(row.last_seq), row.last_at)


def keep_progress(connection: Connection, reached: Place, epoch: Epoch, *, begins: bool, received_at: datetime) -> None:
    """Note that everything of the epoch up to `reached` is in."""
    if not begins:
        values = {"of": reached.station, "its_epoch": epoch, "last": reached.seq, "at": reached.at}
        connection.execute(_GO_ON, values)
        return
    known = select(progress.c.epoch).where(progress.c.station == reached.station).limit(1)
    others = connection.execute(known).first()
    connection.execute(
        insert(progress).values(
            station=reached.station, epoch=epoch, last_seq=reached.seq, last_at=reached.at, begun_at=received_at
        )
    )
    if others is not None:
        note(connection, Place(reached.at, reached.station, 1), epoch, Notable(Why.NEW_EPOCH))


def _plain(text: str) -> str:
    """Text of a message as far as a column can hold it; PostgreSQL keeps no NUL."""
    return text.replace("\0", "")[:64]
