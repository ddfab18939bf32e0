"""Frames of the 3M 210 protocol: start byte, length, command, content, CRC.

Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0, 2 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc import crc16

from drivers.pads.polling.stream import FrameStream

START = 0xD6
PROBE_START = 0xD5
"""Of the 810's probe and its answer (github dpavlin/Biblio-RFID 3M810.pm)."""
HEAD_BYTES, CRC_BYTES = 3, 2
"""Start byte and length before what the length counts; the CRC is counted."""
LEAST_LENGTH = 3
"""A command and the CRC."""
SHORTEST_ANSWER = HEAD_BYTES + LEAST_LENGTH + 1
"""An answer has an error code, too."""
LONGEST_AWAITED = 2_400
"""Longest answer that is waited for: 255 records with DSFID are 2,305 bytes. A larger length is noise."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One good frame from a reader. For an answer to the probe, `error` is the second of its bytes `04 00 11`."""

    start: int
    command: int
    error: int
    data: bytes


def crc(counted: bytes) -> bytes:
    """Polynomial 0x1021, start 0xFFFF, final XOR 0xFFFF, most significant byte first, without the start byte (4)."""
    return int(crc16.genibus(counted)).to_bytes(CRC_BYTES)


def is_sound(frame: bytes) -> bool:
    """Whether the CRC at the end of a whole frame is right."""
    return crc(frame[1:-CRC_BYTES]) == frame[-CRC_BYTES:]


def request(command: int, data: bytes = b"", *, start: int = START) -> bytes:
    """A request frame."""
    content = bytes((command,)) + data
    counted = (len(content) + CRC_BYTES).to_bytes(2) + content
    return bytes((start,)) + counted + crc(counted)


def answer_length(head: bytes) -> int | None:
    """Length of the answer frame that begins with `head`; None when more bytes are needed, 0 when none begins there."""
    if head[0] not in (START, PROBE_START):
        return 0
    if len(head) < HEAD_BYTES:
        return None
    length = HEAD_BYTES + int.from_bytes(head[1:HEAD_BYTES])
    return length if SHORTEST_ANSWER <= length <= LONGEST_AWAITED else 0


def parse(frame: bytes) -> Answer | None:
    """The answer in a whole frame, or None where the CRC is wrong."""
    if not is_sound(frame):
        return None
    return Answer(frame[0], frame[HEAD_BYTES], frame[HEAD_BYTES + 1], frame[HEAD_BYTES + 2 : -CRC_BYTES])


class AnswerStream(FrameStream[Answer]):
    """Finds answers in a stream of bytes. Holds at most one unfinished frame, that is `LONGEST_AWAITED` bytes."""

    def __init__(self) -> None:
        super().__init__(HEAD_BYTES, answer_length, parse)
