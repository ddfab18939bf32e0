"""Frames of the OBID protocol: LENGTH, COM-ADR, COMMAND, data, CRC16. Source: FEIG H20800-16e-ID-B, 3.1 and 3.2."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fastcrc import crc16

ANY_READER = 0xFF
STX = 0x02
"""First byte of an advanced frame; a standard answer's first byte is its length, never 2 as the least is 6."""
SHORTEST_ANSWER = 6
SHORTEST_REQUEST = 5
SHORTEST_ADVANCED = 8
LONGEST_STANDARD = 255
LONGEST_BUFFERED = 8_192
"""Longest advanced frame that is waited for; a pad reads at most 128 bytes at once, gates send a few hundred."""
CRC_BYTES = 2


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


def request(command: int, data: bytes = b"", *, address: int = ANY_READER, advanced: bool = False) -> bytes:
    """A request frame; the advanced form is used when asked for, or when the standard one cannot hold the data."""
    length = SHORTEST_REQUEST + len(data)
    if advanced or length > LONGEST_STANDARD:
        body = struct.pack(">BHBB", STX, length + 2, address, command) + data
    else:
        body = struct.pack("BBB", length, address, command) + data
    return body + crc(body)


def frame_length(head: bytes) -> int | None:
    """Length of the answer frame that begins with `head`; None when more bytes are needed, 0 when none begins there."""
    if head[0] != STX:
        return head[0] if head[0] >= SHORTEST_ANSWER else 0
    if len(head) < 3:
        return None
    length = int.from_bytes(head[1:3], "big")
    return length if SHORTEST_ADVANCED <= length <= LONGEST_BUFFERED else 0


def parse(frame: bytes) -> Answer | None:
    """The answer in a whole frame, or None where the CRC is wrong."""
    if crc(frame[:-CRC_BYTES]) != frame[-CRC_BYTES:]:
        return None
    start = 3 if frame[0] == STX else 1
    address, command, status = frame[start : start + 3]
    return Answer(address, command, status, frame[start + 3 : -CRC_BYTES])


class AnswerStream:
    """Finds answers in a stream of bytes. Holds at most one unfinished frame; costs linear time in the stream."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.dropped = 0
        """Bytes that belonged to no good frame, since the last call of `take_dropped`."""

    def __len__(self) -> int:
        return len(self._bytes)

    def feed(self, data: bytes) -> list[Answer]:
        """Answers that are complete with `data`."""
        self._bytes += data
        return self._scan(silence=False)

    def silence(self) -> list[Answer]:
        """The line has been silent longer than within a frame: what is unfinished was noise, or hides a frame."""
        return self._scan(silence=True)

    def take_dropped(self) -> int:
        """How many bytes were dropped as noise since the last call."""
        dropped, self.dropped = self.dropped, 0
        return dropped

    def clear(self) -> None:
        self._bytes.clear()

    def _scan(self, *, silence: bool) -> list[Answer]:
        found: list[Answer] = []
        start, end = 0, len(self._bytes)
        while start < end:
            length = frame_length(bytes(self._bytes[start : start + 3]))
            unfinished = length is None or start + length > end
            if unfinished and not silence:
                break
            answer = None
            if not unfinished and length:
                answer = parse(bytes(self._bytes[start : start + length]))
            if answer is not None and length:
                found.append(answer)
                start += length
            else:
                start += 1
                self.dropped += 1
        del self._bytes[:start]
        return found
