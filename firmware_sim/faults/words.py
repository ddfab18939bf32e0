"""The faults of each device, by the words that the bench and scenario files use."""

from __future__ import annotations

from enum import StrEnum


class PadFault(StrEnum):
    """What can be wrong with the pad or its line. `unplug` is the line's; the reader does the rest."""

    NONE = "none"
    SILENT = "silent"
    NOISE = "noise"
    TRUNCATE = "truncate"
    BAD_CRC = "bad-crc"
    LOSE_WRITE_ANSWER = "lose-write-answer"
    SLOW = "slow"
    UNPLUG = "unplug"


class ScannerFault(StrEnum):
    """What can be wrong with the scanner or its line."""

    NONE = "none"
    NOISE = "noise"
    UNPLUG = "unplug"


class SsiFault(StrEnum):
    """What can be wrong with a scan engine that speaks SSI, or its line."""

    NONE = "none"
    NOISE = "noise"
    NO_ACK_HEARD = "no-ack-heard"
    """It hears no ACK of a host, and so sends each code again."""
    UNPLUG = "unplug"


class TasmotaFault(StrEnum):
    """What can be wrong with a Tasmota board."""

    NONE = "none"
    SILENT = "silent"
    """It does as it is told, and says nothing of it."""
    DEAF = "deaf"
    """It does nothing of what it is told."""
    UNPLUG = "unplug"


class PrinterFault(StrEnum):
    """What can be wrong with the printer or its line. `stall`: it takes no more bytes."""

    NONE = "none"
    SILENT = "silent"
    STALL = "stall"
    UNPLUG = "unplug"


class CardFault(StrEnum):
    """What can be wrong with the card reader or the PC/SC service behind it."""

    NONE = "none"
    UNPLUG = "unplug"
    SERVICE_STOP = "service-stop"


class PcscPadFault(StrEnum):
    """What can be wrong with a pad that is a PC/SC reader: its USB line checks itself, so bytes are never spoilt."""

    NONE = "none"
    NOISE = "noise"
    LOSE_WRITE_ANSWER = "lose-write-answer"
    TEAR_WRITE = "tear-write"
    """The book is pulled away in the middle of the next write."""
    SLOW = "slow"
    UNPLUG = "unplug"


class GateFault(StrEnum):
    """What can be wrong with a gate or its line."""

    NONE = "none"
    SILENT = "silent"
    SLOW = "slow"
    NOISE = "noise"
    OVERFLOW = "overflow"
    """Its memory takes hardly any records more: those that do not fit are lost."""
    UNPLUG = "unplug"
