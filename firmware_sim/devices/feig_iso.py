"""0xB0, the ISO host commands: what a FEIG reader does with the tags in its field.

Source: FEIG OBID H20800-16e-ID-B, chapter 7; errors in annex C and C1.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.devices import air
from firmware_sim.devices.feig_status import Answer, Exchange, Refused, Status
from firmware_sim.devices.radio import Field
from firmware_sim.quirks import USUAL, Quirks
from firmware_sim.room.tag import UID_FIRST_BYTE, UID_LENGTH, Listening, Tag, TagLeft, TagRefused

MODE_MORE = 0x80
MODE_NOTIFY = 0x40
NOTIFY_UNIT_S = 0.1
"""Inventory MODE and NTFC_TIME (7.1.1)."""
MODE_ADDRESSING = 0x07
MODE_SECURITY = 0x08
"""MODE of the commands to one tag (7.1.3)."""
TR_TYPE_ISO_15693 = 0x03
RECORDS_AN_ANSWER = 4
"""The CPR family puts four tags into an answer; more come with MORE (7.1.1)."""
MOST_BLOCK_BYTES = 128
BLOCK_SIZE_BITS = 0x1F
DONE = Answer(Status.OK)
NOBODY = Answer(Status.NO_TRANSPONDER)


class Sub(IntEnum):
    """Sub-commands (7.1, 7.2)."""

    INVENTORY = 0x01
    STAY_QUIET = 0x02
    LOCK_BLOCKS = 0x22
    READ_BLOCKS = 0x23
    WRITE_BLOCKS = 0x24
    SELECT = 0x25
    RESET_TO_READY = 0x26
    WRITE_AFI = 0x27
    LOCK_AFI = 0x28
    WRITE_DSFID = 0x29
    LOCK_DSFID = 0x2A
    SYSTEM_INFORMATION = 0x2B
    BLOCK_SECURITY = 0x2C


WRITING = frozenset({Sub.LOCK_BLOCKS, Sub.WRITE_BLOCKS, Sub.WRITE_AFI, Sub.LOCK_AFI, Sub.WRITE_DSFID, Sub.LOCK_DSFID})
"""After these a lost answer leaves the host in doubt about the tag."""


class Addressing(IntEnum):
    """Whom a command means (7.1.3)."""

    EVERYBODY = 0
    UID = 1
    SELECTED = 2


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a command means, and whether a read asks for block security, too."""

    addressing: Addressing
    uid: bytes
    security: bool


