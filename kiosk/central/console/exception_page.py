"""One exception: what is wrong, who looks after it, what was done, and what can be done now."""

from __future__ import annotations

import json

from sqlalchemy import select

from kiosk.central import exceptions as exception_list
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.exceptions import Did
from kiosk.central.holdings import item_on_file
from kiosk.central.store.tables import exception_notes, exceptions
from kiosk.model.ids import ItemId
from kiosk.web.roles import Permission

PATRON = "patron"
"""What details call a patron's number."""


def exception(asked: Asked) -> Answer:
    """The page."""
    number = asked.query.get("id", "")
    query = select(exceptions).where(exceptions.c.id == int(number)) if _is_number(number) else None
    row = None if query is None else asked.connection.execute(query).one_or_none()
    if row is None:
        raise Nothing("problem.exception")
    notes = select(exception_notes).where(exception_notes.c.exception == row.id).order_by(exception_notes.c.id)
    details: dict[str, str] = json.loads(row.details)
    patron = details.pop(PATRON, "") if Permission.PATRON_READ in asked.may else ""
    if Permission.PATRON_READ not in asked.may:
        details = {name: text for name, text in details.items() if name != PATRON}
    values = {
        "found": row,
        "item": None if row.item is None else item_on_file(asked.connection, ItemId(row.item)),
        "details": details,
        "patron": patron,
        "history": asked.connection.execute(notes).all(),
    }
    return Shown("exception.html", values)


def act(asked: Asked) -> Answer:
    """Take it, say something, settle it, open it again."""
    number, did = asked.form.get("id", ""), asked.form.get("did", "")
    if not _is_number(number) or did not in set(Did):
        raise Nothing("problem.exception")
    text = asked.text("text")
    if did == Did.NOTED and not text:
        asked.note("error", "wrong.reason")
        return Moved(address("/console/exception", id=number))
    if not exception_list.act(asked.connection, int(number), Did(did), asked.who, asked.now, text):
        raise Nothing("problem.exception")
    asked.record(f"exception.{did}", f"exception:{number}")
    asked.note("ok", "exception.done")
    return Moved(address("/console/exception", id=number))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


PAGES = (
    Page("/exception", Permission.EXCEPTION_READ, exception),
    Page("/exception/act", Permission.EXCEPTION_WRITE, act, writes=True),
)
