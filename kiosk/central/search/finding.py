"""What is found, in the order in which it is shown: whole titles, their beginnings, their parts, then all else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, text

from kiosk.central.search.dialects import dialect_of
from kiosk.central.search.lexemes import SEPARATOR
from kiosk.central.search.queries import Query, Way
from kiosk.central.store.tables import items

MOST = 1_000
"""Entries that are looked at. Ranking every hit of a common word is what would cost; the first ones are those that
matter, as the index has popular and new titles first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A title, by its record; or a copy that has none."""

    control_number: str | None
    item: str | None


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found. `more`: there is more than was looked at."""

    hits: tuple[Hit, ...] = ()
    more: bool = False


_COPY = select(items.c.id, items.c.control_number).where(items.c.id == bindparam("number"))


def numbered(connection: Connection, typed: str) -> Hit | None:
    """What has exactly this number on its label: a copy."""
    number = typed.strip()
    if not 0 < len(number) <= 64 or not number.isprintable():
        return None
    row = connection.execute(_COPY, {"number": number}).first()
    if row is None:
        return None
    return Hit(row.control_number, None) if row.control_number is not None else Hit(None, row.id)


def looked_up(connection: Connection, query: Query, most: int = MOST) -> Hits:
    """The hits of a query."""
    return ranked(connection, query.text, query.ways, most)


def ranked(connection: Connection, wanted: str, ways: Sequence[Way], most: int = MOST) -> Hits:
    """Hits of these ways, judged by what was wanted (folded)."""
    if not ways:
        return Hits()
    dialect = dialect_of(connection)
    found = text(
        f"SELECT e.id, e.control_number, e.item, e.title, e.name FROM ({dialect.matching}) AS m "
        "JOIN search_entries AS e ON e.id = m.id"
    )
    rows = connection.execute(found, {"asked": dialect.asked(ways), "most": most}).all()
    words = wanted.split()
    judged = sorted((_distance(wanted, words, row.title, row.name), row.id, row) for row in rows)
    return Hits(tuple(Hit(row.control_number, row.item) for _, _, row in judged), len(rows) == most)


def _distance(wanted: str, words: Sequence[str], titles: str, names: str) -> int:
    """How far a hit is from what was wanted."""
    if wanted in titles:
        each = titles.split(SEPARATOR)
        if wanted in each:
            return 0
        return 1 if any(title.startswith(wanted) for title in each) else 2
    if wanted in names:
        return 3
    return 4 if all(word in titles for word in words) else 5
