"""Announcements and events: what kiosks show on their first screen, in as many languages as somebody writes."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import Row, delete, insert, select, update

from kiosk.central.console.asked import Answer, Asked, BadField, Moved, Nothing, Page, Shown, faults
from kiosk.central.console.frame import address
from kiosk.central.news import TONGUES, NewsKind
from kiosk.central.store.news_tables import news
from kiosk.model.circulation import Language
from kiosk.web.roles import Permission
from kiosk.words.sentences import own_name

LONGEST_SAID = 80
"""Characters of a text: two lines of a kiosk's first screen."""
LONGEST_BRANCH = 64
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_SHOWN = 200
FIELDS = ("kind", "branch", "day", "at", "until", *TONGUES)


def everything(asked: Asked) -> Answer:
    """What is told, and what was."""
    query = select(news).order_by(news.c.kind, news.c.day, news.c.changed_at.desc(), news.c.id).limit(MOST_SHOWN)
    today = asked.local_now.date()
    rows = [(row, _is_over(row, today)) for row in asked.connection.execute(query)]
    rows.sort(key=lambda told: told[1])
    return Shown("news.html", {"rows": rows, "tongues": TONGUES})


def _is_over(row: Row[tuple[object, ...]], today: date) -> bool:
    last = row.day if row.kind == NewsKind.EVENT else row.until
    return isinstance(last, date) and last < today


def one(asked: Asked) -> Answer:
    """The form of one, or of a new one."""
    name = asked.query.get("id", "")
    if not name:
        return _form(asked, None, {"kind": NewsKind.ANNOUNCEMENT.value}, {})
    row = _row(asked, name)
    return _form(asked, row, {field: _text(getattr(row, field)) for field in FIELDS}, {})


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _row(asked: Asked, name: str) -> Row[tuple[object, ...]]:
    row = asked.connection.execute(select(news).where(news.c.id == name[:36]).with_for_update()).one_or_none()
    if row is None:
        raise Nothing("problem.news")
    return row


def _form(asked: Asked, row: Row[tuple[object, ...]] | None, typed: dict[str, str], wrong: dict[str, str]) -> Shown:
    spoken = {language.value.lower().replace("-", "_"): language for language in Language}
    values = {
        "one": row,
        "typed": {field: typed.get(field, "") for field in FIELDS},
        "kinds": [kind.value for kind in NewsKind],
        "tongues": [(name, own_name(spoken[name]), spoken[name].value) for name in TONGUES],
        "longest": LONGEST_SAID,
        "wrong": faults(wrong),
    }
    return Shown("news-one.html", values, 422 if wrong else 200)


def keep(asked: Asked) -> Answer:
    """Keep a new one once, however often the form is sent; a change only of what its form showed."""
    name = asked.form.get("id", "")
    row = _row(asked, name) if name else None
    typed = {field: asked.text(field, 2 * LONGEST_SAID) for field in FIELDS}
    try:
        values = _values(asked)
        if row is None:
            name = asked.form_id()
            if asked.connection.execute(select(news.c.id).where(news.c.id == name)).first() is not None:
                return Moved("/console/news")
        elif asked.version() != row.version:
            raise BadField("form", "news.stale")
    except BadField as bad:
        return _form(asked, row, typed, {bad.name: asked.say(bad.key)})
    kept = {**values, "changed_by": asked.who, "changed_at": asked.now}
    if row is None:
        asked.connection.execute(insert(news).values(id=name, version=1, **kept))
    else:
        asked.connection.execute(update(news).where(news.c.id == name).values(version=row.version + 1, **kept))
    changes = {
        field: (_text(None if row is None else getattr(row, field)), _text(value)) for field, value in values.items()
    }
    changes = {field: (old, new) for field, (old, new) in changes.items() if old != new}
    asked.record("news.keep", f"news:{name}", changes=changes)
    asked.note("ok", "news.kept")
    return Moved("/console/news")


def _values(asked: Asked) -> dict[str, object]:
    """What the form says. Raises `BadField`."""
    kind = asked.form.get("kind", "")
    if kind not in set(NewsKind):
        raise BadField("kind", "wrong.empty")
    texts = {name: asked.text(name, LONGEST_SAID + 1) for name in TONGUES}
    for name, said in texts.items():
        if len(said) > LONGEST_SAID:
            raise BadField(name, "news.long")
    if not (texts["zh"] or texts["en"]):
        raise BadField("zh", "news.words")
    at = asked.text("at", 5)
    if at and CLOCK.fullmatch(at) is None:
        raise BadField("at", "news.clock")
    is_event = kind == NewsKind.EVENT
    day, until = _day(asked, "day"), _day(asked, "until")
    if is_event and day is None:
        raise BadField("day", "news.when")
    when = (day, at, None) if is_event else (None, "", until)
    branch = asked.text("branch", LONGEST_BRANCH)
    return {"kind": kind, "branch": branch, **texts, **dict(zip(("day", "at", "until"), when, strict=True))}


def _day(asked: Asked, name: str) -> date | None:
    text = asked.text(name, 10)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadField(name, "news.day") from None


def drop(asked: Asked) -> Answer:
    """It is told no more; the trail keeps what it said."""
    row = _row(asked, asked.form.get("id", ""))
    asked.connection.execute(delete(news).where(news.c.id == row.id))
    said = {field: (_text(getattr(row, field)), "") for field in FIELDS if getattr(row, field)}
    asked.record("news.drop", f"news:{row.id}", changes=said)
    asked.note("ok", "news.dropped")
    return Moved(address("/console/news"))


PAGES = (
    Page("/news", Permission.NEWS_READ, everything),
    Page("/news/one", Permission.NEWS_READ, one),
    Page("/news/keep", Permission.NEWS_WRITE, keep, writes=True),
    Page("/news/drop", Permission.NEWS_WRITE, drop, writes=True),
)
