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
    SMALLEST,
    TEAL,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import AccountBody, Tab
from kiosk.screens.whole_view import View

TAB_HEIGHT = 116
SIDE_TAB_HEIGHT = 96
TAB_GAP = 16
LEAST_TAB = 200
TAB_ICON = 44
TAB_BESIDE = 22 + TAB_ICON + 16 + 20
"""What icon and margins take of a tab's width."""
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
        below = regions.side.below(ALLOWANCE_HEIGHT + GAP) if body.allowance else regions.side
        nodes += _tabs_below_each_other(canvas, below, body.tabs)
    else:
        for row in _tab_rows(area, body.tabs):
            nodes += _tabs_in_a_row(canvas, area.top_part(TAB_HEIGHT), row)
            area = area.below(TAB_HEIGHT + TAB_GAP)
        area = area.below(GAP - TAB_GAP)
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


def _tab_rows(area: Box, tabs: tuple[Tab, ...]) -> list[tuple[Tab, ...]]:
    """All side by side, or where they would be too narrow for their words, two and two."""
    wide = (area.w - TAB_GAP * (len(tabs) - 1)) // len(tabs)
    return [tabs] if wide >= LEAST_TAB else [tabs[at : at + 2] for at in range(0, len(tabs), 2)]


def _tabs_in_a_row(canvas: Canvas, box: Box, tabs: tuple[Tab, ...]) -> list[Node]:
    width = (box.w - TAB_GAP * (len(tabs) - 1)) // len(tabs)
    boxes = [Box(box.x + number * (width + TAB_GAP), box.y, width, box.h) for number in range(len(tabs))]
    return _side_by_side(canvas, boxes, tabs)


def _side_by_side(canvas: Canvas, boxes: list[Box], tabs: tuple[Tab, ...]) -> list[Node]:
    """With their icons, unless a word would have no room beside one."""
    room = boxes[0].w - TAB_BESIDE
    icons = all(canvas.ruler.width(canvas.ruler.drawable(one.label), SMALLEST, Weight.BOLD) <= room for one in tabs)
    return [_tab(canvas, box, one, icon=icons) for box, one in zip(boxes, tabs, strict=True)]


def _tabs_below_each_other(canvas: Canvas, box: Box, tabs: tuple[Tab, ...]) -> list[Node]:
    """In two columns where there is no room for one."""
    step = SIDE_TAB_HEIGHT + TAB_GAP
    if len(tabs) * step - TAB_GAP > box.h:
        wide = (box.w - TAB_GAP) // 2
        columns = [Box(box.x, box.y, wide, box.h), Box(box.x + wide + TAB_GAP, box.y, wide, box.h)]
        boxes = [columns[n % 2].below(n // 2 * (TAB_HEIGHT + TAB_GAP)).top_part(TAB_HEIGHT) for n in range(len(tabs))]
        return _side_by_side(canvas, boxes, tabs)
    return [
        _tab(canvas, Box(box.x, box.y + number * step, box.w, SIDE_TAB_HEIGHT), one) for number, one in enumerate(tabs)
    ]


def _tab(canvas: Canvas, box: Box, view: Tab, *, icon: bool = True) -> Node:
    """Icon and word, and how many; the part that is shown is filled."""
    ink, second = INK, ERROR.ink if view.alerts else MUTED
    if view.shown:
        ink, second = WHITE, ON_TEAL
        canvas.rect(box, TEAL, RADIUS)
    else:
        canvas.rect(box, PRESSED_CARD if canvas.pressed == view.id else CARD, RADIUS, LINE)
    words = box.inset(20, 0)
    if icon:
        canvas.icon(Box(box.x + 22, box.y + (box.h - TAB_ICON) // 2, TAB_ICON, TAB_ICON), view.icon, ink)
        words = Box(box.x + TAB_BESIDE - 20, box.y, box.w - TAB_BESIDE, box.h)
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
