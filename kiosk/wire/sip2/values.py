"""Dates, money, counts and flags as SIP2 writes them (3M SIP 2.00, variable field descriptions)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

BLANK_DATE = " " * 18
_DATE = re.compile(r"(\d{8})(.{4})(\d{6})", re.DOTALL)
_MONEY = re.compile(r"[^0-9.\-]")
UTC_ZONE = "   Z"
UNKNOWN_LANGUAGE = "000"
LANGUAGES = {"en": "001", "zh": "019"}
"""Of the kiosk's languages; 000 is unknown."""


def is_date(text: str) -> bool:
    """Whether this is a date-time of 18 characters: YYYYMMDD, four of a zone, HHMMSS."""
    return _moment(text) is not None


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
    found = _DATE.fullmatch(text)
    if found is None or not text.isascii():
        return None
    try:
        return datetime.strptime(found[1] + found[3], "%Y%m%d%H%M%S")
    except ValueError:
        return None
