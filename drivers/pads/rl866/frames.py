"""Frames of the RL866: SOF, LEN, RID, PCB, INF, CRC16. The chaining of long blocks is not public: it is not driven.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/message.py and iblock.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fastcrc import crc16

from drivers.pads.rl866.codes import ANY_READER

SOF = 0xFA
HEAD_BYTES = 4
"""SOF, LEN, RID, PCB."""
CRC_BYTES = 2
LEAST_LEN = 5
"""LEN counts itself, RID, PCB, INF and the CRC."""
LONGEST_FRAME = 0x100
LONGEST_INF = LONGEST_FRAME - HEAD_BYTES - CRC_BYTES
SHORTEST_FRAME = LEAST_LEN + 1
RESYNC, RESYNC_ANSWER = 0xC0, 0xE0
_SEQUENCE_BIT = 6
_I_BLOCK_BITS, _CHAINING = 0x80, 0x20


@dataclass(frozen=True, slots=True)
class Block:
    """One good frame."""

    address: int
    control: int
    """PCB."""
    content: bytes
    """INF."""

    @property
    def is_resync_answer(self) -> bool:
        """The reader starts again at sequence number 0."""
        return self.control == RESYNC_ANSWER

    @property
    def is_information(self) -> bool:
        """A whole I-block: an answer to a command."""
        return not self.control & (_I_BLOCK_BITS | _CHAINING)

    @property
    def sequence(self) -> int:
        return self.control >> _SEQUENCE_BIT & 1


def crc(data: bytes) -> bytes:
    """CRC16 over LEN to INF: polynomial 0x8408 reflected, start 0xFFFF, low byte first."""
    return struct.pack("<H", crc16.mcrf4xx(data))


def frame(control: int, content: bytes = b"", *, address: int = ANY_READER) -> bytes:
    """A frame around INF, at most `LONGEST_INF` bytes."""
    counted = bytes((len(content) + LEAST_LEN, address, control)) + content
    return bytes((SOF,)) + counted + crc(counted)


def resync(address: int = ANY_READER) -> bytes:
    """Both sides start again at sequence number 0."""
    return frame(RESYNC, address=address)


def request(content: bytes, sequence: int, *, address: int = ANY_READER) -> bytes:
    """An I-block with its sequence number, 0 or 1."""
    return frame(sequence << _SEQUENCE_BIT, content, address=address)


def frame_length(head: bytes) -> int | None:
    """Bytes of the frame that begins with `head`; None when more are needed, 0 when none begins there."""
    if head[0] != SOF:
        return 0
    if len(head) < 2:
        return None
    return head[1] + 1 if head[1] >= LEAST_LEN else 0


def parse(whole: bytes) -> Block | None:
    """The block in a whole frame, or None where the CRC is wrong."""
    if crc(whole[1:-CRC_BYTES]) != whole[-CRC_BYTES:]:
        return None
    return Block(whole[2], whole[3], whole[HEAD_BYTES:-CRC_BYTES])
