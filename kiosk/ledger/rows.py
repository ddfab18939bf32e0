"""Journal rows between their dataclass and their columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict

from sqlalchemy import Row

from kiosk.model.ids import IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.journal import JournalRow, RowKind

NO_REASONS = "[]"
"""Of almost every row."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of the journal as it stands in the file."""

    id: int
    tx: int
    """The id of the first row of the same transaction."""
    at: datetime
    """The station's clock, aware, UTC."""
    mono_ms: int
    boot: str
    row: JournalRow


class Columns(TypedDict):
    """One row of the table `journal`."""

    id: int
    tx: int
    at: str
    mono_ms: int
    boot: str
    kind: str
    session: str | None
    intent: str | None
    item: str | None
    uid: str | None
    patron: str | None
    due: str | None
    afi: int | None
    reasons: str
    note: str


def columns_of(stored: StoredRow) -> Columns:
    """A row for the table. Text that UTF-8 cannot carry becomes `?`: journalling must not fail for it."""
    row = stored.row
    return {
        "id": stored.id,
        "tx": stored.tx,
        "at": stored.at.astimezone(UTC).isoformat(),
        "mono_ms": stored.mono_ms,
        "boot": stored.boot,
        "kind": row.kind.value,
        "session": _storable(row.session),
        "intent": _storable(row.intent),
        "item": _storable(row.item),
        "uid": _storable(row.uid),
        "patron": _storable(row.patron),
        "due": None if row.due is None else row.due.isoformat(),
        "afi": row.afi,
        "reasons": json.dumps(row.reasons) if row.reasons else NO_REASONS,
        "note": _storable(row.note) or "",
    }


def row_of(columns: Row[tuple[object, ...]]) -> StoredRow:
    """The row that these columns hold. Raises `ValueError` for what no version of this program wrote."""
    reasons = [] if columns.reasons == NO_REASONS else json.loads(columns.reasons)
    if not isinstance(reasons, list) or not all(isinstance(reason, str) for reason in reasons):
        raise ValueError("reasons are no list of codes")
    return StoredRow(
        id=columns.id,
        tx=columns.tx,
        at=datetime.fromisoformat(columns.at),
        mono_ms=columns.mono_ms,
        boot=columns.boot,
        row=JournalRow(
            kind=RowKind(columns.kind),
            session=None if columns.session is None else SessionId(columns.session),
            intent=None if columns.intent is None else IntentId(columns.intent),
            item=None if columns.item is None else ItemId(columns.item),
            uid=None if columns.uid is None else Uid(columns.uid),
            patron=None if columns.patron is None else PatronRef(columns.patron),
            due=None if columns.due is None else datetime.fromisoformat(columns.due),
            afi=columns.afi,
            reasons=tuple(reasons),
            note=columns.note,
        ),
    )


def as_object(stored: StoredRow, *, patrons: bool) -> dict[str, object]:
    """What a row says, for people and tools: without its empty fields, and without whose it is unless `patrons`."""
    row = stored.row
    said: dict[str, object] = {
        "id": stored.id,
        "tx": stored.tx,
        "at": stored.at.isoformat(),
        "mono_ms": stored.mono_ms,
        "boot": stored.boot,
        "kind": row.kind.value,
        "session": row.session,
        "intent": row.intent,
        "item": row.item,
        "uid": row.uid,
        "patron": row.patron if patrons or row.patron is None else "(hidden)",
        "due": None if row.due is None else row.due.isoformat(),
        "afi": None if row.afi is None else f"{row.afi:02X}",
        "reasons": list(row.reasons) or None,
        "note": row.note or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def storable(text: str) -> str:
    """Text as SQLite can keep it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)
