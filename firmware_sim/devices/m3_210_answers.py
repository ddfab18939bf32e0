"""Commands and errors of a 3M 210, and the answer that carries one.

Source: 3M RFID Reader Model 210, Protocol Specification 1.0.0, 5, 7 and appendix A.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum


class Command(IntEnum):
    """Commands that this reader carries out (7). Raw ISO 15693 (14) is not simulated: it is answered 02."""

    QUIET = 0x01
    READ_BLOCKS = 0x02
    CHECK_EAS = 0x03
    WRITE_BLOCKS = 0x04
    WRITE_BLOCK = 0x05
    LOCK_AFI = 0x06
    WRITE_AND_LOCK_BLOCK = 0x07
    LOCK_BLOCK = 0x08
    WRITE_AFI = 0x09
    GET_AFI = 0x0A
    WRITE_DSFID = 0x0B
    SET_EAS = 0x0C
    TAG_INFORMATION = 0x0D
    LOCK_DSFID = 0x0E
    GET_DSFID = 0x0F
    VERSION = 0x11
    START_UP = 0x13
    INVENTORY = 0xFE


WRITING = frozenset(
    {
        Command.WRITE_BLOCKS,
        Command.WRITE_BLOCK,
        Command.WRITE_AND_LOCK_BLOCK,
        Command.LOCK_BLOCK,
        Command.WRITE_AFI,
        Command.LOCK_AFI,
        Command.WRITE_DSFID,
        Command.LOCK_DSFID,
        Command.SET_EAS,
    }
)
"""After these a lost answer leaves the host in doubt about the tag."""


class Error(IntEnum):
    """Those that this reader gives (appendix A)."""

    NONE = 0x00
    NOT_IMPLEMENTED = 0x02
    NO_TRANSPONDER = 0x06
    UNKNOWN = 0x0F
    NOT_THERE = 0x11
    LOCKED = 0x12
    NOT_READ = 0x15
    NOT_WRITTEN = 0x16
    NOT_FOR_THIS_TAG = 0x30
    PARAMETER = 0x32


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows the command in an answer: the error code, then data."""

    error: Error
    data: bytes = b""

    @property
    def content(self) -> bytes:
        """As bytes of the frame."""
        return bytes((self.error,)) + self.data


Exchange = Generator[float, None, Answer]
"""A command under way: yields the seconds that it takes before its next step, and returns its answer."""


class Refused(Exception):
    """The command ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error.name)
        self.answer = answer
