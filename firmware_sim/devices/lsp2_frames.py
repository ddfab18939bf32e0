"""LSP2 messages as the gate sees them: requests in, answers out, and no check value either way.

Source: github GallusMax/libdanrfid, `org/tagsys/LSP2/LSP2.java` and `DBRecord.java`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

START = 0x1E
HEAD = 3
"""START, command, number of bytes that follow."""
CENTURY = 2000
BLOCK_SIZE, BLOCKS = 4, 8
"""Of the user memory in a record (`DBRecord.java`)."""
MEMORY = BLOCK_SIZE * BLOCKS


class Command(IntEnum):
    """Those that are known; a gate has others."""

    CLOCK = 0x0A
    RECORD_COUNT = 0x2D
    RECORD = 0x2E
    PEOPLE = 0x32


ARGUMENTS = {Command.CLOCK: 0, Command.RECORD_COUNT: 0, Command.RECORD: 2, Command.PEOPLE: 0}
"""How many bytes each command has with it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `command` may be one that is not known."""

    command: int
    arguments: bytes


class RequestReader:
    """Puts requests together from bytes. What does not begin like one is passed over."""

    def __init__(self) -> None:
        self._received = bytearray()

    def reset(self) -> None:
        """Forget what was heard and not yet taken."""
        self._received.clear()

    def hear(self, data: bytes, limit: int) -> None:
        """Keep bytes until they are taken; more than `limit` in all are lost, and what waited with them."""
        self._received += data
        if len(self._received) > limit:
            self._received.clear()

    def take(self) -> Request | None:
        """The next whole request."""
        begins = self._received.find(START)
        del self._received[: len(self._received) if begins < 0 else begins]
        if len(self._received) < HEAD:
            return None
        length = HEAD + self._received[2]
        if len(self._received) < length:
            return None
        request = Request(self._received[1], bytes(self._received[HEAD:length]))
        del self._received[:length]
        return request


def answer_frame(command: int, content: bytes) -> bytes:
    """The first two bytes of the request, then length and content (`LSP2.java`)."""
    return bytes((START, command, len(content))) + content


def time_bytes(time: datetime) -> bytes:
    """Month, day, year, hour, minute, second (`LSP2.java`, getTime)."""
    return bytes((time.month, time.day, time.year - CENTURY, time.hour, time.minute, time.second))


def reversed_blocks(memory: bytes) -> bytes:
    """The first 32 bytes of a tag's user memory, last block first; bytes in a block keep their order."""
    whole = memory[:MEMORY].ljust(MEMORY, b"\0")
    return b"".join(whole[place : place + BLOCK_SIZE] for place in range(MEMORY - BLOCK_SIZE, -1, -BLOCK_SIZE))
