"""A kiosk's screen: states in, events out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from kiosk.model.circulation import Language
from kiosk.screens import fonts
from kiosk.screens.frame import Size
from kiosk.screens.paint import Fonts
from kiosk.screens.samples import NOW_S, SETTINGS, in_language, samples
from kiosk.screens.screen import Screen, next_frame_s
from kiosk.screens.tree import Role
from kiosk.screens.window import Mode
from kiosk.session.events import Event, Touch, Touched
from kiosk.session.state import Account, Part


def middle(screen: Screen, node_id: str) -> tuple[int, int]:
    node = screen.frame.tree.find(node_id)
    assert node is not None
    return node.bounds.x + node.bounds.w // 2, node.bounds.y + node.bounds.h // 2


def test_a_touch_on_the_picture_is_what_the_button_means(screen: Screen) -> None:
    screen.show(samples()["attract"], NOW_S)
    assert screen.touch(*middle(screen, "attract.borrow")) == Touched(Touch.BORROW)
    assert screen.touch(2, 2) is None


def test_buttons_are_found_by_id(screen: Screen) -> None:
    screen.show(samples()["borrow-mixed"], NOW_S)
    assert screen.act("borrow.done") == Touched(Touch.DONE)
    assert screen.act("borrow.item.4.remove") == Touched(Touch.REMOVE, "E004010000000004")
    assert screen.act("borrow.item.1.title") is None
    assert screen.act("nothing") is None


def test_turning_a_page_changes_the_list_and_tells_that_somebody_is_here(screen: Screen) -> None:
    screen.show(samples()["borrow-many"], NOW_S)
    assert screen.act("borrow.page-before") == Touched(Touch.STILL_HERE)
    before = screen.frame
    assert screen.show(samples()["borrow-many"], NOW_S)
    assert screen.frame != before
    page = screen.frame.tree.find("borrow.page")
    assert page is not None
    assert page.name == "第 2 页，共 3 页"


def test_the_next_visit_s_list_begins_where_its_newest_book_is(screen: Screen) -> None:
    """The page that somebody turned to was theirs."""
    many = samples()["borrow-many"]
    screen.show(many, NOW_S)
    screen.act("borrow.page-before")
    screen.show(many, NOW_S)
    turned = screen.frame
    screen.show(samples()["attract"], NOW_S)
    screen.show(many, NOW_S)
    assert screen.frame != turned


def test_showing_the_same_again_changes_nothing(screen: Screen) -> None:
    assert screen.show(samples()["attract"], NOW_S)
    assert not screen.show(samples()["attract"], NOW_S + 1)


def test_pictures_for_the_mirror(screen: Screen, tmp_path: Path) -> None:
    screen.show(samples()["borrow-mixed"], NOW_S)
    open_picture = screen.pixels_jpeg(75, 0.5)
    assert open_picture.startswith(b"\xff\xd8")
    assert screen.pixels_jpeg(75, 0.5, show_private=False) != open_picture
    screen.pixels_png(tmp_path / "shown.png")
    assert (tmp_path / "shown.png").read_bytes().startswith(b"\x89PNG")


def test_a_screen_without_its_fonts_is_drawn_with_what_there_is(tmp_path: Path) -> None:
    poor = Screen(Size(1080, 1920), Mode.HEADLESS, SETTINGS, tmp_path)
    assert poor.show(in_language(samples()["home"], Language.EN), NOW_S)
    assert poor.frame.tree.find("home.borrow") is not None
    poor.close()


def test_a_screen_with_nothing_but_the_last_resort_is_drawn_in_latin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = {name: replace(source, path=tmp_path / "away") for name, source in fonts.SOURCES.items()}
    monkeypatch.setattr(fonts, "SOURCES", away)
    assert fonts.file(tmp_path, fonts.BOLD).name == fonts.LAST_RESORT
    poor = Screen(Size(1080, 1920), Mode.HEADLESS, SETTINGS, tmp_path)
    for language in Language:
        poor.show(in_language(samples()["borrow-mixed"], language), NOW_S)
    assert Fonts(tmp_path).has_glyph("e")
    assert not Fonts(tmp_path).has_glyph("中")
    poor.close()


def test_a_finger_on_the_window(window: Screen) -> None:
    x, y = middle(window, "attract.return")
    pygame.event.post(pygame.Event(pygame.FINGERDOWN, touch_id=0, finger_id=0, x=x / 1080, y=y / 1920, dx=0.0, dy=0.0))
    assert window.poll(NOW_S) == []
    pygame.event.post(pygame.Event(pygame.FINGERUP, touch_id=0, finger_id=0, x=x / 1080, y=y / 1920, dx=0.0, dy=0.0))
    assert window.poll(NOW_S + 0.1) == [Touched(Touch.RETURN)]


def test_a_mouse_does_what_a_finger_does_and_is_not_counted_twice(window: Screen) -> None:
    at = middle(window, "help.open")
    for touch in (True, False):
        pygame.event.post(pygame.Event(pygame.MOUSEBUTTONDOWN, pos=at, button=1, touch=touch))
        pygame.event.post(pygame.Event(pygame.MOUSEBUTTONUP, pos=at, button=1, touch=touch))
    assert window.poll(NOW_S) == [Touched(Touch.HELP)]


def test_closing_the_window_is_told(window: Screen) -> None:
    assert not window.closed
    pygame.event.post(pygame.Event(pygame.QUIT))
    window.poll(NOW_S)
    assert window.closed


def test_keys_of_a_keypad_walk_and_choose_and_others_do_nothing(window: Screen) -> None:
    def press(key: int) -> list[Event]:
        pygame.event.post(pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode=""))
        return window.poll(NOW_S)

    assert press(pygame.K_q) == []
    heading = press(pygame.K_DOWN)
    assert heading == [Touched(Touch.STILL_HERE)]
    assert press(pygame.K_RETURN) == [], "nothing can be done with a heading"
    for _ in range(20):
        if press(pygame.K_RETURN) == [Touched(Touch.RETURN)]:
            break
        press(pygame.K_DOWN)
    assert press(pygame.K_RETURN) == [Touched(Touch.RETURN)]
    assert press(pygame.K_F1) == [Touched(Touch.SET_ACCESS, "speech")]


def test_attract_is_drawn_anew_only_when_the_minute_changes() -> None:
    assert next_frame_s(samples()["attract"], NOW_S) == NOW_S + 60
    assert next_frame_s(samples()["attract"], NOW_S + 59.5) == pytest.approx(NOW_S + 60)


def test_working_rows_turn_smoothly() -> None:
    assert next_frame_s(samples()["borrow-mixed"], NOW_S + 0.05) == pytest.approx(NOW_S + 2 / 24)
    assert next_frame_s(samples()["borrow-mixed"], NOW_S, motion=False) == NOW_S + 60
    assert next_frame_s(samples()["borrow-all-done"], NOW_S) == NOW_S + 60


@pytest.mark.parametrize("name", ["home-timeout", "receipt"])
def test_countdowns_change_every_second(name: str) -> None:
    state = samples()[name]
    times = [NOW_S]
    for _ in range(3):
        times.append(next_frame_s(state, times[-1]))
    assert times[1:] == pytest.approx([NOW_S + 1, NOW_S + 2, NOW_S + 3], abs=0.01)


def test_the_next_frame_is_always_later() -> None:
    for name, state in samples().items():
        for later_s in (0.0, 0.1, 7.999, 8.0, 15.0, 20.0, 61.0):
            assert next_frame_s(state, NOW_S + later_s) > NOW_S + later_s, name


def test_another_part_of_the_account_begins_at_its_first_page(screen: Screen) -> None:
    many = samples()["account-many"]
    assert isinstance(many.scene, Account)
    screen.show(many, NOW_S)
    screen.act("account.page-after")
    screen.show(many, NOW_S)
    assert screen.frame.tree.find("account.page-before") is not None
    screen.show(replace(many, scene=replace(many.scene, part=Part.HOLDS)), NOW_S)
    screen.show(many, NOW_S)
    assert screen.frame.tree.find("account.page-before") is None


def test_sixty_loans_are_all_in_the_tree_and_each_page_turns_to_the_next(screen: Screen) -> None:
    screen.show(samples()["account-many"], NOW_S)
    numbers = [node.value for node in screen.frame.tree.walk() if node.role is Role.ITEM]
    assert len(set(numbers)) == 60
    seen: set[str] = set()
    while screen.act("account.page-after") is not None or not seen:
        seen |= {node.value for node in screen.frame.tree.walk() if node.role is Role.ITEM and node.bounds.h}
        screen.show(samples()["account-many"], NOW_S)
    seen |= {node.value for node in screen.frame.tree.walk() if node.role is Role.ITEM and node.bounds.h}
    assert seen == set(numbers)
