"""The ways of making things easier: what holds of every screen must hold of them, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame, Size
from kiosk.screens.ops import Icon, Text
from kiosk.screens.palette import BLACK, DARK, WHITE, YELLOW, contrast
from kiosk.screens.samples import NOW_S, in_language, samples
from kiosk.screens.screen import next_frame_s
from kiosk.screens.tree import Role
from kiosk.session.state import Access, Kiosk
from tests.screens.conftest import SIZES, Draw
from tests.screens.test_every_screen import touchable, with_grounds

PORTRAIT = SIZES[0]
HARDEST = (
    "find-signed-in",
    "find-many",
    "form-given",
    "attract-offline",
    "attract-help",
    "languages",
    "access",
    "identify-unknown",
    "home-none-left",
    "home-timeout",
    "borrow-mixed",
    "borrow-troubled",
    "return-many",
    "account",
    "account-renewed",
    "account-no-answer",
    "account-silent",
    "account-offline-holds",
    "receipt-both",
    "receipt-failed",
    "out-storage-session",
)
"""Each kind of screen, with as much on it as there can be."""


def eased(state: Kiosk, *access: Access) -> Kiosk:
    return replace(state, around=replace(state.around, access=state.around.access | frozenset(access)))


def frames(draw: Draw, language: Language, size: Size, *access: Access) -> Iterator[tuple[str, Frame]]:
    for name in HARDEST:
        yield name, draw(eased(in_language(samples()[name], language), *access), size)


@pytest.mark.parametrize("language", [Language.DE, Language.ZH])
def test_what_is_low_can_be_reached(draw: Draw, language: Language) -> None:
    for name, frame in frames(draw, language, PORTRAIT, Access.LOW):
        for node in touchable(frame):
            assert node.bounds.h == 0 or node.bounds.y * 2 >= frame.size.height, (name, node.id)


@pytest.mark.parametrize("size", SIZES[:2])
def test_high_contrast_is_black_white_and_yellow_and_at_least_seven_to_one(draw: Draw, size: Size) -> None:
    for name, frame in frames(draw, Language.ZH, size, Access.CONTRAST):
        for op, ground in with_grounds(frame):
            assert contrast(op.colour, ground) >= 7, (name, op, ground)
            assert op.colour in (BLACK, WHITE, YELLOW), (name, op)
            assert ground in (BLACK, WHITE, YELLOW, DARK), (name, ground)


def test_nothing_moves_for_who_wants_it_calm(draw: Draw) -> None:
    state = eased(samples()["borrow-mixed"], Access.CALM)
    one, other = (draw(state, now_s=NOW_S + late_s) for late_s in (0.0, 0.37))
    assert one.draw_list == other.draw_list
    assert next_frame_s(state, NOW_S, motion=False) - NOW_S > 1


def test_each_way_is_a_button_that_says_whether_it_is_on(draw: Draw) -> None:
    frame = draw(in_language(samples()["access"], Language.EN))
    tiles = [node for node in frame.tree.walk() if node.role is Role.BUTTON and node.state in ("on", "off")]
    assert {node.id: node.value for node in tiles} == {
        "access.large": "Off",
        "access.contrast": "Off",
        "access.low": "Off",
        "access.calm": "On",
        "access.time": "On",
        "access.speech": "Off",
    }
    assert any(isinstance(op, Icon) and op.name == "circle-check" for op in frame.draw_list)
    assert any(isinstance(op, Text) and op.text == "On" for op in frame.draw_list)


@pytest.mark.parametrize("name", [name for name in samples() if not name.startswith(("starting", "attract-help"))])
def test_the_button_is_always_at_the_same_place(draw: Draw, name: str) -> None:
    for size in SIZES[1:]:
        frame = draw(samples()[name], size)
        button, home = frame.tree.find("access.open"), draw(samples()["home"], size).tree.find("access.open")
        assert button is not None
        assert home is not None
        assert button.bounds == home.bounds
