"""Zebra's Simple Serial Interface: packets with a length, an opcode and a checksum. WGC engines use the same frame.

LEN counts all but the checksum, which is the two's complement of the sum of those bytes, high byte first.
Sources: Zebra SSI guide, as seen in public programs (code types: github enioka-Haute-Couture/enioka_scan,
SsiSymbologyTranslator.java); Symbol SE 923 integration guide, 6-15; github Hypernova-Oy/lainuri WGC_commands.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

ACK, NAK, DECODE_DATA = 0xD0, 0xD1, 0xF3
START_SESSION, STOP_SESSION = 0xE4, 0xE5
SOURCE_SCANNER, SOURCE_HOST = 0x00, 0x04
RETRANSMITTED, MORE_FOLLOWS = 0x01, 0x02
"""Bits of the status byte."""
RESEND = 0x01
NAK_CAUSES = MappingProxyType(
    {
        RESEND: "send it again",
        0x02: "not known or not possible now",
        0x06: "not allowed: is scanning disabled?",
        0x0A: "cancelled",
    }
)
"""Why a packet was not taken."""
SYMBOLOGIES = MappingProxyType(
    {
        0x01: "code-39",
        0x02: "codabar",
        0x03: "code-128",
        0x06: "interleaved-2-of-5",
        0x0A: "ean-8",
        0x0B: "ean-13",
        0x0F: "gs1-128",
        0x13: "code-39",
        0x1B: "data-matrix",
        0x1C: "qr",
        0x2D: "aztec",
    }
)
"""Code types of decode data that this product has names for."""
_HEAD = 4
_CHECKSUM = 2
LONGEST = 0xFF + _CHECKSUM
"""Bytes of the longest packet: LEN is one byte."""


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


def encode_packet(opcode: int, data: bytes = b"", source: int = SOURCE_HOST, status: int = 0) -> bytes:
    """One packet with its checksum; `data` up to 251 bytes."""
    body = bytes((_HEAD + len(data), opcode, source, status)) + data
    return body + checksum_of(body)


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
    is_wgc = second == SOURCE_HOST and third != SOURCE_HOST
    opcode, source = (third, second) if is_wgc else (second, third)
    return SsiPacket(opcode, source, body[3], body[_HEAD:], checksum == checksum_of(body), length + _CHECKSUM)
