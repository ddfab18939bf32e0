"""Packets of Zebra's Simple Serial Interface (SSI) as the engine sees them.

Sources: devices.md, sections 2 and 14; the status bits also in a public C library for these engines (github
alvinnguyen-chipmunk/zebra-scanner-library, `ssi.h`), the causes of a NAK in github enioka-Haute-Couture/enioka_scan,
`zebraoss_2/commands/Nack.java`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

HEAD = 4
"""LEN, opcode, source and status: LEN counts all but the checksum."""
CHECKSUM_LENGTH = 2
LONGEST = 255
LONGEST_PACKET = LONGEST + CHECKSUM_LENGTH
ENGINE, HOST = 0x00, 0x04
GAP_S = 0.1
"""A quiet line ends a packet that was cut short. No source gives the time."""


class Opcode(IntEnum):
    """What a packet is."""

    PARAMETERS = 0xC6
    ACK = 0xD0
    NAK = 0xD1
    START_SESSION = 0xE4
    STOP_SESSION = 0xE5
    DECODE_DATA = 0xF3


class Status(IntFlag):
    """Bits of the status byte."""

    AGAIN = 0x01
    """It was sent before."""
    MORE = 0x02
    """It is not the last packet of a message."""


class Cause(IntEnum):
    """Why a packet is refused."""

    CHECKSUM = 0x01
    NOT_UNDERSTOOD = 0x02


FIRST_AND_LAST = Status(0)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a host; `intact` says whether its checksum is right."""

    opcode: int
    source: int
    status: int
    data: bytes
    intact: bool


class PacketReader:
    """Puts packets together from bytes. A byte that cannot be a length is dropped: hosts send 00 to wake an engine."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._last_s = float("-inf")

    @property
    def kept(self) -> int:
        """Bytes of a packet that has begun: less than the longest has."""
        return len(self._received)

    def forget(self) -> None:
        """A packet that has begun is over."""
        self._received.clear()

    def take(self, data: bytes, began_s: float, now_s: float) -> list[Packet]:
        """Take bytes that came from `began_s` to `now_s`; return the packets that end in them."""
        if began_s - self._last_s > GAP_S:
            self.forget()
        self._last_s = now_s
        packets: list[Packet] = []
        for byte in data:
            if not self._received and byte < HEAD:
                continue
            self._received.append(byte)
            if len(self._received) == self._received[0] + CHECKSUM_LENGTH:
                packets.append(_packet(bytes(self._received)))
                self._received.clear()
        return packets


def packet(opcode: Opcode, data: bytes = b"", status: Status = FIRST_AND_LAST) -> bytes:
    """A packet of the engine. At most 251 bytes of data."""
    counted = bytes((HEAD + len(data), opcode, ENGINE, status)) + data
    return counted + checksum(counted)


def checksum(counted: bytes) -> bytes:
    """Two's complement of the sum of the bytes, high byte first."""
    return (-sum(counted) & 0xFFFF).to_bytes(CHECKSUM_LENGTH, "big")


def _packet(received: bytes) -> Packet:
    counted = received[:-CHECKSUM_LENGTH]
    intact = checksum(counted) == received[-CHECKSUM_LENGTH:]
    return Packet(counted[1], counted[2], counted[3], counted[HEAD:], intact)
