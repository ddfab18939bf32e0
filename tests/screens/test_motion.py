"""What moves on a screen: rows and screens come a short way up, and nothing else is painted meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pygame
import pytest

from kiosk.screens.frame import Frame, Size
from kiosk.screens.motion import ENTER_S, FAR, FRAMES_A_SECOND, STILL, begun, moved
from kiosk.screens.ops import DrawOp, Rect
from kiosk.screens.samples import NOW_S, SETTINGS, samples
from kiosk.screens.screen import Screen, next_frame_s
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.window import Mode
from kiosk.session.state import Access, Borrowing, Kiosk

Draw = Callable[..., Frame]
BEAT_S = 1 / FRAMES_A_SECOND


def with_rows(count: int) -> Kiosk:
    state = samples()["borrow-mixed"]
    assert isinstance(state.scene, Borrowing)
    return replace(state, scene=replace(state.scene, rows=state.scene.rows[:count]))


def tops(ops: tuple[DrawOp, ...], bounds_of: Frame, node_id: str) -> int:
    """Where the card of a row is drawn."""
    node = bounds_of.tree.find(node_id)
    assert node is not None
    same = [op for op in ops if isinstance(op, Rect) and (op.box.x, op.box.w) == (node.bounds.x, node.bounds.w)]
    return min((op.box.y for op in same), key=lambda y: abs(y - node.bounds.y))


def test_a_row_comes_up_ever_slower_and_then_stands(draw: Draw) -> None:
    before, after = draw(with_rows(2)), draw(with_rows(3))
    motion = begun(STILL, before, after, 10.0)
    at = [tops(moved(after, motion, 10.0 + number * BEAT_S), after, "borrow.item.3") for number in range(12)]
    steps = [one - other for one, other in pairwise(at)]
    assert at[0] - at[-1] == FAR
    assert steps == sorted(steps, reverse=True)
    assert moved(after, motion, 10.0 + ENTER_S) == after.draw_list


def test_rows_that_were_there_stay_where_they_are(draw: Draw) -> None:
    before, after = draw(with_rows(2)), draw(with_rows(3))
    seen = moved(after, begun(STILL, before, after, 10.0), 10.0)
    for row in ("borrow.item.1", "borrow.item.2"):
        node = after.tree.find(row)
        assert node is not None
        assert tops(seen, after, row) == node.bounds.y
    assert sum(one != other for one, other in zip(seen, after.draw_list, strict=True)) < len(seen) / 2


def test_a_second_book_does_not_hold_up_the_first(draw: Draw) -> None:
    one, two, three = (draw(with_rows(count)) for count in (1, 2, 3))
    motion = begun(begun(STILL, one, two, 10.0), two, three, 10.1)
    seen = moved(three, motion, 10.1)
    below = {row: tops(seen, three, row) - bounds_top(three, row) for row in ("borrow.item.2", "borrow.item.3")}
    assert 0 < below["borrow.item.2"] < below["borrow.item.3"] == FAR


def bounds_top(frame: Frame, node_id: str) -> int:
    node = frame.tree.find(node_id)
    assert node is not None
    return node.bounds.y


def test_another_screen_comes_up_under_a_header_and_a_ground_that_stand(draw: Draw) -> None:
    before, after = draw(samples()["attract"]), draw(samples()["identify"])
    seen = moved(after, begun(STILL, before, after, 10.0), 10.0)
    went = [after.draw_list[at] for at, op in enumerate(seen) if op != after.draw_list[at]]
    assert went
    assert all(op.box.w < after.size.width for op in went)
    header = max(node.bounds.bottom for node in after.tree.walk() if node.id.startswith("header."))
    assert min(op.box.y for op in went) >= header


def test_only_boxes_differ_and_by_no_more_than_24_units(draw: Draw) -> None:
    frames = [draw(samples()[name]) for name in ("attract", "attract-help", "home", "borrow-mixed", "receipt")]
    for before, after in pairwise(frames):
        motion = begun(STILL, before, after, 10.0)
        for number in range(12):
            for op, place in zip(moved(after, motion, 10.0 + number * BEAT_S), after.draw_list, strict=True):
                assert replace(op, box=place.box) == place
                assert (op.box.x, op.box.w, op.box.h) == (place.box.x, place.box.w, place.box.h)
                assert 0 <= op.box.y - place.box.y <= FAR


def test_a_language_changes_at_once(draw: Draw) -> None:
    first = draw(samples()["home"])
    assert begun(STILL, first, replace(first, tree=replace(first.tree, name="Home")), 10.0) == STILL


@pytest.fixture
def shown(fonts_folder: Path) -> Iterator[Screen]:
    screen = Screen(Size(1080, 1920), Mode.WINDOW, SETTINGS, fonts_folder)
    yield screen
    screen.close()


def pixels() -> bytes:
    surface = pygame.display.get_surface()
    assert surface is not None
    return pygame.image.tobytes(surface, "RGB")


def test_a_window_is_asked_for_sixty_pictures_a_second_until_all_stands(shown: Screen, screen: Screen) -> None:
    attract, home = samples()["attract"], samples()["home"]
    shown.show(attract, NOW_S)
    assert shown.next_frame_s(NOW_S) == NOW_S + 60
    shown.show(home, NOW_S + 1)
    now_s, pictures = NOW_S + 1, [pixels()]
    while (following := shown.next_frame_s(now_s)) is not None and following - now_s < 0.1:
        now_s = following
        shown.show(home, now_s)
        pictures.append(pixels())
    assert now_s - (NOW_S + 1) == pytest.approx(ENTER_S, abs=2 * BEAT_S)
    assert len(set(pictures)) > 8
    screen.show(home, NOW_S + 1)
    screen.show(home, now_s)
    assert shown.pixels_jpeg() == screen.pixels_jpeg(), "it stands where a screen without motion has it"


def test_the_mirror_of_a_moving_picture_sees_it_as_it_will_stand(shown: Screen, screen: Screen) -> None:
    for one in (shown, screen):
        one.show(samples()["attract"], NOW_S)
        one.show(samples()["home"], NOW_S + 1)
    assert shown.pixels_jpeg() == screen.pixels_jpeg()
    assert shown.frame == screen.frame


@pytest.mark.parametrize("calm", ["library", "patron"])
def test_nothing_moves_where_motion_is_off(fonts_folder: Path, calm: str) -> None:
    settings: ScreenSettings = replace(SETTINGS, motion=calm != "library")
    still = Screen(Size(1080, 1920), Mode.WINDOW, settings, fonts_folder)
    home = samples()["home"]
    if calm == "patron":
        home = replace(home, around=replace(home.around, access=frozenset({Access.CALM})))
    still.show(samples()["attract"], NOW_S)
    still.show(home, NOW_S + 1)
    assert still.next_frame_s(NOW_S + 1) == NOW_S + 60
    still.close()


def test_a_state_that_stands_is_not_laid_out_again(shown: Screen) -> None:
    """The loop of a window asks fifty times a second."""
    state = samples()["account-many"]
    shown.show(state, NOW_S)
    frame = shown.frame
    assert not shown.show(state, NOW_S + 30)
    assert shown.frame is frame
    shown.show(state, NOW_S + 60)
    assert shown.frame is not frame, "the clock in the header goes on"


def test_a_picture_changes_by_itself_only_when_it_is_said_to(draw: Draw) -> None:
    """What `next_frame_s` promises: until then the same state gives the same picture."""
    for name, state in samples().items():
        due_s = next_frame_s(state, NOW_S)
        assert draw(state, now_s=due_s - 0.002) == draw(state, now_s=NOW_S), name
