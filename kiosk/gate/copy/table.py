"""A copy of the ledger in a file: mapped into memory, looked up by bisection. Five million items take 80 MB of disk and
of memory only the pages that look-ups touch."""

from __future__ import annotations

import hashlib
import mmap
import sys
from bisect import bisect_left
from pathlib import Path

from drivers.errors import Misuse
from kiosk.wire.fields import MessageRefused
from kiosk.wire.lent_file import HEAD, LARGEST_HEADER, LENT_BIT, LentHeader, decode_head

CHUNK = 1 << 20
LET_GO_AFTER = 250
"""Look-ups, after which their pages are given back: the kernel keeps them as long as nobody needs the room."""


class CopyRefused(Exception):
    """A file that is no sound copy of the ledger; the text says why."""


class LentTable:
    """An open copy."""

    def __init__(self, path: Path) -> None:
        """Raises `CopyRefused`. The hash is not checked here: see `checked`."""
        if sys.byteorder != "little":
            raise Misuse("copies of the ledger are read in place, which needs a little-endian machine")
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as trouble:
            raise CopyRefused(f"{path.name}: {trouble}") from None
        try:
            self.header, begin = read_head(self._map, len(self._map))
        except MessageRefused as refused:
            self._map.close()
            raise CopyRefused(f"{path.name}: {refused}") from None
        self._map.madvise(mmap.MADV_RANDOM)  # a look-up shall bring in its own pages, and not their neighbours
        self._bytes = memoryview(self._map)
        self._keys = self._bytes[begin:].cast("Q")
        self._asked = 0

    def lent(self, key: int) -> bool | None:
        """Whether what has this key (`item_key`, `uid_key`) is lent; None where it is not known."""
        self._asked += 1
        if self._asked % LET_GO_AFTER == 0:
            self._map.madvise(mmap.MADV_DONTNEED)
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] & ~LENT_BIT != key:
            return None
        return bool(self._keys[place] & LENT_BIT)

    def close(self) -> None:
        """Let go of the file."""
        self._keys.release()
        self._bytes.release()
        self._map.close()


def read_head(file: mmap.mmap | bytes, whole_bytes: int) -> tuple[LentHeader, int]:
    """The header of a copy, and where its keys begin. Raises `MessageRefused`."""
    start = bytes(file[: HEAD.size])
    if len(start) == HEAD.size:
        length = min(HEAD.unpack(start)[1], LARGEST_HEADER)
        start = bytes(file[: HEAD.size + length])
    return decode_head(start, whole_bytes)


def checked(path: Path, sha256: str) -> LentTable:
    """Open a copy that has just been fetched: its hash is that which was announced, and its keys ascend.

    Raises `CopyRefused`.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise CopyRefused(
            f"{path.name}: expected the announced SHA-256 {sha256[:12]}…, found {digest.hexdigest()[:12]}…"
        )
    return LentTable(path)
