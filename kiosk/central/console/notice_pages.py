"""Notices: what became of each, and the texts that they are made of, with a preview before anything is kept."""

from __future__ import annotations

from sqlalchemy import Row, insert, select, update

from kiosk.central.console.asked import Answer, Asked, Moved, Nothing, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.notices.queue import NoticeState
from kiosk.central.notices.texts import LANGUAGES, BadTemplate, NoticeKind, Text, check, example, shipped
from kiosk.central.store.notice_tables import notice_templates, notices
from kiosk.model.circulation import Language
from kiosk.web.roles import Permission

AGAIN = (NoticeState.UNSURE.value, NoticeState.GIVEN_UP.value)


def notice(asked: Asked) -> Answer:
    """One: what became of it."""
    return Shown("notice.html", {"one": _notice(asked, asked.query.get("id", "")), "again": AGAIN})


def _notice(asked: Asked, number: str) -> Row[tuple[object, ...]]:
    is_number = number.isascii() and number.isdecimal() and len(number) < 18
    query = select(notices).where(notices.c.id == int(number)) if is_number else None
    row = None if query is None else asked.connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise Nothing("problem.notice")
    return row


def settle(asked: Asked) -> Answer:
    """What is unsure or given up: send it again, or let it be. Only a person can ask the patron."""
    row = _notice(asked, asked.form.get("id", ""))
    again = asked.form.get("decision") == "again"
    if row.state in AGAIN:
        values = {"state": NoticeState.QUEUED.value, "tries": 0, "due_at": asked.now}
        if not again:
            values = {"state": NoticeState.VOID.value}
        asked.connection.execute(update(notices).where(notices.c.id == row.id).values(values))
        asked.record("notice.again" if again else "notice.drop", f"notice:{row.id}")
        asked.note("ok", "notice.queued" if again else "notice.dropped")
    return Moved(address("/console/notice", id=row.id))


def text(asked: Asked) -> Answer:
    """A text of one kind in one language."""
    kind, language = _of(asked.query.get("kind", "overdue"), asked.query.get("language", "zh"))
    row = _kept(asked, kind, language)
    now_is = shipped(language)[kind] if row is None else Text(row.subject, row.body)
    return _shown(asked, kind, language, row, now_is)


def _of(kind: str, language: str) -> tuple[NoticeKind, Language]:
    if kind not in set(NoticeKind) or language not in {one.value for one in LANGUAGES}:
        raise Nothing("problem.address")
    return NoticeKind(kind), Language(language)


def _kept(asked: Asked, kind: NoticeKind, language: Language) -> Row[tuple[object, ...]] | None:
    of = (notice_templates.c.kind == kind.value) & (notice_templates.c.language == language.value)
    return asked.connection.execute(select(notice_templates).where(of).with_for_update()).one_or_none()


def _shown(
    asked: Asked,
    kind: NoticeKind,
    language: Language,
    row: Row[tuple[object, ...]] | None,
    typed: Text,
    *,
    stale: str = "",
) -> Shown:
    mail = asked.console.notices_by
    library = asked.say("notice.library") if mail is None else mail.library(language)
    wrong, said = "", None
    try:
        said = check(kind, typed, example(language, library, asked.local_now.date()))
    except BadTemplate as bad:
        wrong = asked.say("notice.bad", trouble=str(bad))
    values = {
        "kind": kind.value,
        "language": language.value,
        "kinds": [one.value for one in NoticeKind],
        "tongues": [one.value for one in LANGUAGES],
        "typed": typed,
        "version": 0 if row is None else row.version,
        "trouble": "" if row is None else row.trouble,
        "own": row,
        "said": said,
        "wrong": wrong,
        "stale": stale,
        "is_on": mail is not None,
    }
    return Shown("notice-text.html", values, 422 if wrong or stale else 200)


def keep(asked: Asked) -> Answer:
    """Preview what was typed, keep it, or go back to the shipped text. What nobody could be sent is not kept."""
    kind, language = _of(asked.form.get("kind", ""), asked.form.get("language", ""))
    row = _kept(asked, kind, language)
    typed = Text(asked.text("subject"), asked.form.get("body", "").replace("\r\n", "\n"))
    if asked.form.get("decision") == "preview":
        return _shown(asked, kind, language, row, typed)
    version = 0 if row is None else row.version
    if asked.form.get("version") != str(version):
        who = "" if row is None else row.changed_by
        stale = asked.say("notice.stale", who=who or asked.say("patron.somebody"))
        return _shown(asked, kind, language, row, typed, stale=stale)
    if asked.form.get("decision") == "shipped":
        typed = shipped(language)[kind]
    page = _shown(asked, kind, language, row, typed)
    if page.status != 200:
        return page
    values = {"subject": typed.subject, "body": typed.body, "version": version + 1, "trouble": ""}
    values |= {"changed_by": asked.who, "changed_at": asked.now}
    if row is None:
        asked.connection.execute(insert(notice_templates).values(kind=kind.value, language=language.value, **values))
    else:
        of = (notice_templates.c.kind == kind.value) & (notice_templates.c.language == language.value)
        asked.connection.execute(update(notice_templates).where(of).values(values))
    before = Text("", "") if row is None else Text(row.subject, row.body)
    changes = {"subject": (before.subject, typed.subject), "body": (before.body, typed.body)}
    asked.record("notice.text", f"notice-text:{kind}/{language.value}", changes=changes)
    asked.note("ok", "notice.kept")
    return Moved(address("/console/notices/text", kind=kind.value, language=language.value))


PAGES = (
    Page("/notice", Permission.NOTICE_READ, notice),
    Page("/notice/settle", Permission.NOTICE_WRITE, settle, writes=True),
    Page("/notices/text", Permission.NOTICE_READ, text),
    Page("/notices/text/keep", Permission.NOTICE_WRITE, keep, writes=True),
)
