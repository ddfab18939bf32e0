"""Answers to the questions of a station. The answer makes no loan; the fact does (decision record 0003)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection, bindparam, insert, select

from kiosk.central.borrowing import borrower, copy
from kiosk.central.holdings import item_on_file
from kiosk.central.people import owner_of, patron_on_file, resolved
from kiosk.central.store.tables import decisions
from kiosk.model.circulation import Patron
from kiosk.model.ids import AskId, PatronRef
from kiosk.model.questions import (
    Answer,
    AskBorrow,
    AskIdentify,
    AskItem,
    Identified,
    ItemKnown,
    MayBorrow,
    MayNotBorrow,
    NotIdentified,
    Question,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.loans import Allowed, LoanRules, decide_borrow, remaining
from kiosk.wire import AnswerMessage, decode_answer, encode_answer

UNKNOWN_PATRON = Reason(ReasonCode.UNKNOWN_PATRON)
_ANSWERED = select(decisions).where(decisions.c.ask == bindparam("ask"))
_KEEP = insert(decisions)
LONGEST_ASK = 64
LONGEST_ITEM = 64
LONGEST_PATRON = 200
"""Characters of ids; what the store keeps."""


class AskMisused(Exception):
    """An id that cannot be answered under: it is too long, or another question was asked under it before."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What judges: the rules, how long a yes counts, and central's own name (`lk/{site}/central`)."""

    rules: LoanRules
    promise: timedelta
    source: str


def answer(connection: Connection, desk: Desk, station: str, ask: AskId, question: Question, now: datetime) -> Answer:
    """Answer one question. `now` is aware. Runs in the caller's transaction; tell the answer after its commit.

    The same question for a loan gets the same answer under the same id, whatever has happened since; who somebody is
    and what an item is called are looked up anew. Raises `AskMisused`.
    """
    match question:
        case AskIdentify():
            return _identify(connection, desk, question, now)
        case AskBorrow():
            return _may_borrow(connection, desk, _Asked(station, ask, question, now))
        case AskItem():
            known = item_on_file(connection, question.item)
            return ItemKnown(None if known is None else known.item)
        case _:
            assert_never(question)


@dataclass(frozen=True, slots=True)
class _Asked:
    station: str
    ask: AskId
    question: AskBorrow
    now: datetime


def _identify(connection: Connection, desk: Desk, question: AskIdentify, now: datetime) -> Answer:
    owner = owner_of(connection, question.card)
    patron = None if owner is None else patron_on_file(connection, owner)
    if patron is None:
        return NotIdentified((UNKNOWN_PATRON,))
    more = remaining(borrower(connection, patron, now), desk.rules, now)
    return Identified(Patron(patron.ref, patron.given_name, more), patron.language)


def _may_borrow(connection: Connection, desk: Desk, asked: _Asked) -> Answer:
    if len(asked.ask) > LONGEST_ASK:
        raise AskMisused(f"expected an id of at most {LONGEST_ASK} characters")
    question = asked.question
    patron = resolved(connection, question.patron)
    on_file = None if patron is None else patron_on_file(connection, patron, lock=True)
    if (before := _answered_before(connection, asked, patron or question.patron)) is not None:
        return before
    item = item_on_file(connection, question.item)
    if on_file is None:
        return _kept(connection, desk, asked, MayNotBorrow((UNKNOWN_PATRON,), None if item is None else item.item))
    who = borrower(connection, on_file, asked.now, asked=question.item)
    decided = decide_borrow(who, None if item is None else copy(connection, item), desk.rules, asked.now)
    if isinstance(decided, Allowed) and item is not None:
        return _kept(connection, desk, asked, MayBorrow(item.item, decided.due, decided.more), on_file.ref)
    assert not isinstance(decided, Allowed), "the rules allow no item that nobody knows"
    return _kept(connection, desk, asked, MayNotBorrow(decided.reasons, None if item is None else item.item))


def _answered_before(connection: Connection, asked: _Asked, patron: PatronRef) -> Answer | None:
    """What was answered under this id. Raises `AskMisused` where that was another question."""
    row = connection.execute(_ANSWERED, {"ask": asked.ask}).one_or_none()
    if row is None:
        return None
    kept_item, kept_patrons = asked.question.item[:LONGEST_ITEM], {patron[:LONGEST_PATRON], _patron_column(asked)}
    if (row.station, row.item) != (asked.station, kept_item) or row.patron not in kept_patrons:
        raise AskMisused("another question was asked under this id")
    told = decode_answer(row.answer.encode())
    assert isinstance(told, AnswerMessage), "the store holds what encode_answer made"
    return told.answer


def _kept(
    connection: Connection,
    desk: Desk,
    asked: _Asked,
    decided: MayBorrow | MayNotBorrow,
    patron: PatronRef | None = None,
) -> Answer:
    """Keep an answer under its id; a yes counts towards the patron's limit for a while."""
    allowed = isinstance(decided, MayBorrow)
    connection.execute(
        _KEEP,
        {
            "ask": asked.ask,
            "station": asked.station,
            "patron": patron or _patron_column(asked),
            "item": asked.question.item[:LONGEST_ITEM],
            "asked_at": asked.now,
            "allowed": allowed,
            "answer": encode_answer(desk.source, asked.ask, decided, asked.now).decode(),
            "promised_until": asked.now + desk.promise if allowed else None,
        },
    )
    return decided


def _patron_column(asked: _Asked) -> str:
    return asked.question.patron[:LONGEST_PATRON]
