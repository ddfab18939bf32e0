"""The lines of a receipt that central is asked to send."""

from __future__ import annotations

from kiosk.model.questions import AskMail, ReceiptEntry
from kiosk.wire.fields import Fields, Json

MOST_ENTRIES = 100
LONGEST_ENTRY = 120
"""Characters of a title on a receipt that is sent: a hundred of them fit a message."""
LONGEST_DUE = 32


def lists_object(question: AskMail) -> dict[str, Json]:
    """Both lists."""
    return {"borrowed": _entry_objects(question.borrowed), "returned": _entry_objects(question.returned)}


def _entry_objects(entries: tuple[ReceiptEntry, ...]) -> list[Json]:
    """A title is cut where a stack of very long ones would make the message too large."""
    return [{"title": entry.title[:LONGEST_ENTRY], "due": entry.due} for entry in entries[:MOST_ENTRIES]]


def read_entries(data: Fields, key: str) -> tuple[ReceiptEntry, ...]:
    """Raises `MessageRefused`."""
    return tuple(
        ReceiptEntry(one.text("title"), one.text("due", longest=LONGEST_DUE)) for one in data.each(key, MOST_ENTRIES)
    )
