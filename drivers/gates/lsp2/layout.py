"""Bytes of an LSP2 gate: `1E command length data`, both ways. There is no checksum.

Source: `LSP2.java` runcommand, getTime, getDBSize, getDBArray, getcounter; `DBRecord.java` filltag.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

START = 0x1E
HEAD_BYTES = 3
TIME_BYTES, TYPE_BYTES, BLOCK_BYTES = 6, 2, 4
_COUNT_BYTES = 2
_CENTURY = 2000


class Question(IntEnum):
    """What can be asked. Every other command is unknown, so that a clock cannot be set nor an alarm switched."""

    CLOCK = 0x0A
    RECORD_COUNT = 0x2D
    RECORD = 0x2E
    PEOPLE = 0x32


ARGUMENT_BYTES = {Question.CLOCK: 0, Question.RECORD_COUNT: 0, Question.RECORD: 2, Question.PEOPLE: 0}
ANSWER_BYTES = {Question.CLOCK: TIME_BYTES, Question.RECORD_COUNT: 3, Question.RECORD: 40, Question.PEOPLE: 2}


@dataclass(frozen=True, slots=True)
class Record:
    """One alarm that the gate kept."""

    time: datetime | None
    """By the gate's clock, without a zone; None where the bytes are no time."""
    tag_type: bytes
    """"Tag type??" in the words of the source."""
    memory: bytes
    """32 bytes of the tag's memory from byte 0, in the order of its own bytes."""


def request(question: Question, index: int | None = None) -> bytes:
    """A question; `index` (0 to 65,535) only of a record."""
    argument = b"" if index is None else index.to_bytes(ARGUMENT_BYTES[question])
    return bytes((START, question, len(argument))) + argument


def read_time(content: bytes) -> datetime | None:
    """Month, day, year since 2000, hour, minute, second; None where that is no time."""
    month, day, year, hour, minute, second = content
    try:
        return datetime(_CENTURY + year, month, day, hour, minute, second)
    except ValueError:
        return None


def read_count(content: bytes) -> int:
    """A number of records or people: two bytes, the high one first. What a third byte means, nobody knows."""
    return int.from_bytes(content[:_COUNT_BYTES])


def read_record(content: bytes) -> Record:
    """Time, two bytes that may be the tag's type, and eight blocks of which the last comes first."""
    memory = content[TIME_BYTES + TYPE_BYTES :]
    blocks = [memory[at : at + BLOCK_BYTES] for at in range(0, len(memory), BLOCK_BYTES)]
    tag_type = content[TIME_BYTES : TIME_BYTES + TYPE_BYTES]
    return Record(read_time(content[:TIME_BYTES]), tag_type, b"".join(reversed(blocks)))
