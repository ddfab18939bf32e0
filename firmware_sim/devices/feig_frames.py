"""FEIG frames as the reader sees them: requests in, answers out.

Source: FEIG OBID H20800-16e-ID-B, 3.1 (line and frames) and 3.2 (CRC); the advanced form of a request as the newer
families (ID ISC.LR1002, H20411-0e) take it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc import crc16

STX = 0x02
"""First byte of an advanced frame (3.1)."""
LEAST_REQUEST = 5
"""LENGTH, COM-ADR, COMMAND and two bytes of CRC (3.1)."""
LEAST_ADVANCED_REQUEST = 7
LONGEST_STANDARD = 255
CRC_LENGTH = 2
GAP_S = 0.012
"""Bytes of one frame follow each other within 12 ms; a longer gap ends whatever was being received (3.1)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request with a good CRC. `advanced` says in which of the two forms it came."""

    address: int
    command: int
    data: bytes
    advanced: bool


class RequestReader:
    """Puts requests together from bytes. What is no frame is dropped in silence until the line has been quiet.

    The reader gives no answer at all to a bad CRC or an impossible length (3.1): only a time-out tells the host.
    """

    def __init__(self) -> None:
        self._received = bytearray()
        self._last_s = float("-inf")
        self._lost = False

    @property
    def between_frames(self) -> bool:
        """No frame has begun."""
        return not self._received

    def reset(self) -> None:
        """Forget a frame that has begun, and listen at once."""
        self._received.clear()
        self._lost = False

    def miss(self, now_s: float) -> None:
        """Bytes came up to `now_s` while nobody listened: take nothing more before the line has been quiet."""
        self._received.clear()
        self._lost = True
        self._last_s = now_s

    def take(self, data: bytes, began_s: float, now_s: float) -> Request | None:
        """Take bytes that came without a gap from `began_s` to `now_s`; return the request that they complete."""
        if began_s - self._last_s > GAP_S:
            self.reset()
        self._last_s = now_s
        if self._lost:
            return None
        self._received += data
        length = self._announced()
        if length is None or len(self._received) < length:
            return None
        frame = bytes(self._received[:length])
        good = length > 0 and crc16.mcrf4xx(frame[:-CRC_LENGTH]) == int.from_bytes(frame[-CRC_LENGTH:], "little")
        # One request at a time (3.1): what follows at once, good or not, is not heard.
        self._lost = not good or len(self._received) > length
        self._received.clear()
        if not good:
            return None
        if frame[0] == STX:
            return Request(frame[3], frame[4], frame[5:-CRC_LENGTH], advanced=True)
        return Request(frame[1], frame[2], frame[3:-CRC_LENGTH], advanced=False)

    def _announced(self) -> int | None:
        """The length that the frame's head announces, 0 if it is impossible, None while the head is not there."""
        received = self._received
        if not received:
            return None
        if received[0] != STX:
            return received[0] if received[0] >= LEAST_REQUEST else 0
        if len(received) < 3:
            return None
        length = int.from_bytes(received[1:3], "big")
        return length if length >= LEAST_ADVANCED_REQUEST else 0


def answer_frame(address: int, command: int, content: bytes, *, advanced: bool) -> bytes:
    """An answer of the reader; `content` is STATUS and data. Advanced on request, and where 255 bytes do not do."""
    body = bytes((address, command)) + content
    length = 1 + len(body) + CRC_LENGTH
    if advanced or length > LONGEST_STANDARD:
        framed = bytes((STX,)) + (length + 2).to_bytes(2, "big") + body
    else:
        framed = bytes((length,)) + body
    return framed + int(crc16.mcrf4xx(framed)).to_bytes(CRC_LENGTH, "little")
