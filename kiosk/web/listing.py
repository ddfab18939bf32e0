"""One list for every page: filters in the address, sorted by what an index has, pages by key, and the same as CSV.

A page begins after the last row of the one before (`after`), never at the n-th row: the thousandth page is as quick as
the first, and a row that comes in between moves nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, FromClause, Integer, Row, Select, literal, select, tuple_

A_PAGE = 50
A_PART = 2_000
"""Rows of CSV that are read at once."""
LONGEST = 200
EXPECTED = "what the page before gave"


class Kind(StrEnum):
    """How a value is shown."""

    TEXT = "text"
    WORD = "word"
    """A code, told in words."""
    NUMBER = "number"
    MONEY = "money"
    """Cents."""
    DAY = "day"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `sorts`: the list may be sorted by it, which needs an index and no NULL."""

    name: str
    sql: ColumnElement[object]
    kind: Kind = Kind.TEXT
    sorts: bool = False
    link: str = ""
    """Address of a page about the value, which is put behind it."""
    link_from: str = ""
    """The column that the address takes its value from, where it is another one."""
    head: str = ""
    """The sentence above it, where the list means something of its own by the name."""
    words: Mapping[str, str] = field(default_factory=dict)
    """A library's own words for its codes; those of the console stand behind them."""
    group: str = ""
    """The group that the console's words for its codes are in, where it is not the column's name."""
    title_key: str = ""
    """The key of its heading, where that is not one of `column.`"""

    def title(self) -> str:
        """The key of what stands above it."""
        return self.title_key or f"column.{self.head or self.name}"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: which rows a value leaves. Without choices it is a text."""

    name: str
    where: Callable[[str], ColumnElement[bool]]
    choices: tuple[str, ...] = ()
    words: str = "state"
    """The group that the words of its choices are in."""


Rows = Callable[[Sequence[ColumnElement[object]]], Select[*tuple[object, ...]]]
"""The query for some columns."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: where its rows are from, what identifies one, what is shown."""

    name: str
    rows: Rows
    key: ColumnElement[object]
    columns: tuple[Column, ...]
    sort: str
    """The column that it is sorted by unless asked otherwise; with `-` in front, downwards."""
    filters: tuple[Filter, ...] = ()
    links: tuple[str, ...] = ()
    """Columns that are read for links, and not shown."""
    preset: Mapping[str, str] = field(default_factory=dict)
    """Values of filters where the address has none."""
    new: str = ""
    """The address of the form for a new one, for whoever may write one."""

    def shown(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.name not in self.links)


def rows_of(source: FromClause) -> Rows:
    """All rows of a table or a join."""

    def rows(columns: Sequence[ColumnElement[object]]) -> Select[*tuple[object, ...]]:
        query: Select[*tuple[object, ...]] = select(*columns).select_from(source)
        return query

    return rows


class BadQuery(ValueError):
    """A part of the address that says nothing: `where` is its name."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where}: expected {expected}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks of a list."""

    listing: Listing
    sort: Column
    falls: bool
    filters: Mapping[str, str]
    after: tuple[object, object] | None = None

    @property
    def sorted_by(self) -> str:
        return f"-{self.sort.name}" if self.falls else self.sort.name


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a list, and what to ask the next ones with; empty at the end."""

    rows: Sequence[Row[*tuple[object, ...]]]
    following: str


def wanted(listing: Listing, query: Mapping[str, str]) -> Wanted:
    """Raises `BadQuery`."""
    asked = query.get("sort") or listing.sort
    name, falls = asked.removeprefix("-"), asked.startswith("-")
    sorts = {column.name: column for column in listing.columns if column.sorts}
    if name not in sorts:
        raise BadQuery("sort", f"one of {', '.join(sorts)}")
    filters: dict[str, str] = {}
    for one in listing.filters:
        value = query.get(one.name, listing.preset.get(one.name, ""))[:LONGEST].strip()
        if value and one.choices and value not in one.choices:
            raise BadQuery(one.name, f"one of {', '.join(one.choices)}")
        filters[one.name] = value
    after = query.get("after")
    return Wanted(listing, sorts[name], falls, filters, None if not after else _place(listing, sorts[name], after))


def part(connection: Connection, asked: Wanted, limit: int = A_PAGE) -> Part:
    """At most `limit` rows. Their columns have the names of the list's; `_key` and `_sort` are beside them."""
    listing = asked.listing
    sort, key = asked.sort.sql, listing.key
    columns = [column.sql.label(column.name) for column in listing.columns]
    query = listing.rows([*columns, sort.label("_sort"), key.label("_key")])
    for one in listing.filters:
        if asked.filters[one.name]:
            query = query.where(one.where(asked.filters[one.name]))
    if asked.after is not None:
        here = tuple_(*(literal(value, of.type) for value, of in zip(asked.after, (sort, key), strict=True)))
        query = query.where(tuple_(sort, key) < here if asked.falls else tuple_(sort, key) > here)
    order = (sort.desc(), key.desc()) if asked.falls else (sort, key)
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Part(rows, _token(rows[-1]) if more else "")


def lines(open_connection: Callable[[], Connection], asked: Wanted) -> Iterator[list[str | int]]:
    """Every row as plain values for CSV, in parts: the list may be longer than memory."""
    while True:
        with open_connection() as connection:
            found = part(connection, asked, A_PART)
        shown = asked.listing.shown()
        yield from ([_cell(getattr(row, column.name)) for column in shown] for row in found.rows)
        if not found.following:
            return
        asked = Wanted(
            asked.listing, asked.sort, asked.falls, asked.filters, _place(asked.listing, asked.sort, found.following)
        )


def _cell(value: object) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return value
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _token(row: Row[*tuple[object, ...]]) -> str:
    value = row._sort
    told = value.isoformat() if isinstance(value, date) else value
    return base64.urlsafe_b64encode(json.dumps([told, row._key]).encode()).decode().rstrip("=")


def _place(listing: Listing, sort: Column, token: str) -> tuple[object, object]:
    """Where a page begins. Raises `BadQuery`: an address is whatever somebody types."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        told = _value(sort.kind, value)
    except (ValueError, TypeError, RecursionError):
        raise BadQuery("after", EXPECTED) from None
    if not _storable(key) or isinstance(key, int) != isinstance(listing.key.type, Integer):
        raise BadQuery("after", EXPECTED)
    return told, key


def _value(kind: Kind, value: object) -> object:
    """As the column has it. Raises `ValueError`, or `TypeError`."""
    if not _storable(value):
        raise ValueError
    match kind:
        case Kind.TIME:
            at = datetime.fromisoformat(str(value))
            if at.tzinfo is None or not date.min.year < at.year < date.max.year:
                raise ValueError
            return at
        case Kind.DAY:
            return date.fromisoformat(str(value))
        case Kind.NUMBER | Kind.MONEY:
            return int(str(value))
        case _:
            return str(value)


def _storable(value: object) -> bool:
    """A text without NUL and lone surrogates, or a number of 64 bits: what both databases can hold."""
    match value:
        case bool():
            return False
        case int():
            return abs(value) < 1 << 63
        case str():
            return "\0" not in value and value.encode("utf-8", "replace").decode() == value and len(value) <= LONGEST
        case _:
            return False
