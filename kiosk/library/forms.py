"""What a duty's paper has beside its steps: the fields of its form, what a step asks for, and what its figures allow.

A duty is data: a table of states (`documents.Kind`), fields, and checks that are pure. Its list, its form, its page,
its table in the store and its place in everybody's work follow from that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from kiosk.library.documents import Kind

Value = str | int | date | datetime | None
Values = Mapping[str, Value]
LONGEST_LINE = 200
LONGEST_TEXT = 4_000
MOST = 1_000_000_000
_MONEY = re.compile(r"(\d{1,7})(?:\.(\d{1,2}))?")
_NUMBER = re.compile(r"-?\d{1,10}")


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    """Several lines."""
    NUMBER = "number"
    MONEY = "money"
    """Cents; typed as 12.50."""
    DAY = "day"
    TIME = "time"
    """A day and a minute by the library's clocks."""
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form, and one column of the duty's table."""

    name: str
    kind: FieldKind = FieldKind.LINE
    optional: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = MOST
    of: str = ""
    """What a line names: the `name` of another kind of paper, or `item`. It has to be there."""


class BadValue(ValueError):
    """What was typed is no such value: the key of the sentence that says what is wanted."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def cents_of(text: str) -> int | None:
    """Cents of an amount such as 12.50; None for anything else: a comma could mean either of two things."""
    found = _MONEY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return None if found is None else int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def typed(one: Field, text: str) -> Value:
    """What was typed as a value; None where nothing has to be. A `TIME` comes without a zone: the library's own is
    meant. Raises `BadValue`."""
    text = text.strip()
    if not text:
        if one.optional:
            return "" if one.kind in (FieldKind.LINE, FieldKind.TEXT, FieldKind.CHOICE) else None
        raise BadValue("wrong.empty")
    match one.kind:
        case FieldKind.LINE:
            return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:LONGEST_LINE]
        case FieldKind.TEXT:
            return "".join(sign for sign in text if sign.isprintable() or sign == "\n")[:LONGEST_TEXT]
        case FieldKind.NUMBER:
            return _number(one, text)
        case FieldKind.MONEY:
            cents = cents_of(text)
            if cents is None or not one.least <= cents <= one.most:
                raise BadValue("wrong.amount")
            return cents
        case FieldKind.DAY:
            return _day(text)
        case FieldKind.TIME:
            return _time(text)
        case FieldKind.CHOICE:
            if text not in one.choices:
                raise BadValue("wrong.choice")
            return text


def _number(one: Field, text: str) -> int:
    text = unicodedata.normalize("NFKC", text)
    if _NUMBER.fullmatch(text) is None or not one.least <= int(text) <= one.most:
        raise BadValue("wrong.number-between")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue("wrong.day") from None


def _time(text: str) -> datetime:
    """`2026-11-27T10:30`, as browsers send it, or with a blank."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue("wrong.time") from None
    if at.tzinfo is not None or len(text) < len("2026-11-27T10:30"):
        raise BadValue("wrong.time")
    return at


Check = Callable[[Values], str | None]
"""Looks at a paper as it is with what a step writes: the key of the sentence that says why the step cannot be taken."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of the library."""

    kind: Kind[StrEnum, StrEnum]
    plural: str
    """Of its list, its address and its table."""
    read: str
    """The permission to look."""
    fields: tuple[Field, ...]
    """The first one is what lists call a paper by."""
    listed: tuple[str, ...] = ()
    """Fields that the list shows beside the first."""
    edited_in: frozenset[StrEnum] = frozenset()
    """States in which its fields can still be changed, with the permission to write one."""
    asks: Mapping[StrEnum, tuple[Field, ...]] = field(default_factory=dict)
    """What a step writes down beside its reason."""
    checks: Mapping[tuple[StrEnum, StrEnum], Check] = field(default_factory=dict)
    due: str = ""
    """The field with the day on which there is something to do."""
    sleeps_in: frozenset[StrEnum] = frozenset()
    """States in which there is nothing to do before that day."""
    ended_in: frozenset[StrEnum] = frozenset()
    """States in which nobody has anything to do any more, though a step may be possible."""

    def columns(self) -> tuple[Field, ...]:
        """Every field once: those of the form, then those of steps."""
        known = {one.name: one for one in self.fields}
        for asked in self.asks.values():
            for one in asked:
                known.setdefault(one.name, one)
        return tuple(known.values())

    def going(self) -> tuple[StrEnum, ...]:
        """States that are not an end."""
        return tuple(dict.fromkeys(state for (state, _) in self.kind.table if state not in self.ended_in))

    def waits_for(self, may: frozenset[str]) -> tuple[StrEnum, ...]:
        """States in which somebody with these permissions has something to do."""
        return tuple(
            dict.fromkeys(
                state
                for (state, action), step in self.kind.table.items()
                if state not in self.ended_in and action not in self.kind.implied and step.permission in may
            )
        )
