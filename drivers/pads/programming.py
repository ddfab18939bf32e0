"""What a pad does for the staff besides a kiosk's work: writing the memory of a tag."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.errors import Misuse
from drivers.pads.protocol import PadCommand, PadEvent, WriteFailure

LAST_BLOCK = 255
"""A block's number is one byte."""


@dataclass(frozen=True, slots=True)
class WriteData:
    """Write whole blocks of one tag and read them back. Ends in one `DataWritten` or one `DataNotWritten`.

    Raises `Misuse` where the data is not one or more whole blocks that a tag can have.
    """

    uid: str
    first_block: int
    data: bytes
    """In the order of the tag's own bytes."""
    block_size: int = 4
    """Bytes a block, as `TagRead` told it."""

    def __post_init__(self) -> None:
        whole = 1 <= self.block_size <= 32 and self.data and len(self.data) % self.block_size == 0
        if not whole or not 0 <= self.first_block <= LAST_BLOCK:
            raise Misuse(f"{len(self.data)} bytes are not whole blocks of {self.block_size}")
        if self.first_block + len(self.data) // self.block_size - 1 > LAST_BLOCK:
            raise Misuse(f"{len(self.data)} bytes from block {self.first_block} go beyond block {LAST_BLOCK}")


@dataclass(frozen=True, slots=True)
class DataWritten:
    """Every block was written and read back as written."""

    uid: str
    first_block: int
    data: bytes


class NotWritable(StrEnum):
    """Why a pad cannot do such a write at all. Nothing was written."""

    BLOCK_SIZE = "block-size"
    """Its requests have no room for blocks of this size."""


@dataclass(frozen=True, slots=True)
class DataNotWritten:
    """Not every block is known to be written. Blocks before the failure are; the tag may be half written."""

    uid: str
    first_block: int
    why: WriteFailure | NotWritable
    bytes_written: int
    """Bytes from `first_block` that were read back as written."""


ProgrammerEvent = PadEvent | DataWritten | DataNotWritten
ProgrammerCommand = PadCommand | WriteData
