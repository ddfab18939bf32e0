"""What patrons owe and have paid, in cents. Nothing is deleted or lowered: a payment, waiver or refund is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from kiosk.central.bookkeeping import posted_charge, posted_payment
from kiosk.central.people import PATRON
from kiosk.central.store.slate import Lookup, Slate, Source, changing, slate_of
from kiosk.central.store.tables import allocations, charges, payments
from kiosk.model.ids import ItemId, PatronRef

CURRENCY = "CNY"
"""ISO 4217, of every amount here."""


class ChargeKind(StrEnum):
    """What for."""

    OVERDUE = "overdue"
    LOST = "lost"
    DAMAGE = "damage"
    PROCESSING = "processing"
    CARRIED_OVER = "carried-over"
    """Owed before this system."""
    OTHER = "other"


class Method(StrEnum):
    """How it was settled."""

    CASH = "cash"
    CARD = "card"
    QR = "qr"
    WAIVED = "waived"
    REFUND = "refund"
    """The price of a lost item that was found."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Something owed. `id` names it for ever: the same one is owed once."""

    id: str
    patron: PatronRef
    kind: ChargeKind
    amount_cents: int
    at: datetime
    item: ItemId | None = None
    loan: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money, or what takes its place. `charges` are paid before others; empty: the oldest first."""

    id: str
    patron: PatronRef
    amount_cents: int
    method: Method
    at: datetime
    currency: str = CURRENCY
    station: str = ""
    reference: str = ""
    charges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """A charge of which something is still owed."""

    id: str
    kind: str
    item: str | None
    owed_cents: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """How a patron stands."""

    debt_cents: int
    credit_cents: int
    guardian_debt_cents: int


CHARGE = Lookup(charges.c.id)
OWED_BY = Lookup(charges.c.patron, charges.c.open.is_(True))
PAYMENT = Lookup(payments.c.id)
CREDIT_OF = Lookup(payments.c.patron, payments.c.credit_cents != 0)


def account(source: Source, patron: PatronRef, guardian: str | None = None) -> Account:
    """What is owed, what is left over, and what the guardian owes."""
    slate = slate_of(source)
    credit = sum(row.credit_cents for row in slate.find(CREDIT_OF, patron))
    return Account(_debt(slate, patron), credit, _debt(slate, guardian) if guardian else 0)


def _debt(slate: Slate, patron: str) -> int:
    return sum(row.amount_cents - row.paid_cents for row in slate.find(OWED_BY, patron) if row.open)


def open_charges(source: Source, patron: PatronRef) -> list[OpenCharge]:
    """Oldest first."""
    rows = [row for row in slate_of(source).find(OWED_BY, patron) if row.open]
    return [
        OpenCharge(row.id, row.kind, row.item, row.amount_cents - row.paid_cents, row.at)
        for row in sorted(rows, key=lambda row: (row.at, row.id))
    ]


def owe(source: Source, charge: Charge) -> bool:
    """Enter a charge, once; False where there was nothing to enter."""
    if charge.amount_cents <= 0:
        return False
    with changing(source) as slate:
        if slate.one(CHARGE, charge.id) is not None:
            return False
        slate.add(
            charges,
            {
                "id": charge.id,
                "patron": charge.patron,
                "kind": charge.kind.value,
                "item": charge.item,
                "loan": charge.loan,
                "amount_cents": charge.amount_cents,
                "at": charge.at,
                "open": True,
                "why": charge.why,
            },
        )
        posted_charge(slate, charge.patron, charge.kind.value, charge.amount_cents, charge.at, charge.id)
    return True


def pay(source: Source, payment: Payment) -> bool:
    """Enter a payment, once, and allocate it; False where this id has been entered before. What no charge takes stays
    as the patron's credit. Raises `ValueError` for an amount that is none."""
    if payment.amount_cents <= 0:
        raise ValueError(f"expected an amount above 0, found {payment.amount_cents}")
    with changing(source) as slate:
        slate.one(PATRON, payment.patron)  # two payments of a patron come one after the other
        if slate.one(PAYMENT, payment.id) is not None:
            return False
        left = payment.amount_cents
        for charge in _in_order(open_charges(slate, payment.patron), payment.charges):
            part = min(left, charge.owed_cents)
            if part > 0:
                _allocate(slate, payment.id, charge, part)
                left -= part
        slate.add(
            payments,
            {
                "id": payment.id,
                "patron": payment.patron,
                "amount_cents": payment.amount_cents,
                "currency": payment.currency,
                "method": payment.method.value,
                "at": payment.at,
                "station": payment.station,
                "reference": payment.reference,
                "credit_cents": left,
            },
        )
        posted_payment(slate, payment.patron, payment.method.value, payment.amount_cents, payment.at, payment.id)
    return True


def _allocate(slate: Slate, payment: str, charge: OpenCharge, cents: int) -> None:
    row = slate.one(CHARGE, charge.id)
    assert row is not None, "it is open"
    slate.change(charges, row, paid_cents=row.paid_cents + cents, open=cents < charge.owed_cents)
    slate.add(allocations, {"payment": payment, "charge": charge.id, "amount_cents": cents})


def payment_entered(connection: Connection, payment: str) -> tuple[PatronRef, int] | None:
    """Whose payment of how many cents was entered under this id; None where none was."""
    query = select(payments.c.patron, payments.c.amount_cents).where(payments.c.id == payment)
    row = connection.execute(query).one_or_none()
    return None if row is None else (PatronRef(row.patron), int(row.amount_cents))


def _in_order(found: Sequence[OpenCharge], first: Sequence[str]) -> list[OpenCharge]:
    named = [charge for charge in found if charge.id in first]
    return named + [charge for charge in found if charge.id not in first]
