"""What is new, in JSON: texts by language, so that one answer serves every patron."""

from __future__ import annotations

from dataclasses import fields

from kiosk.model.news import Happening, NewsTold
from kiosk.model.opening import Announcement
from kiosk.wire.fields import Fields, Json
from kiosk.wire.find_asks import read_found_title, title_object

MOST_TOLD = 12
"""Of each kind."""
LONGEST_SAID = 200
UNTIL = "until"
TONGUES = tuple(field.name for field in fields(Announcement) if field.name != UNTIL)


def news_object(told: NewsTold) -> dict[str, Json]:
    announcements: list[Json] = [_said_object(one) for one in told.announcements]
    happenings: list[Json] = [
        _said_object(one.said) | {"day": one.day.isoformat(), "at": one.at} for one in told.happenings
    ]
    books: list[Json] = [title_object(one) for one in told.books]
    return {"announcements": announcements, "happenings": happenings, "books": books}


def read_news(data: Fields) -> NewsTold:
    return NewsTold(
        tuple(map(_said, data.each("announcements", MOST_TOLD))),
        tuple(
            Happening(_said(one), one.day("day"), one.text_or_none("at") or "")
            for one in data.each("happenings", MOST_TOLD)
        ),
        tuple(map(read_found_title, data.each("books", MOST_TOLD))),
    )


def _said_object(said: Announcement) -> dict[str, Json]:
    texts: dict[str, Json] = {name: text for name in TONGUES if (text := getattr(said, name))}
    return texts | {UNTIL: said.until}


def _said(data: Fields) -> Announcement:
    until = data.day_or_none(UNTIL)
    texts = {name: data.text_or_none(name, LONGEST_SAID) or "" for name in TONGUES}
    return Announcement(**texts, until=None if until is None else until.isoformat())
