"""Frames of an RL866 or M201 reader as it sees them: requests in, answers out.

Source: github Hypernova-Oy/lainuri, `lainuri/RL866/message.py`, `iblock.py` and `sblock.py`, with captured frames in
its tests. The numbers of a frame come low byte first.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastcrc import crc16

SOF = 0xFA
CRC_LENGTH = 2
LEAST_LENGTH = 5
"""LEN, RID, PCB and CRC: LEN counts everything but the SOF."""
LONGEST_LENGTH = 255
MOST_INF = LONGEST_LENGTH - LEAST_LENGTH
GAP_S = 0.1
"""A quiet line ends a request that was cut short. No source gives the time."""
BLOCK_KIND, I_BLOCK, S_BLOCK = 0xC0, (0x00, 0x40), 0xC0
SEQUENCE_BIT = 0x40
CHAINED = 0x20
RESYNC, RESYNC_ANSWER = 0xC0, 0xE0


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `intact` says whether its CRC is right."""

    address: int
    pcb: int
    inf: bytes
    intact: bool

    @property
    def sequence(self) -> int:
        """The sequence bit of an I-block, in its place."""
        return self.pcb & SEQUENCE_BIT

    @property
    def is_i_block(self) -> bool:
        """A command, and not a word about the line itself."""
        return self.pcb & BLOCK_KIND in I_BLOCK


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
        length = self._announced()
        if length is None or len(self._received) <= length:
            return None
        counted = bytes(self._received[1 : 1 + length])
        self.reset()
        return Request(counted[1], counted[2], counted[3:-CRC_LENGTH], crc(counted[:-CRC_LENGTH]) == counted[-2:])

    def _announced(self) -> int | None:
        """The length that the next head announces, once it is there; what comes before a head is dropped."""
        received = self._received
        place = received.find(SOF)
        while place >= 0 and place + 1 < len(received):
            if received[place + 1] >= LEAST_LENGTH:
                del received[:place]
                return received[1]
            place = received.find(SOF, place + 1)
        del received[: place if place >= 0 else len(received)]
        return None


def answer_frame(address: int, pcb: int, inf: bytes) -> bytes:
    """An answer of the reader."""
    counted = bytes((LEAST_LENGTH + len(inf), address, pcb)) + inf
    return bytes((SOF,)) + counted + crc(counted)


def crc(counted: bytes) -> bytes:
    """CRC over everything but the SOF, low byte first."""
    return int(crc16.mcrf4xx(counted)).to_bytes(CRC_LENGTH, "little")
