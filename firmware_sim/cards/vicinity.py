"""An ISO/IEC 15693 tag on a reader of the ACR1552U class: blocks by plain commands, and the transparent session.

Source: docs/devices.md 10 after NXP community thread ta-p/2291679 (ACR1552U with an ICODE SLI). What no source shows is
in docs/adr/0129-what-simulated-readers-do-beyond-manuals.md.
"""

from __future__ import annotations

import random
from enum import IntEnum

from firmware_sim.cards.air_frames import WRITING, Command, answer_of, command_of
from firmware_sim.cards.apdu import (
    DONE,
    FAILED,
    ICODE_SLI,
    ISO_15693_3,
    NOT_FOUND,
    NOT_SUPPORTED,
    STORAGE_CLASS,
    TIMED_OUT,
    WRONG_COMMAND,
    WRONG_LENGTH,
    WRONG_PARAMETER,
    Apdu,
    Instruction,
    storage_atr,
    told,
)
from firmware_sim.cards.chip import Exchange, usual_answer
from firmware_sim.cards.objects import DataObject, Kind, Told, objects_of
from firmware_sim.devices import air
from firmware_sim.faults.spoil import SLOW_S
from firmware_sim.faults.words import PcscPadFault
from firmware_sim.room.tag import Tag, TagError, TagRefused

ISO_15693_LAYER_3 = bytes((0x02, 0x03))
CRC = 2
MICROSECOND_S = 1e-6
MOST_RECEIVED = 240
"""Bytes of a tag's answer, so that it fits a short R-APDU with the objects around it."""
TIMER_LENGTH = 4
TORN_TOO_EARLY = 0.5
"""Part of the writes that were not done yet when the tag was torn away."""
FRAME_ERROR = bytes((0x01, 0x00))
"""Object 96: the low nibble of its first byte is not 0."""
NO_FAULT = DataObject(Told.ERROR, b"\0" + DONE)


class About(IntEnum):
    """P2: what the objects of a command are about."""

    SESSION = 0x00
    EXCHANGE = 0x01
    PROTOCOL = 0x02


