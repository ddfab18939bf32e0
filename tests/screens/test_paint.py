"""The painter: the same list gives the same pixels, and painting the difference gives what painting all gives."""

from __future__ import annotations

from collections.abc import Callable

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.model.circulation import Language
from kiosk.screens.damage import damage
from kiosk.screens.frame import Frame, Size
from kiosk.screens.masking import masked
from kiosk.screens.ops import Box, DrawOp, Rect, Text
from kiosk.screens.paint import CACHE_BYTES, Fonts, Painter, SurfaceCache, png
from kiosk.screens.samples import NOW_S, in_language, samples
from kiosk.screens.window import Mode, Window

Draw = Callable[..., Frame]
SIZE = Size(1080, 1920)
WHOLE = Box(0, 0, 1080, 1920)
STORY = (
    "attract",
    "attract-help",
    "attract",
    "identify",
    "identify-looking",
    "home",
    "borrow-empty",
    "borrow-reading",
    "borrow-mixed",
    "borrow-timeout",
    "borrow-mixed",
    "borrow-many",
    "borrow-finishing",
    "receipt",
    "receipt-printing",
    "out-storage-session",
    "starting",
)


def pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def painted(frame: Frame, fonts: Fonts) -> bytes:
    window = Window(frame.size, Mode.HEADLESS)
    Painter(window.surface, fonts).paint(frame.draw_list)
    return pixels(window.surface)


def test_two_runs_are_byte_equal(draw: Draw, measure: Fonts) -> None:
    for name in ("attract", "borrow-troubled", "borrow-timeout", "receipt-both"):
        frame = draw(samples()[name])
        one, other = Window(SIZE, Mode.HEADLESS), Window(SIZE, Mode.HEADLESS)
        Painter(one.surface, measure).paint(frame.draw_list)
        Painter(other.surface, measure).paint(frame.draw_list)
        assert png(one.surface) == png(other.surface), name


def test_painting_what_changed_equals_painting_everything(draw: Draw, measure: Fonts) -> None:
    window = Window(SIZE, Mode.HEADLESS)
    painter = Painter(window.surface, measure)
    for number, name in enumerate(STORY):
        for language in (Language.ZH, Language.EN):
            for later_s in (0.0, 0.1):
                frame = draw(in_language(samples()[name], language), now_s=NOW_S + later_s)
                painter.paint(frame.draw_list)
                assert pixels(window.surface) == painted(frame, measure), (number, name, language, later_s)


def test_a_turning_icon_damages_little(draw: Draw, measure: Fonts) -> None:
    painter = Painter(Window(SIZE, Mode.HEADLESS).surface, measure)
    state = samples()["borrow-mixed"]
    painter.paint(draw(state).draw_list)
    boxes = painter.paint(draw(state, now_s=NOW_S + 0.1).draw_list)
    assert sum(box.w * box.h for box in boxes) < 40 * 40


def test_an_unchanged_frame_damages_nothing(draw: Draw) -> None:
    ops = draw(samples()["home"]).draw_list
    assert damage(ops, ops, WHOLE) == []
    assert damage((), ops, WHOLE) == [WHOLE]


boxes = st.builds(Box, st.integers(0, 180), st.integers(0, 180), st.integers(1, 60), st.integers(1, 60))
rects = st.builds(Rect, boxes, st.sampled_from(["#FF0000", "#00FF00", "#0000FF80"]), st.sampled_from([0, 8]))
lists = st.lists(rects, max_size=8)


@given(st.lists(lists, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_damage_covers_every_difference(measure: Fonts, frames: list[list[Rect]]) -> None:
    ground = Rect(Box(0, 0, 240, 240), "#FFFFFF")
    surface = pygame.Surface((240, 240), depth=32)
    painter = Painter(surface, measure)
    for rects_shown in frames:
        opaque = [one for one in rects_shown if one.radius == 0 or len(one.fill) == 7]
        ops: list[DrawOp] = [ground, *opaque]
        painter.paint(ops)
        whole = pygame.Surface((240, 240), depth=32)
        Painter(whole, measure).paint(ops)
        assert pixels(surface) == pixels(whole)


def test_the_cache_stays_within_its_bound(draw: Draw, measure: Fonts) -> None:
    painter = Painter(Window(SIZE, Mode.HEADLESS).surface, measure)
    for state in samples().values():
        painter.paint(draw(state).draw_list)
    assert painter.cached_bytes <= CACHE_BYTES


def test_what_was_not_used_for_the_longest_is_forgotten_first() -> None:
    cache = SurfaceCache(most_bytes=3 * 10 * 10 * 4)
    for name in "abc":
        cache.put(name, pygame.Surface((10, 10)))
    cache.get("a")
    cache.put("d", pygame.Surface((10, 10)))
    assert cache.get("b") is None
    assert cache.get("a") is not None


def test_private_texts_become_bars_outside_the_kiosk(draw: Draw) -> None:
    shown = masked(draw(samples()["borrow-mixed"]).draw_list)
    assert not any(isinstance(op, Text) and op.private for op in shown)


@pytest.mark.parametrize("character", ["中", "é", "Ж", "…", "（"])
def test_the_fonts_have_what_libraries_write(measure: Fonts, character: str) -> None:
    assert measure.has_glyph(character)


def test_the_fonts_know_what_they_have_not(measure: Fonts) -> None:
    assert not measure.has_glyph("\0")
    assert not measure.has_glyph("\u1200")
    assert not measure.has_glyph("\U0001f600")
