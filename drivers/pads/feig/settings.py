"""How one FEIG reader was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting
from drivers.pads.feig.codes import ANY_READER

BITS_A_BYTE = 11
"""Start, eight data bits, even parity, stop: the reader's default line (FEIG H20800-16e-ID-B, 3.1)."""


@dataclass(frozen=True, slots=True)
class FeigSettings:
    """Settings of one reader; the defaults suit a pad as it comes out of its box. Raises `BadSetting`."""

    address: int = ANY_READER
    """COM-ADR; 255 speaks to whichever reader is there."""
    speed_baud: int = 38_400
    """Of the line, 8E1. On a socket a large number. Time-outs are reckoned with it."""
    reversed_blocks: bool = True
    """The reader sends the last byte of a block first."""
    most_bytes: int = 128
    """How much of a tag's memory is read at most."""
    active_poll_s: float = 0.05
    """Pause between two inventories while tags lie there or moved a moment ago."""
    idle_poll_s: float = 0.1
    """The same while nothing happens."""
    gone_after_s: float = 0.6
    """A tag that no inventory showed for this long is gone."""
    away_s: float = 1.0
    """A write to a tag that does not answer is given up after this time."""
    write_s: float = 3.0
    """A write that the tag does not keep is given up after this time."""
    arrive_s: float = 2.0
    """A reader that comes up is told as well after this time, even when tags on it are still being read."""
    silent_tries: int = 3
    """So many exchanges without an answer, one after the other, and the reader counts as gone."""
    beat_s: float = 1.0
    """Pause between tries while the reader counts as gone."""

    def __post_init__(self) -> None:
        if not (0 <= self.address <= 253 or self.address == ANY_READER):
            raise BadSetting(f"address of the pad is {self.address}: give 0 to 253, or 255 for any reader")
        if self.speed_baud < 1_200:
            raise BadSetting(f"speed of the pad is {self.speed_baud} baud: give 4800 to 230400, 38400 is usual")
        if not 4 <= self.most_bytes <= 8_192:
            raise BadSetting(f"most bytes read of a tag is {self.most_bytes}: give 4 to 8192")

    @property
    def byte_s(self) -> float:
        """Time that one byte takes on the line."""
        return BITS_A_BYTE / self.speed_baud
