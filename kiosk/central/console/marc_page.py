"""Records by MARC 21 and CNMARC: checked first, every bad one named; written when somebody says yes."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown, new_form_id
from kiosk.central.console.import_page import MOST_FAULTS, OF_RECORDS
from kiosk.central.forgetting import UPLOADS_KEPT, forget_uploads
from kiosk.central.record_file import CheckedRecords, check, enter, replace
from kiosk.central.store.console_tables import imports
from kiosk.web.roles import Permission
from kiosk.web.trail import NOTHING, record_all

FIRST = 10
"""Records that a page shows, so that somebody sees whether the letters are right."""


def start(asked: Asked) -> Answer:
    """Where a file is chosen."""
    return Shown("marc.html", {"checked": None})


def look(asked: Asked) -> Answer:
    """Check it. The file is kept until it is imported or dropped; of records nothing is written."""
    forget_uploads(asked.connection, asked.now)
    if asked.upload is None or not asked.upload.content:
        return Moved("/console/marc")
    checked = check(asked.connection, asked.upload.content)
    name = OF_RECORDS + new_form_id()
    if checked.fresh or checked.different:
        values = {"id": name, "file": asked.upload.name, "who": asked.who, "at": asked.now}
        asked.connection.execute(insert(imports).values(**values, content=asked.upload.content))
    return _shown(name, asked.upload.name, checked)


def _shown(name: str, file: str, checked: CheckedRecords) -> Shown:
    values = {
        "checked": checked,
        "name": name,
        "file": file,
        "first": [*checked.fresh, *checked.different][:FIRST],
        "findings": checked.findings[:MOST_FAULTS],
        "more": max(0, len(checked.findings) - MOST_FAULTS),
    }
    return Shown("marc.html", values)


def confirm(asked: Asked) -> Answer:
    """Import what is right in it, checked anew in this transaction; or drop it."""
    query = select(imports).where(imports.c.id == asked.form.get("import", ""), imports.c.who == asked.who)
    kept = asked.connection.execute(query).one_or_none()
    if kept is None or not kept.id.startswith(OF_RECORDS) or kept.at < asked.now - UPLOADS_KEPT:
        raise Nothing("problem.import")
    asked.connection.execute(delete(imports).where(imports.c.id == kept.id))
    if asked.form.get("decision") != "import":
        asked.note("ok", "marc.dropped")
        return Moved("/console/marc")
    checked = check(asked.connection, kept.content)
    replaced = checked.different if asked.form.get("replace") == "yes" else ()
    enter(asked.connection, checked.fresh)
    replace(asked.connection, replaced)
    deeds = [(f"record:{row['control_number']}", NOTHING) for row in replaced]
    record_all(asked.connection, asked.who, "record.replace", deeds, asked.now, reason=f"import:{kept.id}")
    counts = {"fresh": len(checked.fresh), "replaced": len(replaced)}
    asked.record("record.import", f"import:{kept.id}", changes={name: (0, count) for name, count in counts.items()})
    asked.note("ok", "marc.done", "", **counts)
    return Moved("/console/marc")


PAGES = (
    Page("/marc", Permission.RECORD_IMPORT, start),
    Page("/marc/check", Permission.RECORD_IMPORT, look, writes=True),
    Page("/marc/confirm", Permission.RECORD_IMPORT, confirm, writes=True),
)
