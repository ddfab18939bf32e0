"""What central tells everybody: announcements and events that staff keep, and the newest of the catalogue."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum

from sqlalchemy import Connection, Row, or_, select

from kiosk.central.store.news_tables import news
from kiosk.central.title_answers import newest_titles
from kiosk.model.news import Happening, NewsTold
from kiosk.model.opening import Announcement
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL

MOST_TOLD = 6
"""Of each kind."""
TONGUES = tuple(field.name for field in fields(Announcement) if field.name != "until")
"""Columns of texts, one a language."""


class NewsKind(StrEnum):
    """What is told."""

    ANNOUNCEMENT = "announcement"
    EVENT = "event"


def news_told(connection: Connection, setting: Setting) -> NewsTold:
    """What stands today at the branch of whoever asks."""
    today = setting.policy.calendar.local(setting.now).date()
    here = news.c.branch == "" if setting.branch == ALL else news.c.branch.in_(("", setting.branch))
    announced = (
        select(news)
        .where(news.c.kind == NewsKind.ANNOUNCEMENT.value, here, or_(news.c.until.is_(None), news.c.until >= today))
        .order_by(news.c.changed_at.desc(), news.c.id)
    )
    coming = (
        select(news)
        .where(news.c.kind == NewsKind.EVENT.value, here, news.c.day >= today)
        .order_by(news.c.day, news.c.at, news.c.id)
    )
    return NewsTold(
        tuple(said_of(row) for row in connection.execute(announced.limit(MOST_TOLD))),
        tuple(Happening(said_of(row), row.day, row.at) for row in connection.execute(coming.limit(MOST_TOLD))),
        newest_titles(connection, setting, MOST_TOLD),
    )


def said_of(row: Row[*tuple[object, ...]]) -> Announcement:
    """Its texts and its last day."""
    texts = {name: str(getattr(row, name)) for name in TONGUES}
    return Announcement(**texts, until=None if row.until is None else row.until.isoformat())
