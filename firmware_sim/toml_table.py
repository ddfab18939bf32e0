"""Takes values out of a TOML table by kind; notes every fault with its key path instead of stopping at the first."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)

LONGEST_SHOWN = 60
"""Characters of a wrong value that a fault shows."""


class Faults:
    """What is wrong with one file, a line each."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.found: list[str] = []

    def add(self, path: str, expected: str, found: object) -> None:
        """Note that at `path` something else was expected."""
        shown = repr(found)
        if len(shown) > LONGEST_SHOWN:
            shown = f"{shown[:LONGEST_SHOWN]}… ({len(shown)} characters)"
        self.found.append(f"{self._file}: {path}: expected {expected}, found {shown}")

    def missing(self, path: str, expected: str) -> None:
        """Note that nothing stands at `path`."""
        self.found.append(f"{self._file}: {path}: expected {expected}, found nothing")

    def twice(self, tables: str, key: str, values: Sequence[str]) -> None:
        """Note each value of a unique key that stands in more than one of the tables."""
        for place, value in enumerate(values):
            if value and value in values[:place]:
                first = f"{tables}[{values.index(value)}]"
                self.add(f"{tables}[{place}].{key}", f"a {key} that no other {tables} has ({first} has it, too)", value)


class Table:
    """One table. Every key must be taken before `done`, which notes those that nobody knows."""

    def __init__(self, content: dict[str, object], path: str, faults: Faults) -> None:
        self._content = content
        self._path = path
        self._faults = faults
        self._known: set[str] = set()

    def fault(self, key: str, expected: str, found: object) -> None:
        """Note a fault of a key of this table."""
        self._faults.add(self._path_of(key), expected, found)

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty, or the default, which may be."""
        value = self._taken(key, "text", default)
        if value is None or (isinstance(value, str) and (value or value == default)):
            return value or ""
        self.fault(key, "text that is not empty", value)
        return ""

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._taken(key, "a number", default)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.fault(key, f"a whole number from {low} to {high}", value)
        return default

    def place(self, key: str, farthest: int) -> tuple[float, float] | None:
        """Two numbers, each at most `farthest` either way; None where nothing is said."""
        value = self._taken(key, "a place", ())
        if value == ():
            return None
        if isinstance(value, list) and len(value) == len(("x", "y")):
            across, along = value
            if _is_number(across, farthest) and _is_number(along, farthest):
                return float(across), float(along)
        self.fault(key, f"two numbers from {-farthest} to {farthest}, like [40, -60]", value)
        return None

    def one_of(self, key: str, allowed: Sequence[int], default: int) -> int:
        """One of some whole numbers."""
        value = self._taken(key, "a number", default)
        if isinstance(value, int) and not isinstance(value, bool) and value in allowed:
            return value
        self.fault(key, f"one of {', '.join(map(str, allowed))}", value)
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._taken(key, "true or false", default)
        if isinstance(value, bool):
            return value
        self.fault(key, "true or false", value)
        return default

    def word(self, key: str, words: type[Word], default: Word) -> Word:
        """A word of an enumeration."""
        value = self._taken(key, "a word", default)
        for word in words:
            if value == word.value:
                return word
        self.fault(key, f"one of {', '.join(words)}", value)
        return default

    def hexadecimal(self, key: str, lengths: Collection[int], default: bytes | None = None) -> bytes:
        """Bytes as hex digits; spaces are allowed between bytes. `lengths` are those in bytes that are allowed."""
        if isinstance(lengths, range):
            expected = f"at most {2 * (len(lengths) - 1)} hex digits"
        else:
            expected = f"{' or '.join(str(2 * length) for length in lengths)} hex digits"
        value = self._taken(key, expected, default)
        if value is None or isinstance(value, bytes):
            return value or b""
        try:
            data = bytes.fromhex(value) if isinstance(value, str) else None
        except ValueError:
            data = None
        if data is None or len(data) not in lengths:
            self.fault(key, expected, value)
            return b""
        return data

    def table(self, key: str) -> Table:
        """A table inside; an empty one where none is."""
        value = self._taken(key, "a table", {})
        if not isinstance(value, dict):
            self.fault(key, f"a table [{key}]", value)
            value = {}
        return Table(value, self._path_of(key), self._faults)

    def tables(self, key: str) -> list[Table]:
        """An array of tables inside; none where none is."""
        value = self._taken(key, "tables", [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(key, f"tables [[{key}]]", value)
            return []
        return [Table(one, f"{self._path_of(key)}[{place}]", self._faults) for place, one in enumerate(value)]

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._content

    def done(self) -> None:
        """Note the keys that nobody asked for, with the nearest that would be known."""
        for key in sorted(self._content.keys() - self._known):
            nearest = difflib.get_close_matches(key, self._known, n=1)
            expected = f"'{nearest[0]}'" if nearest else f"only {', '.join(sorted(self._known))}"
            self.fault(key, expected, key)

    def _taken(self, key: str, expected: str, default: object) -> object:
        self._known.add(key)
        if key not in self._content and default is None:
            self._faults.missing(self._path_of(key), expected)
        return self._content.get(key, default)

    def _path_of(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _is_number(value: object, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -most <= value <= most
