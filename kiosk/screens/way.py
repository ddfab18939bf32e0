"""The shelf of a call number, and the way there from the kiosk: round shelves and walls, with few turns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise

from kiosk.model.floor import Area, Floor, Shelf, ShelfOrder

Point = tuple[int, int]
_State = tuple[Point, int]
"""A cell, and the step that led into it."""
TURN = 4
_FIRST = re.compile(r"([^\W\d_]*)(\d*)(?:\.(\d+))?")
_PARTS = re.compile(r"\d+|[^\W\d_]+\d*")
"""Digits after a letter are a fraction, as in a book number; digits alone are a whole number."""
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


def shelf_key(call_number: str, order: ShelfOrder) -> tuple[str, ...]:
    """What shelves are in the order of; fewer parts stand before more."""
    text = call_number.strip().lower()
    first = _FIRST.match(text)
    assert first is not None, "the pattern matches everything"
    letters, digits, fraction = first[1], first[2], first[3] or ""
    head = digits + fraction if order is ShelfOrder.CLC else f"{digits.zfill(6)}.{fraction}"
    parts = _PARTS.findall(text[first.end() :])
    return (letters, head, *(part.zfill(8) if part.isdigit() else part for part in parts))


def shelf_of(floor: Floor, call_number: str) -> Shelf | None:
    """The last shelf that begins with this call number or before it; None before the first one."""
    if not call_number.strip():
        return None
    wanted = shelf_key(call_number, floor.order)
    begun = [(shelf_key(shelf.begins, floor.order), at) for at, shelf in enumerate(floor.shelf)]
    reached = max(((key, at) for key, at in begun if key <= wanted), default=None)
    return None if reached is None else floor.shelf[reached[1]]


@lru_cache(maxsize=64)
def way(floor: Floor, shelf: Shelf) -> tuple[Point, ...]:
    """The corners of the way from the kiosk to a cell beside the shelf; empty where there is none.

    A turn costs as much as `TURN` steps: people follow a way that goes straight on.
    """
    standing: tuple[Area | Shelf, ...] = (*floor.shelf, *floor.wall, *floor.place)
    blocked = {cell for area in standing for cell in _cells(area)}
    start = (floor.here_x, floor.here_y)
    goals = {cell for cell in _around(shelf) if cell not in blocked and _inside(floor, cell)}
    came: dict[_State, _State | None] = {}
    ahead: list[tuple[int, _State, _State | None]] = [(0, (start, at), None) for at in range(len(STEPS))]
    while ahead:
        cost, state, before = heappop(ahead)
        if state in came:
            continue
        came[state] = before
        here, heading = state
        if here in goals:
            return _corners(came, state)
        for following, step in enumerate(STEPS):
            there = (here[0] + step[0], here[1] + step[1])
            if _inside(floor, there) and there not in blocked:
                heappush(ahead, (cost + 1 + TURN * (following != heading), (there, following), state))
    return ()


def _corners(came: dict[_State, _State | None], end: _State) -> tuple[Point, ...]:
    walked: list[Point] = []
    state: _State | None = end
    while state is not None:
        walked.append(state[0])
        state = came[state]
    walked.reverse()
    straight = [
        point
        for before, point, after in zip(walked, walked[1:], walked[2:], strict=False)
        if (point[0] - before[0], point[1] - before[1]) != (after[0] - point[0], after[1] - point[1])
    ]
    return (walked[0], *straight, walked[-1]) if len(walked) > 1 else (walked[0],)


def length(corners: tuple[Point, ...]) -> int:
    """Cells from the first corner to the last."""
    return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(corners))


def _cells(area: Area | Shelf) -> Iterator[Point]:
    return ((x, y) for x in range(area.x, area.x + area.w) for y in range(area.y, area.y + area.h))


def _around(shelf: Shelf) -> Iterator[Point]:
    """Beside its long sides, the middle first: books stand there."""
    if shelf.w >= shelf.h:
        yield from ((shelf.x + shelf.w // 2, y) for y in (shelf.y - 1, shelf.y + shelf.h))
    else:
        yield from ((x, shelf.y + shelf.h // 2) for x in (shelf.x - 1, shelf.x + shelf.w))


def _inside(floor: Floor, cell: Point) -> bool:
    return 0 <= cell[0] < floor.width and 0 <= cell[1] < floor.height
