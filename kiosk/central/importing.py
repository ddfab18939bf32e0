"""What came by an import, and taking it back: all of it that nobody has touched since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import Column, Connection, Row, Table, delete, insert, select

from kiosk.central import documents
from kiosk.central.catalogue.reading import Catalogued, read_records
from kiosk.central.catalogue.rows import row_of
from kiosk.central.record_file import replace
from kiosk.central.search.indexing import enter_records
from kiosk.central.store.console_tables import applications, damages, waivers
from kiosk.central.store.import_tables import imported, imported_rows
from kiosk.central.store.money_tables import payment_orders
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import (
    cards,
    charges,
    decisions,
    exceptions,
    holds,
    items,
    loans,
    mails,
    patrons,
    payments,
    pins,
    records,
    returns,
    tags,
)
from kiosk.library.documents import Kind, Refused, Wish
from kiosk.library.imports import PATRON_IMPORT, RECORD_IMPORT, ImportAction, ImportState

KEPT = timedelta(days=30)
"""So long an import can be taken back."""
AT_ONCE = 500
KINDS: Mapping[str, Kind[ImportState, ImportAction]] = {kind.name: kind for kind in (PATRON_IMPORT, RECORD_IMPORT)}
ImportRow = Row[tuple[object, ...]]
T = TypeVar("T")


class Came(StrEnum):
    """What came."""

    PATRON = "patron"
    RECORD = "record"
    REPLACED = "replaced"
    """A record in place of an earlier one."""
    ITEM = "item"


class Stays(StrEnum):
    """Why something is not taken back."""

    GONE = "gone"
    CHANGED = "changed-since"
    IN_USE = "in-use"


_TABLES: Mapping[Came, Table] = {
    Came.PATRON: patrons,
    Came.RECORD: records,
    Came.REPLACED: records,
    Came.ITEM: items,
}
_OF_PATRONS = (loans, holds, charges, payments, decisions, damages, waivers, notices, mails, pins, payment_orders)
_OF_ITEMS = (loans, returns, holds, charges, decisions, damages, tags, exceptions)
_USES: Mapping[Came, Sequence[Column[str]]] = {
    Came.PATRON: (
        *(table.c.patron for table in _OF_PATRONS),
        applications.c.patron,
        patrons.c.guardian,
        items.c.held_for,
    ),
    Came.RECORD: (holds.c.control_number,),
    Came.REPLACED: (),
    Came.ITEM: (*(table.c.item for table in _OF_ITEMS), holds.c.trapped),
}
"""What names one of them, and means that it has been used."""


@dataclass(frozen=True, slots=True)
class Import:
    """One file that is entered."""

    kind: Kind[ImportState, ImportAction]
    name: str
    file: str
    fresh: Mapping[Came, Sequence[str]]
    before: Mapping[str, bytes]
    """The bytes of each record that was replaced, by its control number."""
    changed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking it back would do."""

    goes: Mapping[Came, Sequence[str]]
    stays: Sequence[tuple[Came, str, Stays]]

    @property
    def mark(self) -> str:
        """Another one means another plan."""
        told = [[came, list(numbers)] for came, numbers in self.goes.items()]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]

    def count(self, came: str) -> int:
        """How many of these go."""
        return len(self.goes.get(Came(came), ()))


def keep(connection: Connection, one: Import, who: str, now: datetime) -> str:
    """Remember what has just been entered; the import's number. What is too old to be taken back is forgotten."""
    old = select(imported.c.id).where(imported.c.made_at < now - KEPT)
    connection.execute(delete(imported_rows).where(imported_rows.c.paper.in_(old)))
    copies = len(one.fresh.get(Came.ITEM, ()))
    counts = {"fresh": sum(map(len, one.fresh.values())) - copies, "changed": one.changed, "copies": copies}
    values = {"id": one.name, "kind": one.kind.name, "file": one.file, **counts}
    number = documents.write(connection, one.kind, imported, values, who=who, now=now)
    for came, subjects in {**one.fresh, Came.REPLACED: list(one.before)}.items():
        for part in _parts(list(subjects)):
            prints = _prints(connection, came, part)
            rows = [
                {"paper": one.name, "kind": came.value, "subject": name, "print": prints[name]}
                | {"before": one.before.get(name) if came is Came.REPLACED else None}
                for name in part
            ]
            connection.execute(insert(imported_rows), rows)
    return number


def by_number(connection: Connection, number: str) -> ImportRow | None:
    """One import."""
    return connection.execute(select(imported).where(imported.c.number == number[:32])).one_or_none()


