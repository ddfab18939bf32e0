"""One exception: what is wrong, who looks after it, what was done, and what can be done now."""

from __future__ import annotations

import json

from sqlalchemy import Row, select

from kiosk.central import exceptions as exception_list
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.console.papers import sentence
from kiosk.central.holdings import item_on_file
from kiosk.central.store.tables import exception_notes, exceptions
from kiosk.library.documents import Refused
from kiosk.library.exceptions import EXCEPTION, ExceptionAction
from kiosk.model.ids import ItemId
from kiosk.web.roles import Permission

PATRON = "patron"
"""What details call a patron's number."""


def exception(asked: Asked) -> Answer:
    """The page."""
    return _shown(asked, _row(asked, asked.query.get("id", "")))


def _row(asked: Asked, number: str) -> Row[*tuple[object, ...]]:
    query = select(exceptions).where(exceptions.c.id == int(number)) if _is_number(number) else None
    row = None if query is None else asked.connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise Nothing("problem.exception")
    return row


def _shown(asked: Asked, row: Row[*tuple[object, ...]], typed: str = "", wrong: str = "") -> Shown:
    notes = select(exception_notes).where(exception_notes.c.exception == row.id).order_by(exception_notes.c.id)
    details: dict[str, str] = json.loads(row.details)
    patron = details.pop(PATRON, "") if Permission.PATRON_READ in asked.may else ""
    if Permission.PATRON_READ not in asked.may:
        details = {name: text for name, text in details.items() if name != PATRON}
    paper = exception_list.paper(row)
    actions = [one.value for one in EXCEPTION.open_to(paper, asked.who, asked.may)]
    values = {
        "found": row,
        "state": paper.state.value,
        "actions": [one for one in actions if one != ExceptionAction.TAKE or row.owner != asked.who],
        "item": None if row.item is None else item_on_file(asked.connection, ItemId(row.item)),
        "details": details,
        "patron": patron,
        "history": asked.connection.execute(notes).all(),
        "typed": typed,
        "wrong": wrong,
    }
    return Shown("exception.html", values, 422 if wrong else 200)


def act(asked: Asked) -> Answer:
    """Take it, say something, settle it, open it again. Where somebody else was there before, what was typed stays."""
    row, action = _row(asked, asked.form.get("id", "")), asked.form.get("action", "")
    if action not in set(ExceptionAction):
        raise Nothing("problem.exception")
    text = asked.text("text")
    done = exception_list.step(
        asked.connection, row, asked.wish(ExceptionAction(action), asked.version(), text), asked.now
    )
    if isinstance(done, Refused):
        return _shown(asked, row, text, sentence(asked, EXCEPTION, exception_list.paper(row), done))
    asked.note("ok", "exception.done")
    return Moved(address("/console/exception", id=row.id))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18


PAGES = (
    Page("/exception", Permission.EXCEPTION_READ, exception),
    Page("/exception/act", Permission.EXCEPTION_WRITE, act, writes=True),
)
