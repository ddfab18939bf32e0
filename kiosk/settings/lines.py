"""On which line of a TOML file each key stands, for messages about it. `tomllib` tells what a file says, not where.

The text must be TOML that `tomllib` has read: this only looks for places, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

BLANK = " \t"
SPACE = " \t\r\n"
ENDS_BARE = ",]}#\r\n"
ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


def lines_of(text: str) -> dict[str, int]:
    """Key path → line, from 1. Paths as in `Fault`: dots between tables, entries of arrays numbered from 1."""
    found: dict[str, int] = {}
    for path, line in _Scan(text).places():
        found.setdefault(".".join(path), line)
    return found


def line_of(lines: dict[str, int], key: str) -> int | None:
    """The line of a key path, or of the table in which it is missing; None where not even that is there."""
    path = key.split(".")
    while path:
        found = lines.get(".".join(path))
        if found is not None:
            return found
        path.pop()
    return None


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = 0
        self._line = 1
        self._arrays: dict[tuple[str, ...], int] = {}
        """Arrays of tables, and how many entries each has so far."""

    def places(self) -> Iterator[tuple[list[str], int]]:
        """Every key and entry, in the order of the text; a table that is named again comes again."""
        table: list[str] = []
        while self._skip(SPACE):
            line = self._here()
            if self._text.startswith("[[", self._at):
                table = self._header(2)
                self._arrays[tuple(table)] = self._arrays.get(tuple(table), 0) + 1
                table = [*table, str(self._arrays[tuple(table)])]
                yield from _with_parents(table, line)
            elif self._peek() == "[":
                table = self._header(1)
                yield from _with_parents(table, line)
            else:
                yield from self._pair(table)

    def _header(self, brackets: int) -> list[str]:
        self._at += brackets
        keys = self._keys()
        self._skip(BLANK)
        self._at += brackets
        found: list[str] = []
        for place, key in enumerate(keys):
            found.append(key)
            entries = self._arrays.get(tuple(found))
            if entries is not None and not (brackets == 2 and place == len(keys) - 1):
                found.append(str(entries))
        return found

    def _pair(self, table: list[str]) -> Iterator[tuple[list[str], int]]:
        line = self._here()
        path = list(table)
        for key in self._keys():
            path.append(key)
            yield list(path), line
        self._skip(BLANK)
        self._at += 1  # the equals sign
        yield from self._value(path)

    def _value(self, path: list[str]) -> Iterator[tuple[list[str], int]]:
        self._skip(BLANK)
        match self._peek():
            case "[":
                self._at += 1
                entry = 0
                while self._skip(SPACE + ",") and self._peek() != "]":
                    entry += 1
                    inner = [*path, str(entry)]
                    yield inner, self._here()
                    yield from self._value(inner)
                self._at += 1
            case "{":
                self._at += 1
                while self._skip(SPACE + ",") and self._peek() != "}":
                    yield from self._pair(path)
                self._at += 1
            case '"' | "'":
                self._string()
            case _:
                while self._at < len(self._text) and self._peek() not in ENDS_BARE:
                    self._at += 1

    def _keys(self) -> list[str]:
        found: list[str] = []
        while True:
            self._skip(BLANK)
            if self._peek() in ("'", '"'):
                found.append(self._string())
            else:
                start = self._at
                while self._at < len(self._text) and self._peek() not in " \t.=]":
                    self._at += 1
                found.append(self._text[start : self._at])
            self._skip(BLANK)
            if self._peek() != ".":
                return found
            self._at += 1

    def _string(self) -> str:
        mark = self._peek()
        if self._text.startswith(mark * 3, self._at):
            return self._long_string(mark)
        self._at += 1
        found: list[str] = []
        while self._at < len(self._text) and self._peek() != mark:
            if mark == '"' and self._peek() == "\\":
                self._at += 1
                found.append(ESCAPES.get(self._peek(), self._peek()))
            else:
                found.append(self._peek())
            self._at += 1
        self._at += 1
        return "".join(found)

    def _long_string(self, mark: str) -> str:
        self._at += 3
        while self._at < len(self._text) and not self._text.startswith(mark * 3, self._at):
            self._at += 2 if mark == '"' and self._peek() == "\\" else 1
        self._at += 3
        while self._peek() == mark:  # a string may end with one or two of them
            self._at += 1
        return ""

    def _skip(self, blanks: str) -> bool:
        """Over blanks, and comments where a line may end; whether there is more."""
        while self._at < len(self._text):
            if self._peek() == "#" and "\n" in blanks:
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif self._peek() in blanks:
                self._at += 1
            else:
                return True
        return False

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _with_parents(path: list[str], line: int) -> Iterator[tuple[list[str], int]]:
    """A header makes the tables above it, too, where they are named nowhere."""
    for length in range(1, len(path) + 1):
        yield path[:length], line
