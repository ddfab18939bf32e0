"""What patrons owe and have paid, in cents. Nothing is deleted or lowered: a payment, waiver or refund is added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, func, insert, select, update

from kiosk.central.store.tables import allocations, charges, patrons, payments
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


_OWED = func.coalesce(func.sum(charges.c.amount_cents - charges.c.paid_cents), 0)
_OPEN = charges.c.open.is_(True)
_ACCOUNT = select(
    select(_OWED).where(charges.c.patron == bindparam("patron"), _OPEN).scalar_subquery().label("debt"),
    select(func.coalesce(func.sum(payments.c.credit_cents), 0))
    .where(payments.c.patron == bindparam("patron"))
    .scalar_subquery()
    .label("credit"),
    select(_OWED).where(charges.c.patron == bindparam("guardian"), _OPEN).scalar_subquery().label("guardian"),
)
_CHARGES = select(charges).where(charges.c.patron == bindparam("patron"), _OPEN).order_by(charges.c.at, charges.c.id)
_KNOWN_CHARGE = select(charges.c.id).where(charges.c.id == bindparam("id"))
_KNOWN_PAYMENT = select(payments.c.amount_cents).where(payments.c.id == bindparam("id"))
_ALLOCATE = (
    update(charges)
    .where(charges.c.id == bindparam("of"))
    .values(paid_cents=charges.c.paid_cents + bindparam("more"), open=bindparam("still_open"))
)
_LOCK = select(patrons.c.id).where(patrons.c.id == bindparam("patron")).with_for_update()


def account(connection: Connection, patron: PatronRef, guardian: str | None = None) -> Account:
    """What is owed, what is left over, and what the guardian owes."""
    row = connection.execute(_ACCOUNT, {"patron": patron, "guardian": guardian or ""}).one()
    return Account(int(row.debt), int(row.credit), int(row.guardian))


def open_charges(connection: Connection, patron: PatronRef) -> list[OpenCharge]:
    """Oldest first."""
    return [
        OpenCharge(row.id, row.kind, row.item, row.amount_cents - row.paid_cents, row.at)
        for row in connection.execute(_CHARGES, {"patron": patron})
    ]


def owe(connection: Connection, charge: Charge) -> bool:
    """Enter a charge, once; False where there was nothing to enter."""
    if charge.amount_cents <= 0 or connection.execute(_KNOWN_CHARGE, {"id": charge.id}).first() is not None:
        return False
    connection.execute(
        insert(charges).values(
            id=charge.id,
            patron=charge.patron,
            kind=charge.kind.value,
            item=charge.item,
            loan=charge.loan,
            amount_cents=charge.amount_cents,
            at=charge.at,
            open=True,
            why=charge.why,
        )
    )
    return True


def pay(connection: Connection, payment: Payment) -> bool:
    """Enter a payment, once, and allocate it; False where this id has been entered before. What no charge takes stays
    as the patron's credit. Raises `ValueError` for an amount that is none."""
    if payment.amount_cents <= 0:
        raise ValueError(f"expected an amount above 0, found {payment.amount_cents}")
    connection.execute(_LOCK, {"patron": payment.patron})
    if connection.execute(_KNOWN_PAYMENT, {"id": payment.id}).first() is not None:
        return False
    left = payment.amount_cents
    for charge in _in_order(open_charges(connection, payment.patron), payment.charges):
        part = min(left, charge.owed_cents)
        if part <= 0:
            continue
        connection.execute(_ALLOCATE, {"of": charge.id, "more": part, "still_open": part < charge.owed_cents})
        connection.execute(insert(allocations).values(payment=payment.id, charge=charge.id, amount_cents=part))
        left -= part
    connection.execute(
        insert(payments).values(
            id=payment.id,
            patron=payment.patron,
            amount_cents=payment.amount_cents,
            currency=payment.currency,
            method=payment.method.value,
            at=payment.at,
            station=payment.station,
            reference=payment.reference,
            credit_cents=left,
        )
    )
    return True


def payment_entered(connection: Connection, payment: str) -> tuple[PatronRef, int] | None:
    """Whose payment of how many cents was entered under this id; None where none was."""
    query = select(payments.c.patron, payments.c.amount_cents).where(payments.c.id == payment)
    row = connection.execute(query).one_or_none()
    return None if row is None else (PatronRef(row.patron), int(row.amount_cents))


def _in_order(found: Sequence[OpenCharge], first: Sequence[str]) -> list[OpenCharge]:
    named = [charge for charge in found if charge.id in first]
    return named + [charge for charge in found if charge.id not in first]
