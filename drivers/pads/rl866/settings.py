"""How one RL866 class reader was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting
from drivers.pads.polling.settings import PollingSettings
from drivers.pads.rl866.codes import ANY_READER

BITS_A_BYTE = 11
"""Start, eight data bits, even parity, stop (github Hypernova-Oy/lainuri, rfid_reader.py, connect_serial)."""


@dataclass(frozen=True, slots=True)
class Rl866Settings(PollingSettings):
    """Settings of one reader; the defaults suit a pad as it comes out of its box. Raises `BadSetting`."""

    address: int = ANY_READER
    """RID; 255 speaks to whichever reader is there."""
    speed_baud: int = 38_400
    """Of the line, 8E1. On a socket a large number. Time-outs are reckoned with it."""

    def __post_init__(self) -> None:
        PollingSettings.__post_init__(self)
        if not 0 <= self.address <= ANY_READER:
            raise BadSetting(f"address of the pad is {self.address}: give 0 to 254, or 255 for any reader")
        if self.speed_baud < 1_200:
            raise BadSetting(f"speed of the pad is {self.speed_baud} baud: give 9600 to 115200, 38400 is usual")

    @property
    def byte_s(self) -> float:
        """Time that one byte takes on the line."""
        return BITS_A_BYTE / self.speed_baud
