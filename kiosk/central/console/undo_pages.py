"""Imports that were made, and taking one back: what would go and what would stay is shown first."""

from __future__ import annotations

from sqlalchemy import select

from kiosk.central import documents
from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.console.papers import sentence, told
from kiosk.central.importing import KINDS, Came, ImportRow, by_number, plan, undo
from kiosk.central.store.import_tables import imported
from kiosk.library.documents import Refused
from kiosk.library.imports import PATRON_IMPORT, RECORD_IMPORT, ImportAction, ImportState
from kiosk.web.roles import Permission

MOST = 200
"""Things that stay which a page shows; all of them count."""
LATEST = 10


def latest(asked: Asked, kind: str) -> list[ImportRow]:
    """The imports of a kind, the newest first: what the page that imports shows below its form."""
    query = select(imported).where(imported.c.kind == kind).order_by(imported.c.made_at.desc()).limit(LATEST)
    return list(asked.connection.execute(query).all())


def patrons_import(asked: Asked) -> Answer:
    """One file of patrons."""
    return _shown(asked, _found(asked, asked.query.get("number", ""), PATRON_IMPORT.name))


def records_import(asked: Asked) -> Answer:
    """One file of records."""
    return _shown(asked, _found(asked, asked.query.get("number", ""), RECORD_IMPORT.name))


def undo_patrons(asked: Asked) -> Answer:
    """Take back what came by a file of patrons."""
    return _undone(asked, PATRON_IMPORT.name, "/console/import/made")


def undo_records(asked: Asked) -> Answer:
    """Take back what came by a file of records."""
    return _undone(asked, RECORD_IMPORT.name, "/console/marc/made")


def _found(asked: Asked, number: str, kind: str) -> ImportRow:
    row = by_number(asked.connection, number)
    if row is None or row.kind != kind:
        raise Nothing("problem.imported")
    return row


def _shown(asked: Asked, row: ImportRow, typed: str = "", wrong: str = "") -> Shown:
    kind = KINDS[str(row.kind)]
    planned = plan(asked.connection, str(row.id)) if row.state == ImportState.IMPORTED else None
    values = {
        "one": told(asked, kind, row),
        "kind": kind.name,
        "plan": planned,
        "cames": [came.value for came in Came],
        "stays": [] if planned is None else planned.stays[:MOST],
        "more": 0 if planned is None else max(0, len(planned.stays) - MOST),
        "to": "/console/import/undo" if kind is PATRON_IMPORT else "/console/marc/undo",
        "typed": typed,
        "wrong": wrong,
    }
    return Shown("undo.html", values, 422 if wrong else 200)


def _undone(asked: Asked, kind: str, page: str) -> Answer:
    row = documents.paper_row(asked.connection, imported, asked.form.get("id", ""))
    if row is None or row.kind != kind:
        raise Nothing("problem.imported")
    reason = asked.text("reason")
    going = plan(asked.connection, str(row.id))
    if row.state == ImportState.IMPORTED and going.mark != asked.form.get("plan"):
        return _shown(asked, row, reason, asked.say("undo.other"))
    done = undo(asked.connection, row, asked.wish(ImportAction.UNDO, asked.version(), reason), going, asked.now)
    if isinstance(done, Refused):
        return _shown(asked, row, reason, sentence(asked, KINDS[kind], documents.paper(KINDS[kind], row), done))
    gone = sum(len(numbers) for numbers in going.goes.values())
    asked.note("ok", "undo.done", gone=gone, stays=len(going.stays))
    return Moved(address(page, number=row.number))


PAGES = (
    Page("/import/made", Permission.PATRON_IMPORT, patrons_import),
    Page("/import/undo", Permission.PATRON_IMPORT, undo_patrons, writes=True),
    Page("/marc/made", Permission.RECORD_IMPORT, records_import),
    Page("/marc/undo", Permission.RECORD_IMPORT, undo_records, writes=True),
)
