"""What hands, wires and files do to a screen that no one asked for: each gets a calm screen and no wrong touch."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pygame
import pytest

from kiosk.model.circulation import Item
from kiosk.model.ids import ItemId
from kiosk.screens import icons, paint, pictures
from kiosk.screens.frame import Frame, Size
from kiosk.screens.ops import Text
from kiosk.screens.paint import Fonts, Painter, missing_pictures
from kiosk.screens.samples import NOW_S, row, samples
from kiosk.screens.screen import Screen
from kiosk.screens.touch import JUST_CHANGED_S, PALM, STUCK_S, TouchTracker
from kiosk.screens.window import Mode, Window
from kiosk.session.events import Device, Health, Moment, Touch, Touched
from kiosk.session.state import Borrowing, Kiosk, Stage
from kiosk.session.step import step

Draw = Callable[..., Frame]
SIZES = (Size(1080, 1920), Size(1920, 1080), Size(1280, 800))


@pytest.fixture
def attract(draw: Draw) -> Frame:
    return draw(samples()["attract"])


@pytest.fixture
def glass(attract: Frame) -> TouchTracker:
    """Attract has been on for ten seconds."""
    tracker = TouchTracker()
    tracker.shown(attract, 0.0)
    return tracker


def middle(frame: Frame, node_id: str) -> tuple[int, int]:
    node = frame.tree.find(node_id)
    assert node is not None
    return node.bounds.x + node.bounds.w // 2, node.bounds.y + node.bounds.h // 2


def test_a_second_finger_is_nothing_and_the_first_still_counts(glass: TouchTracker, attract: Frame) -> None:
    borrow, give_back = middle(attract, "attract.borrow"), middle(attract, "attract.return")
    glass.down(attract, *borrow, 10.0, finger=1)
    glass.down(attract, *give_back, 10.1, finger=2)
    assert glass.up(attract, *give_back, 10.2, finger=2) is None
    node = glass.up(attract, *borrow, 10.3, finger=1)
    assert node is not None
    assert node.id == "attract.borrow"


def test_a_palm_touches_nothing(glass: TouchTracker, attract: Frame) -> None:
    x, y = middle(attract, "attract.borrow")
    for finger in range(PALM + 2):
        glass.down(attract, x + 12 * finger, y, 10.0 + finger / 1000, finger=finger)
    lifted = [glass.up(attract, x + 12 * finger, y, 10.3, finger=finger) for finger in range(PALM + 2)]
    assert lifted == [None] * (PALM + 2)
    glass.down(attract, x, y, 11.0, finger=9)
    assert glass.up(attract, x, y, 11.1, finger=9) is not None, "the palm is gone: a finger counts again"


def test_a_stuck_touch_holds_up_no_other(glass: TouchTracker, attract: Frame) -> None:
    glass.down(attract, *middle(attract, "attract.return"), 10.0, finger=1)
    now_s = 10.0 + STUCK_S + 0.1
    glass.down(attract, *middle(attract, "attract.borrow"), now_s, finger=2)
    node = glass.up(attract, *middle(attract, "attract.borrow"), now_s + 0.1, finger=2)
    assert node is not None
    assert node.id == "attract.borrow"


def test_stuck_touches_without_end_are_forgotten(glass: TouchTracker, attract: Frame) -> None:
    for finger in range(10_000):
        glass.down(attract, 5, 5, 10.0 + finger * STUCK_S * 2, finger=finger)
    at = middle(attract, "attract.borrow")
    glass.down(attract, *at, 10.0 + 30_000 * STUCK_S, finger=-1)
    assert glass.up(attract, *at, 10.1 + 30_000 * STUCK_S, finger=-1) is not None


def test_a_hundred_touches_a_second_are_a_few(glass: TouchTracker, attract: Frame) -> None:
    at = middle(attract, "attract.borrow")
    counted = 0
    for number in range(200):
        now_s = 10.0 + number / 100
        glass.down(attract, *at, now_s)
        counted += glass.up(attract, *at, now_s + 0.005) is not None
    assert 1 <= counted <= 8, "one for each 0.3 s at most"


def test_a_touch_while_the_screen_changes_means_neither(glass: TouchTracker, attract: Frame, draw: Draw) -> None:
    at = middle(attract, "attract.borrow")
    identify = draw(samples()["identify"])
    glass.down(attract, *at, 10.0)
    glass.shown(identify, 10.05)
    assert glass.up(identify, *at, 10.1) is None
    glass.down(identify, *middle(identify, "identify.back"), 10.05 + JUST_CHANGED_S / 2)
    assert glass.up(identify, *middle(identify, "identify.back"), 10.3) is None


def test_any_number_of_touches_leads_to_no_screen_that_cannot_be_drawn(draw: Draw) -> None:
    """A child with ten fingers: every touch that a screen sends, at every screen that comes of it."""
    seen: set[str] = set()
    home = samples()["home"]
    well = replace(home.around, devices={Device.PAD: Health.OK}, pad_up=True)
    ahead: list[tuple[Kiosk, float]] = [(replace(home, around=well), NOW_S)]
    while ahead and len(seen) < 25:
        state, now_s = ahead.pop()
        frame = draw(state)
        if frame.surface_id + str(frame.tree) in seen:
            continue
        seen.add(frame.surface_id + str(frame.tree))
        for node in frame.tree.walk():
            if isinstance(node.action, Touched):
                after, _ = step(state, node.action, Moment(now_s + 1, state.around.utc))
                ahead.append((after, now_s + 1))
    assert len(seen) > 5


HOSTILE = {
    "two thousand characters": "长" * 2_000,
    "two thousand Latin letters without a blank": "x" * 2_000,
    "control characters": "Sn\x00ow\x1b[31m\r\n\t\x07",
    "mixed directions": "עברית \u202eabc\u202c العربية 中文 \u2066x",
    "empty": "",
    "blanks": " \u3000\t ",
    "lone surrogate": "Sn\ud800ow",
    "braces": "{name} {0} %s",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE.keys())
def test_sixty_books_of_any_title_stay_on_the_screen(draw: Draw, measure: Fonts, title: str, size: Size) -> None:
    state = samples()["borrow-all-done"]
    assert isinstance(state.scene, Borrowing)
    books = tuple(replace(row(number, Stage.DONE), item=Item(ItemId(f"B{number}"), title)) for number in range(1, 61))
    scene = replace(state.scene, rows=books)
    frame = draw(replace(state, scene=scene), size)
    assert sum(node.id.startswith("borrow.item.") and node.id.count(".") == 2 for node in frame.tree.walk()) == 60
    for op in frame.draw_list:
        assert op.box.x >= 0
        assert op.box.right <= size.width
        if isinstance(op, Text):
            assert measure.width(op.text, op.size, op.weight) <= op.box.w
            assert op.text.isprintable()


def test_a_screen_that_was_away_comes_back_as_it_was(window: Screen) -> None:
    surface = pygame.display.get_surface()
    assert surface is not None
    before = pygame.image.tobytes(surface, "RGB")
    surface.fill((0, 0, 0))
    pygame.event.post(pygame.event.Event(pygame.WINDOWEXPOSED))
    assert window.poll(NOW_S) == []
    assert pygame.image.tobytes(surface, "RGB") == before


def test_a_finger_from_before_the_screen_was_away_touches_nothing(window: Screen) -> None:
    x, y = middle(window.frame, "attract.borrow")
    touch: dict[str, Any] = {"touch_id": 1, "x": x / 1080, "y": y / 1920}
    pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, finger_id=5, **touch))
    window.poll(NOW_S)
    pygame.event.post(pygame.event.Event(pygame.WINDOWSHOWN))
    window.poll(NOW_S + 5)
    pygame.event.post(pygame.event.Event(pygame.FINGERUP, finger_id=5, **touch))
    assert window.poll(NOW_S + 5.1) == []
    pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, finger_id=6, **touch))
    pygame.event.post(pygame.event.Event(pygame.FINGERUP, finger_id=6, **touch))
    assert window.poll(NOW_S + 6) == [Touched(Touch.BORROW)]


def test_every_picture_is_listed_so_that_the_start_can_name_what_is_missing() -> None:
    assert {path.stem for path in paint.ICONS.glob("*.svg")} == set(icons.NAMES)
    assert {path.stem for path in paint.PICTURES.glob("*.svg")} == set(pictures.NAMES)
    assert missing_pictures() == []


def test_a_picture_that_is_missing_or_none_is_a_ring_and_is_named(
    attract: Frame, measure: Fonts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(paint.PICTURES, tmp_path / "pictures")
    (tmp_path / "pictures" / "shelf.svg").write_text("this is no picture")
    monkeypatch.setattr(paint, "PICTURES", tmp_path / "pictures")
    monkeypatch.setattr(paint, "ICONS", tmp_path / "icons")
    assert len(missing_pictures()) == len(icons.NAMES)
    drawn = Window(Size(1080, 1920), Mode.HEADLESS)
    Painter(drawn.surface, measure).paint(attract.draw_list)
    assert "book-up.svg" in caplog.text
    assert "a picture is none" in caplog.text


def finger(kind: int, x: int, y: int, number: int = 1) -> None:
    place: dict[str, Any] = {"touch_id": 1, "x": (x + 0.5) / 1080, "y": (y + 0.5) / 1920}
    pygame.event.post(pygame.event.Event(kind, finger_id=number, **place))


def test_a_touch_on_a_screen_that_is_still_coming_in_counts_where_it_will_stand(window: Screen) -> None:
    """What moves 24 pixels is under the same finger; before that, the touch was meant for the screen before."""
    identify = samples()["identify"]
    window.show(identify, NOW_S)
    back = middle(window.frame, "identify.back")
    finger(pygame.FINGERDOWN, *back)
    assert window.poll(NOW_S + JUST_CHANGED_S / 2) == []
    finger(pygame.FINGERUP, *back)
    assert window.poll(NOW_S + JUST_CHANGED_S) == []
    finger(pygame.FINGERDOWN, *back)
    assert window.poll(NOW_S + JUST_CHANGED_S + 0.01) == []
    finger(pygame.FINGERUP, *back)
    assert window.poll(NOW_S + JUST_CHANGED_S + 0.02) == [Touched(Touch.BACK)]


def test_a_hundred_touches_a_second_on_a_window_are_a_few_and_paint_little(window: Screen) -> None:
    at = middle(window.frame, "attract.borrow")
    events = 0
    for number in range(200):
        finger(pygame.FINGERDOWN, *at)
        finger(pygame.FINGERUP, *at)
        events += len(window.poll(NOW_S + number / 100))
        assert sum(box.w * box.h for box in window.painted) < 1080 * 1920 / 4
    assert 1 <= events <= 8


def test_a_palm_and_a_stuck_finger_on_a_window_do_nothing_and_end(window: Screen) -> None:
    x, y = middle(window.frame, "attract.borrow")
    for number in range(PALM + 2):
        finger(pygame.FINGERDOWN, x + 12 * number, y, number)
    finger(pygame.FINGERDOWN, 40, 40, 99)
    for number in range(PALM + 2):
        finger(pygame.FINGERUP, x + 12 * number, y, number)
    assert window.poll(NOW_S) == []
    finger(pygame.FINGERDOWN, x, y, 7)
    finger(pygame.FINGERUP, x, y, 7)
    assert window.poll(NOW_S + STUCK_S + 0.1) == [Touched(Touch.BORROW)], "the drop of water is still there"
