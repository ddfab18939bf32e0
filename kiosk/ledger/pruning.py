"""Forgetting what is long over. The contract asks for 90 days; the caller gives the instant."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, select

from kiosk.ledger.schema import journal, meta, outbox, titles
from kiosk.model.journal import CLOSING

MOST_TITLES = 50_000


def prune(connection: Connection, before: datetime) -> int:
    """Delete the longest beginning of the journal that is older than `before`, holds no row of an open intent and no
    fact that central has not acknowledged. The newest fact stays, so that its seq is never given again.

    Returns how many rows went. The caller's transaction commits.
    """
    limit = before.astimezone(UTC).isoformat()
    closed = select(journal.c.intent).where(journal.c.kind.in_(sorted(CLOSING)), journal.c.intent.is_not(None))
    acked = select(meta.c.acked_seq).scalar_subquery()
    newest = select(func.max(outbox.c.seq)).scalar_subquery()
    stops = (
        select(journal.c.id).where(journal.c.at >= limit),
        select(journal.c.id).where(journal.c.intent.is_not(None), journal.c.intent.not_in(closed)),
        select(outbox.c.journal).where(outbox.c.seq > acked),
        select(outbox.c.journal).where(outbox.c.released_at.is_(None)),
        select(outbox.c.journal).where(outbox.c.released_at >= limit),
        select(outbox.c.journal).where(outbox.c.seq == newest),
    )
    first_kept = min(
        (found for stop in stops if (found := connection.scalar(stop.order_by(stop.selected_columns[0]).limit(1)))),
        default=0,
    )
    # An intent that begins before the cut and ends after it stays whole.
    straddling = select(journal.c.intent).where(journal.c.id >= first_kept, journal.c.intent.is_not(None))
    begun = connection.scalar(select(func.min(journal.c.id)).where(journal.c.intent.in_(straddling)))
    cut = min(first_kept, begun or first_kept)
    connection.execute(delete(outbox).where(outbox.c.journal < cut))
    oldest_title = select(func.max(titles.c.seen) - MOST_TITLES).scalar_subquery()
    connection.execute(delete(titles).where(titles.c.seen <= oldest_title))
    return connection.execute(delete(journal).where(journal.c.id < cut)).rowcount
