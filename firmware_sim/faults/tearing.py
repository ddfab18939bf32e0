"""Tags that are not heard any more in the middle of a write."""

from __future__ import annotations

import random
from collections.abc import Callable

from firmware_sim.room.tag import Tear, Written

BLOCK_SHARE = 0.5
"""Of the rate, for each block: so that some blocks of a write are done before it is torn."""


class Tearing:
    """What tags suffer from. `take_away` is told which book leaves the field; None: it stays where it is."""

    def __init__(self, seed: str, rate: float, take_away: Callable[[str], None] | None) -> None:
        self._luck = random.Random(seed)
        self._rate = rate
        self._take_away = take_away

    def __call__(self, book: str, what: Written) -> Tear:
        """Before each write to a tag of this book."""
        share = self._rate * BLOCK_SHARE if what is Written.BLOCK else self._rate
        if self._luck.random() >= share:
            return Tear.NONE
        if self._take_away is not None:
            self._take_away(book)
        return self._luck.choice((Tear.UNDONE, Tear.DONE))
