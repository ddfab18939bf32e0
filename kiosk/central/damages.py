"""Damaged copies: reported at the desk, judged by a person, charged by the rules' schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select, update

from kiosk.central import documents
from kiosk.central.accounts import Charge, ChargeKind, owe
from kiosk.central.holdings import ItemOnFile, ItemState
from kiosk.central.store.console_tables import damages
from kiosk.central.store.tables import charges, items, loans
from kiosk.library.damage import DAMAGE, DamageAction, DamageState
from kiosk.library.documents import Refused, Wish
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.damage import DamageSchedule
from kiosk.web.trail import Changes, record

OTHER = "other"
"""A kind that every library has, beside those of its schedule: a person says what it costs."""
DamageRow = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Reported:
    """What the desk saw."""

    id: str
    kind: str
    note: str
    photo: str | None
    age_years: int
    of_a_set: bool


class NobodyHadIt(Exception):
    """Nobody known had the copy, or it was forgotten: there is nobody to charge."""


class StillOwed(Exception):
    """The charge is open: it is paid or waived first."""


def last_loan(connection: Connection, item: ItemId) -> DamageRow | None:
    """The loan that runs, or the last one."""
    query = select(loans).where(loans.c.item == item).order_by(loans.c.made_at.desc()).limit(1)
    return connection.execute(query).one_or_none()


def cost_cents(schedule: DamageSchedule, kind: str, price_cents: int, *, age_years: int, of_a_set: bool) -> int:
    """By the schedule; 0 for what it does not have."""
    found = next((one for one in schedule.kind if one.kind == kind), None)
    if found is None:
        return 0
    return schedule.charge_cents(found, price_cents, age_years=age_years, of_a_set=of_a_set)


def report(
    connection: Connection, schedule: DamageSchedule, item: ItemOnFile, saw: Reported, who: str, now: datetime
) -> str:
    """A new paper; the copy is not lent until somebody has judged it. Its number; of the same form, the same one."""
    known = documents.paper_row(connection, damages, saw.id)
    if known is not None:
        return str(known.number)
    loan = last_loan(connection, item.item.id)
    cents = cost_cents(schedule, saw.kind, item.price_cents, age_years=saw.age_years, of_a_set=saw.of_a_set)
    values = {
        "id": saw.id,
        "item": item.item.id,
        "loan": None if loan is None else loan.intent,
        "patron": (loan.patron or None) if loan is not None else None,
        "kind": saw.kind,
        "note": saw.note,
        "photo": saw.photo,
        "price_cents": item.price_cents,
        "age_years": saw.age_years,
        "of_a_set": saw.of_a_set,
        "amount_cents": cents,
    }
    told: Changes = {"item": ("", item.item.id), "kind": ("", saw.kind)}
    number = documents.write(connection, DAMAGE, damages, values, who=who, now=now, changes=told, reason=saw.note)
    if item.state in (ItemState.IN_CIRCULATION, ItemState.LOST, ItemState.MISSING):
        _mark(connection, item.item.id, item.state, ItemState.DAMAGED, who, now, number)
    return number


def by_number(connection: Connection, number: str) -> DamageRow | None:
    return connection.execute(select(damages).where(damages.c.number == number[:32])).one_or_none()


def judge(
    connection: Connection, row: DamageRow, wish: Wish[DamageAction], cents: int, now: datetime
) -> DamageState | Refused[DamageAction]:
    """Take a step; `cents` are asked for where it is a charge. Raises `NobodyHadIt` and `StillOwed`, and then nothing
    has been changed."""
    values: Mapping[str, object] = {}
    changes: Changes = {}
    charge = f"damage-{row.id}"
    if wish.action is DamageAction.CHARGE:
        if not row.patron:
            raise NobodyHadIt
        values = {"amount_cents": cents, "charge": charge}
        changes = {"amount_cents": (0, cents)}
    elif wish.action is DamageAction.SETTLE and row.charge and _is_owed(connection, str(row.charge)):
        raise StillOwed
    state = documents.step(connection, DAMAGE, damages, row, wish, now, values=values, changes=changes)
    match state:
        case Refused():
            return state
        case DamageState.COMPENSATION:
            why = f"{row.number}: {row.kind}; {wish.reason}"
            owed = (PatronRef(str(row.patron)), ChargeKind.DAMAGE, cents, now, ItemId(str(row.item)), row.loan, why)
            owe(connection, Charge(charge, *owed))
        case DamageState.UNHARMED | DamageState.WEAR:
            _mark(
                connection, str(row.item), ItemState.DAMAGED, ItemState.IN_CIRCULATION, wish.who, now, str(row.number)
            )
        case DamageState.REPAIR:
            _mark(
                connection, str(row.item), ItemState.IN_CIRCULATION, ItemState.DAMAGED, wish.who, now, str(row.number)
            )
        case DamageState.SETTLED if row.state == DamageState.REPAIR:
            _mark(
                connection, str(row.item), ItemState.DAMAGED, ItemState.IN_CIRCULATION, wish.who, now, str(row.number)
            )
        case _:
            pass
    return state


def _is_owed(connection: Connection, charge: str) -> bool:
    return bool(connection.scalar(select(charges.c.open).where(charges.c.id == charge)))


def _mark(connection: Connection, item: str, before: str, after: str, who: str, now: datetime, number: str) -> None:
    """Unless somebody has said something else of the copy meanwhile: a withdrawn one stays so."""
    of = (items.c.id == item) & (items.c.state == before)
    if connection.execute(update(items).where(of).values(state=str(after))).rowcount:
        record(connection, who, "item.state", f"item:{item}", now, changes={"state": (before, after)}, reason=number)
