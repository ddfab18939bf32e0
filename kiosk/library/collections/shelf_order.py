"""Which books stand out of order, told from a reader's noise: the longest run that is in order stays, and of the others
only those count that are farther from where they belong than a reader's order can be wrong.

Source: Fredman, "On computing the length of longest increasing subsequences", Discrete Mathematics 11 (1975): by
bisection, in n log n steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import ceil
from typing import Final

TOLERANCE: Final = 8
"""Copies. An order that a wand reads is wrong by a few places even where no book is."""
NEAR: Final = 0.95
MEAN_OF_THE_NEAR: Final = 0.717
"""Of a normal distribution's distances, without the farthest twentieth, in standard deviations."""
SURE: Final = 5
"""Standard deviations, which chance reaches less than once in a million readings."""


def longest_run(ranks: Sequence[int]) -> list[int]:
    """The indexes of a longest run of ranks that grow; each rank stands there once."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, rank in enumerate(ranks):
        length = bisect_left(ends, rank)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(rank)
            at.append(index)
        else:
            ends[length], at[length] = rank, index
    run: list[int] = []
    index = at[-1] if at else -1
    while index >= 0:
        run.append(index)
        index = before[index]
    return run[::-1]


def distances(ranks: Sequence[int]) -> list[int]:
    """For each copy as it stands: how many places it is away from where it belongs, among those that are at home."""
    home = _at_home(ranks)
    sorted_home = sorted(rank for rank, at_home in zip(ranks, home, strict=True) if at_home)
    found: list[int] = []
    stands = 0
    for rank, at_home in zip(ranks, home, strict=True):
        found.append(abs(stands - bisect_left(sorted_home, rank)))
        stands += at_home
    return found


def noise(away: Sequence[int]) -> float:
    """The standard deviation of places in what was read; the farthest, which may be out of order, do not count."""
    near = sorted(away)[: ceil(len(away) * NEAR)]
    return sum(near) / len(near) / MEAN_OF_THE_NEAR if near else 0.0


def tolerance(noise_places: float) -> float:
    """From which distance on a book is out of order: more where the order was read with more noise."""
    return max(TOLERANCE, SURE * noise_places)


def _at_home(ranks: Sequence[int]) -> list[bool]:
    """Whether each copy stands, by and large, where its neighbours of the longest run say."""
    run = longest_run(ranks)
    in_order = [ranks[index] for index in run]
    found: list[bool] = []
    for index, rank in enumerate(ranks):
        follows = bisect_left(in_order, rank)
        first = run[follows - 1] if follows else index
        last = run[follows] if follows < len(run) else index
        found.append(first - 2 * TOLERANCE <= index <= last + 2 * TOLERANCE)
    return found
