"""Reads the memory of one tag: what it says of itself and its first blocks in one tag access, the rest in further ones.

Most library tags have 28 blocks of 4: connect, one access, disconnect is all that they take.
"""

from __future__ import annotations

from drivers.pads.polling.dialect import NotYet, ReadingGoesOn
from drivers.pads.protocol import TagRead
from drivers.pads.rl866 import operations
from drivers.pads.rl866.answers import Result, read_blocks
from drivers.pads.rl866.codes import NO_SUCH_BLOCKS, TAG_SILENT, Access, Status, status_name
from drivers.pads.rl866.operations import SYSTEM_INFORMATION, Operation
from drivers.pads.rl866.tag_access import Outcome
from drivers.pads.system_information import SystemInformation, parse_system_information

_FIRST_BLOCKS = 28
"""Of an ICODE SLI or SLIX. A tag with fewer refuses, and is asked again for what it says that it has."""


class MemoryReading:
    """What `tag_access.TagAccess` asks and tells when a tag is read."""

    def __init__(self, uid: str, likely_block_size: int, most_bytes: int) -> None:
        self._uid = uid
        self._most_bytes = most_bytes
        self._block_size = likely_block_size
        self._wanted = most_bytes // likely_block_size
        """Blocks in all."""
        self._information: SystemInformation | None = None
        self._asked_information = False
        self._at_once = _FIRST_BLOCKS
        self._blocks: list[bytes] = []
        self._counts: list[int] = []
        """Blocks that each read of the access under way asks for."""

    def asks(self) -> tuple[Operation, ...]:
        """As much as one answer carries: never more blocks than are wanted, at least one."""
        asked = [] if self._asked_information else [SYSTEM_INFORMATION]
        room = operations.RESULTS_ROOM_BYTES - sum(each.result_bytes for each in asked)
        first, self._counts = len(self._blocks), []
        while first < max(self._wanted, 1):
            count = min(self._at_once, self._wanted - first, operations.blocks_at_once(self._block_size, room))
            if count < 1 and self._counts:
                break
            self._counts.append(max(1, count))
            asked.append(operations.read_blocks(first, self._counts[-1], self._block_size))
            room -= asked[-1].result_bytes
            first += self._counts[-1]
            if not self._asked_information:
                break
        return tuple(asked)

    def read(self, outcome: Outcome) -> TagRead | NotYet | ReadingGoesOn:
        """What one access brought. After a failure it goes on from there."""
        if outcome.status != Status.OK:
            return NotYet(status_name(outcome.status))
        if not self._asked_information:
            information = outcome.of(SYSTEM_INFORMATION)
            if not information.done and information.error in TAG_SILENT:
                return NotYet(f"system information: {status_name(information.error)}")
            if not self._learn(information):
                return NotYet("system information of another tag")
        return self._take_blocks(tuple(each for each in outcome.results if each.code == Access.READ_BLOCKS))

    def _learn(self, result: Result) -> bool:
        """A tag that does not know the command is still read; its AFI stays unknown."""
        information = parse_system_information(result.data) if result.done else None
        if information is not None and information.uid != self._uid:
            return False
        self._asked_information = True
        self._information = information
        if information is not None and information.block_size is not None and information.blocks is not None:
            self._size_is(information.block_size, information.blocks * information.block_size)
        return True

    def _size_is(self, block_size: int, memory_bytes: int) -> None:
        self._block_size = block_size
        self._wanted = min(memory_bytes, self._most_bytes) // block_size
        self._at_once = max(1, operations.blocks_at_once(block_size, operations.RESULTS_ROOM_BYTES))

    def _take_blocks(self, results: tuple[Result, ...]) -> TagRead | NotYet | ReadingGoesOn:
        before = len(self._blocks)
        for result, count in zip(results, self._counts, strict=False):
            blocks = read_blocks(result.data) if result.done else None
            if blocks is None:
                return self._not_read(result, before)
            if len(blocks[0]) != self._block_size and self._blocks:
                return NotYet(f"block {len(self._blocks)}: of {len(blocks[0])} bytes, not {self._block_size}")
            if len(blocks[0]) != self._block_size:
                self._size_is(len(blocks[0]), self._wanted * self._block_size)
            self._blocks += blocks[:count]
            if len(blocks) < count:
                break
        if len(self._blocks) >= self._wanted and self._blocks:
            return self._done()
        if len(self._blocks) == before:
            return NotYet(f"block {before}: no answer")
        return ReadingGoesOn.ON

    def _not_read(self, result: Result, before: int) -> TagRead | NotYet | ReadingGoesOn:
        """A tag has fewer blocks than were asked for, or is silent for now."""
        if result.error not in NO_SUCH_BLOCKS:
            return NotYet(f"block {len(self._blocks)}: {status_name(result.error)}")
        if len(self._blocks) > before or self._at_once > 1:
            self._at_once = max(1, self._at_once // 2)
            return ReadingGoesOn.ON
        return self._done() if self._blocks else NotYet(f"block 0: {status_name(result.error)}")

    def _done(self) -> TagRead:
        known = self._information
        data = b"".join(self._blocks[: self._wanted])
        if known is None:
            return TagRead(self._uid, None, None, self._block_size, data)
        return TagRead(self._uid, known.afi, known.dsfid, self._block_size, data)
