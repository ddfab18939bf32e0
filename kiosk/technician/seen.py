"""What a device sees, as a table that a technician reads: one row a tag, code or card, and how the device is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never
from unicodedata import east_asian_width

from drivers.cards import events as cards
from drivers.codecs.tag_data import TagData
from drivers.gates import protocol as gates
from drivers.health import Faulted, Recovered
from drivers.pads import programming
from drivers.pads import protocol as pads
from drivers.printers import events as printers
from drivers.scanners import events as scanners
from kiosk.hardware.tag_data import decoded, decoded_passage

DeviceEvent = (
    programming.ProgrammerEvent | gates.GateEvent | scanners.ScannerEvent | cards.CardEvent | printers.PrinterEvent
)
ROWS_LIMIT = 64
"""Rows that are kept; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was seen. `cells` are words by column."""

    key: str
    state: str
    cells: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything since the device was opened."""

    health: str = "no fault told"
    rows: tuple[Row, ...] = ()

    def after(self, event: DeviceEvent, at: str) -> Seen:
        """The table after one more event; `at` is the time of day for rows that are one moment."""
        match event:
            case Recovered():
                return replace(self, health=f"well: {event.detail}" if event.detail else "well")
            case Faulted():
                return replace(self, health=f"{event.code.value}: {event.detail}")
            case pads.TagGone():
                return self._changed(event.uid, "gone")
            case _:
                return self._with(_row(event, at))

    def _with(self, row: Row) -> Seen:
        known = next((each for each in self.rows if each.key == row.key), None)
        if known is None:
            return replace(self, rows=(*self.rows, row)[-ROWS_LIMIT:])
        merged = replace(row, cells=known.cells | row.cells)
        return replace(self, rows=tuple(merged if each.key == row.key else each for each in self.rows))

    def _changed(self, key: str, state: str) -> Seen:
        return replace(self, rows=tuple(replace(row, state=state) if row.key == key else row for row in self.rows))


def _row(event: DeviceEvent, at: str) -> Row:
    match event:
        case pads.TagSeen() | pads.TagRead() | pads.TagUnreadable() | pads.TagGone():
            return _tag(event)
        case pads.WriteDone():
            return Row(event.uid, "written", _marks(event.afi, event.eas))
        case pads.WriteFailed():
            return Row(event.uid, f"not written: {event.why.value}", _marks(event.afi, None))
        case programming.DataWritten():
            return Row(event.uid, "written", {"memory": event.data.hex().upper()})
        case programming.DataNotWritten():
            return Row(event.uid, f"not written: {event.why.value}")
        case gates.TagPassed() | gates.PeopleCounted() | gates.ClockRead() | gates.RecordsLost():
            return _passage(event, at)
        case scanners.CodeScanned() | scanners.CodeRejected():
            return _code(event, at)
        case cards.CardPresented() | cards.CardRemoved() | cards.CardUnreadable():
            return _card(event)
        case printers.PrinterStatus() | printers.Printed() | printers.PrintFailed():
            return _paper(event)
        case Faulted() | Recovered():
            return Row("device", "")
        case _:
            assert_never(event)


def _tag(event: pads.TagSeen | pads.TagRead | pads.TagUnreadable | pads.TagGone) -> Row:
    match event:
        case pads.TagSeen():
            return Row(event.uid, "seen")
        case pads.TagRead():
            return Row(event.uid, "read", _marks(event.afi, None) | tag_words(decoded(event)))
        case pads.TagUnreadable():
            return Row(event.uid, "unreadable", {"findings": event.detail})
        case pads.TagGone():
            return Row(event.uid, "gone")
        case _:
            assert_never(event)


def tag_words(data: TagData) -> dict[str, str]:
    """The columns that tell what stands on a tag."""
    return {
        "format": str(data.format),
        "item": data.item_id or "",
        "owner": data.owner or "",
        "title": data.title or "",
        "findings": ", ".join(map(str, data.findings)),
    }


def _marks(afi: int | None, eas: bool | None) -> dict[str, str]:
    marks = {"afi": "?" if afi is None else f"{afi:02X}"}
    return marks if eas is None else marks | {"eas": "on" if eas else "off"}


def _passage(event: gates.TagPassed | gates.PeopleCounted | gates.ClockRead | gates.RecordsLost, at: str) -> Row:
    match event:
        case gates.TagPassed():
            cells = _marks(event.afi, event.eas) | tag_words(decoded_passage(event))
            told = {"antenna": event.antenna, "direction": event.direction, "rssi_dbm": event.rssi_dbm}
            cells |= {name: str(value) for name, value in told.items() if value is not None}
            sure = "passed" if event.certain else "passed (one reading only)"
            return Row(f"{event.uid or 'no UID'} {event.at or at}", sure, cells)
        case gates.PeopleCounted():
            return Row("people", ", ".join(map(str, event.counters)))
        case gates.ClockRead():
            return Row("clock", event.at)
        case gates.RecordsLost():
            return Row(f"lost {at}", "records lost", {"findings": event.detail})
        case _:
            assert_never(event)


def _code(event: scanners.CodeScanned | scanners.CodeRejected, at: str) -> Row:
    match event:
        case scanners.CodeScanned():
            found = ", ".join(map(str, event.findings))
            return Row(at, "scanned", {"code": event.code, "symbology": event.symbology or "", "findings": found})
        case scanners.CodeRejected():
            return Row(at, f"rejected: {event.why.value}")
        case _:
            assert_never(event)


def _card(event: cards.CardPresented | cards.CardRemoved | cards.CardUnreadable) -> Row:
    match event:
        case cards.CardPresented():
            return Row("card", "there", {"token": event.token, "kind": event.kind})
        case cards.CardRemoved():
            return Row("card", "away")
        case cards.CardUnreadable():
            return Row("card", f"unreadable: {event.why.value}", {"findings": event.detail})
        case _:
            assert_never(event)


def _paper(event: printers.PrinterStatus | printers.Printed | printers.PrintFailed) -> Row:
    match event:
        case printers.PrinterStatus():
            flags = {
                "cover": "open" if event.cover_open else "closed",
                "cutter": "error" if event.cutter_error else "well",
                "line": "off" if event.offline else "on",
            }
            if not event.known:
                return Row("paper", "unknown", dict.fromkeys(flags, ""))
            return Row("paper", event.paper.value, flags)
        case printers.Printed():
            return Row(event.job_id, "printed" if event.verified else "sent, not confirmed")
        case printers.PrintFailed():
            return Row(event.job_id, f"not printed: {event.why.value}")
        case _:
            assert_never(event)


def as_text(seen: Seen) -> str:
    """The table in columns of a terminal."""
    lines = [f"device  {seen.health}"]
    columns = ["state"]
    for row in seen.rows:
        columns += [name for name in row.cells if name not in columns]
    shown = [name for name in columns if name == "state" or any(row.cells.get(name) for row in seen.rows)]
    table = [["", *shown]] if seen.rows else []
    table += [[row.key, *(({"state": row.state} | row.cells).get(name, "") for name in shown)] for row in seen.rows]
    widths = [max(_wide(line[place]) for line in table) for place in range(len(shown) + 1)] if table else []
    for line in table:
        cells = (cell + " " * (width - _wide(cell)) for cell, width in zip(line, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _wide(text: str) -> int:
    """Columns that a text takes: Chinese takes two a character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
