"""Operations on a tag, several of which one tag access carries, and how many bytes they and their results take.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/tag_memory_access_command.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.pads.rl866.codes import Access
from drivers.pads.rl866.frames import LONGEST_INF

_CODE = struct.Struct("<H")
_READ = struct.Struct("<BHH")
"""Block security (0, without), first block, count."""
_WRITE = struct.Struct("<HH")
"""First block, count."""
_LONGEST_RECORD = 0x7F
"""A length of one byte. Longer ones have two, which nobody has shown on a wire: they are never asked for."""
_RESULT_HEAD_BYTES = 3
"""Code, and 1 or 0."""
_LENGTH_BYTES = 1
_COUNT_BYTES = 2
_ANSWER_HEAD_BYTES = 3
"""Command, status."""
RESULT_BYTES = _LENGTH_BYTES + _RESULT_HEAD_BYTES + 2
"""A result without data, or with an error code."""
INFORMATION_RESULT_BYTES = _LENGTH_BYTES + _RESULT_HEAD_BYTES + 14
RESULTS_ROOM_BYTES = LONGEST_INF - _ANSWER_HEAD_BYTES
"""Results that one answer can carry."""
_LONGEST_READ_BYTES = _LONGEST_RECORD - _RESULT_HEAD_BYTES - _COUNT_BYTES
_LONGEST_WRITE_BYTES = _LONGEST_RECORD - _CODE.size - _WRITE.size


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `result_bytes` is the room that its result takes."""

    code: Access
    data: bytes
    result_bytes: int
    steps: int = 1
    """Blocks that the tag is asked for, or other single commands on the air: for the time-out."""

    def encode(self) -> bytes:
        """Length, code, data."""
        return bytes((_CODE.size + len(self.data),)) + _CODE.pack(self.code) + self.data


SYSTEM_INFORMATION = Operation(Access.SYSTEM_INFORMATION, b"", INFORMATION_RESULT_BYTES)
ENABLE_EAS = Operation(Access.ENABLE_EAS, b"", RESULT_BYTES)
DISABLE_EAS = Operation(Access.DISABLE_EAS, b"", RESULT_BYTES)
EAS_ALARM = Operation(Access.EAS_ALARM, b"", _LENGTH_BYTES + _LONGEST_RECORD)
"""What its result holds is not public; only whether the tag answered is used."""


def read_blocks(first: int, count: int, block_size: int) -> Operation:
    """Blocks without their security bytes. `block_size` in bytes, as far as it is known, is for the room only."""
    room = _LENGTH_BYTES + _RESULT_HEAD_BYTES + _COUNT_BYTES + count * block_size
    return Operation(Access.READ_BLOCKS, _READ.pack(0, first, count), room, count)


def blocks_at_once(block_size: int, room_bytes: int) -> int:
    """Most blocks that one read can give where results may take `room_bytes`."""
    head = _LENGTH_BYTES + _RESULT_HEAD_BYTES + _COUNT_BYTES
    return max(0, min(_LONGEST_READ_BYTES, room_bytes - head) // block_size)


def blocks_written_at_once(block_size: int) -> int:
    """Most blocks that one write carries."""
    return max(1, _LONGEST_WRITE_BYTES // block_size)


def write_blocks(first: int, blocks: tuple[bytes, ...]) -> Operation:
    """Whole blocks of one size, in the tag's own order of bytes."""
    return Operation(Access.WRITE_BLOCKS, _WRITE.pack(first, len(blocks)) + b"".join(blocks), RESULT_BYTES, len(blocks))


def write_afi(afi: int) -> Operation:
    """The AFI, one byte."""
    return Operation(Access.WRITE_AFI, bytes((afi,)), RESULT_BYTES)
