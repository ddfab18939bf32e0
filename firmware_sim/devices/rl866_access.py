"""0x34, tag access: operations on one connected tag.

Source: github Hypernova-Oy/lainuri, `lainuri/RL866/tag_memory_access_command.py` (6.5 of the maker's manual); block
size and count less one as in its captured system information. What it does not say is in
docs/adr/0129-what-simulated-readers-do-beyond-manuals.md.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.devices import air
from firmware_sim.devices.radio import Collision, Left, NoAnswer, Radio
from firmware_sim.devices.rl866_frames import MOST_INF
from firmware_sim.devices.rl866_status import STATUS_LENGTH, Answer, Exchange, Refused, Status
from firmware_sim.room.tag import Listening, Tag, TagError, TagRefused

CODE_LENGTH = 2
DONE, FAILED = 0x01, 0x00
LONGEST_RESULT = 0x7F
"""Lengths are of variable size; how a longer one is written, no public source shows."""
FAILURE_LENGTH = 1 + CODE_LENGTH + 1 + STATUS_LENGTH
MOST_RESULTS = MOST_INF - 1 - STATUS_LENGTH - FAILURE_LENGTH
"""Bytes of all results in one answer, after command and status, with room for a last one that tells of a failure."""
EVERYTHING_PRESENT = 0x0F
"""System information: DSFID, AFI, memory and IC reference are there."""


class Code(IntEnum):
    """Operations that this reader carries out. The EAS alarm (000F) is not simulated: its answer is not public."""

    RESET = 0x0001
    SELECT = 0x0002
    READ_BLOCKS = 0x0003
    WRITE_BLOCKS = 0x0004
    WRITE_AFI = 0x0006
    SYSTEM_INFORMATION = 0x000A
    EAS_ON = 0x000C
    EAS_OFF = 0x000D
    READ_BLOCK = 0x004F
    WRITE_BLOCK = 0x0050


WRITING = frozenset({Code.WRITE_BLOCKS, Code.WRITE_AFI, Code.EAS_ON, Code.EAS_OFF, Code.WRITE_BLOCK})
"""After these a lost answer leaves the host in doubt about the tag."""
Telling = Generator[float, None, bytes]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a request."""

    code: int
    data: bytes


def operations_of(data: bytes) -> list[Operation]:
    """The operations that follow the handle; raises `Refused`."""
    found: list[Operation] = []
    while data:
        length = data[0]
        if not CODE_LENGTH <= length <= min(LONGEST_RESULT, len(data) - 1):
            raise Refused(Status.LENGTH)
        found.append(Operation(int.from_bytes(data[1 : 1 + CODE_LENGTH], "little"), data[1 + CODE_LENGTH : 1 + length]))
        data = data[1 + length :]
    if not found:
        raise Refused(Status.LENGTH)
    return found


