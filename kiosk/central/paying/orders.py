"""Orders in the store. Money that came is entered once, whenever it comes and whoever tells of it first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from kiosk.central.accounts import Method, Payment, pay
from kiosk.central.documents import next_number
from kiosk.central.paying.provider import Order, Told
from kiosk.central.people import resolved
from kiosk.central.store.money_tables import payment_orders
from kiosk.model.ids import PatronRef
from kiosk.model.paying import AskPaid, Standing
from kiosk.web.trail import record

OrderRow = Row[tuple[object, ...]]
STATION = "desk"
KIOSK = "kiosk:"
"""Before the station's name, in who made an order."""
STILL_PAID = timedelta(minutes=10)
"""So long after its time a cancelled order is looked at."""
USEFUL = timedelta(seconds=60)
"""An order of which less is left is not shown to anybody any more."""
PREFIX = "PY"
"""Of the numbers of orders: PY-2026-0001."""


class OrderState(StrEnum):
    """Where an order is."""

    WAITING = "waiting"
    PAID = "paid"
    PAID_LATE = "paid-late"
    """Paid after it was cancelled or had ended: the money is here, so it is entered, and somebody should look."""
    CANCELLED = "cancelled"
    NOT_PAID = "not-paid"
    """Its time is over, and the provider said afterwards that nobody had paid."""
    WRONG_AMOUNT = "wrong-amount"
    """The provider signed another amount than was ordered: nothing is entered before a person has looked."""


ENTERED = frozenset({OrderState.PAID, OrderState.PAID_LATE, OrderState.WRONG_AMOUNT})


def place(
    connection: Connection,
    name: str,
    patron: PatronRef,
    cents: int,
    currency: str,
    charges: Sequence[str],
    *,
    provider: str,
    lasts: timedelta,
    who: str,
    now: datetime,
) -> None:
    """A new order; the same form gives the same one. Years of its number begin in the time zone of `now`."""
    if order_row(connection, name) is not None:
        return
    values = {"id": name, "patron": patron, "amount_cents": cents, "currency": currency, "made_by": who, "made_at": now}
    values["provider"] = provider
    values["number"] = f"{PREFIX}-{now.year}-{next_number(connection, 'order', now.year):04d}"
    values |= {"charges": json.dumps(list(charges)), "state": OrderState.WAITING.value, "expires_at": now + lasts}
    connection.execute(insert(payment_orders).values(values))
    record(connection, who, "order.place", f"order:{name}", now, changes={"amount_cents": (0, cents)})


def place_at_kiosk(
    connection: Connection,
    name: str,
    patron: PatronRef,
    cents: int,
    currency: str,
    *,
    provider: str,
    lasts: timedelta,
    station: str,
    now: datetime,
) -> OrderRow:
    """The order that this patron pays at a kiosk: the one of this name, else the one that stands for the same sum, else
    a new one in place of those for another sum. Whoever leaves and comes back never has two to pay."""
    known = order_row(connection, name)
    if known is not None:
        return known
    query = (
        select(payment_orders)
        .where(payment_orders.c.patron == patron, payment_orders.c.state == OrderState.WAITING.value)
        .where(payment_orders.c.provider == provider)
        .where(payment_orders.c.made_by.startswith(KIOSK, autoescape=True), payment_orders.c.expires_at > now)
        .order_by(payment_orders.c.made_at.desc())
        .with_for_update()
    )
    for row in connection.execute(query).all():
        order = order_of(row)
        if (order.amount_cents, order.currency) == (cents, currency) and order.expires_at - now >= USEFUL:
            return row
        _change(connection, row, OrderState.CANCELLED, f"{KIOSK}{station}", now)
    who = f"{KIOSK}{station}"
    place(connection, name, patron, cents, currency, (), provider=provider, lasts=lasts, who=who, now=now)
    placed = order_row(connection, name)
    assert placed is not None, "it was placed in this transaction"
    return placed


