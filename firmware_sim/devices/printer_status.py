"""What a printer says of itself: the status bytes, asked for and unasked, and its identity.

Source: Epson ESC/POS command reference, DLE EOT, GS a and GS I.
"""

from __future__ import annotations

from dataclasses import dataclass

REAL_TIME_FIXED = 0x12
"""Bits 1 and 4 are always set, 0 and 7 never: a status byte can be told from text."""
AUTOMATIC_FIXED = 0x10
"""The first of the four automatic bytes: bit 4 set, 0, 1 and 7 not."""

AUTOMATIC_DRAWER, AUTOMATIC_ON_LINE, AUTOMATIC_ERROR, AUTOMATIC_PAPER, AUTOMATIC_PANEL = 0x01, 0x02, 0x04, 0x08, 0x40
"""Bits of GS a n: which changes are told."""

_MODEL_ID, _TYPE_ID, _FIRMWARE, _MAKER, _MODEL = 1, 2, 65, 66, 67
_TYPE_CUTTER = 0x02
"""GS I 2: bit 1, a cutter is there."""
_MODEL_NUMBER = 0x20
FIRMWARE_NAME, MAKER_NAME, MODEL_NAME = "1.00", "KIOSK-SIM", "KS-80"


@dataclass(frozen=True, slots=True)
class Condition:
    """How a printer stands."""

    cover_open: bool = False
    paper_near_end: bool = False
    paper_end: bool = False
    cutter_error: bool = False
    waits_for_recovery: bool = False

    @property
    def off_line(self) -> bool:
        """Whether nothing is printed."""
        return self.cover_open or self.paper_end or self.cutter_error


def real_time(number: int, condition: Condition) -> bytes:
    """The one byte that answers DLE EOT `number`, 1 to 4."""
    match number:
        case 1:
            bits = 0x08 * condition.off_line | 0x20 * condition.waits_for_recovery
        case 2:
            bits = 0x04 * condition.cover_open | 0x20 * condition.paper_end | 0x40 * condition.cutter_error
        case 3:
            bits = 0x08 * condition.cutter_error
        case 4:
            bits = 0x0C * (condition.paper_near_end or condition.paper_end) | 0x60 * condition.paper_end
        case _:
            raise ValueError(f"DLE EOT {number}: must be 1 to 4")
    return bytes((REAL_TIME_FIXED | bits,))


def automatic(condition: Condition) -> bytes:
    """The four bytes that are sent unasked."""
    paper = 0x03 * (condition.paper_near_end or condition.paper_end) | 0x0C * condition.paper_end
    first = AUTOMATIC_FIXED | 0x08 * condition.off_line | 0x20 * condition.cover_open
    return bytes((first, 0x08 * condition.cutter_error, paper, 0))


def told_changes(before: Condition, after: Condition) -> int:
    """Bits of GS a that name what has changed."""
    bits = 0
    if (before.off_line, before.cover_open) != (after.off_line, after.cover_open):
        bits |= AUTOMATIC_ON_LINE
    if before.cutter_error != after.cutter_error:
        bits |= AUTOMATIC_ERROR
    if (before.paper_near_end, before.paper_end) != (after.paper_near_end, after.paper_end):
        bits |= AUTOMATIC_PAPER
    return bits


def identity(number: int) -> bytes:
    """The answer to GS I `number`; empty for one that is not answered."""
    match number:
        case code if code in (_MODEL_ID, _MODEL_ID + ord("0")):
            return bytes((_MODEL_NUMBER,))
        case code if code in (_TYPE_ID, _TYPE_ID + ord("0")):
            return bytes((_TYPE_CUTTER,))
        case code if code in (_FIRMWARE, _MAKER, _MODEL):
            text = {_FIRMWARE: FIRMWARE_NAME, _MAKER: MAKER_NAME, _MODEL: MODEL_NAME}[code]
            return b"_" + text.encode("ascii") + b"\0"
        case _:
            return b""
