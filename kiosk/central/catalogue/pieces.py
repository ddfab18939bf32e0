"""Cutting an ISO 2709 file into records, finding its place again after a broken one.

pymarc alone accepts a length of 00000, loses good records after a torn one, stops at line ends between records and
refuses a byte order mark; so the cutting is ours. Source: ISO 2709:2008, 4 (leader, directory, terminators).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.central.catalogue.findings import Code, Finding, Severity

RECORD_END = 0x1D
FIELD_END = 0x1E
LEADER_BYTES = 24
ENTRY_BYTES = 12
LONGEST_BYTES = 99_999
"""The record length has five digits."""
BOM = b"\xef\xbb\xbf"
BETWEEN = b"\r\n \x1a"
"""What may stand between records: line ends, blanks, DOS end of file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one record, sound in length, base address and directory."""

    number: int
    offset: int
    data: bytes


def pieces(data: bytes) -> Iterator[Piece | Finding]:
    """Every record of a file, and a finding for everything that is none."""
    place = 0
    if data.startswith(BOM):
        yield Finding(Severity.WARNING, Code.BYTE_ORDER_MARK, 0, 0, "begins with a byte order mark, which was skipped")
        place = len(BOM)
    number = 0
    while place < len(data):
        if data[place] in BETWEEN:
            place += 1
            continue
        number += 1
        end = data.find(RECORD_END, place)
        stop = len(data) if end < 0 else end + 1
        yield from _judged(data[place:stop], number, place)
        place = stop


def _judged(piece: bytes, number: int, offset: int) -> Iterator[Piece | Finding]:
    trouble = _trouble(piece)
    if trouble is None:
        yield Piece(number, offset, piece)
        return
    yield Finding(Severity.REFUSED, trouble[0], offset, number, trouble[1])
    inner = _later_leader(piece)
    if inner is not None:
        yield Piece(number, offset + inner, piece[inner:])


def _later_leader(piece: bytes) -> int | None:
    """Where, inside a broken piece, a sound record begins that ends with it: a torn one has swallowed its start."""
    for start in range(1, len(piece) - LEADER_BYTES):
        if piece[start : start + 5] == b"%05d" % (len(piece) - start) and _trouble(piece[start:]) is None:
            return start
    return None


def _trouble(piece: bytes) -> tuple[Code, str] | None:
    """What is wrong with the frame of a record; None when all is well."""
    if len(piece) > LONGEST_BYTES:
        return Code.TOO_LARGE, f"has {len(piece)} bytes, a record has at most {LONGEST_BYTES}"
    if len(piece) < LEADER_BYTES or not piece[:5].isdigit():
        return Code.NOT_ISO_2709, "is not ISO 2709: a record begins with its length in five digits"
    says = int(piece[:5])
    if piece[-1] != RECORD_END:
        if says > len(piece) and says != LONGEST_BYTES and says != len(piece) + 1:
            return Code.ENDS_EARLY, f"ends early: says {says} bytes, {len(piece)} are there"
        return Code.NO_TERMINATOR, "has no record terminator (1D) at its end"
    if says != len(piece):
        return Code.WRONG_LENGTH, f"says {says} bytes, its terminator comes after {len(piece)}"
    return _directory_trouble(piece)


def _directory_trouble(piece: bytes) -> tuple[Code, str] | None:
    base_text = piece[12:17]
    base = int(base_text) if base_text.isdigit() else 0
    if not LEADER_BYTES < base < len(piece) or piece[base - 1] != FIELD_END:
        shown = base_text.decode("ascii", "replace")
        return Code.WRONG_BASE, f"base address of data is {shown}: no directory ends there"
    directory = piece[LEADER_BYTES : base - 1]
    if len(directory) % ENTRY_BYTES or not all(
        directory[place + 3 : place + ENTRY_BYTES].isdigit() for place in range(0, len(directory), ENTRY_BYTES)
    ):
        return Code.BROKEN_DIRECTORY, "its directory is not made of entries of 12 characters"
    for place in range(0, len(directory), ENTRY_BYTES):
        length, start = int(directory[place + 3 : place + 7]), int(directory[place + 7 : place + 12])
        last = base + start + length - 1
        if not length or last >= len(piece) or piece[last] != FIELD_END:
            tag = directory[place : place + 3].decode("ascii", "replace")
            return Code.BROKEN_DIRECTORY, f"field {tag} does not end where the directory says"
    return None
