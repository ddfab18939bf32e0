"""What staff have to look at: physical facts stand, and what is wrong with them is noted here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.central.store.slate import Lookup, Slate, Source, changing
from kiosk.central.store.tables import exception_notes, exceptions
from kiosk.central.story import Place
from kiosk.library.documents import Paper, Refused, Wish, decide
from kiosk.library.exceptions import EXCEPTION, ExceptionAction, ExceptionState
from kiosk.model.ids import Epoch, IntentId, ItemId
from kiosk.web.trail import record

LONGEST_VALUE = 500


class Why(StrEnum):
    """Codes of exceptions. A loan that the rules would have refused carries the rules' own reason code instead."""

    NEW_EPOCH = "new-epoch"
    """A station began a new journal: a new disk, or an older copy."""
    FACTS_LOST = "facts-lost"
    """Central was restored from a backup so old that the station does not keep what came after it."""
    NOT_UNDERSTOOD = "not-understood"
    """A fact of an unknown type or version, or with a missing or wrong field."""
    NOT_APPLIED = "not-applied"
    """A fact that could be read but not applied."""
    UNKNOWN_ITEM = "unknown-item"
    UNKNOWN_PATRON = "unknown-patron"
    UNKNOWN_LOAN = "unknown-loan"
    """A fact about a loan that central never heard of."""
    IMPLIED_RETURN = "implied-return"
    """Lent while it was lent to another: the earlier loan has ended."""
    LENT_AGAIN = "lent-again"
    """Lent to the patron who had it already."""
    TWO_STATIONS = "two-stations"
    """Another station had told of something later about this item."""
    SAME_INTENT = "same-intent"
    """A second loan under the id of another one."""
    NOT_LENT = "not-lent"
    """Returned with a tag that said "on loan", but no loan was known."""
    LATE = "late"
    """Returned after it was due."""
    ILS_REFUSED = "ils-refused"
    """It happened here, and the library's own system does not take it."""
    ILS_UNSURE = "ils-unsure"
    """Whether the library's own system has done it is not known."""
    WRONG_CLOCK = "wrong-clock"
    """Due before it was made: the station's clock was far behind."""
    TAG_CLOSED = "tag-closed"
    """Lent, and went through a gate with a tag that does not say so."""
    TAG_SWITCHED = "tag-switched"
    """Not lent, and rang at a gate with a tag that says it is, or says something strange."""
    CALLED = "called"
    """Somebody at a station calls for staff."""
    GATE_FAILED = "gate-failed"
    """A gate did not pass the morning's check: no report, no lamp, or a test tag that rings nothing."""
    TAKEN_UNLENT = "taken-unlent"
    """Gone from behind a door, and whoever had it open was not the one it was kept for."""
    DOUBTFUL = "doubtful"
    """A station does not know what a tag says; closed when it has been settled."""


_DOUBTS = Lookup(exceptions.c.intent, exceptions.c.why == Why.DOUBTFUL.value)


class Did(StrEnum):
    """What somebody did about an exception."""

    OPENED = "opened"
    TAKEN = "taken"
    NOTED = "noted"
    CLOSED = "closed"


DOES = {
    ExceptionAction.TAKE: Did.TAKEN,
    ExceptionAction.NOTE: Did.NOTED,
    ExceptionAction.CLOSE: Did.CLOSED,
    ExceptionAction.REOPEN: Did.OPENED,
}


@dataclass(frozen=True, slots=True)
class Notable:
    """One exception: why, and what it is about. `details` are texts; they may name patrons and are for staff alone."""

    why: str
    intent: IntentId | None = None
    item: ItemId | None = None
    details: Mapping[str, str] = field(default_factory=dict)


def note(source: Source, place: Place, epoch: Epoch, notable: Notable) -> None:
    """Open an exception about the fact at `place` of `epoch`."""
    details = {name: _plain(text, LONGEST_VALUE) for name, text in notable.details.items()}
    with changing(source) as slate:
        slate.add(
            exceptions,
            {
                "station": place.station,
                "epoch": epoch,
                "seq": place.seq,
                "intent": None if notable.intent is None else _plain(notable.intent, 64),
                "item": None if notable.item is None else _plain(notable.item, 64),
                "why": str(notable.why),
                "details": json.dumps(details, ensure_ascii=False),
                "at": place.at,
                "open": True,
            },
        )


def act(connection: Connection, number: int, did: Did, who: str, now: datetime, text: str) -> bool:
    """Do it, and keep who did what when; False where there is no such exception."""
    row = connection.execute(select(exceptions).where(exceptions.c.id == number).with_for_update()).one_or_none()
    if row is None:
        return False
    changes: dict[str, object] = {"version": row.version + 1}
    if did in (Did.OPENED, Did.CLOSED):
        changes["open"] = did is Did.OPENED
    if did is Did.TAKEN:
        changes["owner"] = who[:64]
    connection.execute(update(exceptions).where(exceptions.c.id == number).values(changes))
    if did not in (Did.OPENED, Did.CLOSED) or row.open != changes["open"] or text:
        entry = {"exception": number, "at": now, "who": who[:64], "did": did.value, "text": _plain(text, 1_000)}
        connection.execute(insert(exception_notes).values(entry))
    return True


def paper(row: Row[*tuple[object, ...]]) -> Paper[ExceptionState]:
    """What its table judges by."""
    state = ExceptionState.CLOSED
    if row.open:
        state = ExceptionState.IN_HAND if row.owner else ExceptionState.OPEN
    return Paper(str(row.id), state, int(row.version), str(row.station))


def step(
    connection: Connection, row: Row[*tuple[object, ...]], wish: Wish[ExceptionAction], now: datetime
) -> ExceptionState | Refused[ExceptionAction]:
    """What a form asks for, if its table has it and nobody was there before; the state that it is in then."""
    before = paper(row)
    taken = decide(EXCEPTION, before, wish)
    if isinstance(taken, Refused):
        return taken
    act(connection, int(row.id), DOES[wish.action], wish.who, now, wish.reason)
    if wish.action is ExceptionAction.REOPEN:
        connection.execute(update(exceptions).where(exceptions.c.id == row.id).values(owner=None))
    told = {"state": (before.state.value, taken.to.value)}
    record(connection, wish.who, f"exception.{DOES[wish.action]}", f"exception:{row.id}", now, changes=told)
    return taken.to


def close_doubt(slate: Slate, intent: IntentId) -> None:
    """The doubt about this intent has come to its end."""
    for row in slate.find(_DOUBTS, intent):
        if row.why == Why.DOUBTFUL.value:
            slate.change(exceptions, row, open=False)


def _plain(text: str, longest: int) -> str:
    """No NUL (PostgreSQL keeps none), and no longer than its column."""
    return text.replace("\0", "�")[:longest]
