"""Days and times as a patron reads them, in the library's own time zone."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiosk.words.sentences import Words


def clock(at: datetime, zone: str) -> str:
    """`10:42`."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def today(at: datetime, zone: str, words: Words) -> str:
    """`11月24日 周二`, `Tue 24 November`."""
    local = at.astimezone(ZoneInfo(zone)).date()
    weekday = words.say("clock.weekdays").split()[local.weekday()]
    return words.say("clock.day-of-week", date=_day(local, words), weekday=weekday)


def full_day(at: datetime, zone: str, words: Words) -> str:
    """The day with its year, for what is kept: `2026年11月24日`, `24 November 2026`."""
    local = at.astimezone(ZoneInfo(zone)).date()
    return words.say("clock.day-of-year", date=_day(local, words), year=local.year)


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


def _day(day: date, words: Words) -> str:
    return words.say("clock.day", day=day.day, month=words.say("clock.months").split()[day.month - 1])


def _with_year(day: date, now: date, words: Words) -> str:
    said = _day(day, words)
    return said if day.year == now.year else words.say("clock.day-of-year", date=said, year=day.year)
