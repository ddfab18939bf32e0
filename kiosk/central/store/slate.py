"""A slate: what a transaction reads and changes, in memory. Each row is read once and written once, however many facts
touch it, and whoever looks sees what was changed before.

Nothing reaches the store before `Slate.write`, which writes table by table. What the store refuses is refused then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.sql.elements import False_

from kiosk.central.store.tables import WRITTEN_LAST, LongId, UtcTime

AT_ONCE = 500
"""Keys of one query."""
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class Entry:
    """A row as it will be. Its columns are attributes, of the kind that the column has; `Slate.change` changes them."""

    __slots__ = ("__dict__",)

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__ = values

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Lookup:
    """Finding the rows of a table by what stands in one column.

    `narrowed` spares reading what nobody asks for; it may compare with `SINCE`. It is no promise: what is on the slate
    already is found, too, so whoever looks says what they look for. `locks`: where a slate may lock, these rows are.
    """

    column: Column[Any]
    narrowed: ColumnElement[bool] | None = None
    locks: bool = False
    only: Sequence[Column[Any]] = ()
    """The columns that are wanted; all, if it does not say. Such rows are not for changing."""

    @cached_property
    def table(self) -> Table:
        table = self.column.table
        assert isinstance(table, Table)
        return table

    @cached_property
    def by_key(self) -> bool:
        """At most one row is found."""
        return list(self.table.primary_key) == [self.column]

    @cached_property
    def query(self) -> Select[*tuple[Any, ...]]:
        """The rows of `keys`, always in the same order, so that two transactions lock them in the same order."""
        query = select(*(self.only or self.table.columns)).where(self.column.in_(bindparam("keys", expanding=True)))
        if self.narrowed is not None:
            query = query.where(self.narrowed)
        return query.order_by(*self.table.primary_key)

    @cached_property
    def locking(self) -> Select[*tuple[Any, ...]]:
        """The same, and nobody else changes them before this transaction ends."""
        return self.query.with_for_update()


SINCE = bindparam("since", type_=UtcTime)
"""In `Lookup.narrowed`: what had ended before it is not asked for."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a table is like."""

    key: tuple[str, ...]
    numbered: bool
    """The store itself numbers new rows."""
    blank: Mapping[str, object]
    """A new row of which nothing is said."""
    times: tuple[str, ...]
    insert: Insert

    def key_of(self, values: Mapping[str, object]) -> object:
        if len(self.key) == 1:
            return values[self.key[0]]
        return tuple(values[name] for name in self.key)


@cache
def _shape(table: Table) -> _Shape:
    key = tuple(column.name for column in table.primary_key)
    numbered = any(column.type is LongId for column in table.primary_key)
    columns = [column for column in table.columns if not (numbered and column.primary_key)]
    times = tuple(column.name for column in columns if isinstance(column.type, UtcTime))
    return _Shape(key, numbered, {column.name: _unsaid(column) for column in columns}, times, insert(table))


def _unsaid(column: Column[Any]) -> object:
    """What the store would put there."""
    if column.server_default is None:
        return None
    said = column.server_default.arg  # type: ignore[attr-defined]
    return False if isinstance(said, False_) else column.type.python_type(said)


@cache
def _updating(table: Table) -> Update:
    """Change the columns that are given, of the row whose key is given as `its_NAME`."""
    return update(table).where(*(column == bindparam(f"its_{column.name}") for column in table.primary_key))


@dataclass(slots=True)
class _Sheet:
    """What is known of one table."""

    shape: _Shape
    known: dict[object, Entry] = field(default_factory=dict)
    """By primary key."""
    added: dict[Entry, None] = field(default_factory=dict)
    changed: dict[Entry, set[str]] = field(default_factory=dict)
    indexes: list[_Index] = field(default_factory=list)

    def enter(self, values: dict[str, object]) -> None:
        """A row as the store has it; what was changed here stays as it was changed."""
        key = self.shape.key_of(values)
        entry = self.known.get(key)
        if entry is None:
            entry = self.known[key] = Entry(values)
            for index in self.indexes:
                index.put(entry)
        elif entry not in self.changed:
            self.alter(entry, values)

    def add(self, values: dict[str, object]) -> Entry:
        entry = Entry(values)
        self.added[entry] = None
        if not self.shape.numbered:
            self.known[self.shape.key_of(values)] = entry
        for index in self.indexes:
            index.put(entry)
        return entry

    def alter(self, entry: Entry, values: Mapping[str, object]) -> None:
        moved = [index for index in self.indexes if index.column in values]
        for index in moved:
            index.drop(entry)
        vars(entry).update(values)
        for index in moved:
            index.put(entry)

    def every(self) -> Iterable[Entry]:
        return dict.fromkeys((*self.known.values(), *self.added))


@dataclass(slots=True)
class _Index:
    """Entries by what stands in a column, and the keys of which all of them are there."""

    column: str
    sheet: _Sheet
    found: dict[object, list[Entry]] = field(default_factory=dict)
    read: set[object] = field(default_factory=set)

    def put(self, entry: Entry) -> None:
        key = vars(entry)[self.column]
        there = self.found.get(key)
        if there is None:
            self.found[key] = [entry]
        else:
            there.append(entry)

    def drop(self, entry: Entry) -> None:
        self.found[vars(entry)[self.column]].remove(entry)


