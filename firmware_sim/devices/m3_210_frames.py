"""Frames of a 3M 210 as the reader sees them: requests in, answers out.

Source: 3M RFID Reader Model 210, Protocol Specification 1.0.0, 2 to 4; the start byte of the older 810's probe from
github dpavlin/Biblio-RFID, `lib/Biblio/RFID/Reader/3M810.pm`.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc import crc16

START = 0xD6
PROBE_START = 0xD5
HEAD = 3
"""Start byte and two bytes of length, high byte first."""
CRC_LENGTH = 2
LEAST_LENGTH = 1 + CRC_LENGTH
LONGEST_LENGTH = 12 + 4 * 255 + CRC_LENGTH
"""An order to write 255 blocks of 4 bytes."""
GAP_S = 0.1
"""A quiet line ends a request that was cut short. The specification gives no time; this one is its drivers' own."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request with a good CRC. `start` says in which of the two forms it came."""

    start: int
    command: int
    data: bytes


class RequestReader:
    """Puts requests together from bytes. What is no frame is dropped in silence."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._last_s = float("-inf")

    @property
    def kept(self) -> int:
        """Bytes of a frame that has begun: never more than the longest has."""
        return len(self._received)

    def reset(self) -> None:
        """Forget a frame that has begun."""
        self._received.clear()

    def take(self, data: bytes, began_s: float, now_s: float) -> Request | None:
        """Take bytes that came from `began_s` to `now_s`; return the first request that they complete.

        What follows a request at once is not heard: the reader works on one at a time.
        """
        if began_s - self._last_s > GAP_S:
            self.reset()
        self._last_s = now_s
        self._received += data
        while (length := self._announced()) is not None and len(self._received) >= HEAD + length:
            frame = bytes(self._received[: HEAD + length])
            del self._received[: HEAD + length]
            if crc(frame[1:-CRC_LENGTH]) == frame[-CRC_LENGTH:]:
                self.reset()
                return Request(frame[0], frame[HEAD], frame[HEAD + 1 : -CRC_LENGTH])
        return None

    def _announced(self) -> int | None:
        """The length that the next head announces, once it is there; what comes before a head is dropped."""
        received = self._received
        place = 0
        while place < len(received):
            if received[place] in (START, PROBE_START):
                if len(received) < place + HEAD:
                    break
                length = int.from_bytes(received[place + 1 : place + HEAD], "big")
                if LEAST_LENGTH <= length <= LONGEST_LENGTH:
                    del received[:place]
                    return length
            place += 1
        del received[:place]
        return None


def answer_frame(start: int, body: bytes) -> bytes:
    """An answer of the reader; `body` is what stands between length and CRC."""
    counted = (len(body) + CRC_LENGTH).to_bytes(2, "big") + body
    return bytes((start,)) + counted + crc(counted)


def crc(data: bytes) -> bytes:
    """CRC over everything but the start byte, high byte first (4)."""
    return int(crc16.genibus(data)).to_bytes(CRC_LENGTH, "big")
