"""The nightly audit: what the ledger should never hold, and how each is mended. What it finds waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import BindParameter, Connection, Engine, Row, and_, bindparam, func, insert, or_, select, update

from kiosk.central import bookkeeping
from kiosk.central.counter import EPOCH
from kiosk.central.holdings import ItemState
from kiosk.central.store import writing
from kiosk.central.store.console_tables import findings
from kiosk.central.store.tables import allocations, charges, items, loans, payments, progress
from kiosk.central.story import EndWhy

TAG_TIME = timedelta(hours=1)
"""A kiosk that has not opened a tag by then never will."""
MOST = 1_000
"""Findings of one kind that are kept at once: more than that is one fault, not a thousand."""
RUNS = loans.c.ended_at.is_(None)


class FindingKind(StrEnum):
    """What is not as it should be."""

    WITHDRAWN_LENT = "withdrawn-lent"
    """Of an item: it is withdrawn, and lent."""
    TWO_LOANS = "two-loans"
    """Of an item: two loans of it run."""
    BALANCE = "balance"
    """Of a charge (or `payment:ID`): it does not add up with what was paid."""
    LEDGER = "ledger"
    """Of a patron: charges and payments are not what the double entry says."""
    UNTAGGED = "untagged"
    """Of a loan: a kiosk lent it, and never opened its tag; the gate may ring."""


class FindingState(StrEnum):
    """What became of a finding."""

    OPEN = "open"
    REPAIRED = "repaired"
    ACCEPTED = "accepted"
    """Somebody looked, and it stays so: it is not found again."""
    GONE = "gone"


PAYMENT = "payment:"
_PAID = func.coalesce(func.sum(allocations.c.amount_cents), 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, by what it is about."""

    kind: FindingKind
    subject: str


def audit(engine: Engine, now: datetime) -> int:
    """Look for everything, beside whoever writes, and keep what is new; how many findings are open."""
    with engine.connect() as connection:
        found = set(_found(connection, now))
    with writing(engine) as connection:
        return keep(connection, found, now)


def keep(connection: Connection, found: set[Finding], now: datetime) -> int:
    """Open what is new, close what is gone by itself."""
    known: dict[Finding, Row[tuple[object, ...]]] = {}
    standing = (FindingState.OPEN.value, FindingState.ACCEPTED.value)
    for row in connection.execute(select(findings).where(findings.c.state.in_(standing))):
        known[Finding(FindingKind(row.kind), row.subject)] = row
    gone = [row.id for one, row in known.items() if one not in found and row.state == FindingState.OPEN]
    if gone:
        over = {"state": FindingState.GONE.value, "settled_at": now}
        connection.execute(update(findings).where(findings.c.id.in_(gone)).values(over))
    fresh = [
        {"kind": one.kind.value, "subject": one.subject, "found_at": now, "state": FindingState.OPEN.value}
        for one in sorted(found - known.keys(), key=lambda one: (one.kind, one.subject))
    ]
    if fresh:
        connection.execute(insert(findings), fresh)
    is_open = findings.c.state == FindingState.OPEN.value
    return connection.scalar(select(func.count()).select_from(findings).where(is_open)) or 0


def _found(connection: Connection, now: datetime) -> Iterator[Finding]:
    queries = {
        FindingKind.WITHDRAWN_LENT: select(items.c.id)
        .join(loans, and_(loans.c.item == items.c.id, RUNS))
        .where(items.c.state == ItemState.WITHDRAWN.value),
        FindingKind.TWO_LOANS: select(loans.c.item).where(RUNS).group_by(loans.c.item).having(func.count() > 1),
        FindingKind.BALANCE: select(charges.c.id)
        .outerjoin(allocations, allocations.c.charge == charges.c.id)
        .group_by(charges.c.id, charges.c.paid_cents, charges.c.amount_cents, charges.c.open)
        .having(
            or_(
                charges.c.paid_cents != _PAID,
                charges.c.paid_cents > charges.c.amount_cents,
                and_(charges.c.open.is_(True), charges.c.paid_cents >= charges.c.amount_cents),
                and_(charges.c.open.is_(False), charges.c.paid_cents < charges.c.amount_cents),
            )
        ),
        FindingKind.UNTAGGED: select(loans.c.intent).where(
            RUNS,
            loans.c.opened.is_(False),
            loans.c.made_at < now - TAG_TIME,
            loans.c.station.in_(select(progress.c.station).where(progress.c.epoch != EPOCH)),
        ),
    }
    for kind, query in queries.items():
        for subject in connection.scalars(query.limit(MOST)):
            yield Finding(kind, str(subject))
    uneven = (
        select(payments.c.id)
        .outerjoin(allocations, allocations.c.payment == payments.c.id)
        .group_by(payments.c.id, payments.c.amount_cents, payments.c.credit_cents)
        .having(payments.c.amount_cents != _PAID + payments.c.credit_cents)
    )
    for payment in connection.scalars(uneven.limit(MOST)):
        yield Finding(FindingKind.BALANCE, f"{PAYMENT}{payment}")
    for row in connection.execute(bookkeeping.uneven().limit(MOST)):
        yield Finding(FindingKind.LEDGER, str(row.patron))


