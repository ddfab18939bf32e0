"""Waivers: with a reason, and above a limit with a second person. A waiver is a payment of kind `waived`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, select

from kiosk.central import documents
from kiosk.central.accounts import Method, OpenCharge, Payment, open_charges, pay
from kiosk.central.console.asked import DESK, Asked
from kiosk.central.people import patron_on_file
from kiosk.central.store.console_tables import waivers
from kiosk.library.documents import Refused
from kiosk.library.waivers import WAIVER, WaiverAction, WaiverState
from kiosk.model.ids import PatronRef

ASKED = WaiverState.ASKED.value


def waive(asked: Asked, form: str, patron: PatronRef, charge: str, cents: int, reason: str) -> bool:
    """Waive, or above the limit ask somebody else to; whether it is done. Once under one form."""
    connection = asked.connection
    if documents.paper_row(connection, waivers, form) is not None:
        return False
    changes = {"waived_cents": (0, cents)}
    if cents > asked.console.roles.waiver_limit_cents:
        values = {"id": form, "patron": patron, "charge": charge, "amount_cents": cents, "reason": reason}
        told = {"charge": ("", charge), **changes}
        documents.write(
            connection, WAIVER, waivers, values, who=asked.who, now=asked.local_now, changes=told, reason=reason
        )
        return False
    if _enter(asked, form, patron, charge, cents, reason):
        asked.record("waiver", f"charge:{charge}", changes=changes, reason=reason)
    return True


def waiting(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """What waits for a decision, the oldest first."""
    query = select(waivers).where(waivers.c.state == ASKED).order_by(waivers.c.made_at).limit(200)
    return connection.execute(query).all()


def decide(
    asked: Asked, row: Row[tuple[object, ...]], action: WaiverAction, version: int, answer: str
) -> WaiverState | Refused[WaiverAction]:
    """Approve or refuse; the state that it has now. What was paid meanwhile is void, whoever approves it."""
    patron = PatronRef(str(row.patron))
    patron_on_file(asked.connection, patron, lock=True)
    if action is WaiverAction.APPROVE:
        charge = charge_of(asked.connection, patron, str(row.charge))
        if charge is None or charge.owed_cents < int(row.amount_cents):
            action = WaiverAction.FIND_VOID
    values = {"decided_by": asked.who, "decided_at": asked.now, "answer": answer}
    wish = asked.wish(action, version, answer)
    state = documents.step(asked.connection, WAIVER, waivers, row, wish, asked.now, values=values)
    if state is WaiverState.APPROVED:
        _enter(asked, str(row.id), patron, str(row.charge), int(row.amount_cents), str(row.reason))
    return state


def charge_of(connection: Connection, patron: PatronRef, charge: str) -> OpenCharge | None:
    """An open charge of this patron."""
    return next((one for one in open_charges(connection, patron) if one.id == charge), None)


def _enter(asked: Asked, name: str, patron: PatronRef, charge: str, cents: int, reason: str) -> bool:
    currency = asked.console.currency
    waived = Payment(name, patron, cents, Method.WAIVED, asked.now, currency, DESK, reason[:128], (charge,))
    return pay(asked.connection, waived)
