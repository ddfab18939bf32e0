"""Commands and status words of an RL866 or M201 reader, and the answer that carries one.

Source: github Hypernova-Oy/lainuri, `lainuri/RL866/iblock.py` and `state.py` (appendix C of the maker's manual).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum

STATUS_LENGTH = 2


class Command(IntEnum):
    """Commands that this reader carries out."""

    READ_CONFIGURATION = 0x01
    INVENTORY = 0x31
    CONNECT = 0x32
    DISCONNECT = 0x33
    TAG_ACCESS = 0x34


class Status(IntEnum):
    """Those that this reader gives."""

    OK = 0x000
    NOT_SUPPORTED = 0x003
    MEMORY = 0x005
    OVERFLOW = 0x007
    PARAMETER_LENGTH = 0x00B
    CHECKSUM = 0x101
    LENGTH = 0x102
    COMMAND = 0x103
    SEQUENCE = 0x104
    PARAMETER = 0x105
    BLOCK_TYPE = 0x106
    CONFIGURATION_BLOCK = 0x121
    AIR_PROTOCOL = 0x122
    NO_ANSWER = 0x401
    COLLISION = 0x404
    HANDLE = 0x415
    ADDRESS_MODE = 0x41A
    LOCKED_OR_NO_SUCH_BLOCK = 0x41B
    NO_TAG = 0x420

    @property
    def word(self) -> bytes:
        """As it stands in a frame."""
        return self.to_bytes(STATUS_LENGTH, "little")


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows the command in an answer: the status, then parameters."""

    status: Status
    data: bytes = b""

    @property
    def content(self) -> bytes:
        """As bytes of the frame."""
        return self.status.word + self.data


Exchange = Generator[float, None, Answer]
"""A command under way: yields the seconds that it takes before its next step, and returns its answer."""


class Refused(Exception):
    """The command, or one operation of it, ends here with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status
