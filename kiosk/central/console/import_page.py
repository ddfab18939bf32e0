"""Patrons by CSV: checked first, every bad row named; written when somebody says yes."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown, new_form_id
from kiosk.central.console.patron_data import lasting
from kiosk.central.console.undo_pages import latest
from kiosk.central.forgetting import UPLOADS_KEPT, forget_uploads
from kiosk.central.importing import Came, Import, keep
from kiosk.central.patron_file import Checked, check
from kiosk.central.patron_rows import change, enter
from kiosk.central.store.console_tables import imports
from kiosk.library.imports import PATRON_IMPORT
from kiosk.web.roles import Permission
from kiosk.web.trail import record_all

OF_RECORDS = "marc-"
"""What the names of files of records begin with: they wait in the same table."""
MOST_FAULTS = 200
"""That a page shows; all of them count."""


def start(asked: Asked) -> Answer:
    """Where a file is chosen."""
    return Shown("import.html", {"checked": None, "made": latest(asked, PATRON_IMPORT.name)})


def look(asked: Asked) -> Answer:
    """Check it. The file is kept until it is imported or dropped; of patrons nothing is written."""
    forget_uploads(asked.connection, asked.now)
    if asked.upload is None or not asked.upload.content:
        return Moved("/console/import")
    checked = check(asked.connection, asked.upload.content, _today(asked))
    name = new_form_id()
    if checked.fresh or checked.changed:
        values = {"id": name, "file": asked.upload.name, "who": asked.who, "at": asked.now}
        asked.connection.execute(insert(imports).values(**values, content=asked.upload.content))
    return _shown(asked, name, asked.upload.name, checked)


def _shown(asked: Asked, name: str, file: str, checked: Checked) -> Shown:
    told = [(one.line, one.column, asked.say(f"row.{one.key}", **one.values)) for one in checked.faults[:MOST_FAULTS]]
    more = len(checked.faults) - len(told)
    return Shown("import.html", {"checked": checked, "name": name, "file": file, "told": told, "more": more})


def confirm(asked: Asked) -> Answer:
    """Import what is right in it, checked anew in this transaction; or drop it."""
    query = select(imports).where(imports.c.id == asked.form.get("import", ""), imports.c.who == asked.who)
    kept = asked.connection.execute(query).one_or_none()
    if kept is None or kept.id.startswith(OF_RECORDS) or kept.at < asked.now - UPLOADS_KEPT:
        raise Nothing("problem.import")
    asked.connection.execute(delete(imports).where(imports.c.id == kept.id))
    if asked.form.get("decision") != "import":
        asked.note("ok", "import.dropped")
        return Moved("/console/import")
    checked = check(asked.connection, kept.content, _today(asked))
    enter(asked.connection, checked.fresh)
    change(asked.connection, checked.changed)
    deeds = [(f"patron:{row.id}", lasting(changes)) for row, changes in checked.changed]
    record_all(asked.connection, asked.who, "patron.edit", deeds, asked.now, reason=f"import:{kept.id}")
    counts = {"fresh": len(checked.fresh), "changed": len(checked.changed)}
    asked.record("patron.import", f"import:{kept.id}", changes={name: (0, count) for name, count in counts.items()})
    fresh = {Came.PATRON: [row.id for row in checked.fresh]}
    one = Import(PATRON_IMPORT, kept.id, kept.file, fresh, {}, len(checked.changed))
    number = keep(asked.connection, one, asked.who, asked.local_now)
    asked.note("ok", "import.done", number, **counts)
    return Moved("/console/import")


def _today(asked: Asked) -> date:
    return asked.now.astimezone(ZoneInfo(asked.console.time_zone)).date()


PAGES = (
    Page("/import", Permission.PATRON_IMPORT, start),
    Page("/import/check", Permission.PATRON_IMPORT, look, writes=True),
    Page("/import/confirm", Permission.PATRON_IMPORT, confirm, writes=True),
)