class TagAccess:
    """Carries operations out."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio

    def exchange(self, uid: bytes, operations: list[Operation]) -> Exchange:
        """Do one operation after the other up to the first that fails; the answer holds a result for each."""
        results = b""
        for operation in operations:
            try:
                told = yield from self._done(uid, operation)
                result = _result(operation.code, DONE, told)
                if len(result) - 1 > LONGEST_RESULT or len(results) + len(result) > MOST_RESULTS:
                    raise Refused(Status.OVERFLOW)
            except Refused as refused:
                results += _result(operation.code, FAILED, refused.status.word)
                break
            results += result
        return Answer(Status.OK, results)

    def _done(self, uid: bytes, operation: Operation) -> Telling:
        try:
            code = Code(operation.code)
        except ValueError:
            raise Refused(Status.NOT_SUPPORTED) from None
        try:
            return (yield from self._told(uid, code, operation.data))
        except Left:
            raise Refused(Status.NO_ANSWER) from None
        except NoAnswer:
            raise Refused(Status.NO_TAG) from None
        except Collision:
            raise Refused(Status.COLLISION) from None
        except TagRefused as refused:
            # A chip keeps silent at a maker's command that it does not know (ISO/IEC 15693-3, 10.1).
            silent = refused.error is TagError.NOT_SUPPORTED
            raise Refused(Status.NO_ANSWER if silent else Status.LOCKED_OR_NO_SUCH_BLOCK) from None

    def _told(self, uid: bytes, code: Code, data: bytes) -> Telling:
        match code:
            case Code.READ_BLOCKS:
                security, first, count = _numbers(data, 1, 2, 2)
                content, told = yield from self._read(uid, security, first, count)
                return told.to_bytes(2, "little") + content
            case Code.READ_BLOCK:
                security, first = _numbers(data, 1, 2)
                content, _ = yield from self._read(uid, security, first, 1)
                return content
            case Code.WRITE_BLOCKS:
                first, count = _numbers(data[:4], 2, 2)
                return (yield from self._write(uid, first, count, data[4:]))
            case Code.WRITE_BLOCK:
                (first,) = _numbers(data[:2], 2)
                return (yield from self._write(uid, first, 1, data[2:]))
            case Code.WRITE_AFI:
                (afi,) = _numbers(data, 1)
                return (yield from self._changed(uid, lambda tag: tag.write_afi(afi)))
            case _:
                _numbers(data)
                return (yield from self._without_parameters(uid, code))

    def _without_parameters(self, uid: bytes, code: Code) -> Telling:
        match code:
            case Code.EAS_ON | Code.EAS_OFF:
                return (yield from self._changed(uid, lambda tag: tag.set_eas(code is Code.EAS_ON)))
            case Code.RESET:
                return (yield from self._radio.asked(uid, air.short_exchange_s(), _listening(Listening.READY)))
            case Code.SELECT:
                return (yield from self._radio.asked(uid, air.short_exchange_s(), _listening(Listening.SELECTED)))
            case _:
                return (yield from self._radio.asked(uid, air.system_information_s(), _system_information_of))

    def _read(self, uid: bytes, security: int, first: int, count: int) -> Generator[float, None, tuple[bytes, int]]:
        """Blocks and how many there are: who asks for more than the tag has gets those that there are."""
        if security > 1 or count == 0:
            raise Refused(Status.PARAMETER)
        size, blocks = max(((tag.block_size, tag.blocks) for tag in self._radio.named(uid)), default=(0, 0))
        there = max(1, min(count, blocks - first))

        def read(tag: Tag) -> bytes:
            told = b""
            for number in range(first, first + there):
                told += bytes((number in tag.locked_blocks,)) * security + tag.block(number)
            return told

        return (yield from self._radio.asked(uid, air.read_s(there, size, security=security == 1), read)), there

    def _write(self, uid: bytes, first: int, count: int, content: bytes) -> Telling:
        """Block after block, each in its own time: who takes the tag away leaves the rest undone."""
        size = max((tag.block_size for tag in self._radio.named(uid)), default=0)
        if count == 0 or (size and len(content) != count * size):
            raise Refused(Status.PARAMETER_LENGTH)
        for place in range(count):
            block = content[place * size : (place + 1) * size]
            try:
                yield from self._radio.asked(uid, air.write_block_s(size), _writing(first + place, block))
            except NoAnswer:
                if place == 0:
                    raise
                raise Left from None
        return b""

    def _changed(self, uid: bytes, change: Callable[[Tag], None]) -> Telling:
        def changed(tag: Tag) -> bytes:
            change(tag)
            return b""

        return (yield from self._radio.asked(uid, air.write_byte_s(), changed))


def _result(code: int, outcome: int, told: bytes) -> bytes:
    """Length, code, outcome, and what was told or the status of what failed. The length counts what follows it."""
    content = code.to_bytes(CODE_LENGTH, "little") + bytes((outcome,)) + told
    return bytes((len(content) & 0xFF,)) + content


def _numbers(data: bytes, *sizes: int) -> tuple[int, ...]:
    """Parameters of exactly these sizes in bytes, low byte first."""
    if len(data) != sum(sizes):
        raise Refused(Status.PARAMETER_LENGTH)
    found: list[int] = []
    for size in sizes:
        found.append(int.from_bytes(data[:size], "little"))
        data = data[size:]
    return tuple(found)


def _listening(state: Listening) -> Callable[[Tag], bytes]:
    def change(tag: Tag) -> bytes:
        tag.listening = state
        return b""

    return change


def _writing(number: int, block: bytes) -> Callable[[Tag], bytes]:
    def write(tag: Tag) -> bytes:
        tag.write_block(number, block)
        return b""

    return write


def _system_information_of(tag: Tag) -> bytes:
    memory = bytes((tag.blocks - 1, tag.block_size - 1))
    return (
        bytes((EVERYTHING_PRESENT,)) + tag.uid[::-1] + bytes((tag.dsfid, tag.afi)) + memory + bytes((tag.ic_reference,))
    )
