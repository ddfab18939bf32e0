"""What an import has to say about a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much is lost."""

    WARNING = "warning"
    """The record was taken."""
    REFUSED = "refused"
    """The piece was not taken."""
    DUPLICATE = "duplicate"
    """The record was taken once already."""


class Code(StrEnum):
    """What is wrong, for machines."""

    NOT_ISO_2709 = "not-iso-2709"
    ENDS_EARLY = "ends-early"
    WRONG_LENGTH = "wrong-length"
    NO_TERMINATOR = "no-terminator"
    WRONG_BASE = "wrong-base"
    BROKEN_DIRECTORY = "broken-directory"
    BYTE_ORDER_MARK = "byte-order-mark"
    NOT_UTF8 = "not-utf-8"
    UNKNOWN_CHARACTERS = "unknown-characters"
    CALLS_ITSELF_MARC8 = "calls-itself-marc-8"
    NO_TITLE = "no-title"
    NO_CONTROL_NUMBER = "no-control-number"
    SAME_CONTROL_NUMBER = "same-control-number"
    WRONG_ISBN = "wrong-isbn"
    TOO_LARGE = "too-large"
    COPY_NUMBER = "copy-number"
    COPY_TWICE = "copy-twice"
    COPY_ELSEWHERE = "copy-elsewhere"
    """There is a copy of this number, of another record."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, where it is, and what was done about it."""

    severity: Severity
    code: Code
    offset: int
    """Byte of the file where the piece begins."""
    number: int
    """The piece's number in the file, from 1; 0 for the file."""
    what: str
    """In words, for the cataloguer."""

    def __str__(self) -> str:
        where = f"record {self.number} at byte {self.offset}" if self.number else "the file"
        return f"{where}: {self.severity.value}: {self.what} ({self.code.value})"
