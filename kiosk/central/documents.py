"""Papers in the store: numbered without a gap, changed by their table alone, each step in the trail, which stands.

A paper's history is what the audit trail has under `kind:number`: written in the transaction of the step, and protected
by the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, Table, insert, select, text, update

from kiosk.central.store.console_tables import audit
from kiosk.library.documents import Action, Kind, Paper, Refused, State, Wish, decide
from kiosk.web.trail import NOTHING, Changes, latest, record

PaperRow = Row[tuple[object, ...]]
MOST_STEPS = 200
_NEXT = text(
    "INSERT INTO document_numbers (kind, year, last) VALUES (:kind, :year, 1) "
    "ON CONFLICT (kind, year) DO UPDATE SET last = document_numbers.last + 1 RETURNING last"
)
"""One row a kind and year, locked until the transaction ends: a number that is rolled back is given again."""


def write(
    connection: Connection,
    kind: Kind[State, Action],
    table: Table,
    values: Mapping[str, object],
    *,
    who: str,
    now: datetime,
    changes: Changes = NOTHING,
    reason: str = "",
) -> str:
    """A new paper with `values` (its id among them); its number. Years begin in the time zone of `now`."""
    number = kind.number(now.year, next_number(connection, kind.name, now.year))
    common = {"number": number, "state": kind.first.value, "version": 1, "made_by": who, "made_at": now}
    connection.execute(insert(table).values({**values, **common}))
    told = {"state": ("", kind.first.value), **changes}
    record(connection, who, f"{kind.name}.write", f"{kind.name}:{number}", now, changes=told, reason=reason)
    return number


def next_number(connection: Connection, kind: str, year: int) -> int:
    """The next of a kind in a year; nobody else gets one before this transaction ends."""
    return int(connection.execute(_NEXT, {"kind": kind, "year": year}).scalar_one())


def paper_row(connection: Connection, table: Table, name: str) -> PaperRow | None:
    """The paper with this id, locked until the transaction ends."""
    return connection.execute(select(table).where(table.c.id == name[:64]).with_for_update()).one_or_none()


def paper(kind: Kind[State, Action], row: PaperRow) -> Paper[State]:
    """What its table judges by."""
    return Paper(str(row.number), type(kind.first)(row.state), int(row.version), str(row.made_by))


def step(
    connection: Connection,
    kind: Kind[State, Action],
    table: Table,
    row: PaperRow,
    wish: Wish[Action],
    now: datetime,
    *,
    values: Mapping[str, object] | None = None,
    changes: Changes = NOTHING,
) -> State | Refused[Action]:
    """Take a step, with `values` of its own; the state that the paper is in now, or why it stays as it is."""
    before = paper(kind, row)
    taken = decide(kind, before, wish)
    if isinstance(taken, Refused):
        return taken
    fresh = {**(values or {}), "state": taken.to.value, "version": before.version + 1}
    unchanged = (table.c.id == row.id) & (table.c.version == before.version)
    connection.execute(update(table).where(unchanged).values(fresh))
    told = {"state": (before.state.value, taken.to.value), **changes}
    subject = f"{kind.name}:{before.number}"
    record(connection, wish.who, f"{kind.name}.{wish.action}", subject, now, changes=told, reason=wish.reason)
    return taken.to


def history(connection: Connection, kind: str, number: str) -> Sequence[PaperRow]:
    """Every step of a paper, the oldest first."""
    query = select(audit).where(audit.c.subject == f"{kind}:{number}").order_by(audit.c.id).limit(MOST_STEPS)
    return connection.execute(query).all()


def last_step(connection: Connection, kind: str, number: str) -> PaperRow | None:
    """Who was there before."""
    return latest(connection, f"{kind}:{number}")
