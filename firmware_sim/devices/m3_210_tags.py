"""What a 3M 210 does with the tags in its field, and its moods.

Source: 3M RFID Reader Model 210, Protocol Specification 1.0.0, chapter 7; moods seen by github dpavlin/Biblio-RFID,
`lib/Biblio/RFID/Reader/3M810.pm`. What neither says is in docs/adr/0129-what-simulated-readers-do-beyond-manuals.md.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass

from firmware_sim.devices import air
from firmware_sim.devices.m3_210_answers import Answer, Command, Error, Exchange, Refused
from firmware_sim.devices.radio import Collision, NoAnswer, Radio
from firmware_sim.room.tag import UID_LENGTH, Listening, Tag, TagError, TagRefused

BLOCK_SIZE = 4
"""The only size that its commands know (7.5 to 7.8)."""
BLOCKS_AT_ONCE = 8
"""Blocks that it reads in one exchange on the air."""
EVERY_AFI = 0x00
WITH_UID, WITH_DSFID, ONE_POLL, PROTOCOLS_FOLLOW = 0x01, 0x02, 0x20, 0x40
"""Options of an inventory (7.1)."""
NEW_STYLE, WITHOUT_LOCK = 0x04, 0x08
"""Options of a read (7.5)."""
FREE, LOCKED_BY_USER = 0x00, 0x01
"""A block's lock byte; above 03 it is an error code (7.5)."""
INFO_DSFID, INFO_AFI, INFO_MEMORY, INFO_IC_REFERENCE = 0x01, 0x02, 0x04, 0x08
"""What tag information can hold (7.18)."""
IC_REFERENCE_LENGTH = 2
"""As a public program counts it that quotes the specification; the chip's own has one byte."""
MOST_RECORDS = 255

ERRORS = {
    TagError.NOT_SUPPORTED: Error.NOT_FOR_THIS_TAG,
    TagError.NOT_RECOGNISED: Error.UNKNOWN,
    TagError.NO_SUCH_BLOCK: Error.NOT_THERE,
    TagError.ALREADY_LOCKED: Error.LOCKED,
    TagError.LOCKED: Error.LOCKED,
}


@dataclass(frozen=True, slots=True)
class Moods:
    """How often the reader does what nobody asked for, as parts of 1."""

    uid_twice: float = 0.15
    """A tag that both polls of an inventory found is told twice."""
    afi_fails: float = 0.2
    """An order to write an AFI is answered 06 although the tag is there."""
    afi_written_anyway: float = 0.25
    """… and of those, the AFI was written."""
    eas_off_is_an_error: float = 0.5
    """An EAS bit that is off is told as 06 instead of 00 with value 0."""


STEADY = Moods(0, 0, 0, 0)
"""A reader without moods."""


