"""Shelves by what they begin with, and ways that people can walk."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.floor import Area, Floor, Shelf, ShelfOrder
from kiosk.screens.find_samples import FLOOR
from kiosk.screens.way import length, shelf_key, shelf_of, way
from kiosk.settings import load


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        (ShelfOrder.CLC, ["B2/1", "I2/5", "I24/1", "I247.5/9", "I247.55/8", "I25", "TP3", "TP301/142", "TP39/1"]),
        (ShelfOrder.LC, ["CB428 .B39", "DS79 .A1", "DS793 .S6445", "PL9 .A1", "PL2303 .C476", "PL2303 .C5", "QL737"]),
    ],
)
def test_call_numbers_stand_in_the_order_of_their_kind(order: ShelfOrder, numbers: list[str]) -> None:
    assert sorted(numbers, key=lambda number: shelf_key(number, order)) == numbers


def test_a_shelf_holds_what_comes_before_the_next_one() -> None:
    names = {number: shelf_of(FLOOR, number) for number in ("TP301/142", "I247.55/88", "TP39/2", "A1", "0")}
    assert {number: shelf.name if shelf else None for number, shelf in names.items()} == {
        "TP301/142": "1-B-06",
        "I247.55/88": "1-A-07",
        "TP39/2": "1-B-07",
        "A1": "1-A-01",
        "0": None,
    }
    assert shelf_of(FLOOR, "  ") is None


@pytest.mark.parametrize("shelf", FLOOR.shelf, ids=lambda shelf: shelf.name)
def test_the_way_leads_from_the_kiosk_to_the_shelf_and_through_nothing(shelf: Shelf) -> None:
    corners = way(FLOOR, shelf)
    assert corners[0] == (FLOOR.here_x, FLOOR.here_y)
    x, y = corners[-1]
    assert shelf.x <= x < shelf.x + shelf.w
    assert y in (shelf.y - 1, shelf.y + shelf.h)
    walked = {
        (x, y)
        for (x1, y1), (x2, y2) in pairwise(corners)
        for x in range(min(x1, x2), max(x1, x2) + 1)
        for y in range(min(y1, y2), max(y1, y2) + 1)
    }
    areas: tuple[Area | Shelf, ...] = (*FLOOR.shelf, *FLOOR.wall, *FLOOR.place)
    for area in areas:
        assert not any(area.x <= x < area.x + area.w and area.y <= y < area.y + area.h for x, y in walked), area


def test_a_shelf_behind_walls_has_no_way() -> None:
    wall = (Area(5, 0, 1, 10),)
    floor = Floor(10, 10, 0, 0, (Shelf("x", "A", 7, 4, 2, 1),), wall=wall)
    assert way(floor, floor.shelf[0]) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.sampled_from(ShelfOrder))
def test_any_text_is_a_call_number(text: str, order: ShelfOrder) -> None:
    assert shelf_key(text, order) == shelf_key(f" {text} ", order)


def test_the_demos_floor_can_be_walked() -> None:
    floor = load(Floor, Path("config/demo/floor.toml"))
    assert all(length(way(floor, shelf)) > 0 for shelf in floor.shelf)


def test_a_floor_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match="inside width and height"):
        Floor(10, 10, 0, 0, (Shelf("x", "A", 9, 4, 2, 1),))
    with pytest.raises(ValueError, match="name once"):
        Floor(10, 10, 0, 0, (Shelf("x", "A", 1, 4, 2, 1), Shelf("x", "B", 1, 6, 2, 1)))
