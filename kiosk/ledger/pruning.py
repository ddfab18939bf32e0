"""Forgetting what is long over. The contract asks for 90 days; the caller gives the instant."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, and_, delete, func, or_, select

from kiosk.ledger.schema import journal, meta, outbox, titles
from kiosk.model.journal import CLOSING

MOST_TITLES = 50_000


def prune(connection: Connection, before: datetime) -> int:
    """Delete what is older than `before` and than every fact that central may still have to be told again.

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
    story = journal.alias()
    of_it = story.c.intent == journal.c.intent
    closed = select(story.c.id).where(of_it, story.c.kind.in_(sorted(CLOSING))).correlate(journal).exists()
    goes_on = select(story.c.id).where(of_it, story.c.id >= cut).correlate(journal).exists()
    over = or_(journal.c.intent.is_(None), and_(closed, ~goes_on))
    connection.execute(delete(outbox).where(outbox.c.journal < cut))
    oldest_title = select(func.max(titles.c.seen) - MOST_TITLES).scalar_subquery()
    connection.execute(delete(titles).where(titles.c.seen <= oldest_title))
    return connection.execute(delete(journal).where(journal.c.id < cut, over)).rowcount