def repair(connection: Connection, finding: Finding, who: str, now: datetime) -> bool:
    """Mend it; False where only a person at the shelf can."""
    match finding.kind:
        case FindingKind.WITHDRAWN_LENT:
            connection.execute(update(items).where(items.c.id == finding.subject).values(state=""))
        case FindingKind.TWO_LOANS:
            _end_earlier_loans(connection, finding.subject)
        case FindingKind.BALANCE if finding.subject.startswith(PAYMENT):
            return _even_payment(connection, finding.subject.removeprefix(PAYMENT))
        case FindingKind.BALANCE:
            return _even_charge(connection, finding.subject)
        case FindingKind.LEDGER:
            return bookkeeping.correct(connection, finding.subject, now, who)
        case FindingKind.UNTAGGED:
            return False
    return True


_WHO: dict[str, BindParameter[object]] = {"end_station": bindparam("where"), "end_seq": bindparam("its_seq")}
_END = (
    update(loans)
    .where(loans.c.intent == bindparam("of"))
    .values(ended_at=bindparam("at"), end_why=EndWhy.IMPLIED_RETURN.value, **_WHO)
)


def _end_earlier_loans(connection: Connection, item: str) -> None:
    """The latest one stands: whoever lent it had the copy in the hand."""
    query = select(loans).where(loans.c.item == item, RUNS).order_by(loans.c.made_at, loans.c.station, loans.c.seq)
    rows = connection.execute(query.with_for_update()).all()
    for earlier, later in pairwise(rows):
        values = {"of": earlier.intent, "at": later.made_at, "where": later.station, "its_seq": later.seq}
        connection.execute(_END, values)


def _even_charge(connection: Connection, charge: str) -> bool:
    """What was paid is what payments say; never more than is owed."""
    row = connection.execute(select(charges).where(charges.c.id == charge).with_for_update()).one_or_none()
    paid = int(connection.scalar(select(_PAID).where(allocations.c.charge == charge)) or 0)
    if row is None or paid > row.amount_cents:
        return False
    values = {"paid_cents": paid, "open": paid < row.amount_cents}
    connection.execute(update(charges).where(charges.c.id == charge).values(values))
    return True


def _even_payment(connection: Connection, payment: str) -> bool:
    """What no charge took is the patron's credit."""
    row = connection.execute(select(payments).where(payments.c.id == payment).with_for_update()).one_or_none()
    given = int(connection.scalar(select(_PAID).where(allocations.c.payment == payment)) or 0)
    if row is None or given > row.amount_cents:
        return False
    left = row.amount_cents - given
    connection.execute(update(payments).where(payments.c.id == payment).values(credit_cents=left))
    return True


def settle(
    connection: Connection, number: int, *, repairs: bool, who: str, now: datetime
) -> tuple[Finding, FindingState] | None:
    """Repair a finding, or accept it as it is; what it was about and what it is now. None where there is no such open
    finding. It stays open where it cannot be repaired here."""
    query = select(findings).where(findings.c.id == number, findings.c.state == FindingState.OPEN.value)
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        return None
    finding = Finding(FindingKind(row.kind), row.subject)
    if repairs and not repair(connection, finding, who, now):
        return finding, FindingState.OPEN
    state = FindingState.REPAIRED if repairs else FindingState.ACCEPTED
    values = {"state": state.value, "settled_at": now, "settled_by": who}
    connection.execute(update(findings).where(findings.c.id == number).values(values))
    return finding, state
