"""What is written to a tag, and how it is looked at afterwards: AFI, EAS bit, memory.

A write stays with its tag, so that the look behind it is one more access and a disconnect. Errors 401 to 40A of a write
mean "perhaps written" (github Hypernova-Oy/lainuri, RL866/state.py): only the look counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.pads.polling.dialect import Change, Held, NotSeen, Value, WriteReply
from drivers.pads.polling.visit import After, Visit
from drivers.pads.rl866 import operations
from drivers.pads.rl866.answers import read_blocks
from drivers.pads.rl866.codes import NO_SUCH_BLOCKS, TAG_SILENT, Status
from drivers.pads.rl866.connection import Connection, Learned, not_seen
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.operations import DISABLE_EAS, EAS_ALARM, ENABLE_EAS, SYSTEM_INFORMATION, Operation
from drivers.pads.rl866.requests import Request
from drivers.pads.rl866.tag_access import Outcome, TagAccess
from drivers.pads.system_information import parse_system_information


@dataclass(frozen=True, slots=True)
class _Proof:
    """Operations that only show something."""

    operations: tuple[Operation, ...]
    note: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Tag:
    """Whom a change is for."""

    uid: str
    connection: Connection

    def write(self, operation: Operation, *before: _Proof) -> Visit[Request, Block, WriteReply]:
        """One operation; the tag stays connected. What comes before has an access of its own: where one operation
        fails, a reader may leave out those behind it."""
        left = list(before)

        def asks() -> tuple[Operation, ...]:
            return left[0].operations if left else (operation,)

        def reply(outcome: Outcome) -> WriteReply | None:
            if left:
                left.pop(0).note(outcome)
                return None
            refused = outcome.status == Status.OK and outcome.of(operation).error in NO_SUCH_BLOCKS
            return WriteReply.NEVER if refused else WriteReply.PERHAPS

        return Visit(self.connection, TagAccess(self.connection, asks, reply), lambda _: WriteReply.PERHAPS, After.STAY)

    def look(
        self, asked: tuple[Operation, ...], seen: Callable[[Outcome], Held[Value] | NotSeen]
    ) -> Visit[Request, Block, Held[Value] | NotSeen]:
        """What the tag holds."""
        access: TagAccess[Held[Value] | NotSeen] = TagAccess(self.connection, lambda: asked, seen)
        return Visit(self.connection, access, lambda trouble: trouble.seen)


def afi(tag: Tag, wanted: int) -> Change[Request, Block, int]:
    """Access 0006, read back by 000A."""

    def seen(outcome: Outcome) -> Held[int] | NotSeen:
        result = outcome.of(SYSTEM_INFORMATION)
        if not result.done:
            return not_seen(result.error)
        information = parse_system_information(result.data)
        if information is None or information.uid != tag.uid:
            return NotSeen.NO_SENSE
        return NotSeen.NEVER if information.afi is None else Held(information.afi)

    return Change(
        wanted, lambda: tag.write(operations.write_afi(wanted)), lambda: tag.look((SYSTEM_INFORMATION,), seen)
    )


def eas(tag: Tag, wanted: bool, learned: Learned) -> Change[Request, Block, bool]:
    """Access 000C or 000D, read back by 000F: a chip answers an EAS alarm only while its bit is set.

    Its silence is believed where the tag answers 000A in the same access, and only on a reader that was heard to pass
    an alarm on: lainuri's authors found that theirs does not (`rfid_reader.py`, "EAS_Alarm doesnt work?"). So the first
    time a bit is cleared it is set before, and listened for.
    """

    def note(outcome: Outcome) -> None:
        learned.alarm_answered = learned.alarm_answered or outcome.of(EAS_ALARM).done

    def seen(outcome: Outcome) -> Held[bool] | NotSeen:
        note(outcome)
        alarm, there = outcome.of(EAS_ALARM), outcome.of(SYSTEM_INFORMATION)
        if not there.done:
            return not_seen(there.error)
        if alarm.done:
            return Held(True)
        believed = alarm.error in TAG_SILENT and learned.alarm_answered
        return Held(False) if believed else NotSeen.NO_SENSE

    def write() -> Visit[Request, Block, WriteReply]:
        if wanted:
            return tag.write(ENABLE_EAS)
        proof = () if learned.alarm_answered else (_Proof((ENABLE_EAS, EAS_ALARM), note),)
        return tag.write(DISABLE_EAS, *proof)

    return Change(wanted, write, lambda: tag.look((SYSTEM_INFORMATION, EAS_ALARM), seen))


def no_eas(tag: Tag, wanted: bool) -> Change[Request, Block, bool]:
    """A chip without the bit: nothing is written, and the order ends as refused for good."""

    def seen(outcome: Outcome) -> Held[bool] | NotSeen:
        result = outcome.of(SYSTEM_INFORMATION)
        return NotSeen.NEVER if result.done else not_seen(result.error)

    return Change(wanted, lambda: tag.write(SYSTEM_INFORMATION), lambda: tag.look((SYSTEM_INFORMATION,), seen))


def memory(tag: Tag, first: int, data: bytes, block_size: int) -> Change[Request, Block, bytes]:
    """Access 0004, read back by 0003. Blocks are in the tag's own order of bytes on this wire."""
    blocks = tuple(data[start : start + block_size] for start in range(0, len(data), block_size))
    look = operations.read_blocks(first, len(blocks), block_size)

    def seen(outcome: Outcome) -> Held[bytes] | NotSeen:
        result = outcome.of(look)
        if not result.done:
            return not_seen(result.error)
        read = read_blocks(result.data)
        return NotSeen.NO_SENSE if read is None else Held(b"".join(read))

    return Change(data, lambda: tag.write(operations.write_blocks(first, blocks)), lambda: tag.look((look,), seen))
