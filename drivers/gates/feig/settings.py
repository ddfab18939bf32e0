"""How one FEIG gate was set up at installation. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.errors import BadSetting
from drivers.pads.feig.codes import ANY_READER

MOST_SETS = 64
"""So many records of a UID with time are far below the longest frame that is waited for; what is left comes next."""


class BlockOrder(StrEnum):
    """How the bytes of a data block are sent. No source says it of a gate's records."""

    REVERSED = "reversed"
    """The last byte first, as pads of this maker do (devices-hf.md, 1.2)."""
    AS_ON_TAG = "as-on-tag"


class Acknowledge(StrEnum):
    """What a notifying reader was set to (its CFG49, or CFG82 and 83)."""

    AFTER_STORED = "after-stored"
    """It repeats what it told until it is acknowledged."""
    NONE = "none"
    """It forgets what it told: what a broken line swallows is lost."""


@dataclass(frozen=True, slots=True)
class BufferedSettings:
    """A reader in buffered read mode, which is polled. Raises `BadSetting`."""

    address: int = ANY_READER
    """COM-ADR; 255 speaks to whichever reader is there."""
    speed_baud: int = 38_400
    """Of the line, 8E1. On a socket a large number. Time-outs are reckoned with it."""
    block_order: BlockOrder = BlockOrder.REVERSED
    most_sets: int = 16
    """Records that are asked for at once."""
    poll_s: float = 0.1
    alive_s: float = 2.0
    """While records wait to be stored, the reader is asked for a sign of life this often."""
    silent_tries: int = 3
    """So many exchanges without an answer, one after the other, and the reader counts as gone."""
    beat_s: float = 1.0
    """Pause between tries while the reader counts as gone."""

    def __post_init__(self) -> None:
        _check_address(self.address)
        if self.speed_baud < 1_200:
            raise BadSetting(f"speed of the gate is {self.speed_baud} baud: give 4800 to 230400, 38400 is usual")
        if not 1 <= self.most_sets <= MOST_SETS:
            raise BadSetting(f"most_sets of the gate is {self.most_sets}: give 1 to {MOST_SETS}")
        if min(self.poll_s, self.alive_s, self.beat_s) <= 0 or self.silent_tries < 1:
            raise BadSetting("a time of the gate is not above 0: give seconds")


@dataclass(frozen=True, slots=True)
class NotifyingSettings:
    """A reader in notification mode, which connects to us. Raises `BadSetting`."""

    keep_alive_s: float | None
    """How often the reader was set to send its keep-alive. None: it was not, and then a gate that was switched off
    looks like one through which nobody goes."""
    acknowledge: Acknowledge
    address: int = ANY_READER
    block_order: BlockOrder = BlockOrder.REVERSED

    def __post_init__(self) -> None:
        _check_address(self.address)
        if self.keep_alive_s is not None and not 0 < self.keep_alive_s <= 86_400:
            raise BadSetting(f"keep_alive_s of the gate is {self.keep_alive_s}: give the reader's own, or leave it out")


def _check_address(address: int) -> None:
    if not (0 <= address <= 253 or address == ANY_READER):
        raise BadSetting(f"address of the gate is {address}: give 0 to 253, or 255 for any reader")
