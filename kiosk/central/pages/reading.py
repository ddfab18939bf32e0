"""What REST tells, read from the store. Every function runs in a transaction of its caller and changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from kiosk.central.accounts import account
from kiosk.central.holdings import TITLE, shown_items
from kiosk.central.pages.answers import instant
from kiosk.central.stations import StationSeen, every_station
from kiosk.central.store.tables import exception_notes, exceptions, facts, items, loans, patrons, records
from kiosk.model.ids import PatronRef
from kiosk.wire.fields import Json

Told = dict[str, Json]


@dataclass(frozen=True, slots=True)
class LoansWanted:
    """Which loans; None: any."""

    open: bool | None = None
    patron: str | None = None
    item: str | None = None
    station: str | None = None
    after: str | None = None
    """The intent that the page before ended with."""


def loans_page(connection: Connection, wanted: LoansWanted, limit: int) -> list[Told]:
    """At most `limit` loans, the oldest first."""
    query = (
        select(loans, func.coalesce(TITLE, loans.c.item).label("shown"))
        .select_from(
            loans.outerjoin(items, loans.c.item == items.c.id).outerjoin(
                records, items.c.control_number == records.c.control_number
            )
        )
        .order_by(loans.c.made_at, loans.c.intent)
        .limit(limit)
    )
    if wanted.open is not None:
        query = query.where(loans.c.ended_at.is_(None) if wanted.open else loans.c.ended_at.is_not(None))
    for column, value in ((loans.c.patron, wanted.patron), (loans.c.item, wanted.item)):
        if value is not None:
            query = query.where(column == value)
    if wanted.station is not None:
        query = query.where(loans.c.station == wanted.station)
    if wanted.after is not None:
        made_at = select(loans.c.made_at).where(loans.c.intent == wanted.after).scalar_subquery()
        later = and_(loans.c.made_at == made_at, loans.c.intent > wanted.after)
        query = query.where(or_(loans.c.made_at > made_at, later))
    return [_loan(row) for row in connection.execute(query)]


def items_page(connection: Connection, control_number: str | None, after: str | None, limit: int) -> list[Told]:
    """At most `limit` items, by number."""
    query = shown_items().order_by(items.c.id).limit(limit)
    if control_number is not None:
        query = query.where(items.c.control_number == control_number)
    if after is not None:
        query = query.where(items.c.id > after)
    return [_item(row) for row in connection.execute(query)]


def one_item(connection: Connection, item: str) -> Told | None:
    """An item with the loan that runs."""
    row = connection.execute(shown_items().where(items.c.id == item)).one_or_none()
    if row is None:
        return None
    running = loans_page(connection, LoansWanted(open=True, item=item), 1)
    return _item(row) | {"loan": running[0] if running else None}


def one_patron(connection: Connection, patron: str) -> Told | None:
    """A patron with the loans that run. No card numbers: nobody who asks needs them."""
    row = connection.execute(select(patrons).where(patrons.c.id == patron)).one_or_none()
    if row is None:
        return None
    owes = account(connection, PatronRef(row.id))
    return _patron(row) | {
        "debt_cents": owes.debt_cents,
        "credit_cents": owes.credit_cents,
        "loans": loans_page(connection, LoansWanted(open=True, patron=patron), 1_000),
    }


def patrons_page(connection: Connection, category: str | None, after: str | None, limit: int) -> list[Told]:
    """At most `limit` patrons, by number. No card numbers: nobody who asks needs them."""
    query = select(patrons).order_by(patrons.c.id).limit(limit)
    if category is not None:
        query = query.where(patrons.c.category == category)
    if after is not None:
        query = query.where(patrons.c.id > after)
    return [_patron(row) for row in connection.execute(query)]


def _patron(row: Row[tuple[object, ...]]) -> Told:
    return {
        "id": row.id,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "category": row.category,
        "expires": None if row.expires is None else row.expires.isoformat(),
        "blocked": row.blocked,
        "card_lost": row.card_lost,
        "suspended_until": None if row.suspended_until is None else row.suspended_until.isoformat(),
        "guardian": row.guardian,
        "language": row.language,
    }


def stations_told(connection: Connection, now: datetime) -> list[Told]:
    """Every station that was ever heard of."""
    return [station_told(seen) for seen in every_station(connection, now)]


def station_told(seen: StationSeen) -> Told:
    return {
        "station": seen.station,
        "presence": seen.presence.value,
        "seen_at": instant(seen.seen_at),
        "software": seen.software,
        "since": seen.since,
        "devices": dict(seen.devices),
        "paper": seen.paper,
        "outbox": seen.outbox,
        "disk_free_kb": seen.disk_free_kb,
        "copy_issued": seen.copy_issued,
    }


def exceptions_page(connection: Connection, *, open_: bool | None, after: int, limit: int) -> list[Told]:
    """At most `limit` exceptions, the oldest first."""
    query = select(exceptions).where(exceptions.c.id > after).order_by(exceptions.c.id).limit(limit)
    if open_ is not None:
        query = query.where(exceptions.c.open.is_(open_))
    return [_exception(row) for row in connection.execute(query)]


def facts_page(connection: Connection, since: int, limit: int) -> list[Told]:
    """At most `limit` facts after number `since`, in the order in which central took them."""
    query: Select[tuple[object, ...]] = select(facts).where(facts.c.id > since).order_by(facts.c.id).limit(limit)
    return [_fact(row) for row in connection.execute(query)]


def _loan(row: Row[tuple[object, ...]]) -> Told:
    return {
        "intent": row.intent,
        "patron": row.patron,
        "item": row.item,
        "title": row.shown,
        "station": row.station,
        "made_at": instant(row.made_at),
        "due": instant(row.due),
        "open": row.ended_at is None,
        "ended_at": instant(row.ended_at),
        "end_why": row.end_why,
        "tag_opened": row.opened,
        "provisional": row.provisional,
    }


def _item(row: Row[tuple[object, ...]]) -> Told:
    return {
        "id": row.id,
        "control_number": row.control_number,
        "title": row.shown_title,
        "author": row.author,
        "call_number": row.shown_call_number,
        "isbn": row.isbn,
        "branch": row.branch,
        "loan_class": row.loan_class,
        "not_for_loan": row.not_for_loan,
        "held_for": row.held_for,
    }


def _exception(row: Row[tuple[object, ...]]) -> Told:
    return {
        "id": row.id,
        "why": row.why,
        "station": row.station,
        "epoch": row.epoch,
        "seq": row.seq,
        "intent": row.intent,
        "item": row.item,
        "details": json.loads(row.details),
        "at": instant(row.at),
        "open": row.open,
        "owner": row.owner,
    }


def exception_told(connection: Connection, number: int) -> Told | None:
    """One exception with its history, the oldest entry first."""
    row = connection.execute(select(exceptions).where(exceptions.c.id == number)).one_or_none()
    if row is None:
        return None
    notes = select(exception_notes).where(exception_notes.c.exception == number).order_by(exception_notes.c.id)
    history: list[Json] = [
        {"at": instant(one.at), "who": one.who, "did": one.did, "text": one.text} for one in connection.execute(notes)
    ]
    return _exception(row) | {"history": history}


def _fact(row: Row[tuple[object, ...]]) -> Told:
    return {
        "id": row.id,
        "station": row.station,
        "epoch": row.epoch,
        "seq": row.seq,
        "type": row.type,
        "told_at": instant(row.told_at),
        "at": instant(row.at),
        "received_at": instant(row.received_at),
        "item": row.item,
        "data": json.loads(row.data),
    }
