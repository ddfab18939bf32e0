"""Imports: a file that was entered can be taken back, as far as nothing has happened to what came by it."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step


class ImportState(StrEnum):
    IMPORTED = "imported"
    UNDONE = "undone"


class ImportAction(StrEnum):
    UNDO = "undo"


def _kind(name: str, prefix: str, permission: str) -> Kind[ImportState, ImportAction]:
    undo = Step(ImportState.UNDONE, permission, frozenset({Guard.REASON}))
    return Kind(name, prefix, ImportState.IMPORTED, permission, {(ImportState.IMPORTED, ImportAction.UNDO): undo})


PATRON_IMPORT = _kind("patron-import", "IP", "patron.import")
RECORD_IMPORT = _kind("record-import", "IR", "record.import")
