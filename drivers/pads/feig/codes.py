"""Numbers of the OBID protocol by their names: commands, statuses, readers.

Source: FEIG H20800-16e-ID-B, chapters 6 and 7, annexes B and C; for buffered read FEIG's class library 4.06.10.
"""

from __future__ import annotations

from enum import IntEnum

ANY_READER = 0xFF
"""COM-ADR that any reader takes; an answer carries the reader's own (3.1)."""
UID_BYTES = 8
BLOCK_BYTES_AT_ONCE = 128
"""Most bytes of block data that one read or write carries (7.1.3, 7.1.4)."""
MODE_BITS = 0x07
MODE_ADDRESSED = 0x01
"""MODE, bits 2 to 0: the UID follows (7.2)."""
INVENTORY_MORE = 0x80
"""MODE of an inventory, bit 7: give the records that did not fit (7.1.1)."""
INVENTORY_NOTIFIES = 0x40
"""MODE of an inventory, bit 6: NTFC_TIME follows (7.1.1)."""
UID_FIRST_BYTE = 0xE0
"""First byte of every UID of ISO/IEC 15693-3, 4.1."""


class Command(IntEnum):
    """COMMAND byte. 0x55 (flash loader) is left out on purpose: it is never sent."""

    READ_BUFFER = 0x22
    BUFFER_INFO = 0x31
    CLEAR_BUFFER = 0x32
    INIT_BUFFER = 0x33
    BAUD_RATE_DETECTION = 0x52
    CPU_RESET = 0x63
    SOFTWARE_VERSION = 0x65
    READER_INFO = 0x66
    RF_RESET = 0x69
    RF_OUTPUT = 0x6A
    GET_COUNTER = 0x77
    READ_CONFIGURATION = 0x80
    ISO_HOST = 0xB0


class Iso(IntEnum):
    """Sub-command of 0xB0."""

    INVENTORY = 0x01
    STAY_QUIET = 0x02
    LOCK_BLOCKS = 0x22
    READ_BLOCKS = 0x23
    WRITE_BLOCKS = 0x24
    SELECT = 0x25
    RESET_TO_READY = 0x26
    WRITE_AFI = 0x27
    LOCK_AFI = 0x28
    WRITE_DSFID = 0x29
    LOCK_DSFID = 0x2A
    SYSTEM_INFORMATION = 0x2B
    BLOCK_SECURITY = 0x2C


class Status(IntEnum):
    """STATUS byte of an answer (annex C; 0x20, 0x84 to 0x92 in the class library)."""

    OK = 0x00
    NO_TRANSPONDER = 0x01
    DATA_FALSE = 0x02
    WRITE_ERROR = 0x03
    ADDRESS_ERROR = 0x04
    WRONG_TYPE = 0x05
    AUTHENTICATION = 0x08
    GENERAL = 0x0E
    EEPROM = 0x10
    PARAMETER_RANGE = 0x11
    UNIT_SILENT = 0x20
    UNKNOWN_COMMAND = 0x80
    LENGTH = 0x81
    NOT_AVAILABLE = 0x82
    RF_COMMUNICATION = 0x83
    RF_WARNING = 0x84
    NO_DATA_YET = 0x85
    ANTENNA = 0x90
    NO_VALID_DATA = 0x92
    BUFFER_OVERFLOW = 0x93
    MORE_DATA = 0x94
    ISO_15693_ERROR = 0x95
    ISO_14443_ERROR = 0x96
    HARDWARE_WARNING = 0xF1


class IsoError(IntEnum):
    """Error code of ISO/IEC 15693-3 behind status 0x95 (annex C1)."""

    NO_SUCH_BLOCK = 0x10
    LOCKED_ALREADY = 0x11
    LOCKED = 0x12


WITH_RECORDS = frozenset(
    {
        Status.OK,
        Status.RF_COMMUNICATION,
        Status.RF_WARNING,
        Status.NO_DATA_YET,
        Status.ANTENNA,
        Status.BUFFER_OVERFLOW,
        Status.MORE_DATA,
    }
)
"""Statuses with which an inventory or a buffered read still carries records (class library, cbNewNotify)."""

READER_NAMES = {
    40: "LR100",
    41: "LR200",
    60: "PRH",
    61: "PRH",
    71: "PRH",
    72: "PRH",
    74: "MR100",
    75: "MR200",
    76: "MR101-A",
    78: "MR101-U",
    80: "CPR.M02",
    81: "CPR.02",
    91: "LRU1000",
}
"""SW-TYPE of a reader (annex B)."""


def status_name(status: int) -> str:
    """A status for a technician: its number as the manual prints it, and its name where it has one."""
    if status in Status.__members__.values():
        return f"status {status:02X} ({Status(status).name.lower().replace('_', ' ')})"
    return f"status {status:02X}"


def reader_name(sw_type: int) -> str:
    """The reader's type by its SW-TYPE."""
    return READER_NAMES.get(sw_type, f"reader of type {sw_type}")
