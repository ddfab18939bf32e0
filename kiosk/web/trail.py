"""The audit trail: who did what to what, in the transaction that does it. The database refuses to change a row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from kiosk.web.staff_tables import audit

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
    record_all(connection, who, action, [(subject, changes)], at, reason=reason)


def record_all(
    connection: Connection, who: str, action: str, deeds: Sequence[tuple[str, Changes]], at: datetime, *, reason: str
) -> None:
    """The same done to many, each with its changes."""
    if not deeds:
        return
    common = {"at": at, "who": who[:64], "action": action, "reason": reason.replace("\0", "")[:LONGEST_REASON]}
    rows = [
        {**common, "subject": subject.replace("\0", "")[:160], "changes": _told(changes)} for subject, changes in deeds
    ]
    connection.execute(insert(audit), rows)


def _told(changes: Changes) -> str:
    told = {name: [_plain(before), _plain(after)] for name, (before, after) in changes.items()}
    return json.dumps(told, ensure_ascii=False)


def latest(connection: Connection, subject: str) -> Row[tuple[object, ...]] | None:
    """The last entry about something."""
    query = select(audit).where(audit.c.subject == subject).order_by(audit.c.id.desc()).limit(1)
    return connection.execute(query).one_or_none()


def _plain(value: object) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool | None) else str(value)
