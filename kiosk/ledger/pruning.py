"""Forgetting what is long over. The contract asks for 90 days; the caller gives the instant."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, and_, delete, func, or_, select

from kiosk.ledger.schema import journal, meta, outbox, titles
from kiosk.model.journal import CLOSING

MOST_TITLES = 50_000


def prune(connection: Connection, before: datetime, days_of_service: int = 0) -> int:
    """Delete what is older than `before`, than the last `days_of_service` days on which anything happened, and than
    every fact that central may still have to be told again. Days of service do not pass because a clock is set wrong.

    An intent that is open, or that has newer rows, stays whole: the book that nobody brings back must not keep a year
    of other patrons' loans in the file. The newest fact stays, so that its seq is never given again. Returns how many
    rows went. The caller's transaction commits.
    """
    limit = before.astimezone(UTC).isoformat()
    acked = select(meta.c.acked_seq).scalar_subquery()
    newest = select(func.max(outbox.c.seq)).scalar_subquery()
    stops = (
        select(journal.c.id).where(journal.c.at >= limit),
        select(outbox.c.journal).where(outbox.c.seq > acked),
        select(outbox.c.journal).where(outbox.c.released_at.is_(None)),
        select(outbox.c.journal).where(outbox.c.released_at >= limit),
        select(outbox.c.journal).where(outbox.c.seq == newest),
    )
    cut = min(
        (found for stop in stops if (found := connection.scalar(stop.order_by(stop.selected_columns[0]).limit(1)))),
        default=0,
    )
    if days_of_service:
        cut = min(cut, _begin_of_service(connection, days_of_service))
    story = journal.alias()
    of_it = story.c.intent == journal.c.intent
    closed = select(story.c.id).where(of_it, story.c.kind.in_(sorted(CLOSING))).correlate(journal).exists()
    goes_on = select(story.c.id).where(of_it, story.c.id >= cut).correlate(journal).exists()
    over = or_(journal.c.intent.is_(None), and_(closed, ~goes_on))
    connection.execute(delete(outbox).where(outbox.c.journal < cut))
    oldest_title = select(func.max(titles.c.seen) - MOST_TITLES).scalar_subquery()
    connection.execute(delete(titles).where(titles.c.seen <= oldest_title))
    return connection.execute(delete(journal).where(journal.c.id < cut, over)).rowcount


def _begin_of_service(connection: Connection, days: int) -> int:
    """The oldest row of the newest so many days that have rows, in the order in which they came; 0 where there are
    fewer days."""
    day = func.substr(journal.c.at, 1, 10)
    newest = (
        select(func.min(journal.c.id).label("first"))
        .group_by(day)
        .order_by(func.max(journal.c.id).desc())
        .limit(days)
        .subquery()
    )
    count, first = connection.execute(select(func.count(), func.min(newest.c.first)).select_from(newest)).one()
    return int(first) if count == days else 0
