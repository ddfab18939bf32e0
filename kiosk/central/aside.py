"""Messages that cannot be taken: kept for the technician, as long as there is room, and never tried again."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from kiosk.central.store.tables import set_aside
from kiosk.wire import LARGEST_BYTES

MOST_KEPT = 500
"""The oldest go first."""
LONGEST_WHY = 500
_PIN = re.compile(rb'("(?:new_)?pin"\s*:\s*)(?:"[^"]*"?|[0-9]+)')
"""What a technician does not need to see of a question."""


def put_aside(connection: Connection, topic: str, payload: bytes, why: str, at: datetime) -> None:
    """Keep a message. One that is repeated again and again is kept once, so that it pushes no other one out."""
    kept = _PIN.sub(rb'\1"..."', payload[:LARGEST_BYTES])
    same = select(set_aside.c.id).where(set_aside.c.topic == topic, set_aside.c.payload == kept).limit(1)
    if connection.execute(same).first() is not None:
        return
    connection.execute(
        insert(set_aside).values(topic=_plain(topic), payload=kept, why=_plain(why)[:LONGEST_WHY], received_at=at)
    )
    newest = select(set_aside.c.id).order_by(set_aside.c.id.desc()).offset(MOST_KEPT).limit(1)
    last_to_go = connection.scalar(newest)
    if last_to_go is not None:
        connection.execute(delete(set_aside).where(set_aside.c.id <= last_to_go))


def _plain(text: str) -> str:
    return text.replace("\0", "�")
