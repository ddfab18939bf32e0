"""Reading a whole file of records: what is good is taken, what is not is told, and nothing good is lost behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kiosk.central.catalogue.decoding import Undecodable, decode, format_of, unimarc_coding
from kiosk.central.catalogue.findings import Code, Finding, Severity
from kiosk.central.catalogue.marc21 import read_marc21
from kiosk.central.catalogue.pieces import Piece, pieces
from kiosk.central.catalogue.records import BibRecord, Format
from kiosk.central.catalogue.unimarc import read_unimarc

LARGEST_FILE = 300_000_000
"""Bytes; a file is read as a whole."""
LONGEST_CONTROL_NUMBER = 64
"""Characters; what the store keeps."""


class FileTooLarge(ValueError):
    """A file beyond `LARGEST_FILE`."""


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A record that was taken, with its bytes as they came."""

    record: BibRecord
    original: bytes
    offset: int = 0
    """Byte of the file where it begins."""
    number: int = 0
    """Of the piece, from 1."""


def read_file(path: Path) -> bytes:
    """The bytes of a catalogue file. Raises `OSError` and `FileTooLarge`."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise FileTooLarge(f"{size} bytes, at most {LARGEST_FILE}")
    return path.read_bytes()


def read_records(data: bytes, seen: set[str]) -> Iterator[Catalogued | Finding]:
    """Every record of an ISO 2709 file, and a `Finding` for everything that is not as it should be.

    `seen` has the control numbers that were taken before, from this file or another; those taken here are added.
    """
    cut = list(pieces(data))
    formats = {piece.number: format_of(piece.data) for piece in cut if isinstance(piece, Piece)}
    unimarc = [piece.data for piece in cut if isinstance(piece, Piece) and formats[piece.number] is Format.UNIMARC]
    coding = unimarc_coding(unimarc)
    for piece in cut:
        if isinstance(piece, Finding):
            yield piece
            continue
        of_unimarc = formats[piece.number] is Format.UNIMARC
        decoded = decode(piece.data, coding if of_unimarc else None)
        if isinstance(decoded, Undecodable):
            yield _refused(piece, decoded.code, decoded.what)
            continue
        if decoded.warning is not None:
            yield Finding(Severity.WARNING, decoded.warning[0], piece.offset, piece.number, decoded.warning[1])
        yield from _judged(piece, (read_unimarc if of_unimarc else read_marc21)(decoded.record), seen)


def _judged(piece: Piece, record: BibRecord, seen: set[str]) -> Iterator[Catalogued | Finding]:
    number = record.control_number
    if not number:
        yield _refused(piece, Code.NO_CONTROL_NUMBER, "has no control number (001)")
    elif len(number) > LONGEST_CONTROL_NUMBER:
        what = f"its control number has {len(number)} characters, at most {LONGEST_CONTROL_NUMBER}"
        yield _refused(piece, Code.TOO_LARGE, what)
    elif not record.title:
        field = "200" if record.format is Format.UNIMARC else "245"
        yield _refused(piece, Code.NO_TITLE, f"record {number} has no title ({field})")
    elif number in seen:
        what = f"control number {number} was taken once already"
        yield Finding(Severity.DUPLICATE, Code.SAME_CONTROL_NUMBER, piece.offset, piece.number, what)
    else:
        seen.add(number)
        for isbn in record.isbns:
            if not isbn.valid:
                what = f"ISBN {isbn.text} of record {number} has a wrong check digit or length; kept as it is"
                yield Finding(Severity.WARNING, Code.WRONG_ISBN, piece.offset, piece.number, what)
        yield Catalogued(record, piece.data, piece.offset, piece.number)


def _refused(piece: Piece, code: Code, what: str) -> Finding:
    return Finding(Severity.REFUSED, code, piece.offset, piece.number, what)
