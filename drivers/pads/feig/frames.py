"""Frames of the OBID protocol: LENGTH, COM-ADR, COMMAND, data, CRC16. Source: FEIG H20800-16e-ID-B, 3.1 and 3.2.

The advanced form begins with STX and a length of two bytes: of long answers everywhere, of requests in newer families.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fastcrc import crc16

from drivers.pads.feig.codes import ANY_READER
from drivers.pads.polling.stream import FrameStream

STX = 0x02
"""First byte of an advanced frame; a standard frame's first byte is its length, never 2 as the least is 5."""
SHORTEST_ANSWER = 6
SHORTEST_REQUEST = 5
SHORTEST_ADVANCED_ANSWER = 8
SHORTEST_ADVANCED_REQUEST = 7
LONGEST_STANDARD = 255
LONGEST_AWAITED = 4_096
"""Longest advanced answer that is waited for: 255 inventory records are 2,559 bytes. A larger length is noise."""
CRC_BYTES = 2
_STANDARD_HEAD, _ADVANCED_HEAD = 1, 3
"""Bytes before COM-ADR."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One good frame from a reader."""

    address: int
    command: int
    status: int
    data: bytes


def crc(data: bytes) -> bytes:
    """CRC16, polynomial 0x8408 reflected, start 0xFFFF, least significant byte first (3.2)."""
    return struct.pack("<H", crc16.mcrf4xx(data))


def is_sound(frame: bytes) -> bool:
    """Whether the CRC at the end of a whole frame is right."""
    return crc(frame[:-CRC_BYTES]) == frame[-CRC_BYTES:]


def head_length(frame: bytes) -> int:
    """Bytes before COM-ADR of the frame that begins here."""
    return _ADVANCED_HEAD if frame[0] == STX else _STANDARD_HEAD


def request(command: int, data: bytes = b"", *, address: int = ANY_READER, advanced: bool = False) -> bytes:
    """A request frame; the advanced form is used when asked for, or when the standard one cannot hold the data."""
    length = SHORTEST_REQUEST + len(data)
    if advanced or length > LONGEST_STANDARD:
        body = struct.pack(">BHBB", STX, length + 2, address, command) + data
    else:
        body = struct.pack("BBB", length, address, command) + data
    return body + crc(body)


def answer_length(head: bytes) -> int | None:
    """Length of the answer frame that begins with `head`; None when more bytes are needed, 0 when none begins there."""
    if head[0] != STX:
        return head[0] if head[0] >= SHORTEST_ANSWER else 0
    if len(head) < _ADVANCED_HEAD:
        return None
    length = int.from_bytes(head[1:_ADVANCED_HEAD], "big")
    return length if SHORTEST_ADVANCED_ANSWER <= length <= LONGEST_AWAITED else 0


def parse(frame: bytes) -> Answer | None:
    """The answer in a whole frame, or None where the CRC is wrong."""
    if not is_sound(frame):
        return None
    start = head_length(frame)
    address, command, status = frame[start : start + 3]
    return Answer(address, command, status, frame[start + 3 : -CRC_BYTES])


class AnswerStream(FrameStream[Answer]):
    """Finds answers in a stream of bytes. Holds at most one unfinished frame, that is `LONGEST_AWAITED` bytes."""

    def __init__(self) -> None:
        super().__init__(_ADVANCED_HEAD, answer_length, parse)
