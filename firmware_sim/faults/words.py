"""The faults of each device, by the words that the bench and scenario files use.

What any line can do to any device is `LineFault`, and is done by the line; the others are each the device's own.
"""

from __future__ import annotations

from enum import StrEnum


class LineFault(StrEnum):
    """What can be wrong with a line, or with a device as a whole. A message is what a device says at once."""

    NONE = "none"
    NOISE = "noise"
    """A share of the messages has a flipped bit, or random bytes in front."""
    TRUNCATE = "truncate"
    """… is cut short at any place, which may be its first byte."""
    HALF_FRAME = "half-frame"
    """… ends in the middle, and its rest never comes."""
    SLOW = "slow"
    """… comes later by some seconds; none overtakes another."""
    DOUBLED = "doubled"
    """… comes twice."""
    LATE = "late"
    """… is kept until the device has something else to say, and comes before that."""
    STUCK = "stuck"
    """The device stands still: it takes no byte, says none, and does nothing."""
    WRONG_BAUD = "wrong-baud"
    """The device has another speed than its host: each hears noise."""
    RESET = "reset"
    """The device begins anew: deaf for a moment, then bytes of no meaning, and what it did not keep is forgotten."""
    UNPLUG = "unplug"


class PadFault(StrEnum):
    """What can be wrong with a pad on a line."""

    NONE = "none"
    SILENT = "silent"
    BAD_CRC = "bad-crc"
    WRONG_ANSWER = "wrong-answer"
    """A good frame that answers something else: an earlier question, or with another tag's UID."""
    LOSE_WRITE_ANSWER = "lose-write-answer"
    TORN_WRITE = "torn-write"
    """The tag is not heard any more in the middle of a write, which it has done or not; of blocks, some."""
    TAG_LEAVES = "tag-leaves"
    """The same, and its book is gone to the shelf."""


class SsiFault(StrEnum):
    """What can be wrong with a scan engine that speaks SSI."""

    NONE = "none"
    NO_ACK_HEARD = "no-ack-heard"
    """It hears no ACK of a host, and so sends each code again."""


class WedgeFault(StrEnum):
    """What can be wrong with a keyboard: the kernel hands out whole records, whatever happens on its line."""

    NONE = "none"
    NOISE = "noise"


class TasmotaFault(StrEnum):
    """What can be wrong with a Tasmota board."""

    NONE = "none"
    SILENT = "silent"
    """It does as it is told, and says nothing of it."""
    DEAF = "deaf"
    """It does nothing of what it is told."""
    UNPLUG = "unplug"


class PrinterFault(StrEnum):
    """What can be wrong with the printer. `stall`: it takes no more bytes, and says XOFF."""

    NONE = "none"
    SILENT = "silent"
    STALL = "stall"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER_JAM = "cutter-jam"


class CardFault(StrEnum):
    """What can be wrong with the card reader, the PC/SC service behind it, or the hand that holds a card."""

    NONE = "none"
    TEAR = "tear"
    """A card that is tapped is pulled away while it is read."""
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
    """What can be wrong with a gate."""

    NONE = "none"
    SILENT = "silent"
    OVERFLOW = "overflow"
    """Its memory takes hardly any records more: those that do not fit are lost."""
    COUNTER_RESET = "counter-reset"
    """Its people counter begins again at zero, once."""


Fault = (
    LineFault | PadFault | PcscPadFault | SsiFault | WedgeFault | PrinterFault | CardFault | GateFault | TasmotaFault
)

SOCKET_FAULTS: tuple[Fault, ...] = tuple(fault for fault in LineFault if fault is not LineFault.WRONG_BAUD)
"""Of a line that has no speed; `none` is the first."""
LINE_FAULTS: tuple[Fault, ...] = tuple(LineFault)
KEYBOARD_FAULTS: tuple[Fault, ...] = (
    *WedgeFault,
    LineFault.SLOW,
    LineFault.DOUBLED,
    LineFault.LATE,
    LineFault.STUCK,
    LineFault.UNPLUG,
)


def with_own(line: tuple[Fault, ...], own: type[Fault]) -> tuple[Fault, ...]:
    """A device's own faults after those of its line; one `none`, at the beginning."""
    return (*line, *(fault for fault in own if fault.value != LineFault.NONE.value))
