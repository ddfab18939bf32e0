"""A barcode scanner on a serial line: it says what it reads, and hears nothing.

Source: ISO/IEC 15424 for the AIM identifier; CR as the end of a code is what serial scanners are set to when they leave
the works.
"""

from __future__ import annotations

END_OF_CODE = b"\r"
LONGEST_SHOT = 65_536
"""Bytes in one shot, so that a mistaken script cannot fill the memory."""


class Scanner:
    """What is held under it goes out as text."""

    def __init__(self, prefix: bytes = b"", suffix: bytes = END_OF_CODE) -> None:
        """What stands around each code."""
        self._prefix, self._suffix = prefix, suffix
        self._outgoing = b""

    def fire(self, code: str, aim: str = "") -> None:
        """Read a code and say it, after its AIM identifier (`]C0` and so on) if it is set to send one."""
        self.fire_bytes(self._prefix + aim.encode() + code.encode() + self._suffix)

    def fire_bytes(self, data: bytes) -> None:
        """Say these bytes as they are. At most `LONGEST_SHOT`: raises ValueError."""
        if len(data) > LONGEST_SHOT:
            raise ValueError(f"a scanner says at most {LONGEST_SHOT} bytes at once, not {len(data)}")
        self._outgoing += data

    def receive(self, data: bytes, now_s: float) -> None:
        """It has no trigger by wire."""

    def tick(self, now_s: float) -> None:
        """Nothing happens by itself."""

    def due_s(self) -> float | None:
        """Nothing ever is."""
        return None

    def take_outgoing(self) -> bytes:
        """What it has read since."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def connected(self, now_s: float) -> None:
        """It does not care."""
