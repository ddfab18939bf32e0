"""Who is to be told what: loans that reach a step of the ladder, and holds that became ready."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from kiosk.central.holdings import HoldState
from kiosk.central.notices.channels import reachable
from kiosk.central.notices.queue import NoticeState
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.notices.texts import NoticeKind
from kiosk.central.store.notice_tables import notice_progress, notices
from kiosk.central.store.tables import holds, loans, patrons

LONGEST_CATCHING_UP = timedelta(days=7)
"""After a longer silence older steps are not told any more: the next one is near."""
LADDER = "ladder"


def gather(connection: Connection, settings: NoticeSettings, zone: ZoneInfo, now: datetime) -> int:
    """Queue what is due to be told at `now`; how many notices."""
    local = now.astimezone(zone)
    if not settings.from_hour <= local.hour < settings.until_hour:
        return 0
    return _holds(connection, settings, now, local.date()) + _loans(connection, settings, zone, now)


def _holds(connection: Connection, settings: NoticeSettings, now: datetime, today: date) -> int:
    known = and_(notices.c.subject == holds.c.id, notices.c.kind == NoticeKind.HOLD_READY.value)
    query = (
        select(holds.c.id, holds.c.patron)
        .join(patrons, patrons.c.id == holds.c.patron)
        .outerjoin(notices, known)
        .where(holds.c.state == HoldState.READY.value, reachable(settings.channels), notices.c.id.is_(None))
    )
    rows = connection.execute(query).all()
    return _queue(connection, [(NoticeKind.HOLD_READY, row.patron, row.id) for row in rows], now, today)


def _loans(connection: Connection, settings: NoticeSettings, zone: ZoneInfo, now: datetime) -> int:
    today = now.astimezone(zone).date()
    last = connection.scalar(select(notice_progress.c.day).where(notice_progress.c.what == LADDER).with_for_update())
    if last is not None and last >= today:
        return 0
    first = today if last is None else max(last + timedelta(1), today - LONGEST_CATCHING_UP)
    wanted: dict[str, NoticeKind] = {}
    for late, kind in _steps(settings):
        begins, ends = (datetime.combine(day, time(), zone) for day in (first - late, today - late + timedelta(1)))
        for patron in connection.scalars(_due(settings, begins, ends)):
            wanted.setdefault(patron, kind)
    if last is None:
        connection.execute(insert(notice_progress).values(what=LADDER, day=today))
    else:
        connection.execute(update(notice_progress).where(notice_progress.c.what == LADDER).values(day=today))
    return _queue(connection, [(kind, patron, "") for patron, kind in sorted(wanted.items())], now, today)


def _steps(settings: NoticeSettings) -> Iterator[tuple[timedelta, NoticeKind]]:
    """The worst first: who has an overdue book hears of what is due soon in the same notice."""
    yield from ((timedelta(days), NoticeKind.OVERDUE) for days in settings.late_days)
    yield from ((timedelta(-days), NoticeKind.DUE_SOON) for days in settings.soon_days)


def _due(settings: NoticeSettings, begins: datetime, ends: datetime) -> Select[str]:
    return (
        select(loans.c.patron)
        .join(patrons, patrons.c.id == loans.c.patron)
        .where(
            loans.c.ended_at.is_(None),
            loans.c.lost_at.is_(None),
            loans.c.claimed_returned.is_(False),
            loans.c.due >= begins,
            loans.c.due < ends,
            reachable(settings.channels),
            patrons.c.no_reminders.is_(False),
        )
        .distinct()
    )


def _queue(connection: Connection, wanted: list[tuple[NoticeKind, str, str]], now: datetime, today: date) -> int:
    if not wanted:
        return 0
    of_today = select(notices.c.kind, notices.c.patron, notices.c.subject).where(notices.c.day == today)
    known = {(row.kind, row.patron, row.subject) for row in connection.execute(of_today)}
    rows = [
        {"kind": kind.value, "patron": patron, "subject": subject, "day": today, "made_at": now, "due_at": now}
        | {"state": NoticeState.QUEUED.value}
        for kind, patron, subject in wanted
        if (kind.value, patron, subject) not in known
    ]
    if rows:
        connection.execute(insert(notices), rows)
    return len(rows)


def waiting(connection: Connection) -> int:
    """How many notices have not been sent yet."""
    query = select(func.count()).select_from(notices).where(notices.c.state == NoticeState.QUEUED.value)
    return connection.scalar(query) or 0
