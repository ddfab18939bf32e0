"""Money at the desk: payments, waivers and who approves them."""

from __future__ import annotations

from sqlalchemy import select

from kiosk.central import documents
from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, faults, money
from kiosk.central.console.circulating import counter, patron_asked
from kiosk.central.console.frame import address
from kiosk.central.console.papers import sentence, told
from kiosk.central.console.patron_page import patron_shown
from kiosk.central.console.waiving import charge_of, decide, waiting, waive
from kiosk.central.store.console_tables import waivers
from kiosk.central.store.tables import payments
from kiosk.library.documents import Refused
from kiosk.library.waivers import WAIVER, WaiverAction, WaiverState
from kiosk.model.facts import PaidBy
from kiosk.web.roles import Permission


def take_payment(asked: Asked) -> Answer:
    """Cash or card, taken at this desk: once, however often the form is sent."""
    who = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    try:
        cents, form = asked.cents("amount"), asked.form_id()
        owed = [charge for charge in asked.ticked.get("charge", ()) if charge_of(asked.connection, who.ref, charge)]
        method = asked.form.get("method", "")
        if method not in (PaidBy.CASH, PaidBy.CARD):
            raise BadField("method", "wrong.method")
    except BadField as bad:
        return patron_shown(asked, who, typed=asked.form, wrong={bad.name: bad.key})
    back = Moved(address("/console/patron", id=who.ref))
    if asked.connection.execute(select(payments.c.id).where(payments.c.id == form)).first() is not None:
        asked.note("ok", "pay.already")
        return back
    at_desk = counter(asked)
    at_desk.tell(at_desk.payment(who.ref, form, cents, asked.console.currency, PaidBy(method), tuple(owed)))
    asked.record("payment", f"patron:{who.ref}", changes={"paid_cents": (0, cents), "method": ("", method)})
    asked.note("ok", "pay.done", amount=_amount(asked, cents))
    return back


def waive_charge(asked: Asked) -> Answer:
    """With a reason; above the limit somebody else has to say yes."""
    who = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    try:
        charge = charge_of(asked.connection, who.ref, asked.form.get("charge", ""))
        if charge is None:
            raise BadField("charge", "wrong.charge")
        cents, reason, form = asked.cents("amount"), asked.need("reason"), asked.form_id()
        if cents > charge.owed_cents:
            raise BadField("amount", "wrong.more-than-owed")
    except BadField as bad:
        wrong = {f"waive-{bad.name}": bad.key}
        return patron_shown(asked, who, typed=asked.form, wrong=wrong)
    done = waive(asked, form, who.ref, charge.id, cents, reason)
    asked.note("ok" if done else "warn", "waive.done" if done else "waive.asked", amount=_amount(asked, cents))
    return Moved(address("/console/patron", id=who.ref))


def waivers_page(asked: Asked) -> Answer:
    """What waits for a yes."""
    return _waivers_shown(asked, "", {})


def _waivers_shown(asked: Asked, answer: str, wrong: dict[str, str]) -> Shown:
    found = [told(asked, WAIVER, row) for row in waiting(asked.connection)]
    values = {"waiting": found, "answer": answer, "wrong": faults(wrong)}
    return Shown("waivers.html", values, 422 if wrong else 200)


def decide_waiver(asked: Asked) -> Answer:
    """Yes, or no with a reason."""
    name, answer, action = asked.form.get("id", ""), asked.text("reason"), asked.form.get("action", "")
    row = documents.paper_row(asked.connection, waivers, name)
    if row is None or action not in set(WaiverAction) - WAIVER.implied:
        raise Nothing("problem.waiver")
    done = decide(asked, row, WaiverAction(action), asked.version(), answer)
    if isinstance(done, Refused):
        said = sentence(asked, WAIVER, documents.paper(WAIVER, row), done)
        if row.state != WaiverState.ASKED:  # it is on the page no more
            asked.note("warn", "paper.refused", " ".join(filter(None, (said, answer))))
        return _waivers_shown(asked, answer, {name: said})
    asked.note("warn" if done is WaiverState.VOID else "ok", f"waive.{done}")
    return Moved("/console/waivers")


def _amount(asked: Asked, cents: int) -> str:
    return money(cents, asked.console.currency)


PAGES = (
    Page("/patron/pay", Permission.CHARGE_TAKE, take_payment, writes=True),
    Page("/patron/waive", Permission.WAIVER_ASK, waive_charge, writes=True),
    Page("/waivers", Permission.CHARGE_READ, waivers_page),
    Page("/waivers/decide", Permission.WAIVER_APPROVE, decide_waiver, writes=True),
)