class TagCommands:
    """The commands that go to tags."""

    def __init__(self, radio: Radio, moods: Moods, seed: int) -> None:
        self._radio = radio
        self._moods = moods
        self._luck = random.Random(seed)

    def exchange(self, command: Command, data: bytes) -> Exchange:
        """Carry out a command; `data` follows it in the request."""
        try:
            return (yield from self._begun(command, data))
        except Refused as refused:
            return refused.answer
        except NoAnswer:
            return Answer(Error.NO_TRANSPONDER, data[:UID_LENGTH] if command is Command.READ_BLOCKS else b"")
        except Collision:
            return Answer(Error.UNKNOWN, data[:UID_LENGTH])
        except TagRefused as refused_by_tag:
            return Answer(ERRORS[refused_by_tag.error], data[:UID_LENGTH])

    def _begun(self, command: Command, data: bytes) -> Exchange:
        if command is Command.INVENTORY:
            return (yield from self._inventory(data))
        uid, rest = data[:UID_LENGTH], data[UID_LENGTH:]
        if len(uid) < UID_LENGTH:
            raise Refused(Answer(Error.PARAMETER))
        match command:
            case Command.READ_BLOCKS:
                return (yield from self._read(uid, rest))
            case Command.WRITE_BLOCKS:
                return (yield from self._write(uid, rest))
            case Command.WRITE_BLOCK | Command.WRITE_AND_LOCK_BLOCK | Command.LOCK_BLOCK:
                return (yield from self._one_block(command, uid, rest))
            case Command.WRITE_AFI:
                return (yield from self._write_afi(uid, *_numbers(rest, 1)))
            case Command.WRITE_DSFID:
                (dsfid,) = _numbers(rest, 1)
                return (yield from self._changed(uid, lambda tag: tag.write_dsfid(dsfid)))
            case Command.SET_EAS:
                return (yield from self._set_eas(uid, *_numbers(rest, 1)))
            case Command.TAG_INFORMATION:
                return (yield from self._information(uid, *_numbers(rest, 1)))
            case _:
                _numbers(rest, 0)
                return (yield from self._without_parameters(command, uid))

    def _without_parameters(self, command: Command, uid: bytes) -> Exchange:
        match command:
            case Command.QUIET:
                # No tag answers this (ISO/IEC 15693-3, 10.3.2), so the reader is content with having sent it.
                yield air.unheard_s()
                for tag in self._radio.named(uid):
                    tag.listening = Listening.QUIET
                return Answer(Error.NONE, uid)
            case Command.LOCK_AFI:
                return (yield from self._changed(uid, Tag.lock_afi))
            case Command.LOCK_DSFID:
                return (yield from self._changed(uid, Tag.lock_dsfid))
            case Command.GET_AFI:
                return (yield from self._told(uid, lambda tag: bytes((tag.afi,))))
            case Command.GET_DSFID:
                return (yield from self._told(uid, lambda tag: bytes((tag.dsfid,))))
            case _:
                return (yield from self._check_eas(uid))

    def _inventory(self, data: bytes) -> Exchange:
        """Two polls, unless the second is not wanted: that is why a UID can come twice (7.1)."""
        if len(data) < 2 or len(data) != (3 if data[1] & PROTOCOLS_FOLLOW else 2):
            raise Refused(Answer(Error.PARAMETER))
        afi, options = data[:2]
        found = yield from self._poll(afi)
        if not options & ONE_POLL:
            first = {tag.uid for tag in found}
            for tag in (yield from self._poll(afi)):
                if tag.uid not in first or self._luck.random() < self._moods.uid_twice:
                    found.append(tag)
        records = [_record(tag, options) for tag in found[:MOST_RECORDS]]
        return Answer(Error.NONE, bytes((afi, options, len(records))) + b"".join(records))

    def _poll(self, afi: int) -> Generator[float, None, list[Tag]]:
        found: list[Tag] = yield from self._radio.found()
        unlike: list[Tag] = []
        for tag in found:
            # Clones answer in one slot with the same words: the reader hears one tag.
            if afi in (EVERY_AFI, tag.afi) and all(tag.uid != other.uid for other in unlike):
                unlike.append(tag)
        return unlike

    def _read(self, uid: bytes, rest: bytes) -> Exchange:
        if len(rest) not in (2, 3):
            raise Refused(Answer(Error.PARAMETER))
        first, count = rest[:2]
        options = rest[2] if len(rest) == 3 else 0
        if count == 0 or first + count > 0x100:
            raise Refused(Answer(Error.PARAMETER))
        self._must_have_blocks_of_four(uid)
        read = b""
        for begin in range(first, first + count, BLOCKS_AT_ONCE):
            numbers = range(begin, min(begin + BLOCKS_AT_ONCE, first + count))
            try:
                read += yield from self._blocks(uid, numbers, options)
            except NoAnswer:
                if begin == first:
                    raise
                read += b"".join(_block(number, Error.NOT_READ, bytes(BLOCK_SIZE), options) for number in numbers)
        head = bytes((first, count)) if options & NEW_STYLE else bytes((count,))
        return Answer(Error.NONE, uid + head + read)

    def _blocks(self, uid: bytes, numbers: range, options: int) -> Generator[float, None, bytes]:
        def read(tag: Tag) -> bytes:
            return b"".join(_block(number, *_content(tag, number), options) for number in numbers)

        return (yield from self._radio.asked(uid, air.read_s(len(numbers), BLOCK_SIZE, security=True), read))

    def _write(self, uid: bytes, rest: bytes) -> Exchange:
        """Block after block, each in its own time: who takes the tag away leaves the rest undone."""
        if len(rest) < 3:
            raise Refused(Answer(Error.PARAMETER))
        first, count, reserved = rest[:3]
        content = rest[3:]
        if count == 0 or reserved or len(content) != count * BLOCK_SIZE:
            raise Refused(Answer(Error.PARAMETER))
        self._must_have_blocks_of_four(uid)
        for place in range(count):
            block = content[place * BLOCK_SIZE : (place + 1) * BLOCK_SIZE]
            number = first + place
            try:
                yield from self._radio.asked(uid, air.write_block_s(BLOCK_SIZE), _writing(number, block))
            except NoAnswer:
                if place == 0:
                    raise
                return Answer(Error.NOT_WRITTEN, uid + bytes((number & 0xFF,)))
            except TagRefused as refused:
                return Answer(ERRORS[refused.error], uid + bytes((number & 0xFF,)))
        return Answer(Error.NONE, uid)

    def _one_block(self, command: Command, uid: bytes, rest: bytes) -> Exchange:
        if len(rest) != (1 if command is Command.LOCK_BLOCK else 1 + BLOCK_SIZE):
            raise Refused(Answer(Error.PARAMETER))
        number, block = rest[0], rest[1:]
        self._must_have_blocks_of_four(uid)
        if block:
            yield from self._radio.asked(uid, air.write_block_s(BLOCK_SIZE), _writing(number, block))
        if command is not Command.WRITE_BLOCK:
            yield from self._changed(uid, lambda tag: tag.lock_block(number))
        return Answer(Error.NONE, uid)

    def _write_afi(self, uid: bytes, afi: int) -> Exchange:
        fails = self._luck.random() < self._moods.afi_fails
        if fails and self._luck.random() >= self._moods.afi_written_anyway:
            yield air.unheard_s()
            raise NoAnswer
        answer = yield from self._changed(uid, lambda tag: tag.write_afi(afi))
        if fails:
            raise NoAnswer
        return answer

    def _set_eas(self, uid: bytes, eas: int) -> Exchange:
        if eas not in (0, 1):
            raise Refused(Answer(Error.PARAMETER))
        return (yield from self._changed(uid, lambda tag: tag.set_eas(eas == 1)))

    def _check_eas(self, uid: bytes) -> Exchange:
        """A tag whose EAS bit is off keeps silent, which the reader tells in one of two ways (7.13)."""

        def eas_of(tag: Tag) -> bytes:
            tag.must_have_eas()
            return bytes((tag.eas,))

        answer = yield from self._told(uid, eas_of)
        if answer.data == uid + b"\0" and self._luck.random() < self._moods.eas_off_is_an_error:
            raise NoAnswer
        return answer

    def _information(self, uid: bytes, wanted: int) -> Exchange:
        return (yield from self._told(uid, lambda tag: _information_of(tag, wanted)))

    def _changed(self, uid: bytes, change: Callable[[Tag], None]) -> Exchange:
        def changed(tag: Tag) -> bytes:
            change(tag)
            return b""

        yield from self._radio.asked(uid, air.write_byte_s(), changed)
        return Answer(Error.NONE, uid)

    def _told(self, uid: bytes, tell: Callable[[Tag], bytes]) -> Exchange:
        return Answer(Error.NONE, uid + (yield from self._radio.asked(uid, air.system_information_s(), tell)))

    def _must_have_blocks_of_four(self, uid: bytes) -> None:
        if any(tag.block_size != BLOCK_SIZE for tag in self._radio.named(uid)):
            raise Refused(Answer(Error.NOT_FOR_THIS_TAG, uid))