def plan(connection: Connection, name: str) -> Plan:
    """What would go and what would stay, if it were taken back now. Locks what would go until the transaction ends."""
    rows = select(imported_rows).where(imported_rows.c.paper == name).order_by(imported_rows.c.subject)
    told: dict[Came, dict[str, str]] = {came: {} for came in Came}
    for row in connection.execute(rows):
        told[Came(row.kind)][row.subject] = row.print
    goes: dict[Came, list[str]] = {came: [] for came in Came}
    stays: list[tuple[Came, str, Stays]] = []
    for came in (Came.ITEM, Came.PATRON, Came.REPLACED, Came.RECORD):  # a record goes when its copies do
        for part in _parts(list(told[came])):
            prints = _prints(connection, came, part)
            used = _used(connection, came, part)
            if came is Came.RECORD:
                used |= _with_other_copies(connection, part, set(goes[Came.ITEM]))
            for one in part:
                why = _why(told[came][one], prints.get(one), is_used=one in used)
                if why is None:
                    goes[came].append(one)
                else:
                    stays.append((came, one, why))
    return Plan(goes, stays)


def _why(kept: str, now: str | None, *, is_used: bool) -> Stays | None:
    if now is None:
        return Stays.GONE
    if is_used:
        return Stays.IN_USE
    return None if now == kept else Stays.CHANGED


def undo(
    connection: Connection, row: ImportRow, wish: Wish[ImportAction], going: Plan, now: datetime
) -> ImportState | Refused[ImportAction]:
    """Take it back. `going` was planned in this transaction."""
    kind = KINDS[str(row.kind)]
    counts = {came.value: (len(numbers), 0) for came, numbers in going.goes.items() if numbers}
    done = documents.step(connection, kind, imported, row, wish, now, changes=counts)
    if isinstance(done, Refused):
        return done
    _restore(connection, str(row.id), going.goes[Came.REPLACED])
    for part in _parts(going.goes[Came.ITEM]):
        connection.execute(delete(items).where(items.c.id.in_(part)))
    for part in _parts(going.goes[Came.RECORD]):
        connection.execute(delete(records).where(records.c.control_number.in_(part)))
        enter_records(connection, part)
    for part in _parts(going.goes[Came.PATRON]):
        connection.execute(delete(cards).where(cards.c.patron.in_(part)))
        connection.execute(delete(patrons).where(patrons.c.id.in_(part)))
    connection.execute(delete(imported_rows).where(imported_rows.c.paper == row.id))
    return done


def _restore(connection: Connection, name: str, numbers: Sequence[str]) -> None:
    """The records as they were before."""
    for part in _parts(numbers):
        which = (imported_rows.c.paper == name) & (imported_rows.c.kind == Came.REPLACED.value)
        query = select(imported_rows.c.before).where(which, imported_rows.c.subject.in_(part))
        originals = [bytes(before) for before in connection.scalars(query) if before]
        found = [one for original in originals for one in read_records(original, set())]
        replace(connection, [row_of(one) for one in found if isinstance(one, Catalogued)])


def forget(connection: Connection, patron: str) -> None:
    """Somebody is erased."""
    of_patron = (imported_rows.c.kind == Came.PATRON.value) & (imported_rows.c.subject == patron)
    connection.execute(delete(imported_rows).where(of_patron))


def _prints(connection: Connection, came: Came, numbers: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each row as it is, a patron's with their cards."""
    table = _TABLES[came]
    key = next(iter(table.primary_key.columns))
    more: dict[str, list[str]] = {}
    if came is Came.PATRON:
        for card in connection.execute(select(cards).where(cards.c.patron.in_(numbers)).order_by(cards.c.token)):
            more.setdefault(card.patron, []).append(card.token)
    rows = connection.execute(select(table).where(key.in_(numbers)).with_for_update())
    return {str(getattr(row, key.name)): _print(row, more.get(str(getattr(row, key.name)), ())) for row in rows}


def _print(row: Row[*tuple[object, ...]], more: Sequence[str]) -> str:
    told = [[name, _plain(value)] for name, value in sorted(row._mapping.items())]
    return hashlib.sha256(json.dumps([told, list(more)]).encode()).hexdigest()


def _plain(value: object) -> str:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else repr(value)


def _used(connection: Connection, came: Came, numbers: Sequence[str]) -> set[str]:
    return {
        str(number)
        for column in _USES[came]
        for number in connection.scalars(select(column).where(column.in_(numbers)).distinct())
    }


def _with_other_copies(connection: Connection, numbers: Sequence[str], going: set[str]) -> set[str]:
    query = select(items.c.control_number, items.c.id).where(items.c.control_number.in_(numbers))
    return {str(row.control_number) for row in connection.execute(query) if row.id not in going}


def _parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
