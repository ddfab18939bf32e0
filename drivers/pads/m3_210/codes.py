"""Numbers of the 3M 210 protocol by their names: commands, errors, bits.

Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, chapters 5 to 7 and appendix A; for the 810 github
dpavlin/Biblio-RFID lib/Biblio/RFID/Reader/3M810.pm.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

UID_BYTES = 8
UID_FIRST_BYTE = 0xE0
"""First byte of every UID of ISO/IEC 15693-3, 4.1."""
BLOCK_BYTES = 4
"""Data of a block in every read and write (7.5, 7.6)."""
LOCK_LIMIT = 3
"""A lock byte above this is the error code of its block (7.5)."""
ALL_AFIS = 0x00
INVENTORY_OPTIONS = 0x05
"""As the manual's example and the 810's own software have it (7.1)."""


class Command(IntEnum):
    """Fourth byte of a frame."""

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
    TAG_INFO = 0x0D
    LOCK_DSFID = 0x0E
    GET_DSFID = 0x0F
    VERSION = 0x11
    START_UP = 0x13
    """Not documented; what the 810's own software sends after the probe (3M810.pm)."""
    PASS_THRU = 0x14
    INVENTORY = 0xFE


PROBE_COMMAND = 0x04
"""Of the 810's probe, whose frames begin with D5; `04 00 11` asks and answers (3M810.pm)."""


class Error(IntEnum):
    """Error code of an answer, or of one block (appendix A)."""

    NONE = 0x00
    NOT_IMPLEMENTED = 0x02
    NO_TRANSPONDER = 0x06
    """Gone, another UID, or the tag keeps silent by right."""
    UNKNOWN = 0x0F
    NOT_THERE = 0x11
    LOCKED = 0x12
    NOT_READ = 0x15
    NOT_WRITTEN = 0x16
    TAG_NOT_SUPPORTED = 0x21
    TAG_UNKNOWN = 0x22
    TAG_OPTION = 0x23
    NOT_FOR_THIS_TAG = 0x30
    OPTION = 0x31
    PARAMETER = 0x32
    CANCELLED = 0xFD
    NO_MEMORY = 0xFE


_WORDS = {
    Error.NONE: "no error",
    Error.NOT_IMPLEMENTED: "the reader does not know the command",
    Error.NO_TRANSPONDER: "no transponder",
    Error.UNKNOWN: "unknown error",
    Error.NOT_THERE: "the block is not there",
    Error.LOCKED: "locked",
    Error.NOT_READ: "not read",
    Error.NOT_WRITTEN: "not written",
    Error.TAG_NOT_SUPPORTED: "the tag does not support it",
    Error.TAG_UNKNOWN: "the tag does not recognise it",
    Error.TAG_OPTION: "the tag does not know the option",
    Error.NOT_FOR_THIS_TAG: "not for this tag",
    Error.OPTION: "the reader does not know the option",
    Error.PARAMETER: "wrong parameter",
    Error.CANCELLED: "cancelled",
    Error.NO_MEMORY: "the reader has no memory left",
}


class TagInfo(IntFlag):
    """Parts of a tag's information, wanted and got (7.18)."""

    DSFID = 0x01
    AFI = 0x02
    MEMORY = 0x04
    IC_REFERENCE = 0x08


def error_words(error: int) -> str:
    """An error for a technician: its number as the manual prints it, and what it means where that is known."""
    if error in _WORDS:
        return f"error {error:02X} ({_WORDS[Error(error)]})"
    return f"error {error:02X}"
