"""How long an ESC/POS command is, told from its first bytes.

Source: Epson ESC/POS command reference; each entry is the number of bytes after the command's two.
"""

from __future__ import annotations

HT, LF, FF, CR, DLE, CAN, ESC, FS, GS = 0x09, 0x0A, 0x0C, 0x0D, 0x10, 0x18, 0x1B, 0x1C, 0x1D
FIRST_PRINTABLE = 0x20
PREFIXES = frozenset((DLE, ESC, FS, GS))
RASTER_HEAD_BYTES = 8
"""GS v 0 m xL xH yL yH."""

LONGEST_TABS = 32
"""ESC D has at most 32 positions before its NUL."""
LONGEST_BARCODE = 255
"""The forms of GS k that end with a NUL say no limit; n of the other form is one byte."""

_ESC_PARAMETERS: dict[int, int] = dict.fromkeys(b"@2<LSim", 0) | dict.fromkeys(b"aEGdJeKMtR3!-={VrTU% ?9uv", 1)
_ESC_PARAMETERS |= {ord("c"): 2, ord("$"): 2, ord("\\"): 2, ord("p"): 3, ord("W"): 8, ord("\f"): 0}
_GS_PARAMETERS: dict[int, int] = dict.fromkeys(b"!aIhwHfBbrT/", 1) | {
    ord(":"): 0,
    ord("L"): 2,
    ord("W"): 2,
    ord("P"): 2,
    ord("$"): 2,
    ord("\\"): 2,
    ord("^"): 3,
}
_FS_PARAMETERS: dict[int, int] = dict.fromkeys(b"&.", 0) | dict.fromkeys(b"!-WC", 1)
_FS_PARAMETERS |= {ord("S"): 2, ord("p"): 2, ord("?"): 2, ord("2"): 74}

_CUTS_WITH_FEED = b"ABabgh"
"""GS V functions B, C and D have a second parameter."""
_NUL_ENDED_BARCODES = range(7)
_PULSE_BYTES = {1: 5, 2: 5, 7: 4, 8: 10}
"""DLE DC4 fn: whole length by function."""
_EOT, _ENQ, _DC4 = 0x04, 0x05, 0x14
_BIT_IMAGE_TWENTY_FOUR_ROWS = (32, 33)
"""Modes of ESC * with three bytes a column."""


def length_of(head: bytes | bytearray) -> int | None:
    """Bytes of the command that `head` begins with, the data of a long one included; None while more must be seen.

    `head` is not empty and starts with DLE, ESC, FS or GS. An unknown command counts as its two bytes.
    """
    if len(head) < 2:
        return None
    match head[0]:
        case code if code == DLE:
            return _dle(head)
        case code if code == ESC:
            return _esc(head)
        case code if code == FS:
            return 2 + _FS_PARAMETERS.get(head[1], 0)
        case _:
            return _gs(head)


def _dle(head: bytes | bytearray) -> int | None:
    if head[1] in (_EOT, _ENQ):
        return 3
    if head[1] == _DC4:
        return _PULSE_BYTES.get(head[2], 3) if len(head) > 2 else None
    return 2


def _esc(head: bytes | bytearray) -> int | None:
    match chr(head[1]):
        case "D":
            return _nul_ended(head, 2, LONGEST_TABS)
        case "(":
            return _counted(head)
        case "*":
            if len(head) < 5:
                return None
            columns = int.from_bytes(head[3:5], "little")
            return 5 + columns * (3 if head[2] in _BIT_IMAGE_TWENTY_FOUR_ROWS else 1)
        case _:
            return 2 + _ESC_PARAMETERS.get(head[1], 0)


def _gs(head: bytes | bytearray) -> int | None:
    match chr(head[1]):
        case "V":
            if len(head) < 3:
                return None
            return 4 if head[2] in _CUTS_WITH_FEED else 3
        case "v":
            return _raster(head)
        case "(":
            return _counted(head)
        case "8":
            return 7 + int.from_bytes(head[3:7], "little") if len(head) >= 7 else None
        case "*":
            return 4 + head[2] * head[3] * 8 if len(head) >= 4 else None
        case "k":
            return _barcode(head)
        case _:
            return 2 + _GS_PARAMETERS.get(head[1], 0)


def _raster(head: bytes | bytearray) -> int | None:
    if len(head) < 3:
        return None
    if head[2] != ord("0"):
        return 3
    if len(head) < RASTER_HEAD_BYTES:
        return None
    return RASTER_HEAD_BYTES + int.from_bytes(head[4:6], "little") * int.from_bytes(head[6:8], "little")


def _barcode(head: bytes | bytearray) -> int | None:
    if len(head) < 3:
        return None
    if head[2] in _NUL_ENDED_BARCODES:
        return _nul_ended(head, 3, LONGEST_BARCODE)
    return 4 + head[3] if len(head) >= 4 else None


def _counted(head: bytes | bytearray) -> int | None:
    """ESC ( and GS (: function, pL, pH, and so many bytes."""
    return 5 + int.from_bytes(head[3:5], "little") if len(head) >= 5 else None


def _nul_ended(head: bytes | bytearray, start: int, longest: int) -> int | None:
    end = head.find(0, start)
    if end >= 0 and end - start <= longest:
        return end + 1
    return start + longest if len(head) > start + longest else None
