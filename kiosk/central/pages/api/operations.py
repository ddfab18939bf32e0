"""What an operation of REST is: its route, who may use it, what goes in, and what does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from kiosk.central.answering import Desk
from kiosk.central.pages.api.keys import Caller, Scope
from kiosk.central.pages.reading import Told

LARGEST_ID = (1 << 63) - 1


class Kind(StrEnum):
    """Of a value that goes in."""

    TEXT = "text"
    FLAG = "flag"
    WHOLE = "whole"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter of the query, or a member of the body."""

    name: str
    kind: Kind
    about: str
    required: bool = False
    most: int = LARGEST_ID


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: what the operation's function gets."""

    connection: Connection
    desk: Desk
    caller: Caller
    now: datetime
    path: Mapping[str, str]
    values: Mapping[str, object]
    """Of the query or the body, by name; absent ones are not there."""
    limit: int

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def need(self, name: str) -> str:
        """A text that the declaration requires."""
        value = self.text(name)
        assert value is not None, "required values were checked"
        return value

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def whole(self, name: str, usual: int = 0) -> int:
        value = self.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else usual

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, under a name; `key` of the last one is where the next page goes on."""

    name: str
    key: str
    rows: list[Told]


Does = Callable[[Call], Told | Page]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    """With `{name}` for parts that vary; `{name:path}` may hold slashes."""
    scope: Scope
    about: str
    does: Does
    values: tuple[Value, ...] = ()
    pages: bool = False
    """The answer is a list, with `limit` and `after`."""

    @property
    def writes(self) -> bool:
        return self.method != "GET"
