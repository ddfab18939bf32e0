"""One patron: what they have, wait for and owe, and everything that a desk does for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, select

from kiosk.central.accounts import account, open_charges
from kiosk.central.borrowing import borrower
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown, faults
from kiosk.central.console.circulating import counter, patron_asked, sentences
from kiosk.central.console.frame import address
from kiosk.central.console.waiving import ASKED
from kiosk.central.holdings import CALL_NUMBER, TITLE, item_on_file, shown_items
from kiosk.central.people import PatronOnFile
from kiosk.central.store.console_tables import waivers
from kiosk.central.store.slate import Entry
from kiosk.central.store.tables import cards, holds, items, loans, records
from kiosk.central.waiting import of_patron
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.lending import remaining
from kiosk.rules.standing import standing
from kiosk.rules.terms import Doing
from kiosk.web.roles import Permission

MOST_LOANS = 500
NOT_WRONG: Mapping[str, str] = {}


def patron(asked: Asked) -> Answer:
    """The page."""
    return patron_shown(asked, patron_asked(asked, asked.query.get("id", "")))


def patron_shown(
    asked: Asked, who: PatronOnFile, *, typed: Mapping[str, str] = NOT_WRONG, wrong: Mapping[str, str] = NOT_WRONG
) -> Shown:
    """The page, with what was typed into a form that could not be taken, and why, by field."""
    connection, setting = asked.connection, asked.setting
    known = borrower(connection, setting, who)
    blocks = standing(known, setting.terms(who.category), setting.policy.calendar, setting.now, Doing.BORROW)
    charges = open_charges(connection, who.ref)
    titles = _titles(connection, [ItemId(charge.item) for charge in charges if charge.item])
    waits = select(waivers).where(waivers.c.patron == who.ref, waivers.c.state == ASKED)
    values = {
        "patron": who,
        "account": account(connection, who.ref, who.guardian),
        "loans": _loans(connection, who.ref) if Permission.LOAN_READ in asked.may else [],
        "holds": _holds(connection, who.ref) if Permission.HOLD_READ in asked.may else [],
        "charges": [(charge, titles.get(charge.item or "", charge.item or "")) for charge in charges],
        "waivers": {row.charge for row in connection.execute(waits)},
        "blocks": sentences(asked, blocks),
        "left": remaining(setting, known),
        "cards": connection.scalar(select(cards.c.token).where(cards.c.patron == who.ref).limit(1)) is not None,
        "by_phone": [one.name for one in asked.console.payers],
        "typed": typed,
        "wrong": faults({name: asked.say(key) for name, key in wrong.items()}),
    }
    return Shown("patron.html", values, 422 if wrong else 200)


def _loans(connection: Connection, who: PatronRef) -> Sequence[Row[tuple[object, ...]]]:
    """What runs, the newest first: what was just lent stands on top."""
    query = (
        select(loans, TITLE, CALL_NUMBER)
        .select_from(
            loans.outerjoin(items, loans.c.item == items.c.id).outerjoin(
                records, items.c.control_number == records.c.control_number
            )
        )
        .where(loans.c.patron == who, loans.c.ended_at.is_(None))
        .order_by(loans.c.made_at.desc(), loans.c.intent)
        .limit(MOST_LOANS)
    )
    return connection.execute(query).all()


def _holds(connection: Connection, who: PatronRef) -> list[tuple[Entry, str]]:
    rows = of_patron(connection, who)
    titles = _titles(connection, [ItemId(str(row.item or row.trapped)) for row in rows if row.item or row.trapped])
    numbers = [row.control_number for row in rows if row.control_number]
    of_record = select(records.c.control_number, records.c.title).where(records.c.control_number.in_(numbers))
    named = {row.control_number: row.title for row in connection.execute(of_record)}
    return [
        (row, titles.get(row.item or row.trapped or "") or named.get(row.control_number, row.control_number or ""))
        for row in rows
    ]


def _titles(connection: Connection, numbers: Sequence[ItemId]) -> dict[str, str]:
    query = shown_items().where(items.c.id.in_(numbers))
    return {row.id: row.shown_title for row in connection.execute(query)}


def place_hold(asked: Asked) -> Answer:
    """By an item's number: for this copy, or for any of its title."""
    who = patron_asked(asked, asked.form.get("patron", ""), lock=True)
    number = asked.text("item", 64)
    item = item_on_file(asked.connection, ItemId(number)) if number else None
    if item is None:
        return patron_shown(asked, who, typed=asked.form, wrong={"item": "wrong.item"})
    any_copy = asked.form.get("copy") != "this" and item.control_number is not None
    reasons = counter(asked).reserve(
        who,
        item=None if any_copy else item.item.id,
        control_number=item.control_number if any_copy else None,
        pickup=asked.session.staff.branch,
    )
    if reasons:
        asked.note("error", "hold.refused", f"{item.item.title}: {' '.join(sentences(asked, reasons))}")
    else:
        asked.record("hold.place", f"patron:{who.ref}")
        asked.note("ok", "hold.placed", item.item.title)
    return Moved(address("/console/patron", id=who.ref))


def cancel_hold(asked: Asked) -> Answer:
    """Its copy goes to the next."""
    row = asked.connection.execute(select(holds).where(holds.c.id == asked.form.get("hold", ""))).one_or_none()
    if row is None:
        raise Nothing("problem.hold")
    if counter(asked).cancel_hold(PatronRef(row.patron), row.id):
        asked.record("hold.cancel", f"hold:{row.id}")
        asked.note("ok", "hold.cancelled")
    return Moved(address("/console/patron", id=row.patron))


PAGES = (
    Page("/patron", Permission.PATRON_READ, patron),
    Page("/patron/hold", Permission.HOLD_WRITE, place_hold, writes=True),
    Page("/hold/cancel", Permission.HOLD_WRITE, cancel_hold, writes=True),
)
