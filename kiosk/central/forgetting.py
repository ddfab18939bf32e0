"""Forgetting who read what, once it has long ended. What runs, is owed or is looked into keeps its patron until then.

Statistics stay: which item, where, from when until when.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    false,
    not_,
    or_,
    select,
    update,
)

from kiosk.central.holdings import RUNNING
from kiosk.central.store.console_tables import damages, imports
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.place_tables import places
from kiosk.central.store.tables import charges, decisions, exceptions, facts, holds, loans, set_aside
from kiosk.central.store.walking import Rows, Walk
from kiosk.library.activities.programme import ACTIVITY
from kiosk.library.damage import DamageState

NOBODY = ""
UPLOADS_KEPT = timedelta(days=1)
PATRON = "patron"
"""What facts and exceptions call the one who must be forgotten."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Where there is something to forget, and how: `change` says how many of the rows it changed."""

    walk: Walk
    change: Callable[[Connection, Rows], int]


def everything(before: datetime) -> tuple[Forgetting, ...]:
    """What is to be forgotten of the time before `before`, in this order: facts go by whether their loan still names
    its patron."""
    return (
        _emptied(loans, loans.c.intent, _ended(before), {PATRON: NOBODY}),
        Forgetting(_old_facts(before), _forget_facts),
        _deleted(decisions, decisions.c.ask, _answered(before)),
        _emptied(holds, holds.c.id, _held(before), {PATRON: NOBODY}),
        _emptied(charges, charges.c.id, _paid(before), {"item": None, "loan": None}),
        _emptied(damages, damages.c.id, _judged(before), {"patron": None, "loan": None}),
        _deleted(notices, notices.c.id, notices.c.day < before.date()),
        Forgetting(_closed(before), _forget_details),
        _deleted(places, places.c.id, _over(before)),
        _deleted(set_aside, set_aside.c.id, set_aside.c.received_at < before),
    )


def forget_uploads(connection: Connection, now: datetime) -> int:
    """Checked files of patrons that nobody has said yes to: they are full of names."""
    return connection.execute(delete(imports).where(imports.c.at < now - UPLOADS_KEPT)).rowcount


def _emptied(table: Table, key: Column[object], over: ColumnElement[bool], values: Mapping[str, object]) -> Forgetting:
    """Rows that lose some values. Whether they still may is asked again when it is done."""

    def change(connection: Connection, rows: Rows) -> int:
        keys = [row[0] for row in rows]
        return connection.execute(update(table).where(key.in_(keys), over).values(values)).rowcount

    return Forgetting(Walk((key,), over), change)


def _deleted(table: Table, key: Column[object], over: ColumnElement[bool]) -> Forgetting:
    def change(connection: Connection, rows: Rows) -> int:
        return connection.execute(delete(table).where(key.in_([row[0] for row in rows]), over)).rowcount

    return Forgetting(Walk((key,), over), change)


def _ended(before: datetime) -> ColumnElement[bool]:
    """Loans that ended long ago, unless staff still look into one of them."""
    about_it = and_(exceptions.c.open.is_(True), exceptions.c.intent == loans.c.intent)
    looked_into = select(exceptions.c.id).where(about_it).exists()
    return and_(loans.c.ended_at < before, loans.c.patron != NOBODY, not_(looked_into))


def _answered(before: datetime) -> ColumnElement[bool]:
    """Answers are kept so that a question asked again gets the same one: nobody asks after so long. What the library's
    own system lent on a promise that still stands is not settled."""
    open_there = and_(decisions.c.by_ils != NOBODY, decisions.c.promised_until.is_not(None))
    return and_(decisions.c.asked_at < before, or_(decisions.c.by_ils.is_(None), not_(open_there)))


def _held(before: datetime) -> ColumnElement[bool]:
    return and_(holds.c.state.not_in(RUNNING), holds.c.ended_at < before, holds.c.patron != NOBODY)


def _paid(before: datetime) -> ColumnElement[bool]:
    """Money stays; what was read does not."""
    read = or_(charges.c.item.is_not(None), charges.c.loan.is_not(None))
    return and_(charges.c.open.is_(False), charges.c.at < before, read)


def _judged(before: datetime) -> ColumnElement[bool]:
    """Damage that nobody owes anything for any more."""
    owed = select(charges.c.id).where(charges.c.id == damages.c.charge, charges.c.open.is_(True)).exists()
    looked_at = damages.c.state != DamageState.REPORTED.value
    return and_(damages.c.made_at < before, damages.c.patron.is_not(None), looked_at, not_(owed))


def _over(before: datetime) -> ColumnElement[bool]:
    """Places in activities that are long over; how many came stands in their report."""
    activities = TABLES[ACTIVITY.kind.name]
    return places.c.activity.in_(select(activities.c.number).where(activities.c.ends < before))


def _old_facts(before: datetime) -> Walk:
    # `= false`, not `IS false`: only so does SQLite find the index of facts that name somebody
    over = and_(facts.c.anonymous == false(), facts.c.at < before)
    return Walk((facts.c.at, facts.c.id), over, (facts.c.data,))


_NAMELESS = update(facts).where(facts.c.id == bindparam("of")).values(data=bindparam("told"), anonymous=True)


def _forget_facts(connection: Connection, rows: Rows) -> int:
    """What stations told of patrons, but for loans that run or are looked into."""
    bodies = {int(row.id): json.loads(row.data) for row in rows}
    intents = {key: _intent(body) for key, body in bodies.items()}
    about = select(loans.c.intent).where(loans.c.intent.in_(set(intents.values())), loans.c.patron != NOBODY)
    kept = set(connection.scalars(about))
    changes = [
        {"of": key, "told": json.dumps(nameless(body), ensure_ascii=False, separators=(",", ":"))}
        for key, body in bodies.items()
        if intents[key] not in kept
    ]
    if changes:
        connection.execute(_NAMELESS, changes)
    return len(changes)


def _intent(body: object) -> str:
    return str(body.get("intent", "")) if isinstance(body, dict) else ""


def nameless(told: object) -> object:
    """The same without a patron, however deep: a fact that was not understood may have any shape."""
    match told:
        case dict():
            return {name: NOBODY if name == PATRON else nameless(value) for name, value in told.items()}
        case list():
            return [nameless(value) for value in told]
        case _:
            return told


def _closed(before: datetime) -> Walk:
    naming = exceptions.c.details.contains(f'"{PATRON}"')
    over = and_(exceptions.c.open.is_(False), exceptions.c.at < before, naming)
    return Walk((exceptions.c.id,), over, (exceptions.c.details,))


_DETAILS = update(exceptions).where(exceptions.c.id == bindparam("of")).values(details=bindparam("told"))


def _forget_details(connection: Connection, rows: Rows) -> int:
    changes = []
    for row in rows:
        details = {name: text for name, text in json.loads(str(row.details)).items() if name != PATRON}
        changes.append({"of": row.id, "told": json.dumps(details, ensure_ascii=False)})
    connection.execute(_DETAILS, changes)
    return len(changes)
