"""Check values of whole frames, for tools that change a recorded frame and must leave it a true one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fastcrc import crc16


def _ssi_checksum(covered: bytes) -> int:
    return -sum(covered) & 0xFFFF


@dataclass(frozen=True, slots=True)
class Seal:
    """A check value of two bytes at the end of a frame."""

    first: int
    """Bytes before the covered ones: a start byte that the check value leaves out."""
    of: Callable[[bytes], int]
    order: Literal["big", "little"]

    def check(self, frame: bytes) -> int:
        """What belongs at the end of this frame."""
        return self.of(frame[self.first : -2])


SEALS = {
    "feig": Seal(0, crc16.mcrf4xx, "little"),  # H20800-16e-ID-B, 3.2
    "m3_210": Seal(1, crc16.genibus, "big"),  # 3M RFID Reader Model 210 Protocol Specification, 4
    "rl866": Seal(1, crc16.mcrf4xx, "little"),  # github Hypernova-Oy/lainuri, RL866/iblock.py
    "scan_engine": Seal(0, _ssi_checksum, "big"),  # Zebra SSI: two's complement of the sum
}
"""By protocol; the others have no check value, or none over patrons' data."""
SHORTEST_FRAME = 4


def resealed(protocol: str, frame: bytes, changed: bytes) -> bytes:
    """`changed` with a check value that is right if `frame` had a right one, and as wrong as that if it had not."""
    seal = SEALS.get(protocol)
    if seal is None or len(frame) < SHORTEST_FRAME or len(frame) != len(changed):
        return changed
    fault = seal.check(frame) ^ int.from_bytes(frame[-2:], seal.order)
    return changed[:-2] + (seal.check(changed) ^ fault).to_bytes(2, seal.order)
