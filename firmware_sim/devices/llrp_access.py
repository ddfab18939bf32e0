"""AccessSpecs: reading and writing the memory of tags as they are inventoried.

Source: EPCglobal LLRP 1.0.1, access operation; C1G2 parameters.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass

from firmware_sim.devices.llrp_frames import (
    Parameter,
    only_known,
    parameters_of,
    perhaps,
    split,
    the_only,
    tlv,
    wrong_field,
    wrong_parameter,
)
from firmware_sim.devices.llrp_specs import GEN2
from firmware_sim.devices.llrp_words import Code, Is, ReadResult, WriteResult
from firmware_sim.room.tag import TagLeft
from firmware_sim.room.uhf_tag import WORD, Bank, UhfError, UhfRefused, UhfTag

ACCESSSPEC = struct.Struct(">IHBBI")
ACTIVE_BIT = 0x80
STOP = struct.Struct(">BH")
TARGET = struct.Struct(">BHH")
BITS = struct.Struct(">H")
MATCH_BIT = 0x20
BANK_SHIFT = 6
READ = struct.Struct(">HIBHH")
WRITE = struct.Struct(">HIBHH")
RESULT = struct.Struct(">BHH")
BYTE_BITS = 8
MOST_TARGETS = 2
WRITING = {Is.C1G2_WRITE: Is.C1G2_WRITE_RESULT, Is.C1G2_BLOCK_WRITE: Is.C1G2_BLOCK_WRITE_RESULT}
READ_S = 0.003
WRITE_WORD_S = 0.008
"""A tag answers a write within 20 ms (ISO/IEC 18000-63)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Which tags: those whose bits from `pointer` on are `data` where `mask` is 1, or all others."""

    bank: Bank
    pointer: int
    mask: str
    data: str
    match: bool

    def meets(self, tag: UhfTag) -> bool:
        """The tag is meant."""
        bits = "".join(f"{byte:08b}" for byte in tag.content(self.bank))
        there = bits[self.pointer : self.pointer + len(self.mask)]
        same = len(there) == len(self.mask) and all(
            bit == wanted for bit, wanted, counts in zip(there, self.data, self.mask, strict=True) if counts == "1"
        )
        return same is self.match


@dataclass(frozen=True, slots=True)
class Read:
    """Read words; `count` 0: all to the bank's end."""

    number: int
    bank: Bank
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Write:
    """Write words one by one."""

    kind: Is
    number: int
    bank: Bank
    first: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AccessSpec:
    """What to do with which tags. Antenna and ROSpec 0: any; `times` 0: without an end."""

    number: int
    antenna: int
    rospec: int
    times: int
    targets: tuple[Target, ...]
    operations: tuple[Read | Write, ...]
    body: bytes
    """As it was sent."""

    def meets(self, tag: UhfTag, antenna: int, rospec: int) -> bool:
        """It is to be carried out on this tag, seen there."""
        here = self.antenna in (0, antenna) and self.rospec in (0, rospec)
        return here and all(target.meets(tag) for target in self.targets)


def accessspec_of(body: bytes) -> AccessSpec:
    """The AccessSpec in a parameter; raises `Refused`."""
    (number, antenna, protocol, state, rospec), rest = split(ACCESSSPEC, Is.ACCESSSPEC, body)
    if number == 0 or state & ACTIVE_BIT or protocol != GEN2:
        raise wrong_field(0, "an AccessSpec is added with a number above 0, disabled, for air protocol 1")
    parameters = parameters_of(rest, Is.ACCESSSPEC)
    stop = the_only(Is.ACCESSSPEC_STOP_TRIGGER, parameters, Is.ACCESSSPEC)
    (kind, times), _ = split(STOP, Is.ACCESSSPEC_STOP_TRIGGER, stop)
    command = parameters_of(the_only(Is.ACCESS_COMMAND, parameters, Is.ACCESSSPEC), Is.ACCESS_COMMAND)
    only_known(command, frozenset({Is.C1G2_TAG_SPEC, Is.C1G2_READ, *WRITING}), Is.ACCESS_COMMAND)
    meant = parameters_of(the_only(Is.C1G2_TAG_SPEC, command, Is.ACCESS_COMMAND), Is.C1G2_TAG_SPEC)
    targets = tuple(_target(one.body) for one in meant if one.kind == Is.C1G2_TARGET_TAG)
    operations = tuple(_operation(one) for one in command if one.kind != Is.C1G2_TAG_SPEC)
    if not 1 <= len(targets) <= MOST_TARGETS or not operations:
        raise wrong_parameter(Is.ACCESS_COMMAND, Code.IN_PARAMETER_MISSING, "one or two targets, and an operation")
    return AccessSpec(number, antenna, rospec, times if kind else 0, targets, operations, body)


