"""Dates, money, counts and flags as SIP2 writes them (3M SIP 2.00, variable field descriptions)."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

BLANK_DATE = " " * 18
_MONEY = re.compile(r"\s*[^\w\s.,+-]?\s*(-?(?:[0-9]{1,12}(?:\.[0-9]{0,4})?|\.[0-9]{1,4}))\s*", re.ASCII)
"""A point and no grouping, with at most a currency's sign before it: 12,00 without its comma would be 1200."""
_SIXTY = frozenset(f"{number:02d}" for number in range(60))
_HOURS = frozenset(f"{number:02d}" for number in range(24))
_DAYS = frozenset(f"{date(2024, 1, 1) + timedelta(days=number):%m%d}" for number in range(366))
"""Month and day, of a leap year. By sets: `strptime` takes longer than the rest of a message."""
UTC_ZONE = "   Z"
UTC_ZONES, LOCAL_ZONES = frozenset({"Z", "UTC", "GMT"}), frozenset({"", "0000"})
_NAMED_ZONE = re.compile(r"\s+[A-Za-z]{2,5}\Z")
UNKNOWN_LANGUAGE = "000"
LANGUAGES = {"en": "001", "de": "003", "ja": "014", "ar": "016", "zh": "019", "zh-Hant": "019"}
"""Of the kiosk's languages; 000 is unknown."""


@lru_cache(maxsize=1_024)
def is_date(text: str) -> bool:
    """Whether this is a date-time of 18 characters: YYYYMMDD, four of a zone, HHMMSS.

    Remembered: a second has many messages, and most messages have it twice.
    """
    return (
        len(text) == len(BLANK_DATE)
        and text[4:8] in _DAYS
        and text[12:14] in _HOURS
        and text[14:16] in _SIXTY
        and text[16:] in _SIXTY
        and (year := text[:4]).isdecimal()
        and year.isascii()
        and year != "0000"
        and (text[4:8] != "0229" or isleap(int(year)))
    )


def date_of(text: str) -> datetime | None:
    """A date-time of 18 characters; None where it is none, or in a zone that is neither local time (blanks, tabs or
    four zeroes) nor UTC. Aware where its zone is UTC, else local and naive."""
    moment, zone = _moment(text), text[8:12].strip()
    if moment is None or zone not in LOCAL_ZONES | UTC_ZONES:
        return None
    return moment.replace(tzinfo=UTC) if zone in UTC_ZONES else moment


def date_text(at: datetime) -> str:
    """18 characters for an instant: with zone Z where it is in UTC, else with a blank zone as local time."""
    zone = UTC_ZONE if at.tzinfo is UTC else "    "
    return f"{at:%Y%m%d}{zone}{at:%H%M%S}"


def free_date(text: str, formats: Iterable[str]) -> datetime | None:
    """A due date (AH), which is free text: 18 characters, or the first of `formats` (strptime) that fits; None where
    none does. The name of a zone behind it (`CEST`) is passed over: a due date is told by the library's own clock."""
    moment = date_of(text)
    if moment is not None:
        return moment
    plain = text.strip()
    for form in formats:
        for said in dict.fromkeys((plain, _NAMED_ZONE.sub("", plain))):
            try:
                return datetime.strptime(said, form)
            except ValueError:
                continue
    return None


def cents_of(text: str) -> int | None:
    """An amount in cents; None where it is none. Seen: ` 12.00`, `$0.00`, `10.`."""
    found = _MONEY.fullmatch(text)
    return None if found is None else int((Decimal(found[1]) * 100).to_integral_value())


def money_text(cents: int) -> str:
    """An amount with a point and two digits."""
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def count_text(count: int | None) -> str:
    """Four digits, or four blanks where the number is not known."""
    return "    " if count is None else f"{min(max(count, 0), 9_999):04d}"


def count_of(text: str) -> int | None:
    """A number of four digits; None for blanks and anything else."""
    return int(text) if text.strip().isascii() and text.strip().isdecimal() else None


def flag_text(value: bool) -> str:
    return "Y" if value else "N"


def _moment(text: str) -> datetime | None:
    return datetime.strptime(text[:8] + text[12:], "%Y%m%d%H%M%S") if is_date(text) else None
