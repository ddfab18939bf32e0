"""The audit trail: who did what to what, in the transaction that does it. The database refuses to change a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from kiosk.central.store.console_tables import audit

LONGEST_REASON = 1_000
Changes = Mapping[str, tuple[object, object]]
"""Field → (before, after)."""
CHANGED = "•"
"""Stands for a value that is personal: that it changed is kept for ever, the value is not."""
NOTHING: Changes = {}


def record(
    connection: Connection,
    who: str,
    action: str,
    subject: str,
    at: datetime,
    *,
    changes: Changes = NOTHING,
    reason: str = "",
) -> None:
    """Enter one deed. `subject` is `kind:number`."""
    told = {name: [_plain(before), _plain(after)] for name, (before, after) in changes.items()}
    connection.execute(
        insert(audit).values(
            at=at,
            who=who[:64],
            action=action,
            subject=subject.replace("\0", "")[:160],
            changes=json.dumps(told, ensure_ascii=False),
            reason=reason.replace("\0", "")[:LONGEST_REASON],
        )
    )


def latest(connection: Connection, subject: str) -> Row[tuple[object, ...]] | None:
    """The last entry about something."""
    query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def _plain(value: object) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool | None) else str(value)
