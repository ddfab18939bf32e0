"""The bytes of one record into text: UTF-8, GB18030 or MARC-8. What cannot be read is refused, never changed."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import redirect_stderr
from dataclasses import dataclass
from enum import Enum, auto

from pymarc import Record

from kiosk.central.catalogue.findings import Code
from kiosk.central.catalogue.pieces import ENTRY_BYTES, LEADER_BYTES
from kiosk.central.catalogue.records import Format

CODING = 9
"""Of a MARC 21 leader: `a` for UTF-8, blank for MARC-8."""
MARC21_MAP, UNIMARC_MAP = b"4500", b"450 "
"""Leader 20 to 23, the entry map: the first thing in which the two formats differ."""


class Coding(Enum):
    """How text stands in the bytes."""

    UTF8 = auto()
    GB18030 = auto()
    MARC8 = auto()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A record as text. `warning` says what its leader had wrong."""

    record: Record
    warning: tuple[Code, str] | None = None


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are not what they should be."""

    code: Code
    what: str


def format_of(data: bytes) -> Format:
    """MARC 21 or UNIMARC: by the title's field, where it has one of the two, else by the leader."""
    tags = {tag for tag, _ in raw_fields(data)}
    if ("200" in tags) != ("245" in tags):
        return Format.UNIMARC if "200" in tags else Format.MARC21
    return Format.UNIMARC if data[20:24] == UNIMARC_MAP else Format.MARC21


def unimarc_coding(records: Iterable[bytes]) -> Coding:
    """What a file of UNIMARC records is written in: no leader says so, and field 100 is often wrong (measured).

    Judged over the whole file. Almost any bytes can be read as GB18030, so one damaged record in a file of UTF-8 must
    not turn into nonsense; and a short GB18030 record may happen to be UTF-8.
    """
    balance = 0
    for data in records:
        if not data.isascii():
            balance += 1 if _is_utf8(data) else -1
    return Coding.UTF8 if balance >= 0 else Coding.GB18030


def decode(data: bytes, coding: Coding | None) -> Decoded | Undecodable:
    """One sound record. `coding` None: MARC 21, whose leader says it."""
    match coding:
        case None:
            return _marc21(data)
        case Coding.UTF8:
            return _strict(data, "utf-8", "UTF-8")
        case Coding.GB18030:
            return _strict(data, "gb18030", "GB18030")
        case Coding.MARC8:
            return _marc8(data)


def raw_fields(data: bytes) -> list[tuple[str, bytes]]:
    """Tag and bytes of every field of a sound record."""
    base = int(data[12:17])
    entries = [data[at : at + ENTRY_BYTES] for at in range(LEADER_BYTES, base - 1, ENTRY_BYTES)]
    return [(entry[:3].decode("latin-1"), data[base + int(entry[7:12]) :][: int(entry[3:7])]) for entry in entries]


def _marc21(data: bytes) -> Decoded | Undecodable:
    if data[CODING : CODING + 1] == b"a" or data.isascii():
        return _strict(data, "utf-8", "UTF-8")
    if _is_utf8(data):
        decoded = _strict(data, "utf-8", "UTF-8")
        if isinstance(decoded, Decoded):
            return Decoded(
                decoded.record,
                (Code.CALLS_ITSELF_MARC8, "its leader says MARC-8, its bytes are UTF-8 and were read so"),
            )
        return decoded
    return _marc8(data)


def _strict(data: bytes, encoding: str, name: str) -> Decoded | Undecodable:
    for tag, field in raw_fields(data):
        try:
            field.decode(encoding)
        except UnicodeDecodeError as broken:
            return Undecodable(
                Code.NOT_UTF8, f"field {tag} has bytes that are not {name} (at byte {broken.start} of it)"
            )
    return _parsed(data, encoding)


def _marc8(data: bytes) -> Decoded | Undecodable:
    with redirect_stderr(io.StringIO()) as complaints:  # the only place where pymarc tells of characters it lost
        parsed = _parsed(data, "iso8859-1")
    if complaints.getvalue():
        return Undecodable(Code.UNKNOWN_CHARACTERS, f"is not MARC-8: {complaints.getvalue().splitlines()[0]}")
    return parsed


def _parsed(data: bytes, encoding: str) -> Decoded | Undecodable:
    try:
        return Decoded(Record(data, file_encoding=encoding, force_utf8=encoding == "utf-8"))
    except UnicodeDecodeError as broken:
        return Undecodable(Code.BROKEN_DIRECTORY, f"has bytes beyond ASCII where none can be: {broken.reason}")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
