"""Numbers of the RL866 protocol by their names: commands, access codes, tag types, statuses.

Sources: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/state.py and tag_memory_access_command.py;
for fetching tag reports, github MoaidF/UHF-cpp, RL8000_Comm.cpp, code for a reader with the same frames.
"""

from __future__ import annotations

from enum import IntEnum

ANY_READER = 0xFF
"""RID that any reader takes; an answer carries the reader's own."""
ISO_15693 = 0x01
"""Air protocol of library tags; the others are passed over."""
ALL_TAGS = 0
"""Handle of a disconnect that lets go of every tag."""


class Command(IntEnum):
    """First byte of an I-block's INF. Writing of the configuration is left out on purpose: it is never sent."""

    READ_CONFIGURATION = 0x01
    INVENTORY = 0x31
    CONNECT = 0x32
    DISCONNECT = 0x33
    TAG_ACCESS = 0x34
    TAG_REPORTS = 0x35


class Access(IntEnum):
    """Code of one operation on a tag."""

    READ_BLOCKS = 0x0003
    WRITE_BLOCKS = 0x0004
    WRITE_AFI = 0x0006
    SYSTEM_INFORMATION = 0x000A
    ENABLE_EAS = 0x000C
    DISABLE_EAS = 0x000D
    EAS_ALARM = 0x000F


class Status(IntEnum):
    """Status of an answer, and error of an operation that was not done."""

    OK = 0x000
    TIMEOUT = 0x004
    CHECKSUM = 0x101
    LENGTH = 0x102
    COMMAND = 0x103
    SEQUENCE = 0x104
    NO_ANSWER_1 = 0x401
    NO_ANSWER_2 = 0x402
    COLLISION = 0x404
    TAG_CRC = 0x405
    NO_ANSWER_3 = 0x40A
    HANDLE = 0x415
    COLLISION_OF_TAGS = 0x419
    LOCKED_OR_NO_BLOCK = 0x41B
    NO_SUCH_BLOCK = 0x41C
    NO_TAG = 0x420
    NAK = 0x422


_WORDS = {
    Status.NO_ANSWER_1: "the tag does not answer",
    Status.NO_ANSWER_2: "the tag does not answer",
    Status.NO_ANSWER_3: "the tag does not answer",
    Status.COLLISION_OF_TAGS: "collision",
}

TAG_SILENT = frozenset(
    {
        Status.TIMEOUT,
        Status.NO_ANSWER_1,
        Status.NO_ANSWER_2,
        Status.NO_ANSWER_3,
        Status.COLLISION,
        Status.COLLISION_OF_TAGS,
        Status.TAG_CRC,
        Status.NO_TAG,
    }
)
"""The tag does not answer, or not well: after a write it may have been written."""
NO_SUCH_BLOCKS = frozenset({Status.LOCKED_OR_NO_BLOCK, Status.NO_SUCH_BLOCK})
OUT_OF_STEP = frozenset({Status.CHECKSUM, Status.SEQUENCE})
"""The request did not arrive as it was sent, or not in its turn: both sides must start again."""

ICODE_SLI = 1
EAS_TAG_TYPES = frozenset({ICODE_SLI, 7, 10, 12})
"""ICODE SLI, SLIX, SLIX2 and SLIX-S have an EAS bit."""


def status_name(status: int) -> str:
    """A status for a technician: its number, and its name where it has one."""
    if status not in Status.__members__.values():
        return f"status {status:03X}"
    known = Status(status)
    return f"status {status:03X} ({_WORDS.get(known, known.name.lower().replace('_', ' '))})"
