"""The floor on which a kiosk stands, as the library draws it: shelves by what they begin with, walls, names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from kiosk.model.limits import NOT_EMPTY, matching, within

LONGEST_SIDE = 400
"""Cells. The way is looked for cell by cell; a cell may be a quarter of a metre."""
COLOURLESS = matching(re.compile(r"[^\0]{0,24}"), "at most 24 characters in one line")


class ShelfOrder(StrEnum):
    """How call numbers follow each other."""

    CLC = "clc"
    """Class digits are a decimal fraction: I24 comes before I247.5 and after I2."""
    LC = "lc"
    """Class numbers are whole numbers: PL9 comes before PL10."""


Cell = Annotated[int, within(0, LONGEST_SIDE)]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, with a name where it has one."""

    x: Cell
    y: Cell
    w: Annotated[int, within(1, LONGEST_SIDE)]
    h: Annotated[int, within(1, LONGEST_SIDE)]
    name_zh: Annotated[str, COLOURLESS] = ""
    name_en: Annotated[str, COLOURLESS] = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A shelf, and the call number with which it begins; it ends where the next one begins."""

    name: Annotated[str, NOT_EMPTY]
    """As it is written on the shelf: `3-B-07`."""
    begins: str
    x: Cell
    y: Cell
    w: Annotated[int, within(1, LONGEST_SIDE)]
    h: Annotated[int, within(1, LONGEST_SIDE)]


@dataclass(frozen=True, slots=True)
class Floor:
    """One floor, in cells of one size."""

    width: Annotated[int, within(4, LONGEST_SIDE)]
    height: Annotated[int, within(4, LONGEST_SIDE)]
    here_x: Cell
    here_y: Cell
    """Where the kiosk stands."""
    shelf: Annotated[tuple[Shelf, ...], NOT_EMPTY]
    order: ShelfOrder = ShelfOrder.CLC
    name_zh: Annotated[str, COLOURLESS] = ""
    name_en: Annotated[str, COLOURLESS] = ""
    wall: tuple[Area, ...] = ()
    """What nobody walks through."""
    place: tuple[Area, ...] = ()
    """What helps to find one's way: the desk, the stairs, a window."""

    def __post_init__(self) -> None:
        areas: tuple[Area | Shelf, ...] = (*self.shelf, *self.wall, *self.place)
        for area in areas:
            if area.x + area.w > self.width or area.y + area.h > self.height:
                raise ValueError("expected every shelf, wall and place inside width and height")
        if self.here_x >= self.width or self.here_y >= self.height:
            raise ValueError("expected here_x and here_y inside width and height")
        names = [shelf.name for shelf in self.shelf]
        if len(set(names)) < len(names):
            raise ValueError("expected each shelf's name once")
