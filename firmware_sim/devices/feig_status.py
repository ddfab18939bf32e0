"""Status bytes of a FEIG reader, and the answer that carries one. Source: FEIG OBID H20800-16e-ID-B, annex C.

82 (scan mode) also ID ISC.MR200 H40801-5e, 6.1; 92 FEIG's class library.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum


class Status(IntEnum):
    """Those that this reader gives."""

    OK = 0x00
    NO_TRANSPONDER = 0x01
    DATA_FALSE = 0x02
    WRITE_ERROR = 0x03
    WRONG_TYPE = 0x05
    PARAMETER_RANGE = 0x11
    UNKNOWN_COMMAND = 0x80
    LENGTH = 0x81
    NOT_AVAILABLE = 0x82
    NO_VALID_DATA = 0x92
    OVERFLOW = 0x93
    MORE_DATA = 0x94
    ISO_15693_ERROR = 0x95


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows COMMAND in an answer: the status, then data."""

    status: Status
    data: bytes = b""

    @property
    def content(self) -> bytes:
        """As bytes of the frame."""
        return bytes((self.status,)) + self.data


Exchange = Generator[float, None, Answer]
"""A command under way: yields the seconds that it takes before its next step, and returns its answer.

A step happens at the end of its time, so a book taken off in the middle of a write leaves a half-written tag.
"""


class Refused(Exception):
    """The command ends here, with this answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status.name)
        self.answer = answer
