"""Days and times as a patron reads them, in the library's own time zone and as CLDR writes them in the language."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton

from kiosk.model.circulation import Language
from kiosk.words.sentences import Words, locale_of

DAY = "MMMMd"
DAY_OF_WEEK = "MMMMEd"
DAY_OF_YEAR = "yMMMMd"
"""Skeletons of CLDR: which parts of a date are told; the language decides their order."""
REGIONS = {Language.EN: "en_GB"}
"""Where the language alone does not say how dates are written: the day before the month, as in most of the world."""


def clock(at: datetime, zone: str) -> str:
    """`10:42`."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def today(at: datetime, zone: str, words: Words) -> str:
    """`11月24日周二`, `Tue 24 November`."""
    return _said(at.astimezone(ZoneInfo(zone)).date(), DAY_OF_WEEK, words)


def full_day(at: datetime, zone: str, words: Words) -> str:
    """The day with its year, for what is kept: `2026年11月24日`, `24 November 2026`."""
    return _said(at.astimezone(ZoneInfo(zone)).date(), DAY_OF_YEAR, words)


def due_day(due: datetime, now: datetime, zone: str, words: Words) -> str:
    """The day of `due`, with its year where that is not this year."""
    zone_info = ZoneInfo(zone)
    return _with_year(due.astimezone(zone_info).date(), now.astimezone(zone_info).date(), words)


def days_until(due: datetime, now: datetime, zone: str) -> int:
    """Calendar days from today to the day of `due` (circulation, 5.1); below 0 when that day has passed."""
    zone_info = ZoneInfo(zone)
    return (due.astimezone(zone_info).date() - now.astimezone(zone_info).date()).days


def iso_day(text: str, now: datetime, zone: str, words: Words) -> str:
    """A day given as an ISO date or instant; any other text as it is."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return text
    local_now = now.astimezone(ZoneInfo(zone)).date()
    if parsed.tzinfo is not None:
        return _with_year(parsed.astimezone(ZoneInfo(zone)).date(), local_now, words)
    return _with_year(parsed.date(), local_now, words)


def _with_year(day: date, now: date, words: Words) -> str:
    return _said(day, DAY if day.year == now.year else DAY_OF_YEAR, words)


def _said(day: date, skeleton: str, words: Words) -> str:
    return format_skeleton(skeleton, day, locale=_locale(words.language))


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(REGIONS.get(language, locale_of(language)))