def reports_at_once(body: bytes) -> bool:
    """An AccessSpec asks for a report of its own at its end; raises `Refused`."""
    report = perhaps(Is.ACCESS_REPORT_SPEC, parameters_of(body[ACCESSSPEC.size :], Is.ACCESSSPEC))
    return report is not None and report[:1] == b"\x01"


def carried_out(spec: AccessSpec, tag: UhfTag, here: Callable[[], bool]) -> Generator[float, None, tuple[bytes, ...]]:
    """Do the operations in their order up to the first that fails; the result of each, as a parameter.

    Yields the seconds that each step takes. A tag that is not `here` at the end of a step has done what came before.
    """
    results = []
    for operation in spec.operations:
        match operation:
            case Read():
                result, told = yield from _read(operation, tag, here)
            case Write():
                result, told = yield from _written(operation, tag, here)
        results.append(told)
        if result:
            break
    return tuple(results)


def _read(operation: Read, tag: UhfTag, here: Callable[[], bool]) -> Generator[float, None, tuple[int, bytes]]:
    yield READ_S
    result, content = ReadResult.SUCCESS, b""
    if not here():
        result = ReadResult.NO_RESPONSE
    else:
        try:
            content = tag.read(operation.bank, operation.first, operation.count)
        except UhfRefused:
            result = ReadResult.TAG_ERROR
    head = RESULT.pack(result, operation.number, len(content) // WORD)
    return result, tlv(Is.C1G2_READ_RESULT, head, content)


def _written(operation: Write, tag: UhfTag, here: Callable[[], bool]) -> Generator[float, None, tuple[int, bytes]]:
    result, words = WriteResult.SUCCESS, 0
    for place in range(0, len(operation.data), WORD):
        yield WRITE_WORD_S
        if not here():
            result = WriteResult.NO_RESPONSE
            break
        try:
            tag.write(operation.bank, operation.first + words, operation.data[place : place + WORD])
        except UhfRefused as refused:
            result = WriteResult.OVERRUN if refused.error is UhfError.OVERRUN else WriteResult.LOCKED
            break
        except TagLeft:
            result = WriteResult.NO_RESPONSE
            break
        words += 1
    return result, tlv(WRITING[operation.kind], RESULT.pack(result, operation.number, words))


def _target(body: bytes) -> Target:
    (flags, pointer, mask_bits), rest = split(TARGET, Is.C1G2_TARGET_TAG, body)
    mask, rest = _bits(mask_bits, rest)
    (data_bits,), rest = split(BITS, Is.C1G2_TARGET_TAG, rest)
    data, _ = _bits(data_bits, rest)
    if mask_bits != data_bits:
        text = "mask and data of a target are as long as each other"
        raise wrong_parameter(Is.C1G2_TARGET_TAG, Code.IN_PARAMETER_FIELD_ERROR, text)
    return Target(Bank(flags >> BANK_SHIFT), pointer, mask, data, bool(flags & MATCH_BIT))


def _bits(count: int, rest: bytes) -> tuple[str, bytes]:
    length = -(-count // BYTE_BITS)
    if len(rest) < length:
        raise wrong_parameter(Is.C1G2_TARGET_TAG, Code.IN_PARAMETER_FIELD_ERROR, "a target's bits are cut short")
    return "".join(f"{byte:08b}" for byte in rest[:length])[:count], rest[length:]


def _operation(parameter: Parameter) -> Read | Write:
    if parameter.kind == Is.C1G2_READ:
        (number, _, bank, first, count), _ = split(READ, Is.C1G2_READ, parameter.body)
        return Read(number, Bank(bank >> BANK_SHIFT), first, count)
    kind = Is(parameter.kind)
    (number, _, bank, first, count), data = split(WRITE, kind, parameter.body)
    if len(data) != count * WORD or not count:
        raise wrong_parameter(kind, Code.IN_PARAMETER_FIELD_ERROR, "a write has as many words as it says")
    return Write(kind, number, Bank(bank >> BANK_SHIFT), first, data)
