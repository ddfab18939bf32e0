"""Serial scanners' bytes in words, for `kiosk wire decode scanner`."""

from __future__ import annotations

import re

from drivers.described import Described, Direction, FieldValue
from drivers.scanners.reading import Finding, read_code
from drivers.scanners.serial_scanner import CODE_LIMIT

_TERMINATOR = re.compile(rb"\r\n|\r|\n")


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """One `scan` for each terminator; `incomplete` for what follows the last one."""
    *ended, rest = _TERMINATOR.split(data)
    described = [describe_scan(raw) for raw in ended]
    if rest or not described:
        described.append(Described("incomplete", {}, [Finding.NO_TERMINATOR.value]))
    return described


def describe_scan(raw: bytes) -> Described:
    """One scan without its terminator. Codabar's start and stop letters are stripped."""
    if len(raw) > CODE_LIMIT:
        return Described("scan", {}, [Finding.TOO_LONG.value])
    read = read_code(raw)
    fields: dict[str, FieldValue] = {"code": read.code}
    if read.symbology is not None:
        fields["symbology"] = read.symbology
    return Described("scan", fields, [finding.value for finding in read.findings])
