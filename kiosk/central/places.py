"""Places in activities: given in the order of asking, never more than there are, and the first who waits moves up.

The activity's row is locked while a place is given: of ten thousand who ask at once as many get one as there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from kiosk.central.documents import PaperRow
from kiosk.central.people import PatronOnFile
from kiosk.central.store.duty_tables import TABLES
from kiosk.central.store.place_tables import places
from kiosk.central.store.tables import patrons
from kiosk.library.activities.places import NoPlace, Offered, PlaceState, Wanting, why_not
from kiosk.library.activities.programme import ACTIVITY, ActivityState, Audience
from kiosk.model.ids import PatronRef
from kiosk.rules.lending import age

PlaceRow = Row[tuple[object, ...]]
MOST_SHOWN = 2_000
_GONE = (PlaceState.GIVEN_BACK.value,)


def activity_of(connection: Connection, number: str, *, lock: bool = False) -> PaperRow | None:
    """The activity that people call so."""
    table = TABLES[ACTIVITY.kind.name]
    query = select(table).where(table.c.number == number[:32])
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def sign_up(connection: Connection, number: str, patron: PatronOnFile, now: datetime) -> PlaceState | NoPlace | None:
    """Taken, or waiting; or why not; None where there is no such activity. `now`: aware. Runs in a transaction that
    writes."""
    activity = activity_of(connection, number, lock=True)
    if activity is None:
        return None
    offered = Offered(ActivityState(activity.state), Audience(activity.audience), activity.begins, activity.least_age)
    years = None if patron.born is None else age(patron.born, activity.begins.date())
    why = why_not(offered, Wanting(years, patron.guardian is not None, patron.blocked), now)
    if why is not None:
        return why
    before = place_of(connection, number, patron.ref)
    if before is not None and before.state not in _GONE:
        return NoPlace.ALREADY
    state = PlaceState.TAKEN if taken(connection, number) < activity.places else PlaceState.WAITING
    values = {"state": state.value, "asked_at": now, "changed_at": now}
    if before is None:
        fresh = {"id": str(uuid.uuid4()), "activity": number, "patron": patron.ref, **values}
        connection.execute(insert(places).values(fresh))
    else:
        connection.execute(update(places).where(places.c.id == before.id).values(values))
    return state


def give_back(connection: Connection, number: str, patron: PatronRef, now: datetime) -> PatronRef | None:
    """Whoever waited longest has the place then, if it was one; who that is. Nothing happens where there was none."""
    activity = activity_of(connection, number, lock=True)
    mine = place_of(connection, number, patron)
    if activity is None or mine is None or mine.state not in (PlaceState.TAKEN, PlaceState.WAITING):
        return None
    _becomes(connection, mine, PlaceState.GIVEN_BACK, now)
    if taken(connection, number) >= activity.places:
        return None
    first = select(places).where(places.c.activity == number, places.c.state == PlaceState.WAITING.value)
    waits = connection.execute(first.order_by(places.c.asked_at, places.c.id).limit(1)).one_or_none()
    if waits is None:
        return None
    _becomes(connection, waits, PlaceState.TAKEN, now)
    return PatronRef(str(waits.patron))


def came(connection: Connection, number: str, patron: PatronRef, now: datetime) -> bool:
    """Somebody with a place is there; False where they have none."""
    mine = place_of(connection, number, patron)
    if mine is None or mine.state not in (PlaceState.TAKEN, PlaceState.CAME, PlaceState.STAYED_AWAY):
        return False
    _becomes(connection, mine, PlaceState.CAME, now)
    return True


def close(connection: Connection, number: str, now: datetime) -> int:
    """It is over: whoever had a place and did not come stayed away; how many came."""
    of_it = places.c.activity == number
    missed = of_it & (places.c.state == PlaceState.TAKEN.value)
    connection.execute(update(places).where(missed).values(state=PlaceState.STAYED_AWAY.value, changed_at=now))
    there = select(func.count()).select_from(places).where(of_it, places.c.state == PlaceState.CAME.value)
    return connection.scalar(there) or 0


def taken(connection: Connection, number: str) -> int:
    """Places that somebody has."""
    has_one = (PlaceState.TAKEN.value, PlaceState.CAME.value, PlaceState.STAYED_AWAY.value)
    query = select(func.count()).select_from(places).where(places.c.activity == number, places.c.state.in_(has_one))
    return connection.scalar(query) or 0


def place_of(connection: Connection, number: str, patron: PatronRef) -> PlaceRow | None:
    query = select(places).where(places.c.activity == number[:32], places.c.patron == patron)
    return connection.execute(query).one_or_none()


def everybody(connection: Connection, number: str) -> Sequence[PlaceRow]:
    """All places of an activity with the names of their people, in the order of asking."""
    named = places.outerjoin(patrons, patrons.c.id == places.c.patron)
    query = select(places, patrons.c.given_name, patrons.c.family_name).select_from(named)
    of_it = query.where(places.c.activity == number, places.c.state.not_in(_GONE))
    return connection.execute(of_it.order_by(places.c.asked_at, places.c.id).limit(MOST_SHOWN)).all()


def _becomes(connection: Connection, place: PlaceRow, state: PlaceState, now: datetime) -> None:
    connection.execute(update(places).where(places.c.id == place.id).values(state=state.value, changed_at=now))
