"""What gates ask for, and what is counted at them. Nothing here names a patron."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from kiosk.central.holdings import shown_items
from kiosk.central.lent.telling import states_of
from kiosk.central.pages.answers import Wrong, instant
from kiosk.central.pages.api.keys import Scope
from kiosk.central.pages.api.operations import Call, Kind, Operation, Value
from kiosk.central.pages.reading import Told
from kiosk.central.store.tables import items, lent_log, loans, tags, visits
from kiosk.wire.fields import Json
from kiosk.wire.lent_changes import MOST_CHANGES, LentChanges, written

MOST_DAYS = 400
USUAL_DAYS = 7


def _item(call: Call) -> Told:
    """What a guard is shown of an item that rang."""
    number, uid = call.text("item"), call.text("uid")
    if (number is None) == (uid is None):
        raise Wrong(400, "expected item or uid", "query")
    if number is None:
        number = call.connection.scalar(select(tags.c.item).where(tags.c.uid == uid))
    row = None if number is None else call.connection.execute(shown_items().where(items.c.id == number)).one_or_none()
    if row is None:
        raise Wrong(404, "there is no such item", "query")
    return {
        "item": row.id,
        "title": row.shown_title or "",
        "author": row.author or "",
        "call_number": row.shown_call_number or "",
        **_last_loan(call, row.id),
    }


def _last_loan(call: Call, number: str) -> Told:
    last = call.connection.execute(
        select(loans.c.made_at, loans.c.ended_at, loans.c.end_why, loans.c.station, loans.c.end_station)
        .where(loans.c.item == number)
        .order_by(loans.c.made_at.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return {"loan": "never", "loan_at": None, "station": None}
    if last.ended_at is None:
        return {"loan": "lent", "loan_at": instant(last.made_at), "station": last.station}
    return {"loan": last.end_why, "loan_at": instant(last.ended_at), "station": last.end_station}


def _changes(call: Call) -> Told:
    """What a gate has missed, as it would have been told; asked for again until nothing comes."""
    after = call.whole("after")
    oldest = call.connection.scalar(select(func.min(lent_log.c.id)))
    if oldest is not None and after < oldest - 1:
        raise Wrong(410, "so old changes are not kept: take the newest copy", "query.after")
    rows = call.connection.execute(
        select(lent_log).where(lent_log.c.id > after).order_by(lent_log.c.id).limit(MOST_CHANGES)
    ).all()
    states = states_of(call.connection, list(dict.fromkeys(row.item for row in rows)))
    return written(LentChanges(after, rows[-1].id if rows else after, states))


def visits_told(call: Call) -> Told:
    """People by day and hour of the library's clock; those outside opening hours apart."""
    zone = call.desk.policy.calendar.zone
    days = call.whole("days") or USUAL_DAYS
    today = call.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(visits).where(visits.c.begins >= today - timedelta(days=days - 1)).order_by(visits.c.begins)
    by_day: dict[str, dict[str, Json]] = {}
    by_hour: dict[str, list[int]] = {}
    for row in call.connection.execute(query):
        local: datetime = row.begins.astimezone(zone)
        day = by_day.setdefault(local.date().isoformat(), {"visits": 0, "left": 0, "closed": 0, "marked": 0})
        _add(day, "marked", 1 if row.notes else 0)
        if row.closed:
            _add(day, "closed", row.entered + row.left_)
            continue
        _add(day, "visits", row.entered)
        _add(day, "left", row.left_)
        by_hour.setdefault(local.date().isoformat(), [0] * 24)[local.hour] += row.entered
    return {
        "days": [{"day": name, **day, "hours": by_hour.get(name, [0] * 24)} for name, day in sorted(by_day.items())],
        "time_zone": str(zone),
    }


def _add(day: dict[str, Json], name: str, count: int) -> None:
    before = day[name]
    assert isinstance(before, int)
    day[name] = before + count


GATE_READS = (
    Operation(
        "GET",
        "/gates/item",
        Scope.GATES_READ,
        "Title, shelf and last loan of an item, without who has it: for a guard.",
        _item,
        (
            Value("item", Kind.TEXT, "its number"),
            Value("uid", Kind.TEXT, "or the UID of its tag"),
        ),
    ),
    Operation(
        "GET",
        "/gates/changes",
        Scope.GATES_READ,
        "What became lent or not after a version of the gates' ledger, in order.",
        _changes,
        (Value("after", Kind.WHOLE, "the version up to which everything is known"),),
    ),
    Operation(
        "GET",
        "/gates/visits",
        Scope.GATES_READ,
        "People counted at the gates, by day and hour (ISO 2789: visits are those who entered in opening hours).",
        visits_told,
        (Value("days", Kind.WHOLE, f"so many days until today; {USUAL_DAYS} without it", most=MOST_DAYS),),
    ),
)
