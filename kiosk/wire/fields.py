"""Reading JSON that somebody else wrote: every field is asked for by name and kind, and refused with its path."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Word = TypeVar("Word", bound=StrEnum)

LONGEST_TEXT = 256
LONGEST_TITLE = 2_000
LARGEST_WHOLE = (1 << 63) - 1
"""What every database can hold."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 9998
"""One year inside what `datetime` holds, so that no change of zone overflows."""


class MessageRefused(Exception):
    """A message that cannot be taken. `got` tells the kind of what was there, never the value: it may name a patron."""

    def __init__(self, path: str, expected: str, got: str) -> None:
        super().__init__(f"{path}: expected {expected}, found {got}")
        self.path = path
        self.expected = expected
        self.got = got


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message of a type or version that is not known here: kept, counted, acknowledged, never dropped in silence."""

    reason: str
    raw: str
    """The JSON text. It may name a patron: keep it, do not log it."""


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object and where it stood in its message."""

    members: Mapping[str, Json]
    path: str

    def has(self, key: str) -> bool:
        """Whether there is a value other than null."""
        return self.members.get(key) is not None

    def text(self, key: str, longest: int = LONGEST_TEXT) -> str:
        """Text without NUL, which no database keeps."""
        value = self.members.get(key)
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            raise self._refusal(key, f"text of at most {longest} characters", value)
        return value

    def digits(self, key: str, longest: int) -> str:
        """Decimal digits of ASCII, as text."""
        value = self.members.get(key)
        if not isinstance(value, str) or len(value) > longest or not (value.isascii() and value.isdecimal()):
            raise self._refusal(key, f"1 to {longest} digits", value)
        return value

    def text_or_none(self, key: str, longest: int = LONGEST_TEXT) -> str | None:
        return self.text(key, longest) if self.has(key) else None

    def whole(self, key: str, least: int = 0, most: int = LARGEST_WHOLE) -> int:
        value = self.members.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._refusal(key, f"a whole number of {least} to {most}", value)
        return value

    def whole_or_none(self, key: str, least: int = 0, most: int = LARGEST_WHOLE) -> int | None:
        return self.whole(key, least, most) if self.has(key) else None

    def flag(self, key: str) -> bool:
        value = self.members.get(key)
        if not isinstance(value, bool):
            raise self._refusal(key, "true or false", value)
        return value

    def instant(self, key: str) -> datetime:
        """An aware datetime; its offset is kept."""
        value = self.members.get(key)
        if isinstance(value, str) and INSTANT.fullmatch(value):
            try:
                instant = datetime.fromisoformat(value)
            except ValueError:
                raise self._refusal(key, "an instant that exists", value) from None
            if FIRST_YEAR <= instant.year <= LAST_YEAR:
                return instant
        raise self._refusal(key, "an instant like 2026-11-24T10:03:11.204Z", value)

    def day_or_none(self, key: str) -> date | None:
        """A day of the calendar, such as 2026-11-24."""
        value = self.text_or_none(key)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise self._refusal(key, "a day like 2026-11-24", value) from None

    def day(self, key: str) -> date:
        """A day of the calendar that has to be there."""
        found = self.day_or_none(key)
        if found is None:
            raise self._refusal(key, "a day like 2026-11-24", None)
        return found

    def word(self, key: str, kind: type[Word]) -> Word:
        value = self.members.get(key)
        if isinstance(value, str):
            try:
                return kind(value)
            except ValueError:
                pass
        raise self._refusal(key, "one of " + ", ".join(kind), value)

    def word_or_none(self, key: str, kind: type[Word]) -> Word | None:
        return self.word(key, kind) if self.has(key) else None

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """A list of texts."""
        values = self._list(key, most)
        return tuple(Fields({str(n): value}, f"{self.path}.{key}").text(str(n)) for n, value in enumerate(values))

    def codes(self, key: str, most: int) -> tuple[str, ...]:
        """A list of codes, each as text or as an object with its `code`."""
        found: list[str] = []
        for n, value in enumerate(self._list(key, most)):
            path = f"{self.path}.{key}"
            if isinstance(value, Mapping):
                found.append(Fields(value, f"{path}.{n}").text("code"))
            else:
                found.append(Fields({str(n): value}, path).text(str(n)))
        return tuple(found)

    def inner(self, key: str) -> Fields:
        """An object inside this one."""
        return as_fields(self.members.get(key), f"{self.path}.{key}")

    def inner_or_none(self, key: str) -> Fields | None:
        return self.inner(key) if self.has(key) else None

    def each(self, key: str, most: int) -> tuple[Fields, ...]:
        """A list of objects."""
        return tuple(as_fields(value, f"{self.path}.{key}.{n}") for n, value in enumerate(self._list(key, most)))

    def pairs(self, key: str, most: int) -> tuple[tuple[str, str], ...]:
        """An object of texts as pairs, in its order."""
        members = self.inner(key).members
        if len(members) > most:
            raise self._refusal(key, f"at most {most} members", members)
        pairs = (
            Fields({"name": n, "value": v}, f"{self.path}.{key}.{at}") for at, (n, v) in enumerate(members.items())
        )
        return tuple((pair.text("name"), pair.text("value")) for pair in pairs)

    def _list(self, key: str, most: int) -> Sequence[Json]:
        value = self.members.get(key)
        if not isinstance(value, list) or len(value) > most:
            raise self._refusal(key, f"a list of at most {most}", value)
        return value

    def _refusal(self, key: str, expected: str, value: Json) -> MessageRefused:
        return MessageRefused(f"{self.path}.{key}" if self.path else key, expected, kind_of(value))


def as_fields(value: Json, path: str) -> Fields:
    """`value` as an object. Raises `MessageRefused`."""
    if not isinstance(value, Mapping):
        raise MessageRefused(path, "an object", kind_of(value))
    return Fields(value, path)


def kind_of(value: Json) -> str:
    """What sort of JSON value this is, in words that give nothing away."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction" if math.isfinite(value) else "no number"
        case str():
            return f"text of {len(value)} characters"
        case Mapping():
            return f"an object of {len(value)} members"
        case _:
            return f"a list of {len(value)}"


def instant_text(at: datetime) -> str:
    """An aware datetime as contract text, with the offset that it has; `Z` for UTC."""
    offset = at.utcoffset()
    assert offset is not None, "instants on the wire are aware"
    whole = at if offset % timedelta(minutes=1) == timedelta(0) else at.astimezone(UTC)
    return whole.isoformat().removesuffix("+00:00") + ("Z" if not whole.utcoffset() else "")


def pairs_object(pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """The opposite of `Fields.pairs`."""
    return dict(pairs)
