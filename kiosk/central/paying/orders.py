"""Orders in the store. Money that came is entered once, whenever it comes and whoever tells of it first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.central.accounts import Method, Payment, pay
from kiosk.central.paying.provider import Order, Told
from kiosk.central.store.money_tables import payment_orders
from kiosk.model.ids import PatronRef
from kiosk.web.trail import record

OrderRow = Row[tuple[object, ...]]
STATION = "desk"


class OrderState(StrEnum):
    """Where an order is."""

    WAITING = "waiting"
    PAID = "paid"
    PAID_LATE = "paid-late"
    """Paid after it was cancelled or had ended: the money is here, so it is entered, and somebody should look."""
    CANCELLED = "cancelled"
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
    lasts: timedelta,
    who: str,
    now: datetime,
) -> None:
    """A new order; the same form gives the same one."""
    if order_row(connection, name) is not None:
        return
    values = {"id": name, "patron": patron, "amount_cents": cents, "currency": currency, "made_by": who, "made_at": now}
    values |= {"charges": json.dumps(list(charges)), "state": OrderState.WAITING.value, "expires_at": now + lasts}
    connection.execute(insert(payment_orders).values(values))
    record(connection, who, "order.place", f"order:{name}", now, changes={"amount_cents": (0, cents)})


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


def settle(connection: Connection, told: Told, who: str, now: datetime) -> OrderState | None:
    """Enter what was paid, once; the state that the order is in now. None where there is no such order."""
    row = order_row(connection, told.order)
    if row is None:
        return None
    state = OrderState(str(row.state))
    if state in ENTERED:
        return state
    order = order_of(row)
    values = {"transaction": told.transaction, "paid_at": now}
    if (told.amount_cents, told.currency) != (order.amount_cents, order.currency):
        _change(connection, row, OrderState.WRONG_AMOUNT, who, now, **values)
        return OrderState.WRONG_AMOUNT
    charges = tuple(json.loads(str(row.charges)))
    paid = (order.id, PatronRef(str(row.patron)), order.amount_cents, Method.QR, now, order.currency, STATION)
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
