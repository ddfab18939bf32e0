"""Data objects of a transparent session: tag, length, value.

Source: PC/SC part 3 supplement; tags of two bytes and lengths `81 len` as in ISO/IEC 8825-1.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataObject:
    """One object of a list."""

    tag: int
    value: bytes


def parse_objects(data: bytes) -> list[DataObject] | None:
    """The objects in order; None when the bytes are not whole objects from the first to the last."""
    objects: list[DataObject] = []
    at = 0
    while at < len(data):
        tag_size = 2 if data[at] & 0x1F == 0x1F else 1
        tag, at = data[at : at + tag_size], at + tag_size
        if at >= len(data):
            return None
        size, at = data[at], at + 1
        if size >= 0x80:
            size_bytes = size & 0x7F
            if not 1 <= size_bytes <= 2 or at + size_bytes > len(data):
                return None
            size, at = int.from_bytes(data[at : at + size_bytes]), at + size_bytes
        if at + size > len(data):
            return None
        objects.append(DataObject(int.from_bytes(tag), data[at : at + size]))
        at += size
    return objects
