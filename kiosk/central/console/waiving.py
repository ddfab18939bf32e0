"""Waivers: with a reason, and above a limit with a second person. A waiver is a payment of kind `waived`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.central.accounts import Method, OpenCharge, Payment, open_charges, pay
from kiosk.central.console.asked import DESK, Asked
from kiosk.central.people import patron_on_file
from kiosk.central.store.console_tables import waivers
from kiosk.model.ids import PatronRef

ASKED, APPROVED, REFUSED, VOID = "asked", "approved", "refused", "void"
"""States of a waiver. Void: its charge was paid, or is smaller now."""


class NotYours(Exception):
    """Who asked for it may not approve it."""


def waive(asked: Asked, form: str, patron: PatronRef, charge: str, cents: int, reason: str) -> bool:
    """Waive, or above the limit ask somebody else to; whether it is done. Once under one form."""
    if _known(asked.connection, form) is not None:
        return False
    if cents > asked.console.roles.waiver_limit_cents:
        asked.connection.execute(
            insert(waivers).values(
                id=form,
                patron=patron,
                charge=charge,
                amount_cents=cents,
                reason=reason,
                asked_by=asked.who,
                asked_at=asked.now,
                state=ASKED,
            )
        )
        asked.record("waiver.ask", f"charge:{charge}", changes={"waived_cents": (0, cents)}, reason=reason)
        return False
    if _enter(asked, form, patron, charge, cents, reason):
        asked.record("waiver", f"charge:{charge}", changes={"waived_cents": (0, cents)}, reason=reason)
    return True


def waiting(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """What waits for a decision, the oldest first."""
    query = select(waivers).where(waivers.c.state == ASKED).order_by(waivers.c.asked_at).limit(200)
    return connection.execute(query).all()


def decide(asked: Asked, waiver: str, *, approves: bool, answer: str) -> str:
    """Approve or refuse; the state that it has now, decided by us or before us. Raises `NotYours`."""
    row = _known(asked.connection, waiver)
    if row is None or row.state != ASKED:
        return "" if row is None else str(row.state)
    if row.asked_by == asked.who:
        raise NotYours
    patron_on_file(asked.connection, PatronRef(row.patron), lock=True)
    state = REFUSED
    if approves:
        charge = charge_of(asked.connection, PatronRef(row.patron), row.charge)
        still = charge is not None and charge.owed_cents >= row.amount_cents
        state = APPROVED if still else VOID
    if state == APPROVED:
        _enter(asked, row.id, PatronRef(row.patron), row.charge, row.amount_cents, row.reason)
    values = {"state": state, "decided_by": asked.who, "decided_at": asked.now, "answer": answer}
    asked.connection.execute(update(waivers).where(waivers.c.id == waiver).values(values))
    asked.record(f"waiver.{state}", f"charge:{row.charge}", changes={"state": (ASKED, state)}, reason=answer)
    return state


def charge_of(connection: Connection, patron: PatronRef, charge: str) -> OpenCharge | None:
    """An open charge of this patron."""
    return next((one for one in open_charges(connection, patron) if one.id == charge), None)


def _known(connection: Connection, waiver: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(waivers).where(waivers.c.id == waiver).with_for_update()).one_or_none()


def _enter(asked: Asked, name: str, patron: PatronRef, charge: str, cents: int, reason: str) -> bool:
    currency = asked.console.currency
    waived = Payment(name, patron, cents, Method.WAIVED, asked.now, currency, DESK, reason[:128], (charge,))
    return pay(asked.connection, waived)
