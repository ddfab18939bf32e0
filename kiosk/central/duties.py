"""The papers of the library's duties in the store: written, changed while that is allowed, and taken from step to step.

What a step does elsewhere, to a copy or to the kiosks' first screen, is in `duty_effects`, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from kiosk.central import documents
from kiosk.central.documents import PaperRow
from kiosk.central.duty_effects import EFFECTS, Deed, Hindered
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.tables import items
from kiosk.library.documents import Refused, Why, Wish, decide
from kiosk.library.duty_book import DUTIES
from kiosk.library.forms import Duty, Field, Value, Values
from kiosk.web.staff_tables import staff
from kiosk.web.trail import Changes, record

WRITE, CHANGE = "write", "change"


class NotThere(ValueError):
    """A field names something that is not there."""

    def __init__(self, one: Field) -> None:
        super().__init__(f"{one.name}: no such {one.of}")
        self.field = one


def by_number(connection: Connection, duty: Duty, number: str) -> PaperRow | None:
    """The paper that people call so."""
    table = TABLES[duty.kind.name]
    return connection.execute(select(table).where(table.c.number == number[:32])).one_or_none()


def by_id(connection: Connection, duty: Duty, name: str) -> PaperRow | None:
    """The paper with this id, locked until the transaction ends."""
    return documents.paper_row(connection, TABLES[duty.kind.name], name)


def write(connection: Connection, duty: Duty, name: str, values: Values, *, who: str, now: datetime) -> str:
    """A new paper; its number. Of the same form, the same one. Raises `NotThere` and `Hindered`, and then nothing has
    been changed."""
    known = by_id(connection, duty, name)
    if known is not None:
        return str(known.number)
    _must_be_there(connection, duty.fields, values)
    table = TABLES[duty.kind.name]
    with connection.begin_nested():
        documents.write(connection, duty.kind, table, {"id": name, **values}, who=who, now=now)
        row = by_id(connection, duty, name)
        assert row is not None
        _follow(connection, duty, row, WRITE, values, who, now)
    return str(row.number)


def change(
    connection: Connection, duty: Duty, row: PaperRow, values: Values, version: int, *, who: str, now: datetime
) -> Refused[StrEnum] | None:
    """Write the form's fields anew, where the paper's state allows it. Raises `NotThere`."""
    before = documents.paper(duty.kind, row)
    if before.version != version:
        return Refused(Why.STALE, duty.kind.possible(before.state))
    if before.state not in duty.edited_in:
        return Refused(Why.NOT_IN_THIS_STATE, duty.kind.possible(before.state))
    _must_be_there(connection, duty.fields, values)
    differs: Changes = {
        name: (_told(getattr(row, name)), _told(value))
        for name, value in values.items()
        if _told(getattr(row, name)) != _told(value)
    }
    if differs:
        table = TABLES[duty.kind.name]
        unchanged = (table.c.id == row.id) & (table.c.version == version)
        connection.execute(update(table).where(unchanged).values({**values, "version": version + 1}))
        record(connection, who, f"{duty.kind.name}.{CHANGE}", f"{duty.kind.name}:{before.number}", now, changes=differs)
    return None


def step(
    connection: Connection, duty: Duty, row: PaperRow, wish: Wish[StrEnum], values: Values, now: datetime
) -> StrEnum | Refused[StrEnum]:
    """Take a step that writes `values`; the state that the paper is in now, or why it stays as it is. Raises
    `NotThere`, and `Hindered` where its figures or something elsewhere do not allow it: then nothing is changed."""
    before = documents.paper(duty.kind, row)
    taken = decide(duty.kind, before, wish)
    if isinstance(taken, Refused):
        return taken
    _must_be_there(connection, duty.asks.get(wish.action, ()), values)
    check = duty.checks.get((before.state, wish.action))
    why = None if check is None else check({**values_of(duty, row), **values})
    if why is not None:
        raise Hindered(why)
    told: Changes = {name: ("", _told(value)) for name, value in values.items()}
    table = TABLES[duty.kind.name]
    with connection.begin_nested():
        state = documents.step(connection, duty.kind, table, row, wish, now, values=values, changes=told)
        if not isinstance(state, Refused):
            _follow(connection, duty, row, wish.action, values, wish.who, now)
    return state


def values_of(duty: Duty, row: PaperRow) -> dict[str, Value]:
    """The fields of a paper as it stands."""
    return {one.name: getattr(row, one.name) for one in duty.columns()}


def waiting(connection: Connection, may: frozenset[str], today: date, most: int) -> Sequence[tuple[Duty, PaperRow]]:
    """What somebody with these permissions has to do today, the oldest first."""
    found: list[tuple[Duty, PaperRow]] = []
    for duty in DUTIES:
        table = TABLES[duty.kind.name]
        asleep = [state.value for state in duty.sleeps_in]
        states = [state.value for state in duty.waits_for(may)]
        query = select(table).where(table.c.state.in_(states)).order_by(table.c.made_at, table.c.id)
        if asleep:
            query = query.where(~table.c.state.in_(asleep) | (table.c[duty.due] <= today))
        if states:
            found += [(duty, row) for row in connection.execute(query.limit(most))]
    found.sort(key=lambda told: told[1].made_at)
    return found[:most]


def _follow(
    connection: Connection, duty: Duty, row: PaperRow, action: str, values: Values, who: str, now: datetime
) -> None:
    effect = EFFECTS.get((duty.kind.name, action))
    if effect is not None:
        effect(Deed(connection, row, values, who, now))


def _must_be_there(connection: Connection, fields: Sequence[Field], values: Mapping[str, Value]) -> None:
    for one in fields:
        named = values.get(one.name)
        if one.of and named and not _is_there(connection, one.of, str(named)):
            raise NotThere(one)


def _is_there(connection: Connection, of: str, named: str) -> bool:
    match of:
        case "item":
            query = select(items.c.id).where(items.c.id == named)
        case "staff":
            query = select(staff.c.name).where(staff.c.name == named)
        case _:
            query = select(TABLES[of].c.id).where(TABLES[of].c.number == named)
    return connection.execute(query).first() is not None


def _told(value: object) -> str | int:
    """As the trail keeps it."""
    match value:
        case None:
            return ""
        case int() | str():
            return value
        case date():
            return value.isoformat()
        case _:
            return str(value)
