"""The bytes of the code under way, and never more than a code may have."""

from __future__ import annotations

CODE_LIMIT = 4096
"""Bytes of one code at most; the largest QR code holds 2,953."""


class CodeBuffer:
    """Collects one code. Once it is too long, everything until its end is dropped."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._overflowed = False

    @property
    def under_way(self) -> bool:
        """Whether a code has begun, a dropped one as well."""
        return bool(self._bytes) or self._overflowed

    def add(self, piece: bytes) -> bool:
        """Put bytes behind the others; whether the code became too long by these."""
        if self._overflowed:
            return False
        if len(self._bytes) + len(piece) > CODE_LIMIT:
            self._bytes.clear()
            self._overflowed = True
            return True
        self._bytes += piece
        return False

    def take(self) -> bytes:
        """The code is at its end: its bytes, none where it was too long. The next one begins."""
        code = bytes(self._bytes)
        self._bytes.clear()
        self._overflowed = False
        return code
