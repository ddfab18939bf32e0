"""Asking a chip in virtual time."""

from __future__ import annotations

from firmware_sim.cards.chip import Chip


def answered(chip: Chip, command: str) -> str:
    """The R-APDU to a C-APDU, both as hex, after whatever time it takes."""
    return taken(chip, command)[0]


def taken(chip: Chip, command: str) -> tuple[str, float]:
    """The R-APDU, and the seconds that it took."""
    exchange = chip.exchange(bytes.fromhex(command))
    took_s = 0.0
    while True:
        try:
            took_s += next(exchange)
        except StopIteration as done:
            answer: bytes = done.value
            return answer.hex().upper(), took_s
