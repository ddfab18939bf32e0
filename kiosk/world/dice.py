"""Chance that a seed decides, for what the world does by itself: what a disk keeps, what a network does to messages."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

One = TypeVar("One")


class Dice:
    """The same seed gives the same throws."""

    def __init__(self, seed: int, what: str) -> None:
        """`what` keeps the throws for one thing apart from those for another."""
        self._random = Random(f"{seed} {what}")

    def happens(self, share: float) -> bool:
        """In so many of all cases."""
        return self._random.random() < share

    def one_of(self, choices: Sequence[One]) -> One:
        return self._random.choice(choices)

    def between(self, least: float, most: float) -> float:
        return self._random.uniform(least, most)
