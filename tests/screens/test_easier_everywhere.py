"""Every sample made easier in every way: sizes of targets, their distance, contrast, and large text without a loss.

Laid out and not painted, so that all of them can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from kiosk.model.circulation import Language
from kiosk.screens.frame import Frame, Size
from kiosk.screens.layout.regions import scale_of
from kiosk.screens.ops import Box, Text
from kiosk.screens.paint import Fonts
from kiosk.screens.palette import contrast
from kiosk.screens.render import LARGE_ZOOM
from kiosk.screens.samples import in_language, samples
from kiosk.screens.tokens import APART, TARGET, TARGET_MAIN
from kiosk.screens.tree import PageTurned
from kiosk.session.state import Access, Kiosk
from tests.screens.conftest import SIZES, Draw
from tests.screens.test_every_screen import texts, touchable, with_grounds

CSS_PIXELS = 24
"""WCAG 2.2, 2.5.8: the least side of a target, whatever the screen's size."""
AA, AA_ICONS, AAA = 4.5, 3.0, 7.0
"""WCAG 2.2, 1.4.3, 1.4.11 and 1.4.6."""
WAYS = (
    ({Access.CONTRAST}, Language.ZH),
    ({Access.LOW}, Language.ZH),
    ({Access.LOW, Access.LARGE}, Language.DE),
    ({Access.LARGE, Access.CONTRAST}, Language.EN),
)


def eased(state: Kiosk, access: set[Access]) -> Kiosk:
    return replace(state, around=replace(state.around, access=state.around.access | access))


def targets(frame: Frame) -> list[Box]:
    return [node.bounds for node in touchable(frame) if node.bounds.h]


def misses(frame: Frame) -> Iterator[object]:
    """Targets that are too small or too near to another."""
    for node in touchable(frame):
        least = min(node.bounds.w, node.bounds.h)
        if least and (least * frame.units_per_pixel < (TARGET_MAIN if node.main else TARGET) or least < CSS_PIXELS):
            yield node.id, least
    for one, other in combinations(targets(frame), 2):
        across = max(one.x, other.x) - min(one.right, other.right)
        down = max(one.y, other.y) - min(one.bottom, other.bottom)
        if max(across, down) * frame.units_per_pixel < APART:
            yield one, other


def faint(frame: Frame, access: set[Access]) -> Iterator[object]:
    for op, ground in with_grounds(frame):
        least = AAA if Access.CONTRAST in access else AA if isinstance(op, Text) else AA_ICONS
        if contrast(op.colour, ground) < least:
            yield op, ground


def clipped(frame: Frame, measure: Fonts) -> Iterator[object]:
    """What leaves the screen or its box, is cut off, or lies on something else."""
    screen = Box(0, 0, frame.size.width, frame.size.height)
    said = {text.rstrip("….") for node in frame.tree.walk() for text in (node.name, node.value) if text}
    yield from (op for op in frame.draw_list if not screen.holds(op.box) or op.box.w <= 0 or op.box.h <= 0)
    shown = list(texts(frame))
    for op in shown:
        if op.box.h < op.size or measure.width(op.text, op.size, op.weight) > op.box.w:
            yield op
        if op.text.endswith(("…", "...")) and not op.private and not _ends(op.text, said):
            yield op
    for one, other in combinations(shown, 2) if not frame.overlay else ():
        across = min(one.box.right, other.box.right) - max(one.box.x, other.box.x)
        if across > 0 and min(one.box.bottom, other.box.bottom) - max(one.box.y, other.box.y) > 1:
            yield one, other


def _ends(text: str, said: set[str]) -> bool:
    """Whether the dots at its end are what is said, and no sign that something was cut off."""
    return any(one.endswith(text.rstrip("….")) for one in said)


@pytest.mark.parametrize("size", SIZES)
def test_large_text_is_a_third_larger_on_every_screen_in_every_language(draw: Draw, measure: Fonts, size: Size) -> None:
    for name, state in samples().items():
        for language in Language:
            frame = draw(eased(in_language(state, language), {Access.LARGE}), size)
            assert 1 / frame.units_per_pixel == pytest.approx(scale_of(size) * LARGE_ZOOM), (name, language)
            assert not list(clipped(frame, measure)), (name, language)


@pytest.mark.parametrize(("access", "language"), WAYS)
def test_targets_are_large_and_apart_and_everything_is_seen(
    draw: Draw, measure: Fonts, access: set[Access], language: Language
) -> None:
    for size in SIZES if Access.LOW not in access else SIZES[:1]:
        for name, state in samples().items():
            frame = draw(eased(in_language(state, language), access), size)
            assert not list(misses(frame)), (name, size)
            assert not list(faint(frame, access)), (name, size)
            assert not list(clipped(frame, measure)), (name, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["borrow-many", "account-renewed", "find-many", "item", "staff", "receipt-both"])
def test_page_by_page_nothing_is_left_out(draw: Draw, size: Size, name: str) -> None:
    """What can be done at the plain size can be done at the large one, on one of its pages."""
    plain = {node.id for node in touchable(draw(samples()[name], size))}
    state, page, seen = eased(samples()[name], {Access.LARGE}), 0, set[str]()
    while True:
        frame = draw(state, size, page=page)
        shown = [node for node in touchable(frame) if node.bounds.h]
        seen |= {node.id for node in shown}
        if not any(node.action == PageTurned(page + 1) for node in shown):
            break
        page += 1
    turning = {node_id for node_id in plain if ".page-" in node_id}
    assert plain - turning <= seen
