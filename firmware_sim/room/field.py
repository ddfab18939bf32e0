"""How well the pad's field reaches the tags of books that lie on it: by place, height, angle, foil and neighbours.

A simple model of near-field coupling, made to behave as pads do rather than to predict one (decision record 0135). All
lengths are millimetres; the middle of the antenna is (0, 0), and a book lies on the pad or on others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

ANTENNA_MM = 300.0
"""Side of the square that the antenna encloses."""
EDGE_MM = 60.0
"""Beyond the antenna's edge the field falls to nothing within this."""
REACH_MM = 300.0
"""Above the pad the field falls to nothing within this."""
THINNEST_MM, THICKEST_MM = 1, 120
BOOK_MM = (150.0, 210.0)
"""Width and height of a book, which says whether it lies on another one."""
USUAL_THICKNESS_MM = 18
SHADOW_MM = 60.0
"""Tags whose middles are so far apart, seen from above, do not disturb each other."""
GAP_MM = 25.0
"""Nor do tags with so much between them in height."""
DEEPEST_SHADOW = 0.62
"""What a tag keeps of its coupling that lies right on another one."""
FARTHEST_MM = 2_000.0
"""From the middle of the pad: farther away nothing is laid down."""
SURELY, NEVER = 0.35, 0.25
"""At this coupling a tag always answers; at that it never does; between them now and then."""


@dataclass(frozen=True, slots=True)
class Lying:
    """How a thing lies. Without a place (`at_mm` is None): as a careful person puts it, apart from all others."""

    at_mm: tuple[float, float] | None = None
    """The middle of its tag, which is the middle of the book."""
    angle_deg: float = 0.0
    """Of the tag's plane against the pad: 0 flat, 90 standing upright."""
    foil: bool = False
    thickness_mm: float = USUAL_THICKNESS_MM

    def __post_init__(self) -> None:
        if self.at_mm is not None and not all(abs(one) <= FARTHEST_MM for one in self.at_mm):
            raise ValueError(f"at: expected two numbers of millimetres from the pad's middle, at most {FARTHEST_MM:g}")
        if not -360.0 <= self.angle_deg <= 360.0:
            raise ValueError("angle: expected degrees from -360 to 360; 0 lies flat, 90 stands upright")
        if not THINNEST_MM <= self.thickness_mm <= THICKEST_MM:
            raise ValueError(f"thickness: expected {THINNEST_MM:g} to {THICKEST_MM:g} mm")


def couplings(lying: Sequence[Lying], tags: Sequence[int]) -> list[float]:
    """0 to 1 for each thing, in the order in which they were laid down; `tags` is how many each has.

    Two tags in one thing are right beside each other.
    """
    heights = [_height(lying[:place], one) for place, one in enumerate(lying)]
    found: list[float] = []
    for place, (one, height) in enumerate(zip(lying, heights, strict=True)):
        coupling = alone(one, height) * DEEPEST_SHADOW ** (max(1, tags[place]) - 1)
        for other, (its, its_height) in enumerate(zip(lying, heights, strict=True)):
            if other != place and tags[other]:
                coupling *= shadow(one, height, its, its_height)
        found.append(coupling)
    return found


def alone(one: Lying, height_mm: float) -> float:
    """The coupling of a tag that has no neighbours, at this height above the pad."""
    if one.foil:
        return 0.0
    upright = abs(math.cos(math.radians(one.angle_deg)))
    if one.at_mm is None:
        return upright
    beyond = max(max(abs(along) - ANTENNA_MM / 2, 0.0) for along in one.at_mm)
    return upright * max(0.0, 1.0 - beyond / EDGE_MM) * max(0.0, 1.0 - height_mm / REACH_MM)


def shadow(one: Lying, height_mm: float, other: Lying, its_height_mm: float) -> float:
    """What is left of the coupling of one beside the other: 1 apart, `DEEPEST_SHADOW` right on each other."""
    if one.at_mm is None or other.at_mm is None:
        return 1.0
    apart = math.dist(one.at_mm, other.at_mm) / SHADOW_MM
    above = abs(height_mm - its_height_mm) / GAP_MM
    near = max(0.0, 1.0 - apart) * max(0.0, 1.0 - above)
    # Tags whose planes are at right angles do not see each other.
    facing = abs(math.cos(math.radians(one.angle_deg - other.angle_deg)))
    return 1.0 - (1.0 - DEEPEST_SHADOW) * near * facing


def chance(coupling: float) -> float:
    """How likely a tag of this coupling answers, 0 to 1."""
    return min(1.0, max(0.0, (coupling - NEVER) / (SURELY - NEVER)))


def _height(below: Sequence[Lying], one: Lying) -> float:
    """Of the underside, where the tag is: a book lies on all that were there before and that it covers in part."""
    if one.at_mm is None:
        return 0.0
    return sum(other.thickness_mm for other in below if other.at_mm is not None and _covers(one.at_mm, other.at_mm))


def _covers(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) < side for a, b, side in zip(one, other, BOOK_MM, strict=True))