def _numbers(rest: bytes, count: int) -> tuple[int, ...]:
    """Exactly this many one-byte parameters."""
    if len(rest) != count:
        raise Refused(Answer(Error.PARAMETER))
    return tuple(rest)


def _record(tag: Tag, options: int) -> bytes:
    return bytes((tag.dsfid,)) * bool(options & WITH_DSFID) + tag.uid * bool(options & WITH_UID)


def _content(tag: Tag, number: int) -> tuple[int, bytes]:
    """A block's lock byte and bytes; a block that is not there is told in its place, not as the answer's error."""
    try:
        content = tag.block(number)
    except TagRefused as refused:
        return ERRORS[refused.error], bytes(BLOCK_SIZE)
    return LOCKED_BY_USER if number in tag.locked_blocks else FREE, content


def _block(number: int, lock: int, content: bytes, options: int) -> bytes:
    told = content if options & WITHOUT_LOCK else bytes((lock,)) + content
    return told if options & NEW_STYLE else bytes((number,)) + told


def _writing(number: int, block: bytes) -> Callable[[Tag], bytes]:
    def write(tag: Tag) -> bytes:
        tag.write_block(number, block)
        return b""

    return write


def _information_of(tag: Tag, wanted: int) -> bytes:
    """What was asked for and is there, announced by the same bits (7.18); size and count less one, as on the air."""
    fields = {
        INFO_DSFID: bytes((tag.dsfid,)),
        INFO_AFI: bytes((tag.afi,)),
        INFO_MEMORY: bytes((tag.block_size - 1, tag.blocks - 1)),
        INFO_IC_REFERENCE: tag.ic_reference.to_bytes(IC_REFERENCE_LENGTH, "big"),
    }
    got = [bit for bit in fields if wanted & bit]
    return bytes((sum(got),)) + b"".join(fields[bit] for bit in got)
