"""One item: where it is, who has it, who waits for it, and what has become of it."""

from __future__ import annotations

from sqlalchemy import or_, select, update

from kiosk.central.borrowing import running_loan
from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.holdings import RUNNING, ItemOnFile, ItemState, item_on_file
from kiosk.central.people import patron_on_file
from kiosk.central.store.tables import holds, items, loans, patrons
from kiosk.model.ids import ItemId, PatronRef
from kiosk.web.roles import Permission

LATEST = 20
STATES = tuple(state.value for state in ItemState)


def item(asked: Asked) -> Answer:
    """The page."""
    return _shown(asked, _item(asked, asked.query.get("id", "")))


def _item(asked: Asked, number: str, *, lock: bool = False) -> ItemOnFile:
    found = item_on_file(asked.connection, ItemId(number[:64]), lock=lock)
    if found is None:
        raise Nothing("problem.item")
    return found


def _shown(asked: Asked, found: ItemOnFile, wrong: str = "") -> Shown:
    connection, number = asked.connection, found.item.id
    running = running_loan(connection, number)
    sees_people = Permission.LOAN_READ in asked.may and Permission.PATRON_READ in asked.may
    who = None if running is None or not sees_people else patron_on_file(connection, PatronRef(running.patron))
    past = select(loans).where(loans.c.item == number).order_by(loans.c.made_at.desc()).limit(LATEST)
    of_title = [holds.c.item == number, holds.c.trapped == number]
    if found.control_number is not None:
        of_title.append(holds.c.control_number == found.control_number)
    waits = (
        select(holds, patrons.c.given_name, patrons.c.family_name)
        .outerjoin(patrons, patrons.c.id == holds.c.patron)
        .where(or_(*of_title), holds.c.state.in_(RUNNING))
        .order_by(holds.c.placed_at)
        .limit(LATEST)
    )
    values = {
        "found": found,
        "running": running,
        "who": who,
        "sees_people": sees_people,
        "past": connection.execute(past).all() if Permission.LOAN_READ in asked.may else [],
        "holds": connection.execute(waits).all() if Permission.HOLD_READ in asked.may else [],
        "states": STATES,
        "wrong": asked.say(wrong) if wrong else "",
    }
    return Shown("item.html", values, 422 if wrong else 200)


def set_state(asked: Asked) -> Answer:
    """Lost, missing, damaged, withdrawn, or in circulation again: with a reason, which is kept."""
    found = _item(asked, asked.form.get("item", ""), lock=True)
    state, before = asked.form.get("state", ""), asked.form.get("before", "")
    if state not in STATES:
        return _shown(asked, found, "wrong.state")
    if before != found.state:
        return _shown(asked, found, "wrong.stale")
    try:
        reason = asked.need("reason")
    except BadField as bad:
        return _shown(asked, found, bad.key)
    if state == ItemState.WITHDRAWN and running_loan(asked.connection, found.item.id) is not None:
        return _shown(asked, found, "wrong.withdraw-lent")
    if state != found.state:
        asked.connection.execute(update(items).where(items.c.id == found.item.id).values(state=state))
        asked.record("item.state", f"item:{found.item.id}", changes={"state": (found.state, state)}, reason=reason)
        asked.note("ok", "item.saved", found.item.title)
    return Moved(address("/console/item", id=found.item.id))


PAGES = (
    Page("/item", Permission.ITEM_READ, item),
    Page("/item/state", Permission.ITEM_WRITE, set_state, writes=True),
)
