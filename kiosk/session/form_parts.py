"""Forms: one question after the other, each with its own keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from kiosk.model.mail_address import is_address
from kiosk.model.reasons import Reason, ReasonCode


class Form(StrEnum):
    """What is filled in, and so what happens with it at the end."""

    NUMBER = "number"
    """The number of a card that cannot be read, and its PIN: who is here."""
    CARD_PIN = "card-pin"
    """The PIN of the card that was shown."""
    JOIN = "join"
    """A new patron."""
    PIN = "pin"
    """Another PIN."""
    EMAIL = "email"
    """Another address."""


class Field(StrEnum):
    """One question."""

    NUMBER = "number"
    PIN = "pin"
    TERMS = "terms"
    FAMILY = "family"
    GIVEN = "given"
    BORN = "born"
    EMAIL = "email"
    GUARDIAN = "guardian"
    """A grown-up's card on the reader."""
    NEW_PIN = "new-pin"
    AGAIN = "again"
    CHECK = "check"
    """All of it once more, before it is sent."""


class Answering(StrEnum):
    """How a question is answered."""

    KEYBOARD = "keyboard"
    DIGITS = "digits"
    SECRET = "secret"
    """Digits that nobody reads over a shoulder."""
    CARD = "card"
    WORD = "word"
    """Yes to what is read."""


FIELDS: Mapping[Form, tuple[Field, ...]] = {
    Form.NUMBER: (Field.NUMBER, Field.PIN),
    Form.CARD_PIN: (Field.PIN,),
    Form.JOIN: (
        Field.TERMS,
        Field.FAMILY,
        Field.GIVEN,
        Field.BORN,
        Field.EMAIL,
        Field.NEW_PIN,
        Field.AGAIN,
        Field.CHECK,
    ),
    Form.PIN: (Field.PIN, Field.NEW_PIN, Field.AGAIN),
    Form.EMAIL: (Field.PIN, Field.EMAIL),
}
"""In their order. A guardian is asked for where central wants one."""
_HOW: Mapping[Field, Answering] = {
    Field.NUMBER: Answering.DIGITS,
    Field.PIN: Answering.SECRET,
    Field.TERMS: Answering.WORD,
    Field.FAMILY: Answering.KEYBOARD,
    Field.GIVEN: Answering.KEYBOARD,
    Field.BORN: Answering.DIGITS,
    Field.EMAIL: Answering.KEYBOARD,
    Field.GUARDIAN: Answering.CARD,
    Field.NEW_PIN: Answering.SECRET,
    Field.AGAIN: Answering.SECRET,
    Field.CHECK: Answering.WORD,
}
NAMES = frozenset({Field.FAMILY, Field.GIVEN})
OPTIONAL = frozenset({Field.EMAIL})
LONGEST: Mapping[Field, int] = {
    Field.NUMBER: 20,
    Field.PIN: 12,
    Field.NEW_PIN: 12,
    Field.AGAIN: 12,
    Field.BORN: 8,
    Field.FAMILY: 40,
    Field.GIVEN: 40,
    Field.EMAIL: 80,
}
SHORTEST_PIN = 4
OLDEST_YEARS = 120
_UP, _DOWN = "0123456789012345", "9876543210987654"
_NAME = re.compile(r"[^\W\d_]", re.UNICODE)


def how(field: Field) -> Answering:
    return _HOW[field]


def fault(field: Field, typed: str, said: Mapping[Field, str], today: date) -> Reason | None:
    """Why an answer cannot be taken; None where it can."""
    match field:
        case Field.FAMILY | Field.GIVEN:
            return None if _NAME.search(typed) else Reason(ReasonCode.NAME_MISSING)
        case Field.BORN:
            return None if born(typed, today) else Reason(ReasonCode.BORN_WRONG)
        case Field.EMAIL:
            return None if not typed or is_address(typed) else Reason(ReasonCode.EMAIL_WRONG)
        case Field.NEW_PIN:
            weak = len(typed) < SHORTEST_PIN or len(set(typed)) == 1 or typed in _UP or typed in _DOWN
            return Reason(ReasonCode.PIN_WEAK) if weak or typed == said.get(Field.BORN) else None
        case Field.AGAIN:
            return None if typed == said.get(Field.NEW_PIN) else Reason(ReasonCode.PIN_DIFFERENT)
        case _:
            return None


def born(digits: str, today: date) -> date | None:
    """The day that `YYYYMMDD` is; None where there is none, or nobody who lives was born then."""
    if len(digits) != LONGEST[Field.BORN] or not (digits.isascii() and digits.isdecimal()):
        return None
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day if today.year - OLDEST_YEARS <= day.year and day < today else None
