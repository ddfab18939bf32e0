"""Messages of LLRP on a stream: 3 reserved bits, version (3), type (10), length of all (4), id (4), then the body.

Source: EPCglobal LLRP 1.1, 17.1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from drivers.llrp.parameters import TLV_HEAD, head_of

HEAD = 10
TYPE_BITS = 0x03FF
LONGEST_MESSAGE = 4 * 1024 * 1024
"""A longer one, or one below the head, is a stream that is out of step."""
_KEPT_BYTES = 32 * 1024
"""A longer message is taken in pieces of whole parameters, as if the reader had split it."""
_SLICE_BYTES = 4 * 1024
_RESERVED_SHIFT, _VERSION_SHIFT = 13, 10
_VERSION_SPOKEN = 1
_VERSIONS_UNDERSTOOD = (1, 2)
"""1.0.1 and 1.1; nothing that is read here differs between them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or whole parameters of a long one."""

    kind: int
    id: int
    body: bytes


@dataclass(slots=True)
class _Long:
    """A message that is taken in pieces."""

    kind: int
    id: int
    left: int
    """Bytes that are still to come."""
    skip: int = 0
    """Of these, bytes that are passed over."""


def _head(data: bytes) -> tuple[int, int, int]:
    """First two bytes, length, id."""
    return int.from_bytes(data[:2]), int.from_bytes(data[2:6]), int.from_bytes(data[6:HEAD])


def pack(kind: int, message_id: int, body: bytes = b"") -> bytes:
    """The bytes of a message."""
    return struct.pack(">HII", _VERSION_SPOKEN << _VERSION_SHIFT | kind, HEAD + len(body), message_id) + body


class MessageStream:
    """Finds messages in a stream. Holds at most 36 KiB; once `broken`, nothing more is found."""

    def __init__(self) -> None:
        self.broken: str | None = None
        """Why the stream cannot be read any further."""
        self._bytes = bytearray()
        self._long: _Long | None = None

    def __len__(self) -> int:
        return len(self._bytes)

    def feed(self, data: bytes) -> list[Message]:
        """Messages that are complete with `data`."""
        found: list[Message] = []
        for start in range(0, len(data), _SLICE_BYTES):
            if self.broken is not None:
                break
            self._bytes += data[start : start + _SLICE_BYTES]
            self._scan(found)
        return found

    def _scan(self, found: list[Message]) -> None:
        at, moved = 0, True
        while moved and self.broken is None:
            before, was_long = at, self._long is not None
            at = self._next(at, found) if self._long is None else self._piece(self._long, at, found)
            moved = at > before or was_long is not (self._long is not None)
        del self._bytes[: len(self._bytes) if self.broken is not None else at]

    def _next(self, at: int, found: list[Message]) -> int:
        """Take the message that begins at `at`; returns where the next one does."""
        if len(self._bytes) - at < HEAD:
            return at
        first, length, message_id = _head(bytes(self._bytes[at : at + HEAD]))
        version = first >> _VERSION_SHIFT & 0x07
        if first >> _RESERVED_SHIFT or version not in _VERSIONS_UNDERSTOOD:
            self.broken = f"{first:04X} begins no message"
        elif not HEAD <= length <= LONGEST_MESSAGE:
            self.broken = f"a message of {length} bytes cannot be"
        elif length > _KEPT_BYTES:
            self._long = _Long(first & TYPE_BITS, message_id, length - HEAD)
            return at + HEAD
        elif len(self._bytes) - at >= length:
            found.append(Message(first & TYPE_BITS, message_id, bytes(self._bytes[at + HEAD : at + length])))
            return at + length
        return at

    def _piece(self, long: _Long, at: int, found: list[Message]) -> int:
        """Take the whole parameters of a long message that are there; what cannot be read is passed over."""
        start = at
        while long.left and not long.skip:
            size = self._parameter_size(at, long.left)
            if size == 0:
                long.skip = long.left
            elif size is not None and size > _KEPT_BYTES:
                long.skip = size
            elif size is None or len(self._bytes) - at < size:
                break
            else:
                at += size
                long.left -= size
        if at > start:
            found.append(Message(long.kind, long.id, bytes(self._bytes[start:at])))
        skipped = min(long.skip, len(self._bytes) - at)
        long.skip -= skipped
        long.left -= skipped
        if long.left == 0:
            self._long = None
        return at + skipped

    def _parameter_size(self, at: int, left: int) -> int | None:
        """Bytes of the parameter that begins here; 0 where the rest cannot be read, None when its head is cut."""
        head = head_of(bytes(self._bytes[at : at + min(TLV_HEAD, left)]))
        if head is None:
            return 0 if left < TLV_HEAD else None
        if head.size is None or not head.head <= head.size <= left:
            return 0
        return head.size
