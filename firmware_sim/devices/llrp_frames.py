"""LLRP messages and parameters as bytes. All numbers are big-endian.

Source: EPCglobal LLRP 1.0.1 (version field 1): 10 bytes of header; TLV and TV parameters.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from firmware_sim.devices.llrp_words import Code, Is

HEADER = struct.Struct(">HII")
VERSION = 1
VERSION_SHIFT, VERSION_BITS = 10, 0x07
TYPE_BITS = 0x03FF
LONGEST = 0x10000
"""A message above it is taken for a stream that is out of step."""
TLV_HEAD = struct.Struct(">HH")
TV_BIT = 0x80
STATUS = struct.Struct(">HH")
WHOLE_MESSAGE = 0
"""In the place of a parent's type: the message itself."""


class Refused(Exception):
    """The message is not done: the status that its answer has, in words, too, and what of the message is wrong."""

    def __init__(self, code: Code, text: str, wrong: bytes = b"") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `version` should be 1."""

    version: int
    kind: int
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Parameter:
    """One TLV parameter."""

    kind: int
    body: bytes


class OutOfStep(Exception):
    """A length that cannot be: where the next message begins is lost."""


class MessageReader:
    """Puts messages together from bytes."""

    def __init__(self) -> None:
        self._received = bytearray()

    def reset(self) -> None:
        """Forget a message that has begun."""
        self._received.clear()

    def hear(self, data: bytes) -> None:
        """Keep bytes until they are taken."""
        self._received += data

    def take(self) -> Message | None:
        """The next whole message; raises `OutOfStep`."""
        if len(self._received) < HEADER.size:
            return None
        head, length, number = HEADER.unpack_from(self._received)
        if not HEADER.size <= length <= LONGEST:
            raise OutOfStep
        if len(self._received) < length:
            return None
        body = bytes(self._received[HEADER.size : length])
        del self._received[:length]
        return Message(head >> VERSION_SHIFT & VERSION_BITS, head & TYPE_BITS, number, body)


def message(kind: int, number: int, body: bytes) -> bytes:
    """A message of the reader."""
    return HEADER.pack(VERSION << VERSION_SHIFT | kind, HEADER.size + len(body), number) + body


def tlv(kind: int, *content: bytes) -> bytes:
    """A parameter that says how long it is."""
    body = b"".join(content)
    return TLV_HEAD.pack(kind, TLV_HEAD.size + len(body)) + body


def tv(kind: int, content: bytes) -> bytes:
    """A parameter whose length is known by its type."""
    return bytes((TV_BIT | kind,)) + content


def words(text: str) -> bytes:
    """UTF-8 text after its length."""
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def status(code: Code = Code.SUCCESS, text: str = "", wrong: bytes = b"") -> bytes:
    """LLRPStatus; `wrong` is a FieldError or a ParameterError."""
    return tlv(Is.LLRP_STATUS, code.to_bytes(2, "big"), words(text), wrong)


def wrong_field(number: int, text: str) -> Refused:
    """The field at this place, from 0, says something that cannot be."""
    return Refused(Code.FIELD_ERROR, text, tlv(Is.FIELD_ERROR, STATUS.pack(number, Code.INVALID)))


def wrong_parameter(kind: int, code: Code, text: str) -> Refused:
    """Something is wrong inside a parameter of this type."""
    return Refused(Code.PARAMETER_ERROR, text, tlv(Is.PARAMETER_ERROR, STATUS.pack(kind, code)))


def split(layout: struct.Struct, parent: int, body: bytes) -> tuple[tuple[int, ...], bytes]:
    """The fields at the beginning of a parameter, and the rest; raises `Refused`."""
    if len(body) < layout.size:
        raise wrong_parameter(parent, Code.IN_PARAMETER_FIELD_ERROR, f"parameter {parent} is too short")
    return layout.unpack_from(body), body[layout.size :]


def parameters_of(data: bytes, parent: int) -> list[Parameter]:
    """The TLV parameters that follow each other here; raises `Refused` where they do not fill the place."""
    found = []
    while data:
        if len(data) < TLV_HEAD.size or data[0] & TV_BIT:
            raise wrong_parameter(parent, Code.IN_PARAMETER_UNEXPECTED, f"in {parent}: no parameter that has a length")
        kind, length = TLV_HEAD.unpack_from(data)
        if not TLV_HEAD.size <= length <= len(data):
            raise wrong_parameter(parent, Code.IN_PARAMETER_FIELD_ERROR, f"in {parent}: length of parameter {kind}")
        found.append(Parameter(kind & TYPE_BITS, data[TLV_HEAD.size : length]))
        data = data[length:]
    return found


def the_only(kind: Is, parameters: list[Parameter], parent: int) -> bytes:
    """The body of a parameter that must be there once; raises `Refused`."""
    bodies = [one.body for one in parameters if one.kind == kind]
    if len(bodies) != 1 and parent == WHOLE_MESSAGE:
        raise Refused(Code.MISSING_PARAMETER, f"one {kind.name} is needed")
    if len(bodies) != 1:
        raise wrong_parameter(parent, Code.IN_PARAMETER_MISSING, f"in {parent}: one {kind.name} is needed")
    return bodies[0]


def perhaps(kind: Is, parameters: list[Parameter]) -> bytes | None:
    """The body of a parameter that may be there."""
    return next((one.body for one in parameters if one.kind == kind), None)


def only_known(parameters: list[Parameter], known: frozenset[Is], parent: int) -> None:
    """Raises `Refused` for a parameter that this reader does not take there."""
    for one in parameters:
        if one.kind not in known:
            raise wrong_parameter(one.kind, Code.IN_PARAMETER_UNSUPPORTED, f"in {parent}: {one.kind} is not supported")