def standing_of(connection: Connection, asked: AskPaid, now: datetime) -> Standing:
    """How an order stands for whoever has it on the screen; nobody hears of another's."""
    row = order_row(connection, asked.order)
    if row is None or row.patron != resolved(connection, asked.patron):
        return Standing.OVER
    match OrderState(str(row.state)):
        case OrderState.PAID | OrderState.PAID_LATE:
            return Standing.PAID
        case OrderState.WRONG_AMOUNT:
            return Standing.WITH_STAFF
        case OrderState.CANCELLED | OrderState.NOT_PAID:
            return Standing.OVER
        case OrderState.WAITING:
            return Standing.WAITING if now < order_of(row).expires_at else Standing.OVER


def unsettled(
    connection: Connection, provider: str, now: datetime, most: int, *, of: PatronRef | None = None
) -> list[tuple[str, bool]]:
    """Orders at a provider of which nobody knows yet how they end, the newest first, and whether each has a code to be
    paid by. One that was cancelled can be paid until its time is over."""
    table = payment_orders.c
    cancelled = and_(table.state == OrderState.CANCELLED.value, table.expires_at > now - STILL_PAID)
    query = select(table.id, table.code).where(or_(table.state == OrderState.WAITING.value, cancelled))
    query = query.where(table.provider == provider)
    if of is not None:
        query = query.where(table.patron == of)
    query = query.order_by(table.made_at.desc(), table.id).limit(most)
    return [(str(row.id), bool(row.code)) for row in connection.execute(query)]


def end(connection: Connection, name: str, who: str, now: datetime) -> bool:
    """The provider has said that nobody paid; called after the order's time."""
    row = order_row(connection, name)
    if row is None or row.state != OrderState.WAITING or now < order_of(row).expires_at:
        return False
    _change(connection, row, OrderState.NOT_PAID, who, now)
    return True


def order_row(connection: Connection, name: str) -> OrderRow | None:
    """Locked until the transaction ends."""
    query = select(payment_orders).where(payment_orders.c.id == name[:32]).with_for_update()
    return connection.execute(query).one_or_none()


def order_of(row: OrderRow) -> Order:
    """As the provider hears of it."""
    expires = row.expires_at
    assert isinstance(expires, datetime)
    return Order(str(row.id), int(str(row.amount_cents)), str(row.currency), expires)


def keep_code(connection: Connection, name: str, code: str) -> None:
    """What the QR code holds."""
    connection.execute(update(payment_orders).where(payment_orders.c.id == name).values(code=code))


def cancel(connection: Connection, row: OrderRow, who: str, now: datetime) -> bool:
    """Nobody is to pay it any more. The provider is not told: who pays it nevertheless has paid."""
    if row.state != OrderState.WAITING:
        return False
    _change(connection, row, OrderState.CANCELLED, who, now)
    return True


def settle(connection: Connection, told: Told, provider: str, now: datetime) -> OrderState | None:
    """Enter what was paid, once; the state that the order is in now. None where this provider has no such order."""
    row = order_row(connection, told.order)
    if row is None or row.provider != provider:
        return None
    who = f"provider:{provider}"
    state = OrderState(str(row.state))
    if state in ENTERED:
        return state
    order = order_of(row)
    values = {"transaction": told.transaction, "paid_at": now}
    if (told.amount_cents, told.currency) != (order.amount_cents, order.currency):
        _change(connection, row, OrderState.WRONG_AMOUNT, who, now, **values)
        return OrderState.WRONG_AMOUNT
    charges = tuple(json.loads(str(row.charges)))
    station = str(row.made_by).removeprefix(KIOSK) if str(row.made_by).startswith(KIOSK) else STATION
    paid = (order.id, PatronRef(str(row.patron)), order.amount_cents, Method.QR, now, order.currency, station)
    pay(connection, Payment(*paid, told.transaction, charges))
    late = state is not OrderState.WAITING or now > order.expires_at
    after = OrderState.PAID_LATE if late else OrderState.PAID
    _change(connection, row, after, who, now, **values)
    return after


def _change(
    connection: Connection, row: OrderRow, after: OrderState, who: str, now: datetime, **values: object
) -> None:
    connection.execute(update(payment_orders).where(payment_orders.c.id == row.id).values(state=after.value, **values))
    record(connection, who, f"order.{after}", f"order:{row.id}", now, changes={"state": (row.state, after.value)})