class IsoHost:
    """The radio side of the reader."""

    def __init__(self, field: Field, quirks: Quirks = USUAL) -> None:
        self._field = field
        self._most = quirks.tags_an_answer or RECORDS_AN_ANSWER
        self._once = quirks.tells_once
        self._turned = -1 if quirks.reversed_blocks else 1
        """How a block's bytes are stepped through, both ways."""
        self._untold: list[bytes] = []
        self._rf_on = True

    def switch_rf(self, *, on: bool) -> None:
        """Switch the field; without it, tags forget that they were quiet or selected."""
        self._rf_on = on
        self.reset()

    def reset(self) -> None:
        """Interrupt the field for a moment."""
        self._untold.clear()
        for tag in self._field.tags_on_pad():
            tag.lose_power()

    def exchange(self, data: bytes) -> Exchange:
        """Do what the bytes after 0xB0 ask for."""
        try:
            return (yield from self._begun(data))
        except Refused as refused:
            return refused.answer

    def _begun(self, data: bytes) -> Exchange:
        if len(data) < 2:
            raise Refused(Answer(Status.LENGTH))
        try:
            sub = Sub(data[0])
        except ValueError:
            raise Refused(Answer(Status.UNKNOWN_COMMAND)) from None
        if sub is Sub.INVENTORY:
            return (yield from self._inventory(data[1], data[2:]))
        target, rest = _target(data[1:])
        match sub:
            case Sub.READ_BLOCKS:
                return (yield from self._read(target, *_numbers(rest, 2)))
            case Sub.WRITE_BLOCKS:
                return (yield from self._write(target, rest))
            case Sub.LOCK_BLOCKS:
                return (yield from self._lock(target, *_numbers(rest, 2)))
            case Sub.WRITE_AFI:
                (afi,) = _numbers(rest, 1)
                return (yield from self._change(target, lambda tag: tag.write_afi(afi)))
            case Sub.WRITE_DSFID:
                (dsfid,) = _numbers(rest, 1)
                return (yield from self._change(target, lambda tag: tag.write_dsfid(dsfid)))
            case Sub.BLOCK_SECURITY:
                return (yield from self._security(target, *_numbers(rest, 2)))
            case _:
                _numbers(rest, 0)
                return (yield from self._without_parameters(sub, target))

    def _without_parameters(self, sub: Sub, target: Target) -> Exchange:
        match sub:
            case Sub.STAY_QUIET:
                return (yield from self._stay_quiet(target))
            case Sub.SELECT:
                return (yield from self._select(target))
            case Sub.RESET_TO_READY:
                return (yield from self._reset_to_ready(target))
            case Sub.LOCK_AFI:
                return (yield from self._change(target, Tag.lock_afi))
            case Sub.LOCK_DSFID:
                return (yield from self._change(target, Tag.lock_dsfid))
            case _:
                return (yield from self._system_information(target))

    def uids(self) -> list[bytes]:
        """Of the tags in the field."""
        return [tag.uid for tag in self._tags()]

    def _tags(self) -> list[Tag]:
        return self._field.tags_on_pad() if self._rf_on else []

    def _meant(self, target: Target) -> list[Tag]:
        match target.addressing:
            case Addressing.EVERYBODY:
                return [tag for tag in self._tags() if tag.listening is not Listening.QUIET]
            case Addressing.UID:
                return [tag for tag in self._tags() if tag.uid == target.uid]
            case Addressing.SELECTED:
                return [tag for tag in self._tags() if tag.listening is Listening.SELECTED]

    def _heard(self, target: Target, air_s: float) -> Generator[float, None, list[Tag]]:
        """Let the exchange take its time; return the tags that were there from its beginning to its end."""
        meant = self._meant(target)
        yield air_s if meant else air.unheard_s()
        there = self._meant(target)
        heard = [tag for tag in meant if any(tag is other for other in there)]
        if not heard:
            raise Refused(NOBODY)
        return heard

    def _inventory(self, mode: int, rest: bytes) -> Exchange:
        notify_s = 0.0
        if mode & MODE_NOTIFY:
            (units,) = _numbers(rest, 1)
            notify_s = units * NOTIFY_UNIT_S
        else:
            _numbers(rest, 0)
        if not mode & MODE_MORE:
            self._untold = yield from self._found(notify_s)
        records, self._untold = self._untold[: self._most], self._untold[self._most :]
        if self._once:
            told = {record[2:] for record in records}
            for tag in self._tags():
                if tag.uid in told:
                    tag.listening = Listening.QUIET
        if not records:
            return NOBODY
        status = Status.MORE_DATA if self._untold else Status.OK
        return Answer(status, bytes((len(records),)) + b"".join(records))

    def _found(self, notify_s: float) -> Generator[float, None, list[bytes]]:
        """Records of the tags that answer, each UID once; with a notification time, waits for the first tag."""
        waited_s = 0.0
        while True:
            answering = [tag for tag in self._tags() if tag.listening is not Listening.QUIET]
            air_s = air.inventory_s(len(answering))
            yield air_s
            waited_s += air_s
            there = self._tags()
            records = {
                bytes((TR_TYPE_ISO_15693, tag.dsfid)) + tag.uid
                for tag in answering
                if any(tag is other for other in there)
            }
            if records or waited_s >= notify_s:
                # Slots are counted from the UID's end (ISO/IEC 15693-3, 8.2), so that is the order of the answer.
                return sorted(records, key=lambda record: record[::-1])

    def _read(self, target: Target, first: int, count: int) -> Exchange:
        size = max((tag.block_size for tag in self._meant(target)), default=0)
        if count == 0 or count * size > MOST_BLOCK_BYTES:
            raise Refused(Answer(Status.PARAMETER_RANGE))
        heard = yield from self._heard(target, air.read_s(count, size, security=target.security))
        return _agreed([_blocks_of(tag, first, count, self._turned, security=target.security) for tag in heard])

    def _write(self, target: Target, rest: bytes) -> Exchange:
        if len(rest) < 3:
            raise Refused(Answer(Status.LENGTH))
        first, count, size = rest[:3]
        content = rest[3:]
        if len(content) != count * size:
            raise Refused(Answer(Status.LENGTH))
        fits = all(tag.block_size == size for tag in self._meant(target))
        if not content or len(content) > MOST_BLOCK_BYTES or not fits:
            raise Refused(Answer(Status.PARAMETER_RANGE))
        blocks = [content[place * size : (place + 1) * size][:: self._turned] for place in range(count)]

        def write(tag: Tag, number: int) -> None:
            tag.write_block(number, blocks[number - first])

        return (yield from self._one_by_one(target, first, count, air.write_block_s(size), write))

    def _lock(self, target: Target, first: int, count: int) -> Exchange:
        if count == 0:
            raise Refused(Answer(Status.PARAMETER_RANGE))
        return (yield from self._one_by_one(target, first, count, air.write_byte_s(), Tag.lock_block))

    def _one_by_one(
        self, target: Target, first: int, count: int, block_s: float, do: Callable[[Tag, int], None]
    ) -> Exchange:
        """Block after block, each in its own time: who takes the tag away leaves the rest undone (7.1.4: DB-ADR-E)."""
        for number in range(first, first + count):
            try:
                heard = yield from self._heard(target, block_s)
            except Refused:
                if number == first:
                    raise
                return Answer(Status.WRITE_ERROR, bytes((number & 0xFF,)))
            for tag in heard:
                try:
                    do(tag, number)
                except TagRefused as refused:
                    return Answer(Status.ISO_15693_ERROR, bytes((refused.error, number & 0xFF)))
                except TagLeft:
                    return NOBODY if number == first else Answer(Status.WRITE_ERROR, bytes((number & 0xFF,)))
        return DONE

    def _change(self, target: Target, do: Callable[[Tag], None]) -> Exchange:
        heard = yield from self._heard(target, air.write_byte_s())
        return _agreed([_tried(tag, do) for tag in heard])

    def _stay_quiet(self, target: Target) -> Exchange:
        """No tag answers this (ISO/IEC 15693-3, 10.3.2), so the reader is content with having sent it."""
        yield air.unheard_s()
        for tag in self._meant(target):
            tag.listening = Listening.QUIET
        return DONE

    def _select(self, target: Target) -> Exchange:
        heard = yield from self._heard(target, air.short_exchange_s())
        for tag in self._tags():
            if tag.listening is Listening.SELECTED:
                tag.listening = Listening.READY
        for tag in heard:
            tag.listening = Listening.SELECTED
        return DONE

    def _reset_to_ready(self, target: Target) -> Exchange:
        for tag in (yield from self._heard(target, air.short_exchange_s())):
            tag.listening = Listening.READY
        return DONE

    def _system_information(self, target: Target) -> Exchange:
        heard = yield from self._heard(target, air.system_information_s())
        return _agreed([_system_information_of(tag) for tag in heard])

    def _security(self, target: Target, first: int, count: int) -> Exchange:
        heard = yield from self._heard(target, air.read_s(count, 1, security=False))
        return _agreed([_security_of(tag, first, count) for tag in heard])


