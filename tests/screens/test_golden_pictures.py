"""Every screen still means exactly what it meant, and looks as it looked to the eye. See `golden_pictures`."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.screens.frame import Frame
from kiosk.screens.ops import DrawOp, Rect, Text
from kiosk.screens.paint import Fonts
from tests.screens.golden_pictures import FOLDER, LOOKS, Look, Photographer, difference, kept, outline

AGAIN = "if that is wanted: python -m tests.screens.golden_pictures, and look at what git shows"
ALL = [pytest.param(look, sheet, id=f"{look.name}-{sheet}") for look in LOOKS for sheet in look.sheets]
PORTRAIT = LOOKS[0]


@pytest.mark.parametrize(("look", "sheet"), ALL)
def test_a_screen_means_what_it_meant_and_looks_as_it_looked(
    look: Look, sheet: str, measure: Fonts, tmp_path: Path
) -> None:
    photographer = Photographer(look, measure)
    frames = {name: look.frame(name, measure) for name in look.sheets[sheet]}
    before = look.tree_file(sheet).read_text(encoding="utf-8").splitlines()
    found = "".join(outline(*pair) for pair in frames.items()).splitlines()
    changes = list(difflib.unified_diff(before, found, "kept", "found", lineterm="", n=1))
    assert not changes, "\n".join([AGAIN, *changes[:40]])
    for name, picture in kept(look, sheet):
        shown = photographer.picture(frames[name])
        differs = difference(picture, shown)
        if differs is not None:
            shown.save(tmp_path / f"{name}.png")
            pytest.fail(f"{name} {look.name}: {differs}; found: {tmp_path / name}.png; {AGAIN}")


def test_all_that_is_kept_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 1_000_000


def test_nothing_is_kept_of_screens_that_are_no_more() -> None:
    wanted = {
        path for look in LOOKS for sheet in look.sheets for path in (look.picture_file(sheet), look.tree_file(sheet))
    }
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == wanted


def lower(op: DrawOp) -> DrawOp:
    return replace(op, box=replace(op.box, y=op.box.y + 40)) if op.box.y > 1700 else op


def of_another_colour(op: DrawOp) -> DrawOp:
    return replace(op, fill="#0B5F8B") if isinstance(op, Rect) and op.fill == "#0B5F5B" else op


def without_its_pills(op: DrawOp) -> DrawOp:
    return replace(op, fill="#FFFFFF") if isinstance(op, Rect) and op.fill == "#E3F2E8" else op


def a_hair_beside(op: DrawOp) -> DrawOp:
    return replace(op, box=replace(op.box, x=op.box.x + 1)) if isinstance(op, Text) else op


def changed(frame: Frame, change: Callable[[DrawOp], DrawOp]) -> Frame:
    return replace(frame, draw_list=tuple(map(change, frame.draw_list)))


@pytest.mark.parametrize("change", [lower, of_another_colour, without_its_pills])
def test_a_change_that_a_person_would_see_is_noticed(change: Callable[[DrawOp], DrawOp], measure: Fonts) -> None:
    photographer = Photographer(PORTRAIT, measure)
    before = dict(kept(PORTRAIT, "borrow"))["borrow-all-done"]
    frame = PORTRAIT.frame("borrow-all-done", measure)
    assert difference(before, photographer.picture(frame)) is None
    assert difference(before, photographer.picture(changed(frame, change))) is not None


def test_letters_that_another_machine_draws_a_hair_beside_are_not(measure: Fonts) -> None:
    photographer = Photographer(PORTRAIT, measure)
    for name, before in kept(PORTRAIT, "borrow"):
        beside = changed(PORTRAIT.frame(name, measure), a_hair_beside)
        assert difference(before, photographer.picture(beside)) is None, name


def test_where_it_differs_is_told_in_pixels_of_the_screen(measure: Fonts) -> None:
    photographer = Photographer(PORTRAIT, measure)
    frame = PORTRAIT.frame("borrow-all-done", measure)
    told = difference(photographer.picture(frame), photographer.picture(changed(frame, lower)))
    assert told is not None
    assert told.box.y >= 1700
    assert "of the picture, between" in str(told)
