"""What an ESC/POS printer says about itself: real-time status bytes and the automatic status of four bytes.

A real-time status byte does not say which question it answers: whoever asked knows. Real-time bytes have bit 1 set and
automatic status has not, which tells them apart on one line.
Sources: Epson ESC/POS command reference, DLE EOT and GS a; for bit 7, github Hypernova-Oy/lainuri hs_k33.py.
"""

from __future__ import annotations

from dataclasses import dataclass

AUTOMATIC_SIZE = 4
XON, XOFF = 0x11, 0x13


@dataclass(frozen=True, slots=True)
class FlagPair:
    """A state that two bits tell together; one of them alone counts as the state, and is remarkable."""

    name: str
    bits: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Flag:
    """A state that one bit tells."""

    name: str
    bit: int


@dataclass(frozen=True, slots=True)
class StatusBits:
    """States by name, and whether a pair of bits disagreed."""

    states: dict[str, bool]
    pairs_disagree: bool = False

    def __getitem__(self, name: str) -> bool:
        return self.states[name]


REAL_TIME: dict[int, tuple[Flag | FlagPair, ...]] = {
    1: (Flag("offline", 3), Flag("waiting_for_recovery", 5), Flag("feed_button", 6), Flag("drawer_pin_high", 2)),
    2: (Flag("cover_open", 2), Flag("feeding_by_button", 3), Flag("stopped_by_paper_end", 5), Flag("error", 6)),
    3: (Flag("recoverable", 2), Flag("cutter", 3), Flag("unrecoverable", 5), Flag("auto_recoverable", 6)),
    4: (FlagPair("near_end", (2, 3)), FlagPair("end", (5, 6))),
}
AUTOMATIC: tuple[tuple[Flag | FlagPair, ...], ...] = (
    (Flag("drawer", 2), Flag("offline", 3), Flag("cover_open", 5), Flag("feed_button", 6)),
    (
        Flag("recoverable_error", 2),
        Flag("cutter_error", 3),
        Flag("unrecoverable_error", 5),
        Flag("auto_recoverable_error", 6),
    ),
    (FlagPair("paper_near_end", (0, 1)), FlagPair("paper_end", (2, 3))),
    (),
)


def is_real_time(value: int) -> bool:
    """Whether a byte can be an answer to DLE EOT. Bit 7 is left open: the HS-K33 uses it."""
    return value & 0x13 == 0x12


def begins_automatic(value: int) -> bool:
    """Whether a byte can be the first of an automatic status."""
    return value & 0x93 == 0x10


def read_real_time(question: int, value: int) -> StatusBits | None:
    """States of the answer to DLE EOT `question` (1 to 4); None when the fixed bits are wrong (noise or text)."""
    if not is_real_time(value):
        return None
    return _states(((REAL_TIME[question], value),))


def read_automatic(status: bytes) -> StatusBits | None:
    """States of an automatic status of exactly four bytes; None when the first byte's fixed bits are wrong."""
    if not begins_automatic(status[0]):
        return None
    return _states(tuple(zip(AUTOMATIC, status, strict=True)))


def _states(rows: tuple[tuple[tuple[Flag | FlagPair, ...], int], ...]) -> StatusBits:
    states: dict[str, bool] = {}
    disagree = False
    for flags, value in rows:
        for flag in flags:
            match flag:
                case Flag(name, bit):
                    states[name] = bool(value >> bit & 1)
                case FlagPair(name, (low, high)):
                    first, second = bool(value >> low & 1), bool(value >> high & 1)
                    states[name] = first or second
                    disagree = disagree or first != second
    return StatusBits(states, disagree)
