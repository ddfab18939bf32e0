"""Taking in the facts of a station: each exactly once, in its order, whatever the broker did to them.

Source: the MQTT contract, section 4. `(station, epoch, seq)` is the key; what comes after a gap is not applied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from kiosk.central.applying import apply
from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.reading_ahead import read_ahead
from kiosk.central.store.slate import LATEST, Entry, Lookup, Slate, Source, changing, slate_of
from kiosk.central.store.tables import facts, progress
from kiosk.central.story import Fresh, Place
from kiosk.model.facts import Fact, item_of
from kiosk.model.ids import Epoch
from kiosk.rules.lending import Setting
from kiosk.wire import SetAside, ToldFact

AHEAD = timedelta(minutes=5)
"""A station's clock may be this far ahead; beyond it, a fact is dated by its arrival."""


PROGRESS = Lookup(progress.c.station, locks=True)
_UNFIT = (DataError, IntegrityError, ValueError)
"""What a fact that cannot be applied raises, by no fault of the store."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message."""

    last: int
    """The last contiguous seq of the epoch, to be acknowledged after the commit. 0: nothing of it is known."""
    applied: int
    """How many facts were new."""
    intents: tuple[str, ...] = ()
    """Of those that were new, for whoever follows a loan through the logs."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The facts of one message."""

    station: str
    epoch: Epoch
    told: Sequence[ToldFact]
    setting: Setting
    """When they came, and by which rules they are judged."""


@dataclass(frozen=True, slots=True)
class _New:
    """A fact that is to be applied."""

    fresh: Fresh
    told: ToldFact
    begins_anew: bool = False
    """The first one of another journal than its station had before."""


def ingest(connection: Connection, batches: Sequence[Batch]) -> list[Taken]:
    """Apply what is new and follows without a gap, message after message; what became of each.

    Runs in the caller's transaction; acknowledge after its commit.
    """
    slate = Slate(connection, LATEST, locks=True)
    slate.fetch(PROGRESS, [batch.station for batch in batches])
    taken: list[Taken] = []
    every: list[_New] = []
    for batch in batches:
        new = _keep_new(slate, batch)
        every += new
        last, _ = position(slate, batch.station, batch.epoch)
        taken.append(Taken(last, len(new), _intents(new)))
    slate.write()
    if every:
        _apply(connection, every)
    return taken


def _intents(new: Sequence[_New]) -> tuple[str, ...]:
    named = (getattr(one.told.fact, "intent", None) for one in new)
    return tuple(str(intent) for intent in named if intent is not None)


def _keep_new(slate: Slate, batch: Batch) -> list[_New]:
    """Write down what is new and follows."""
    last, at = position(slate, batch.station, batch.epoch)
    arrived_at = batch.setting.now
    new: list[_New] = []
    for one in sorted(batch.told, key=_seq):
        if one.seq <= last:
            continue
        if one.seq > last + 1:
            break
        last, at = one.seq, _dated(one, at, arrived_at)
        setting = Setting(batch.setting.policy, at, batch.setting.branch)
        fresh = Fresh(Place(at, batch.station, one.seq), batch.epoch, setting)
        keep(slate, fresh, one, arrived_at)
        new.append(_New(fresh, one))
    if new and reach(slate, new[-1].fresh.place, batch.epoch, arrived_at):
        new[0] = replace(new[0], begins_anew=True)
    return new


def _seq(one: ToldFact) -> int:
    return one.seq


def go_on_from(connection: Connection, station: str, epoch: Epoch, oldest: int, *, received_at: datetime) -> int:
    """Greeted by a station that can tell only from `oldest` on: note what is lost, and take it as received.

    It happens where central was restored from a backup older than what stations keep (decision record 0106). Returns
    the last contiguous seq of the epoch, 0 where nothing of it is known.
    """
    with changing(connection) as slate:
        last, last_at = position(slate, station, epoch)
        if oldest <= last + 1:
            return last
        reached = Place(last_at or received_at, station, oldest - 1)
        details = {"first": str(last + 1), "last": str(oldest - 1)}
        note(slate, reached, epoch, Notable(Why.FACTS_LOST, details=details))
        if reach(slate, reached, epoch, received_at):
            _note_new_epoch(slate, reached, epoch)
    return oldest - 1


