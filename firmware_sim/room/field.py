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
SMALLEST_MM, LARGEST_MM = 20, 500
"""Width and height of a book."""
USUAL_WIDTH_MM, USUAL_HEIGHT_MM = 150, 210
USUAL_THICKNESS_MM = 18
TAGS_APART_MM = 30.0
"""Between the tags of one book, along its height, where nothing else is said."""
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


Spot = tuple[float, float]
"""Across and along, in mm."""
PILE = 0
"""All that was laid down at a place of its own is one company: it may lie on each other."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a book is, which says what it lies on and how high what lies on it is."""

    width_mm: float = USUAL_WIDTH_MM
    height_mm: float = USUAL_HEIGHT_MM
    thickness_mm: float = USUAL_THICKNESS_MM

    def __post_init__(self) -> None:
        assert all(SMALLEST_MM <= side <= LARGEST_MM for side in (self.width_mm, self.height_mm)), self
        assert THINNEST_MM <= self.thickness_mm <= THICKEST_MM, self


USUAL_SHAPE = Shape()


@dataclass(frozen=True, slots=True)
class Lying:
    """How a thing lies. Without a place (`at_mm` is None): as a careful person puts it, apart from all others."""

    at_mm: Spot | None = None
    """The middle of the book, from the middle of the antenna."""
    angle_deg: float = 0.0
    """Of the book, and so of its tags' plane, against the pad: 0 flat, 90 standing upright."""
    foil: bool = False

    def __post_init__(self) -> None:
        if self.at_mm is not None and not all(abs(one) <= FARTHEST_MM for one in self.at_mm):
            raise ValueError(f"at: expected two numbers of millimetres from the pad's middle, at most {FARTHEST_MM:g}")
        if not -360.0 <= self.angle_deg <= 360.0:
            raise ValueError("angle: expected degrees from -360 to 360; 0 lies flat, 90 stands upright")


@dataclass(frozen=True, slots=True)
class Thing:
    """What lies somewhere, and where its tags sit, from its middle."""

    lying: Lying
    shape: Shape
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class TagLying:
    """One tag in the field. Tags of different companies are too far from each other to matter."""

    at_mm: Spot = (0.0, 0.0)
    height_mm: float = 0.0
    angle_deg: float = 0.0
    foil: bool = False
    company: int = PILE


def spots(given: Sequence[Spot | None]) -> tuple[Spot, ...]:
    """Where the tags of a book sit; those of which nothing is said, along its height around its middle."""
    first = -(len(given) - 1) / 2
    return tuple((0.0, (first + place) * TAGS_APART_MM) if one is None else one for place, one in enumerate(given))


def couplings(things: Sequence[Thing]) -> list[tuple[float, ...]]:
    """0 to 1 for each tag of each thing, in the order in which they were laid down."""
    lying = [_tags(place, things) for place in range(len(things))]
    there = [tag for tags in lying for tag in tags]
    return [tuple(_coupling(tag, there) for tag in tags) for tags in lying]


def alone(tag: TagLying) -> float:
    """The coupling of a tag that has no neighbours. What was laid apart is well over the antenna."""
    if tag.foil:
        return 0.0
    upright = abs(math.cos(math.radians(tag.angle_deg)))
    if tag.company != PILE:
        return upright
    beyond = max(max(abs(along) - ANTENNA_MM / 2, 0.0) for along in tag.at_mm)
    return upright * max(0.0, 1.0 - beyond / EDGE_MM) * max(0.0, 1.0 - tag.height_mm / REACH_MM)


def shadow(one: TagLying, other: TagLying) -> float:
    """What is left of the coupling of one beside the other: 1 apart, `DEEPEST_SHADOW` right on each other."""
    if one.company != other.company:
        return 1.0
    apart = math.dist(one.at_mm, other.at_mm) / SHADOW_MM
    above = abs(one.height_mm - other.height_mm) / GAP_MM
    near = max(0.0, 1.0 - apart) * max(0.0, 1.0 - above)
    # Tags whose planes are at right angles do not see each other.
    facing = abs(math.cos(math.radians(one.angle_deg - other.angle_deg)))
    return 1.0 - (1.0 - DEEPEST_SHADOW) * near * facing


def chance(coupling: float) -> float:
    """How likely a tag of this coupling answers, 0 to 1."""
    return min(1.0, max(0.0, (coupling - NEVER) / (SURELY - NEVER)))


def _coupling(tag: TagLying, there: Sequence[TagLying]) -> float:
    shadows = (shadow(tag, other) for other in there if other.company == tag.company and other is not tag)
    return alone(tag) * math.prod(shadows)


def _tags(place: int, things: Sequence[Thing]) -> tuple[TagLying, ...]:
    one = things[place]
    angle, foil = one.lying.angle_deg, one.lying.foil
    if one.lying.at_mm is None:
        return tuple(TagLying(spot, 0.0, angle, foil, PILE + 1 + place) for spot in one.spots)
    across, along = one.lying.at_mm
    height = sum(below.shape.thickness_mm for below in things[:place] if _overlap(one, below))
    return tuple(TagLying((across + x, along + y), height, angle, foil) for x, y in one.spots)


def _overlap(one: Thing, other: Thing) -> bool:
    """Seen from above, where both have a place: then the later one lies on the other."""
    if one.lying.at_mm is None or other.lying.at_mm is None:
        return False
    across, along = (abs(a - b) for a, b in zip(one.lying.at_mm, other.lying.at_mm, strict=True))
    widths, heights = one.shape.width_mm + other.shape.width_mm, one.shape.height_mm + other.shape.height_mm
    return across < widths / 2 and along < heights / 2
