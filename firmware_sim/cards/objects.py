"""Data objects of a transparent session: tag, length, value.

Source: PC/SC part 3, supplement for transparent sessions; as captured from an ACR1552U in NXP community thread
ta-p/2291679.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

LONG_TAG_BITS = 0x1F
"""All set: the tag has a second byte (ISO/IEC 8825-1, 8.1.2)."""
LONG_LENGTH = 0x80
MOST_LENGTH_BYTES = 2


class Kind(IntEnum):
    """Tags of the objects that a host sends."""

    START_SESSION = 0x81
    END_SESSION = 0x82
    SWITCH_PROTOCOL = 0x8F
    TRANSCEIVE = 0x95
    TIMER = 0x5F46


class Told(IntEnum):
    """Tags of the objects that the reader answers."""

    SWITCHED = 0x8F
    VALID_BITS = 0x92
    FRAME_STATUS = 0x96
    RECEIVED = 0x97
    ERROR = 0xC0


@dataclass(frozen=True, slots=True)
class DataObject:
    """One object."""

    tag: int
    value: bytes = b""

    def content(self) -> bytes:
        """As bytes; a length of 80 or more is written `81 len`."""
        tag = self.tag.to_bytes(2 if self.tag > 0xFF else 1, "big")
        length = len(self.value)
        written = bytes((length,)) if length < LONG_LENGTH else bytes((LONG_LENGTH | 1, length))
        return tag + written + self.value


def objects_of(data: bytes) -> list[DataObject] | None:
    """The objects that these bytes are; None where one is cut short."""
    found: list[DataObject] = []
    while data:
        tag_length = 2 if data[0] & LONG_TAG_BITS == LONG_TAG_BITS else 1
        tag, data = data[:tag_length], data[tag_length:]
        if len(tag) < tag_length or not data:
            return None
        length, data = data[0], data[1:]
        if length & LONG_LENGTH:
            count = length & ~LONG_LENGTH
            if not 1 <= count <= MOST_LENGTH_BYTES or len(data) < count:
                return None
            length, data = int.from_bytes(data[:count], "big"), data[count:]
        if len(data) < length:
            return None
        found.append(DataObject(int.from_bytes(tag, "big"), data[:length]))
        data = data[length:]
    return found
