"""Parameters of LLRP messages: cut from bytes, and put together.

TLV: 6 zero bits, type (10), length (2, counts these 4 bytes). TV: top bit, type (7), fixed length, no length field.
An unknown TLV is skipped by its length; an unknown TV makes the rest of its parent unreadable.
Source: EPCglobal LLRP 1.1, 17.2.1; sizes of TVs as in `names.py`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from drivers.llrp.names import KNOWN_TLV, TV_SIZES

TLV_HEAD, TV_HEAD = 4, 1
_TYPE_BITS = 0x03FF
_TV_BIT = 0x80


@dataclass(frozen=True, slots=True)
class Head:
    """Where one parameter begins and ends."""

    kind: int
    head: int
    """Bytes of the head."""
    size: int | None
    """Bytes in all as told; None for a TV of unknown length."""
    known: bool


@dataclass(slots=True)
class Cut:
    """The known parameters of a parent in order, as (type, content), and what was wrong."""

    parameters: list[tuple[int, bytes]] = field(default_factory=list)
    unknown: bool = False
    """A parameter was skipped, or ended the reading."""
    damaged: bool = False
    """A length does not fit: the rest was not read."""

    def first(self, kind: int) -> bytes | None:
        """The content of the first parameter of a type."""
        return next((content for each, content in self.parameters if each == kind), None)

    def all(self, kind: int) -> list[bytes]:
        """The contents of all parameters of a type."""
        return [content for each, content in self.parameters if each == kind]


def head_of(start: bytes) -> Head | None:
    """The head in the first bytes of a parameter; None when they are too few."""
    if not start or (not start[0] & _TV_BIT and len(start) < TLV_HEAD):
        return None
    if start[0] & _TV_BIT:
        kind = start[0] & ~_TV_BIT
        size = TV_SIZES.get(kind)
        return Head(kind, TV_HEAD, None if size is None else TV_HEAD + size, size is not None)
    kind = int.from_bytes(start[:2]) & _TYPE_BITS
    return Head(kind, TLV_HEAD, int.from_bytes(start[2:TLV_HEAD]), kind in KNOWN_TLV)


def cut(data: bytes) -> Cut:
    """The parameters that follow each other in `data`. Any bytes give a result."""
    done = Cut()
    at = 0
    while at < len(data):
        head = head_of(data[at : at + TLV_HEAD])
        if head is not None and head.size is None:
            done.unknown = True
            break
        if head is None or head.size is None or head.size < head.head or at + head.size > len(data):
            done.damaged = True
            break
        if head.known:
            done.parameters.append((head.kind, data[at + head.head : at + head.size]))
        else:
            done.unknown = True
        at += head.size
    return done


def tlv(kind: int, *content: bytes) -> bytes:
    """A parameter with its length. The content's pieces follow each other."""
    body = b"".join(content)
    return struct.pack(">HH", kind, TLV_HEAD + len(body)) + body