def _dated(one: ToldFact, before: datetime | None, received_at: datetime) -> datetime:
    """When it happened: the station's clock, but never before the station's previous fact, nor after its arrival."""
    told = received_at if one.told_at is None or one.told_at > received_at + AHEAD else one.told_at
    return told if before is None else max(told, before)


def keep(slate: Slate, fresh: Fresh, one: ToldFact, received_at: datetime) -> None:
    """Write one fact down as it was told."""
    place = fresh.place
    item = None if isinstance(one.fact, SetAside) else item_of(one.fact)
    slate.add(
        facts,
        {
            "station": place.station,
            "epoch": fresh.epoch,
            "seq": place.seq,
            "type": _plain(one.type),
            "told_at": one.told_at,
            "at": place.at,
            "received_at": received_at,
            "item": None if item is None else _plain(item),
            "data": one.data,
        },
    )


def _apply(connection: Connection, new: Sequence[_New]) -> None:
    """Apply facts together, under one savepoint. Where one of them fails, the first half by itself and then the other:
    what cannot be applied is found so, becomes an exception, and never blocks what follows."""
    savepoint = connection.begin_nested()
    slate = Slate(connection, min(one.fresh.place.at for one in new), locks=True)
    try:
        read_ahead(slate, [one.told.fact for one in new if not isinstance(one.told.fact, SetAside)])
        for one in new:
            _apply_one(slate, one)
        slate.write()
    except _UNFIT as trouble:
        savepoint.rollback()
        if len(new) > 1:
            half = len(new) // 2
            _apply(connection, new[:half])
            _apply(connection, new[half:])
        elif isinstance(new[0].told.fact, SetAside):
            raise
        else:
            _note_unfit(connection, new[0], new[0].told.fact, trouble)
    else:
        savepoint.commit()


def _apply_one(slate: Slate, new: _New) -> None:
    fresh, told = new.fresh, new.told
    if new.begins_anew:
        _note_new_epoch(slate, fresh.place, fresh.epoch)
    if isinstance(told.fact, SetAside):
        details = {"type": told.type, "what": told.fact.reason}
        note(slate, fresh.place, fresh.epoch, Notable(Why.NOT_UNDERSTOOD, details=details))
    else:
        apply(slate, fresh, told.fact)


def _note_unfit(connection: Connection, new: _New, fact: Fact, trouble: Exception) -> None:
    """It stays in the ledger of facts, and changes nothing."""
    fresh = new.fresh
    what = str(trouble.orig) if isinstance(trouble, DataError | IntegrityError) else str(trouble)
    about = Notable(Why.NOT_APPLIED, fact.intent, item_of(fact), {"type": new.told.type, "what": what})
    with changing(connection) as slate:
        if new.begins_anew:
            _note_new_epoch(slate, fresh.place, fresh.epoch)
        note(slate, fresh.place, fresh.epoch, about)


def position(source: Source, station: str, epoch: Epoch) -> tuple[int, datetime | None]:
    """The last seq of a station's epoch and how far its time has come; (0, None) where nothing of it is known."""
    row = _standing(slate_of(source, locks=True), station, epoch)
    return (0, None) if row is None else (row.last_seq, row.last_at)


def reach(slate: Slate, reached: Place, epoch: Epoch, received_at: datetime) -> bool:
    """Note that everything of the epoch up to `reached` is in; whether it is another epoch than the station had."""
    known = _standing(slate, reached.station, epoch)
    if known is not None:
        slate.change(progress, known, last_seq=reached.seq, last_at=reached.at)
        return False
    others = slate.find(PROGRESS, reached.station)
    row = {"station": reached.station, "epoch": epoch, "last_seq": reached.seq, "last_at": reached.at}
    slate.add(progress, row | {"begun_at": received_at})
    return bool(others)


def _standing(slate: Slate, station: str, epoch: Epoch) -> Entry | None:
    return next((row for row in slate.find(PROGRESS, station) if row.epoch == epoch), None)


def _note_new_epoch(slate: Slate, first: Place, epoch: Epoch) -> None:
    note(slate, first._replace(seq=1), epoch, Notable(Why.NEW_EPOCH))


def _plain(text: str) -> str:
    """Text of a message as far as a column can hold it; PostgreSQL keeps no NUL."""
    return text.replace("\0", "")[:64]
