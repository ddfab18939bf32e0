"""How one 3M reader was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting
from drivers.pads.polling.settings import PollingSettings

BITS_A_BYTE = 10
"""Start, eight data bits, stop (3M RFID Reader Model 210 Protocol Specification 1.0.0, 2)."""
_MOST_BLOCKS = 255
"""A count of blocks is one byte."""


@dataclass(frozen=True, slots=True)
class M3Settings(PollingSettings):
    """Settings of one reader; the defaults suit a pad as it comes out of its box. Raises `BadSetting`."""

    speed_baud: int = 19_200
    """Of the line, 8N1. Time-outs are reckoned with it."""
    blocks_at_once: int = 32
    """Blocks asked for in one read. Fewer are asked for by itself where a reader refuses or does not answer."""

    def __post_init__(self) -> None:
        PollingSettings.__post_init__(self)
        if self.speed_baud < 1_200:
            raise BadSetting(f"speed of the pad is {self.speed_baud} baud: give 19200")
        if not 1 <= self.blocks_at_once <= _MOST_BLOCKS:
            raise BadSetting(f"blocks at once of the pad are {self.blocks_at_once}: give 1 to {_MOST_BLOCKS}")

    @property
    def byte_s(self) -> float:
        """Time that one byte takes on the line."""
        return BITS_A_BYTE / self.speed_baud
