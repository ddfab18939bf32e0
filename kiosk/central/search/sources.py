"""What is searched: every record with what its copies add, and every copy that has no record but a title."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, select

from kiosk.central.catalogue.reading import Catalogued, read_records
from kiosk.central.catalogue.records import Searchable
from kiosk.central.search.lexemes import Entry, entry
from kiosk.central.store.tables import items, records


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be found, and how it is entered."""

    control_number: str | None
    item: str | None
    entry: Entry


RECORDS = select(
    records.c.control_number,
    records.c.title,
    records.c.author,
    records.c.call_number,
    records.c.isbn,
    records.c.original,
)
COPIES = select(items.c.id, items.c.title, items.c.call_number).where(
    items.c.control_number.is_(None), items.c.title != ""
)


def of_records(connection: Connection, query: Select[*tuple[object, ...]]) -> Iterator[Source]:
    """The sources of some rows of `RECORDS`."""
    rows = connection.execute(query).all()
    copies = _copies(connection, [row.control_number for row in rows])
    for row in rows:
        titles, call_numbers = copies.get(row.control_number, ([], []))
        searched = _searched(row)
        whole = Searchable((*searched.titles, *titles), searched.names, searched.more, searched.pinyin)
        made = entry(whole, row.isbn.split(), dict.fromkeys((row.call_number, *call_numbers)))
        yield Source(row.control_number, None, made)


def of_copies(connection: Connection, query: Select[*tuple[object, ...]]) -> Iterator[Source]:
    """The sources of some rows of `COPIES`."""
    for row in connection.execute(query):
        yield Source(None, row.id, entry(Searchable(titles=(row.title,)), (), (row.call_number,)))


def _copies(connection: Connection, numbers: Collection[str]) -> dict[str, tuple[list[str], list[str]]]:
    """Titles and call numbers that the copies of these records have of their own."""
    own = select(items.c.control_number, items.c.title, items.c.call_number).where(
        items.c.control_number.in_(numbers), (items.c.title != "") | (items.c.call_number != "")
    )
    found: dict[str, tuple[list[str], list[str]]] = {}
    for row in connection.execute(own):
        titles, call_numbers = found.setdefault(row.control_number, ([], []))
        titles += [row.title] if row.title else []
        call_numbers += [row.call_number] if row.call_number else []
    return found


def _searched(row: Row[*tuple[object, ...]]) -> Searchable:
    """Read from the record as it came; a row that says something else is believed."""
    for found in read_records(row.original, set()):
        if isinstance(found, Catalogued) and found.record.title == row.title:
            return found.record.searched
    return Searchable(titles=(row.title,), names=(row.author,))