class VicinityCard:
    """One tag, and the session that a host has with it."""

    def __init__(self, tag: Tag, luck: random.Random | None = None) -> None:
        """`luck` decides whether a write is done that is torn in the middle."""
        self._luck = luck or random.Random(0)
        self.atr = storage_atr(ISO_15693_3, ICODE_SLI)
        self._tag = tag
        self._fault = PcscPadFault.NONE
        self._disturbed = False
        self._in_session = False
        self._switched = False

    def set_fault(self, fault: PcscPadFault) -> None:
        """Have this fault from now on, instead of any other."""
        self._fault = fault

    def power_up(self) -> None:
        """The session is over, and the tag has forgotten whether it was quiet or selected."""
        self._in_session = self._switched = False
        self._tag.lose_power()

    def writes(self, command: bytes) -> bool:
        """Whether this changes the tag."""
        apdu = Apdu.of(command)
        if apdu is None or apdu.cla != STORAGE_CLASS:
            return False
        if (apdu.ins, apdu.p2) == (Instruction.TRANSPARENT_SESSION, About.EXCHANGE):
            sent = [one.value for one in objects_of(apdu.data) or [] if one.tag == Kind.TRANSCEIVE]
            return any(command_of(frame) in WRITING for frame in sent)
        return apdu.ins == Instruction.UPDATE_BINARY

    def exchange(self, command: bytes) -> Exchange:
        """UID, blocks, or a command of the session."""
        if self._fault is PcscPadFault.SLOW:
            yield SLOW_S
        if self._fault is PcscPadFault.TEAR_WRITE and self.writes(command) and self._luck.random() < TORN_TOO_EARLY:
            yield air.PROGRAMMING_S
            return TIMED_OUT
        apdu = Apdu.of(command)
        if apdu is None:
            yield 0.0
            return WRONG_LENGTH
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.TRANSPARENT_SESSION:
            return (yield from self._session(apdu))
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.READ_BINARY:
            return (yield from self._read(apdu))
        if apdu.cla == STORAGE_CLASS and apdu.ins == Instruction.UPDATE_BINARY:
            return (yield from self._update(apdu))
        yield 0.0
        return usual_answer(self._tag.uid[::-1], b"", apdu)

    def _read(self, apdu: Apdu) -> Exchange:
        yield air.read_s(1, self._tag.block_size, security=False)
        try:
            return told(self._tag.block(apdu.p2), apdu.le)
        except TagRefused:
            return NOT_FOUND

    def _update(self, apdu: Apdu) -> Exchange:
        if len(apdu.data) != self._tag.block_size:
            yield 0.0
            return WRONG_LENGTH
        yield air.write_block_s(self._tag.block_size)
        try:
            self._tag.write_block(apdu.p2, apdu.data)
        except TagRefused as refused:
            return NOT_FOUND if refused.error is TagError.NO_SUCH_BLOCK else FAILED
        return TIMED_OUT if self._fault is PcscPadFault.LOSE_WRITE_ANSWER else DONE

    def _session(self, apdu: Apdu) -> Exchange:
        objects = objects_of(apdu.data)
        if objects is None:
            yield 0.0
            return WRONG_LENGTH
        if apdu.p1:
            yield 0.0
            return WRONG_PARAMETER
        match apdu.p2:
            case About.EXCHANGE:
                return (yield from self._exchanged(objects))
            case About.SESSION:
                yield 0.0
                return self._managed(objects)
            case About.PROTOCOL:
                yield 0.0
                return self._switch(objects)
            case _:
                yield 0.0
                return WRONG_PARAMETER

    def _managed(self, objects: list[DataObject]) -> bytes:
        match [one.tag for one in objects]:
            case [Kind.START_SESSION]:
                self._in_session, self._switched = True, False
            case [Kind.END_SESSION] if self._in_session:
                self._in_session = self._switched = False
            case [Kind.END_SESSION]:
                return _failed(WRONG_COMMAND)
            case _:
                return _failed(NOT_SUPPORTED)
        return _answer(NO_FAULT)

    def _switch(self, objects: list[DataObject]) -> bytes:
        if not self._in_session:
            return _failed(WRONG_COMMAND)
        if [(one.tag, one.value) for one in objects] != [(Kind.SWITCH_PROTOCOL, ISO_15693_LAYER_3)]:
            return _failed(NOT_SUPPORTED)
        self._switched = True
        return _answer(NO_FAULT, DataObject(Told.SWITCHED, b"\0"))

    def _exchanged(self, objects: list[DataObject]) -> Exchange:
        """One frame there and one back. Without a timer the reader does not wait for a tag that writes."""
        values = {one.tag: one.value for one in objects}
        frame, timer = values.pop(Kind.TRANSCEIVE, None), values.pop(Kind.TIMER, None)
        if frame is None or values or (timer is not None and len(timer) != TIMER_LENGTH):
            yield 0.0
            return _failed(NOT_SUPPORTED)
        if not self._switched:
            yield 0.0
            return _failed(WRONG_COMMAND)
        air_s = self._air_s(frame)
        yield air_s
        answer = answer_of(self._tag, frame)
        writes = command_of(frame) in WRITING
        waits_s = int.from_bytes(timer, "little") * MICROSECOND_S if timer is not None else 0.0
        lost = writes and (self._fault is PcscPadFault.LOSE_WRITE_ANSWER or waits_s < air_s)
        if answer is None or lost or (timer is not None and waits_s < air_s):
            return _failed(TIMED_OUT)
        if len(answer) > MOST_RECEIVED:
            return _failed(NOT_SUPPORTED)
        self._disturbed = self._fault is PcscPadFault.NOISE and not self._disturbed
        if self._disturbed:
            return _answer(NO_FAULT, DataObject(Told.VALID_BITS, b"\0"), DataObject(Told.FRAME_STATUS, FRAME_ERROR))
        return _answer(
            NO_FAULT,
            DataObject(Told.VALID_BITS, b"\0"),
            DataObject(Told.FRAME_STATUS, b"\0\0"),
            DataObject(Told.RECEIVED, answer),
        )

    def _air_s(self, frame: bytes) -> float:
        command = command_of(frame)
        request = len(frame) + CRC
        match command:
            case Command.SYSTEM_INFORMATION:
                return air.exchange_s(request, air.SYSTEM_INFORMATION_ANSWER)
            case Command.READ_BLOCK | Command.READ_BLOCKS:
                blocks = frame[-1] + 1 if command is Command.READ_BLOCKS else 1
                return air.exchange_s(request, air.SHORT_ANSWER + blocks * (self._tag.block_size + 1))
            case Command.INVENTORY:
                return air.exchange_s(request, air.INVENTORY_ANSWER)
            case _:
                programming_s = air.PROGRAMMING_S if command in WRITING else 0.0
                return air.exchange_s(request, air.SHORT_ANSWER) + programming_s


def _answer(*objects: DataObject) -> bytes:
    return b"".join(one.content() for one in objects) + DONE


def _failed(why: bytes) -> bytes:
    """The first object could not be carried out; the outer status word is 9000 all the same."""
    return _answer(DataObject(Told.ERROR, b"\x01" + why))
