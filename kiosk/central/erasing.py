"""Erasing one patron who asks for it, and telling them what is kept of them (GDPR, articles 15, 17 and 20; PIPL, 45 and
47). What was paid stays under the bare number, as bookkeeping demands; everything else loses its patron."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Row, bindparam, delete, false, func, or_, select, update

from kiosk.central.accounts import account
from kiosk.central.borrowing import running_loans
from kiosk.central.forgetting import NOBODY, PATRON, nameless
from kiosk.central.holdings import TITLE
from kiosk.central.importing import forget
from kiosk.central.store.console_tables import applications, damages
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.place_tables import places
from kiosk.central.store.tables import (
    cards,
    charges,
    decisions,
    exceptions,
    facts,
    holds,
    ils_renewals,
    items,
    loans,
    mails,
    patrons,
    payments,
    pins,
    records,
)
from kiosk.central.waiting import of_patron
from kiosk.model.cards import CARD
from kiosk.model.ids import PatronRef
from kiosk.wire.fields import Json

_FACT = update(facts).where(facts.c.id == bindparam("of")).values(data=bindparam("told"), anonymous=True)
_DETAILS = update(exceptions).where(exceptions.c.id == bindparam("of")).values(details=bindparam("told"))


class StillOpen(Exception):
    """Books are out, somebody waits for a copy, or money is owed: that has to be settled first."""


def erase(connection: Connection, patron: PatronRef) -> None:
    """Take the patron out of everything. Raises `StillOpen`, and then nothing is changed."""
    if running_loans(connection, patron) or of_patron(connection, patron) or account(connection, patron).debt_cents:
        raise StillOpen
    names = _names(connection, patron)
    connection.execute(update(loans).where(loans.c.patron.in_(names)).values(patron=NOBODY))
    connection.execute(update(holds).where(holds.c.patron.in_(names)).values(patron=NOBODY))
    connection.execute(delete(decisions).where(decisions.c.patron.in_(names)))
    connection.execute(update(charges).where(charges.c.patron == patron).values(item=None, loan=None))
    connection.execute(update(damages).where(damages.c.patron == patron).values(patron=None, loan=None))
    connection.execute(delete(applications).where(applications.c.patron == patron))
    connection.execute(delete(notices).where(notices.c.patron == patron))
    connection.execute(delete(places).where(places.c.patron == patron))
    connection.execute(update(items).where(items.c.held_for == patron).values(held_for=None))
    connection.execute(update(patrons).where(patrons.c.guardian == patron).values(guardian=None))
    _forget(connection, names)
    connection.execute(delete(cards).where(cards.c.patron == patron))
    connection.execute(delete(mails).where(mails.c.patron == patron))
    connection.execute(delete(ils_renewals).where(ils_renewals.c.patron.in_(names)))
    connection.execute(delete(pins).where(pins.c.patron == patron))
    forget(connection, patron)
    connection.execute(delete(patrons).where(patrons.c.id == patron))


def _names(connection: Connection, patron: PatronRef) -> set[str]:
    """What stations called the patron: the number, and cards that they read off line."""
    tokens = connection.scalars(select(cards.c.token).where(cards.c.patron == patron))
    return {patron, *(CARD + token for token in tokens)}


def _forget(connection: Connection, names: set[str]) -> None:
    """In what stations told, and in what is wrong with it."""
    named = or_(*(facts.c.data.contains(json.dumps(name)[1:-1], autoescape=True) for name in sorted(names)))
    told = connection.execute(select(facts.c.id, facts.c.data).where(facts.c.anonymous == false(), named)).all()
    changes = [
        {"of": row.id, "told": json.dumps(nameless(body), ensure_ascii=False, separators=(",", ":"))}
        for row in told
        if _tells_of(body := json.loads(row.data), names)
    ]
    if changes:
        connection.execute(_FACT, changes)
    about = select(exceptions.c.id, exceptions.c.details).where(exceptions.c.details.contains(f'"{PATRON}"'))
    details = [(row.id, json.loads(row.details)) for row in connection.execute(about)]
    freed = [
        {"of": number, "told": json.dumps({key: text for key, text in one.items() if key != PATRON})}
        for number, one in details
        if one.get(PATRON) in names
    ]
    if freed:
        connection.execute(_DETAILS, freed)


def _tells_of(told: object, names: set[str]) -> bool:
    match told:
        case dict():
            return told.get(PATRON) in names or any(_tells_of(value, names) for value in told.values())
        case list():
            return any(_tells_of(value, names) for value in told)
        case _:
            return False


def everything_about(connection: Connection, patron: PatronRef) -> dict[str, Json]:
    """What is kept of a patron, as data that another system could read."""
    titled = loans.outerjoin(items, loans.c.item == items.c.id).outerjoin(
        records, items.c.control_number == records.c.control_number
    )
    about = connection.execute(select(patrons).where(patrons.c.id == patron)).all()
    tokens = select(cards.c.token).where(cards.c.patron == patron).order_by(cards.c.token)
    read = select(loans, func.coalesce(TITLE, loans.c.item).label("title")).select_from(titled)
    return {
        "patron": _told(about)[0] if about else None,
        "cards": list(connection.scalars(tokens)),
        "loans": _told(connection.execute(read.where(loans.c.patron == patron).order_by(loans.c.made_at)).all()),
        **{
            table.name: _told(connection.execute(select(table).where(table.c.patron == patron)).all())
            for table in (holds, charges, payments, damages, notices, applications, places)
        },
    }


def _told(rows: Sequence[Row[*tuple[object, ...]]]) -> list[Json]:
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: object) -> Json:
    return value if isinstance(value, str | int | bool | None) else str(value)
