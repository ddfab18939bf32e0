"""Files of a digitisation: added, listed with their health, and taken out again by staff."""

from __future__ import annotations

from kiosk.central import duties
from kiosk.central.console.asked import Answer, Asked, Console, Moved, Nothing, Page, Sheet, Shown, Upload
from kiosk.central.console.frame import address
from kiosk.central.documents import PaperRow
from kiosk.central.objects import keeping
from kiosk.central.objects.medium import BadObject, File, looked_at
from kiosk.library.repair.copying import DIGITISATION, CopyingState
from kiosk.web.roles import Permission

FINISHED = (CopyingState.PUBLISHED.value, CopyingState.DARK.value, CopyingState.REFUSED.value)
"""Nothing is added to what is finished."""


def _paper(asked: Asked, number: str) -> PaperRow:
    row = duties.by_number(asked.connection, DIGITISATION, number)
    if row is None:
        raise Nothing("problem.paper")
    return row


def files(asked: Asked) -> Answer:
    """All of one digitisation."""
    return _files(asked, _paper(asked, asked.query.get("digitisation", "")))


def _files(asked: Asked, paper: PaperRow, wrong: str = "") -> Shown:
    values = {
        "paper": paper,
        "rows": keeping.of_digitisation(asked.connection, str(paper.number)),
        "on": asked.console.objects is not None,
        "open": paper.state not in FINISHED,
        "wrong": wrong,
    }
    return Shown("objects.html", values, 422 if wrong else 200)


def checked(console: Console, upload: Upload) -> Upload:
    """Before the transaction begins: what kind of file it is."""
    try:
        return Upload(looked_at(upload.name, upload.content).name, upload.content)
    except BadObject as bad:
        return Upload(upload.name, b"", bad.key)


def add(asked: Asked) -> Answer:
    """Take a file."""
    paper = _paper(asked, asked.form.get("digitisation", ""))
    objects, upload = asked.console.objects, asked.upload
    if objects is None or paper.state in FINISHED:
        raise Nothing("problem.paper")
    if upload is None or not upload.name:
        return _files(asked, paper, asked.say("object.choose"))
    if upload.fault:
        return _files(asked, paper, asked.say(upload.fault))
    file: File = looked_at(upload.name, upload.content)
    try:
        keeping.add(asked.connection, objects, paper, file, upload.content, who=asked.who, now=asked.now)
    except OSError:
        return _files(asked, paper, asked.say("photo.disk"))
    asked.note("ok", "object.added", file.name)
    return Moved(address("/console/objects", digitisation=paper.number))


def take(asked: Asked) -> Answer:
    """The file itself, to keep."""
    row = keeping.one(asked.connection, asked.query.get("id", ""))
    objects = asked.console.objects
    content = None if row is None or objects is None else objects.read(str(row.digest))
    if row is None or content is None:
        raise Nothing("problem.object")
    return Sheet(str(row.name), iter([content]), str(row.medium))


PAGES = (
    Page("/objects", Permission.DIGITAL_READ, files),
    Page("/objects/add", Permission.DIGITAL_WRITE, add, writes=True, prepares=checked),
    Page("/objects/file", Permission.DIGITAL_READ, take),
)
