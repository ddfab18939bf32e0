"""Records by MARC 21 and CNMARC: checked first, every bad one named; written when somebody says yes."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, new_form_id
from kiosk.central.console.import_page import MOST_FAULTS, OF_RECORDS
from kiosk.central.console.undo_pages import latest
from kiosk.central.copy_rows import enter_copies
from kiosk.central.forgetting import UPLOADS_KEPT, forget_uploads
from kiosk.central.importing import Came, Import, keep
from kiosk.central.record_file import CheckedRecords, check, enter, replace
from kiosk.central.store.console_tables import imports
from kiosk.library.imports import RECORD_IMPORT
from kiosk.rules.policy import ALL
from kiosk.web.roles import Permission
from kiosk.web.trail import NOTHING, record_all

BOOK = "book"
FIRST = 10
"""Records that a page shows, so that somebody sees whether the letters are right."""


def start(asked: Asked) -> Answer:
    """Where a file is chosen."""
    return Shown("marc.html", {"checked": None, "made": latest(asked, RECORD_IMPORT.name)})


def look(asked: Asked) -> Answer:
    """Check it. The file is kept until it is imported or dropped; of records nothing is written."""
    forget_uploads(asked.connection, asked.now)
    if asked.upload is None or not asked.upload.content:
        return Moved("/console/marc")
    checked = check(asked.connection, asked.upload.content)
    name = OF_RECORDS + new_form_id()
    if checked.fresh or checked.different or checked.copies.fresh:
        values = {"id": name, "file": asked.upload.name, "who": asked.who, "at": asked.now}
        asked.connection.execute(insert(imports).values(**values, content=asked.upload.content))
    return _shown(asked, name, asked.upload.name, checked)


def _shown(asked: Asked, name: str, file: str, checked: CheckedRecords) -> Shown:
    values = {
        "checked": checked,
        "name": name,
        "file": file,
        "copies": checked.copies.fresh[:FIRST],
        "classes": _classes(asked),
        "branches": _branches(asked),
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
    _write(asked, kept.id, kept.file, check(asked.connection, kept.content))
    return Moved("/console/marc")


def _write(asked: Asked, name: str, file: str, checked: CheckedRecords) -> None:
    connection = asked.connection
    replaced = checked.different if asked.form.get("replace") == "yes" else ()
    copies = checked.copies.fresh if asked.form.get("copies") == "yes" else ()
    enter(connection, checked.fresh)
    replace(connection, replaced)
    loan_class, branches = asked.form.get("loan_class", ""), _branches(asked)
    if copies and loan_class not in _classes(asked):
        raise BadField("loan_class", "wrong.empty")
    branch = asked.form.get("branch", "")
    enter_copies(connection, copies, loan_class, branch if branch in branches else "", branches)
    deeds = [(f"record:{row['control_number']}", NOTHING) for row in replaced]
    record_all(connection, asked.who, "record.replace", deeds, asked.now, reason=f"import:{name}")
    counts = {"fresh": len(checked.fresh), "replaced": len(replaced), "copies": len(copies)}
    asked.record("record.import", f"import:{name}", changes={what: (0, count) for what, count in counts.items()})
    fresh = {
        Came.RECORD: [str(row["control_number"]) for row in checked.fresh],
        Came.ITEM: [one.copy.number for one in copies],
    }
    before = {number: checked.before[number] for number in (str(row["control_number"]) for row in replaced)}
    one = Import(RECORD_IMPORT, name, file, fresh, before, len(replaced))
    asked.note("ok", "marc.done", keep(connection, one, asked.who, asked.local_now), **counts)


def _classes(asked: Asked) -> list[str]:
    """Loan classes that the rules name; a library whose rules name none has books."""
    named = {line.loan_class for line in asked.setting.policy.rules.line} - {ALL}
    return sorted(named | {BOOK}, key=lambda one: (one != BOOK, one))


def _branches(asked: Asked) -> list[str]:
    """Those that rules and stations name."""
    desk = asked.console.desk
    named = {line.branch for line in desk.policy.rules.line} | set(desk.branches.values())
    return sorted((named | {asked.session.staff.branch}) - {ALL, ""})


PAGES = (
    Page("/marc", Permission.RECORD_IMPORT, start),
    Page("/marc/check", Permission.RECORD_IMPORT, look, writes=True),
    Page("/marc/confirm", Permission.RECORD_IMPORT, confirm, writes=True),
)