class Slate:
    """One for a transaction, or for a part of it. What had ended before `since` need not be found."""

    def __init__(self, connection: Connection, since: datetime, *, locks: bool) -> None:
        self.connection = connection
        self.since = since
        self._locks = locks
        self._sheets: dict[Table, _Sheet] = {}
        self._indexes: dict[Lookup, _Index] = {}

    def one(self, by: Lookup, key: object) -> Entry | None:
        """The row that has this primary key, if there is one."""
        index = self._indexes.get(by)
        if index is None or key not in index.read:
            index = self._read(by, (key,))
        return index.sheet.known.get(key)

    def find(self, by: Lookup, key: object) -> Sequence[Entry]:
        """The rows that have `key` in the column, in no order."""
        index = self._indexes.get(by)
        if index is None or key not in index.read:
            index = self._read(by, (key,))
        there = index.found.get(key)
        return tuple(there) if there else ()

    def fetch(self, by: Lookup, keys: Iterable[object]) -> None:
        """Read the rows of many keys at once: then `one` and `find` need not."""
        self._read(by, keys)

    def _read(self, by: Lookup, keys: Iterable[object]) -> _Index:
        index = self._index(by)
        locks = by.locks and self._locks
        unread = set(keys) - index.read
        index.read |= unread
        if by.by_key and not locks:
            unread -= index.sheet.known.keys()
        if not unread:
            return index
        names = [column.name for column in by.only or by.table.columns]
        every = sorted(unread, key=str)
        for start in range(0, len(every), AT_ONCE):
            part = {"keys": every[start : start + AT_ONCE], "since": self.since}
            for row in self.connection.execute(by.locking if locks else by.query, part):
                index.sheet.enter(dict(zip(names, row, strict=True)))
        return index

    def add(self, table: Table, values: Mapping[str, object]) -> Entry:
        """A new row. What is not said is as the store would have it."""
        sheet = self._sheet(table)
        return sheet.add(_in_utc(sheet.shape, {**sheet.shape.blank, **values}))

    def change(self, table: Table, entry: Entry, **values: object) -> None:
        """Change columns of a row."""
        sheet = self._sheet(table)
        sheet.alter(entry, _in_utc(sheet.shape, values))
        if entry not in sheet.added:
            sheet.changed.setdefault(entry, set()).update(values)

    def write(self) -> None:
        """Write what is new and what has changed, and forget all of it. Raises what the database raises."""
        for table in sorted(self._sheets, key=_is_last):
            sheet = self._sheets[table]
            if sheet.added:
                self._write(table, sheet.shape.insert, [vars(entry) for entry in sheet.added])
            for rows in _changes(sheet).values():
                self._write(table, _updating(table), rows)
        for sheet in self._sheets.values():
            sheet.indexes.clear()  # they know their sheet: without this, only the garbage collector would free both
        self._sheets.clear()
        self._indexes.clear()

    def _write(self, table: Table, statement: Insert | Update, rows: Sequence[Mapping[str, object]]) -> None:
        if _is_last(table) and self.connection.dialect.name == "postgresql":
            self.connection.execute(table.info[WRITTEN_LAST])
        self.connection.execute(statement, rows)

    def _sheet(self, table: Table) -> _Sheet:
        sheet = self._sheets.get(table)
        if sheet is None:
            sheet = self._sheets[table] = _Sheet(_shape(table))
        return sheet

    def _index(self, by: Lookup) -> _Index:
        index = self._indexes.get(by)
        if index is None:
            sheet = self._sheet(by.table)
            index = self._indexes[by] = _Index(by.column.name, sheet)
            if not by.by_key:  # the sheet itself has those
                sheet.indexes.append(index)
                for entry in sheet.every():
                    index.put(entry)
        return index


Source = Connection | Slate
"""Where something is looked up: a connection is asked there and then, a slate knows what was changed on it."""


def slate_of(source: Source, since: datetime = LATEST, *, locks: bool = False) -> Slate:
    """For looking something up."""
    return source if isinstance(source, Slate) else Slate(source, since, locks=locks)


@contextmanager
def changing(source: Source) -> Iterator[Slate]:
    """For changing something: on a slate, which somebody else writes, or on a connection, written at once."""
    slate = slate_of(source, locks=True)
    yield slate
    if slate is not source:
        slate.write()


def _in_utc(shape: _Shape, values: dict[str, Any]) -> dict[str, Any]:
    """Instants as the store gives them back."""
    for name in shape.times:
        at = values.get(name)
        if at is not None and at.tzinfo is not UTC:
            values[name] = at.astimezone(UTC)
    return values


def _is_last(table: Table) -> bool:
    return WRITTEN_LAST in table.info


def _changes(sheet: _Sheet) -> dict[frozenset[str], list[dict[str, object]]]:
    """Rows to be changed, by the columns that change."""
    changes: dict[frozenset[str], list[dict[str, object]]] = {}
    for entry, columns in sheet.changed.items():
        values = vars(entry)
        row = {f"its_{name}": values[name] for name in sheet.shape.key} | {name: values[name] for name in columns}
        changes.setdefault(frozenset(columns), []).append(row)
    return changes
