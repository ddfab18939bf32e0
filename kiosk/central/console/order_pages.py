"""Paying by phone at the desk: an order, its QR code, and whether it was paid."""

from __future__ import annotations

from datetime import timedelta

import qrcode

from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, money
from kiosk.central.console.circulating import patron_asked
from kiosk.central.console.frame import address
from kiosk.central.console.patron_page import patron_shown
from kiosk.central.console.waiving import charge_of
from kiosk.central.paying.orders import OrderRow, OrderState, cancel, keep_code, order_of, order_row, place, settle
from kiosk.central.paying.provider import Away
from kiosk.central.store import writing
from kiosk.web.roles import Permission


def ask(asked: Asked) -> Answer:
    """A new order for what is owed, or a part of it."""
    who = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    payer = asked.console.payer(asked.form.get("provider", ""))
    if payer is None:
        raise Nothing("problem.payer")
    try:
        cents, form = asked.cents("amount"), asked.form_id()
    except BadField as bad:
        return patron_shown(asked, who, typed=asked.form, wrong={bad.name: bad.key})
    owed = [charge for charge in asked.ticked.get("charge", ()) if charge_of(asked.connection, who.ref, charge)]
    name = form.replace("-", "")
    lasts, currency = timedelta(minutes=asked.console.order_min), asked.console.currency
    place(
        asked.connection,
        name,
        who.ref,
        cents,
        currency,
        owed,
        lasts=lasts,
        provider=payer.name,
        who=asked.who,
        now=asked.local_now,
    )
    return Moved(address("/console/order", id=name))


def order(asked: Asked) -> Answer:
    """The code to scan, or what became of it. The provider is asked for the code here: no transaction waits for it."""
    row = _order(asked, asked.query.get("id", ""))
    code, trouble, payer = str(row.code), "", asked.console.payer(row.provider)
    if not code and row.state == OrderState.WAITING and payer is not None:
        try:
            code = payer.offer(order_of(row))
        except Away as away:
            trouble = asked.say("order.away", why=str(away))
        else:
            with writing(asked.console.engine) as connection:
                keep_code(connection, str(row.id), code)
    return _shown(asked, row, code, trouble)


def _order(asked: Asked, name: str) -> OrderRow:
    row = order_row(asked.connection, name)
    if row is None:
        raise Nothing("problem.order")
    asked.connection.rollback()  # these pages only read: nobody may wait for this row while the provider is asked
    return row


def _shown(asked: Asked, row: OrderRow, code: str, trouble: str) -> Shown:
    is_waiting = row.state == OrderState.WAITING
    values = {
        "one": row,
        "is_over": is_waiting and asked.now > order_of(row).expires_at,
        "drawn": drawn(code) if code and is_waiting else None,
        "trouble": trouble,
    }
    return Shown("order.html", values, 502 if trouble else 200)


def drawn(code: str) -> tuple[int, str]:
    """A QR code as the path of an SVG: its side in modules, and a square for each dark one."""
    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    made.add_data(code)
    rows = made.get_matrix()
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return len(rows), "".join(squares)


def look(asked: Asked) -> Answer:
    """Ask the provider: its call may have been lost, or is on its way."""
    row = _order(asked, asked.query.get("id", ""))
    payer = asked.console.payer(row.provider)
    if row.state in (OrderState.WAITING, OrderState.CANCELLED) and payer is not None:
        try:
            told = payer.look(str(row.id))
        except Away as away:
            return _shown(asked, row, str(row.code), asked.say("order.away", why=str(away)))
        if told is not None:
            with writing(asked.console.engine) as connection:
                settle(connection, told, payer.name, asked.now)
            asked.console.changed()
    return Moved(address("/console/order", id=row.id))


def drop(asked: Asked) -> Answer:
    """The patron pays otherwise, or not today."""
    row = order_row(asked.connection, asked.form.get("id", ""))
    if row is None:
        raise Nothing("problem.order")
    if cancel(asked.connection, row, asked.who, asked.now):
        asked.note("ok", "order.dropped", amount=money(order_of(row).amount_cents, asked.console.currency))
    return Moved(address("/console/patron", id=row.patron))


PAGES = (
    Page("/order/ask", Permission.CHARGE_TAKE, ask, writes=True),
    Page("/order", Permission.CHARGE_TAKE, order),
    Page("/order/look", Permission.CHARGE_TAKE, look),
    Page("/order/drop", Permission.CHARGE_TAKE, drop, writes=True),
)
