"""Entering records and copies. What is entered again gets a new number; its old one means nothing any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, Engine, delete, insert, outerjoin, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kiosk.central.search.dialects import dialect_of
from kiosk.central.search.folding import runs
from kiosk.central.search.slips import LONGEST, SHORTEST
from kiosk.central.search.sources import COPIES, RECORDS, Source, of_copies, of_records
from kiosk.central.store import writing
from kiosk.central.store.search_tables import search_entries, search_progress, search_words
from kiosk.central.store.tables import items, records

MADE = 1
"""Version of the lexemes: where an index was made by another, it is made anew."""
HIGHEST = 1 << 40
AT_ONCE = 500
MOST_TITLES = 1 << 32


def enter_records(connection: Connection, control_numbers: Collection[str]) -> None:
    """Enter these records as they stand now, or anew; in the transaction that changed them."""
    connection.execute(delete(search_entries).where(search_entries.c.control_number.in_(control_numbers)))
    enter(connection, list(of_records(connection, RECORDS.where(records.c.control_number.in_(control_numbers)))))


def enter_copies(connection: Connection, numbers: Collection[str]) -> None:
    """The same for copies, of which those without a record count."""
    connection.execute(delete(search_entries).where(search_entries.c.item.in_(numbers)))
    enter(connection, list(of_copies(connection, COPIES.where(items.c.id.in_(numbers)))))


def enter_all(connection: Connection) -> int:
    """Enter everything, into an empty index; how many there are."""
    count = 0
    for query, of in (
        (RECORDS.order_by(records.c.control_number), of_records),
        (COPIES.order_by(items.c.id), of_copies),
    ):
        for at in range(0, MOST_TITLES, AT_ONCE):
            some = list(of(connection, query.limit(AT_ONCE).offset(at)))
            if not some:
                break
            enter(connection, some)
            count += len(some)
    return count


def catch_up(engine: Engine) -> int:
    """Enter what has no entry, in small transactions beside whoever works: a database from before there was an index,
    or records that came another way. How many there were."""
    count = 0
    lacking = outerjoin(records, search_entries, search_entries.c.control_number == records.c.control_number)
    untold = select(records.c.control_number).select_from(lacking).where(search_entries.c.id.is_(None)).limit(AT_ONCE)
    alone = outerjoin(items, search_entries, search_entries.c.item == items.c.id)
    unknown = (
        select(items.c.id)
        .select_from(alone)
        .where(search_entries.c.id.is_(None), items.c.control_number.is_(None), items.c.title != "")
    )
    for query, entered in ((untold, enter_records), (unknown.limit(AT_ONCE), enter_copies)):
        while True:
            with writing(engine) as connection:
                some = connection.scalars(query).all()
                entered(connection, some)
            count += len(some)
            if len(some) < AT_ONCE:
                break
    return count


def enter(connection: Connection, sources: Sequence[Source]) -> None:
    """Enter these in their order before all that were entered earlier."""
    if not sources:
        return
    first = _numbers(connection, len(sources))
    dialect = dialect_of(connection)
    rows = [
        {
            "id": first + at,
            "control_number": source.control_number,
            "item": source.item,
            "title": source.entry.title,
            "name": source.entry.name,
        }
        for at, source in enumerate(sources)
    ]
    connection.execute(insert(search_entries), rows)
    connection.execute(
        dialect.insert, [dialect.entered(first + at, one.entry.lexemes) for at, one in enumerate(sources)]
    )
    _learn(connection, (text for one in sources for text in (one.entry.title, one.entry.name)))


def _numbers(connection: Connection, wanted: int) -> int:
    """The first of so many numbers below all others."""
    counted = update(search_progress).values(lowest=search_progress.c.lowest - wanted)
    lowest = connection.scalar(counted.returning(search_progress.c.lowest))
    if lowest is None:
        lowest = HIGHEST - wanted
        connection.execute(insert(search_progress).values(id=1, lowest=lowest, made=MADE))
    assert isinstance(lowest, int)
    return lowest


def _learn(connection: Connection, texts: Iterable[str]) -> None:
    words = {
        run.text
        for text in texts
        for run in runs(text)
        if not run.paired and SHORTEST <= len(run.text) <= LONGEST and run.text.isalpha()
    }
    if not words:
        return
    rows = [{"word": word, "length": len(word), "backwards": word[::-1]} for word in sorted(words)]
    upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(search_words)
    connection.execute(upsert.on_conflict_do_nothing(), rows)
