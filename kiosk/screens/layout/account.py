"""The account: its parts as tabs, one list, and what can be done about the whole of it."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.lists import head, rows_and_pager
from kiosk.screens.layout.nothing import nothing
from kiosk.screens.layout.paging import paged
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import ALLOWANCE_HEIGHT, banners, button
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    CARD,
    ERROR,
    GAP,
    INK,
    LINE,
    MUTED,
    ON_TEAL,
    PRESSED_CARD,
    RADIUS,
    SMALL,
    TEAL,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import AccountBody, Tab, View

TAB_HEIGHT = 116
SIDE_TAB_HEIGHT = 96
TAB_GAP = 16
TAB_ICON = 44
WHOLE_HEIGHT = 108
WHOLE_WIDTH = 380
BADGE = 168
LEAST_BADGE = 72


def account(canvas: Canvas, regions: Regions, view: View, body: AccountBody, page: int | None) -> tuple[Node, ...]:
    """The whole screen but header and bar. A list begins with what is due first, so `page` None is the first."""
    texts, beside = (body.title, body.sentence), WHOLE_WIDTH + GAP if regions.side and body.whole else 0
    nodes, area = head(canvas, regions, body.paging.id, texts, body.allowance, private=True, beside=beside)
    if regions.low:
        notices, area = banners(canvas, area, view.banners)
        nodes += notices
    if regions.side:
        nodes += _tabs_below_each_other(canvas, _below_allowance(regions.side, body), body.tabs)
    else:
        nodes += _tabs_in_a_row(canvas, area.top_part(TAB_HEIGHT), body.tabs)
        area = area.below(TAB_HEIGHT + GAP)
    if not regions.low:
        notices, area = banners(canvas, area, view.banners)
        nodes += notices
    whole: list[Node] = []
    if body.whole is not None:
        if regions.side:
            box = Box(area.right - WHOLE_WIDTH, regions.content.y, WHOLE_WIDTH, WHOLE_HEIGHT)
        else:
            box = Box(area.x, area.bottom - WHOLE_HEIGHT, area.w, WHOLE_HEIGHT)
            area = area.top_part(area.h - WHOLE_HEIGHT - GAP)
        whole.append(button(canvas, box, body.whole))
    if body.nothing is not None:
        return (*nodes, *nothing(canvas, area, view, body.paging.id, body.nothing), *whole)
    pages = paged(canvas, area, body.rows)
    shown = max(0, min(page or 0, len(pages.pages) - 1))
    listed, _ = rows_and_pager(canvas, area, view, body.paging, pages, shown)
    return (*nodes, *listed, *whole)


def _below_allowance(side: Box, body: AccountBody) -> Box:
    """Room for the tabs; that of an allowance is kept free where they do not need it."""
    below = side.below(ALLOWANCE_HEIGHT + GAP)
    return below if below.h >= len(body.tabs) * (SIDE_TAB_HEIGHT + TAB_GAP) else side


def _tabs_in_a_row(canvas: Canvas, box: Box, tabs: tuple[Tab, ...]) -> list[Node]:
    width = (box.w - TAB_GAP * (len(tabs) - 1)) // len(tabs)
    return [
        _tab(canvas, Box(box.x + number * (width + TAB_GAP), box.y, width, box.h), one)
        for number, one in enumerate(tabs)
    ]


def _tabs_below_each_other(canvas: Canvas, box: Box, tabs: tuple[Tab, ...]) -> list[Node]:
    step = SIDE_TAB_HEIGHT + TAB_GAP
    return [
        _tab(canvas, Box(box.x, box.y + number * step, box.w, SIDE_TAB_HEIGHT), one) for number, one in enumerate(tabs)
    ]


def _tab(canvas: Canvas, box: Box, view: Tab) -> Node:
    """Icon and word, and how many; the part that is shown is filled."""
    ink, second = INK, ERROR.ink if view.alerts else MUTED
    if view.shown:
        ink, second = WHITE, ON_TEAL
        canvas.rect(box, TEAL, RADIUS)
    else:
        canvas.rect(box, PRESSED_CARD if canvas.pressed == view.id else CARD, RADIUS, LINE)
    icon = Box(box.x + 22, box.y + (box.h - TAB_ICON) // 2, TAB_ICON, TAB_ICON)
    canvas.icon(icon, view.icon, ink)
    words = Box(icon.right + 16, box.y, box.right - 20 - icon.right - 16, box.h)
    one_line = box.h < TAB_HEIGHT
    if one_line:
        half = words.w // 2
        label, value = words.left_part(half), words.right_part(words.w - half)
    else:
        label, value = Box(words.x, box.y + 12, words.w, 48), Box(words.x, box.y + 62, words.w, 40)
    canvas.line(label if view.value else words, view.label, 34, ink, weight=Weight.BOLD)
    align = Align.RIGHT if one_line else Align.LEFT
    children: tuple[Node, ...] = ()
    if view.value:
        weight = Weight.BOLD if view.alerts else Weight.REGULAR
        canvas.line(value, view.value, SMALL, second, weight=weight, align=align, private=True)
        children = (canvas.node(f"{view.id}.value", Role.TEXT, view.value, value, private=True),)
    state = "selected" if view.shown else "enabled"
    return canvas.node(view.id, Role.BUTTON, view.label, box, state=state, action=view.action, children=children)
