"""Zebra's Simple Serial Interface: packets with a length, an opcode and a checksum. WGC engines use the same frame.

LEN counts all but the checksum, which is the two's complement of the sum of those bytes, high byte first.
Source: Zebra SSI guide, as seen in public programs; github Hypernova-Oy/lainuri WGC_commands.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ACK, NAK, DECODE_DATA = 0xD0, 0xD1, 0xF3
_SOURCE_HOST = 0x04
_HEAD = 4
_CHECKSUM = 2


class SsiFault(StrEnum):
    """Why bytes are not a packet."""

    TRUNCATED = "frame-truncated"
    LENGTH = "length-invalid"


@dataclass(frozen=True, slots=True)
class SsiPacket:
    """One packet. On WGC engines source and opcode change places on the wire."""

    opcode: int
    source: int
    status: int
    data: bytes
    checksum_right: bool = True
    size: int = 0
    """Bytes of the whole packet on the wire."""


def checksum_of(body: bytes) -> bytes:
    """Two bytes, high byte first."""
    return (-sum(body) & 0xFFFF).to_bytes(2)


def parse_packet(data: bytes) -> SsiPacket | SsiFault:
    """The packet at the start of `data`."""
    if not data:
        return SsiFault.TRUNCATED
    length = data[0]
    if length < _HEAD:
        return SsiFault.LENGTH
    if len(data) < length + _CHECKSUM:
        return SsiFault.TRUNCATED
    body, checksum = data[:length], data[length : length + _CHECKSUM]
    second, third = body[1], body[2]
    is_wgc = second == _SOURCE_HOST and third != _SOURCE_HOST
    opcode, source = (third, second) if is_wgc else (second, third)
    return SsiPacket(opcode, source, body[3], body[_HEAD:], checksum == checksum_of(body), length + _CHECKSUM)