def _target(data: bytes) -> tuple[Target, bytes]:
    """MODE and, in addressed mode, the UID; the rest is the command's own."""
    try:
        addressing = Addressing(data[0] & MODE_ADDRESSING)
    except ValueError:
        raise Refused(Answer(Status.PARAMETER_RANGE)) from None
    length = UID_LENGTH if addressing is Addressing.UID else 0
    uid = data[1 : 1 + length]
    if len(uid) != length:
        raise Refused(Answer(Status.LENGTH))
    if uid and uid[0] != UID_FIRST_BYTE:
        raise Refused(Answer(Status.WRONG_TYPE))
    return Target(addressing, uid, bool(data[0] & MODE_SECURITY)), data[1 + length :]


def _numbers(rest: bytes, count: int) -> tuple[int, ...]:
    """Exactly this many one-byte parameters."""
    if len(rest) != count:
        raise Refused(Answer(Status.LENGTH))
    return tuple(rest)


def _agreed(answers: list[Answer]) -> Answer:
    """What the reader hears when several tags answer at once: one answer if all say the same, else garbled data."""
    return answers[0] if len(set(answers)) == 1 else Answer(Status.DATA_FALSE)


def _tried(tag: Tag, do: Callable[[Tag], None]) -> Answer:
    try:
        do(tag)
    except TagRefused as refused:
        return Answer(Status.ISO_15693_ERROR, bytes((refused.error,)))
    except TagLeft:
        return NOBODY
    return DONE


def _blocks_of(tag: Tag, first: int, count: int, turned: int, *, security: bool) -> Answer:
    read = bytearray((count, tag.block_size))
    try:
        for number in range(first, first + count):
            read.append(number in tag.locked_blocks and security)
            read += tag.block(number)[::turned]
    except TagRefused as refused:
        return Answer(Status.ISO_15693_ERROR, bytes((refused.error,)))
    return Answer(Status.OK, bytes(read))


def _security_of(tag: Tag, first: int, count: int) -> Answer:
    try:
        for number in range(first, first + count):
            tag.block(number)
    except TagRefused as refused:
        return Answer(Status.ISO_15693_ERROR, bytes((refused.error,)))
    states = bytes(number in tag.locked_blocks for number in range(first, first + count))
    return Answer(Status.OK, bytes((count,)) + states)


def _system_information_of(tag: Tag) -> Answer:
    """DSFID, UID, AFI, MEM-SIZE and IC-REF (7.2.8); blocks are given as a count."""
    memory = bytes((tag.block_size & BLOCK_SIZE_BITS, tag.blocks))
    return Answer(Status.OK, bytes((tag.dsfid,)) + tag.uid + bytes((tag.afi,)) + memory + bytes((tag.ic_reference,)))
