"""Dates, money, counts and flags as SIP2 writes them (3M SIP 2.00, variable field descriptions)."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

BLANK_DATE = " " * 18
_MONEY = re.compile(r"[^0-9.\-]")
_SIXTY = frozenset(f"{number:02d}" for number in range(60))
_HOURS = frozenset(f"{number:02d}" for number in range(24))
_DAYS = frozenset(f"{date(2024, 1, 1) + timedelta(days=number):%m%d}" for number in range(366))
"""Month and day, of a leap year. By sets: `strptime` takes longer than the rest of a message."""
UTC_ZONE = "   Z"
UNKNOWN_LANGUAGE = "000"
LANGUAGES = {"en": "001", "zh": "019"}
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
    """A date-time of 18 characters; None where it is none. Aware where its zone is UTC, else local and naive."""
    moment = _moment(text)
    return moment.replace(tzinfo=UTC) if moment is not None and text[8:12] == UTC_ZONE else moment


def date_text(at: datetime) -> str:
    """18 characters for an instant: with zone Z where it is in UTC, else with a blank zone as local time."""
    zone = UTC_ZONE if at.tzinfo is UTC else "    "
    return f"{at:%Y%m%d}{zone}{at:%H%M%S}"


def free_date(text: str, formats: Iterable[str]) -> datetime | None:
    """A due date (AH), which is free text: 18 characters, or the first of `formats` (strptime) that fits; None where
    none does."""
    moment = date_of(text)
    if moment is not None:
        return moment
    for form in formats:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return None


def cents_of(text: str) -> int | None:
    """An amount in cents; None where it is none. Seen: ` 12.00`, `$0.00`, `10.`."""
    digits = _MONEY.sub("", text)
    try:
        return int((Decimal(digits) * 100).to_integral_value()) if digits else None
    except InvalidOperation:
        return None


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
