"""Borrow and return: the live list. Rows grow with their reasons; many rows get smaller, very many get pages."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.paging import (
    PAGER_HEIGHT,
    Pages,
    page_shown,
    paged,
)
from kiosk.screens.layout.pictures import PAD, place
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.rows import row_elsewhere, row_shown
from kiosk.screens.layout.summary import summary, summary_height
from kiosk.screens.layout.widgets import (
    ALLOWANCE_HEIGHT,
    ALLOWANCE_WIDTH,
    allowance,
    banner_height,
    banners,
    button,
    needs_stack,
    title_block,
)
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    BODY,
    GAP,
    MUTED,
    RADIUS,
    RADIUS_BIG,
    SMALL,
    TEAL_DARK,
    TINT,
)
from kiosk.screens.tree import Node, PageTurned, Role
from kiosk.screens.view import Allowance, Banner, Button, ListBody, Paging
from kiosk.screens.whole_view import View

LEAST_HINT = 300
PAGER_BUTTON, NARROW_PAGER_BUTTON = 280, 216
BROAD_PAGER = 900
"""Units across from which on the buttons of a list's pages are as wide as they like."""
PICTURE_SHARE = 0.7
"""Of a page, for the picture of what to do."""


def live_list(canvas: Canvas, regions: Regions, view: View, body: ListBody, page: int | None) -> tuple[Node, ...]:
    """The whole screen but header and bar. `page` is the patron's choice, None to follow the work."""
    nodes, area = head(
        canvas, regions, body.id, (body.title, body.sentence), body.allowance, private=body.sentence_private
    )
    if regions.side:
        summary_box = _side_summary(canvas, regions.side, body)
        top = regions.side.y + (ALLOWANCE_HEIGHT + GAP if body.allowance else 0)
        room = Box(regions.side.x, top, regions.side.w, summary_box.y - GAP - top)
        beside, within = _that_fit(canvas, room, view.banners)
        notices = [*banners(canvas, room, beside)[0]]
        others, area = banners(canvas, area, within)
        notices += others
    else:
        notices, area = banners(canvas, area, view.banners)
        height = summary_height(canvas, area.w, body.summary)
        summary_box = Box(area.x, area.bottom - height, area.w, height)
        area = area.top_part(area.h - height - GAP)
    counts = summary(canvas, summary_box, body)
    if not body.rows:
        return (*nodes, *notices, _empty(canvas, area, body), counts)
    return (*nodes, *notices, *_rows(canvas, area, view, body, page), counts)


def head(
    canvas: Canvas,
    regions: Regions,
    prefix: str,
    texts: tuple[str, str],
    more: Allowance | None,
    *,
    private: bool,
    beside: int = 0,
) -> tuple[list[Node], Box]:
    """Title and sentence (`private` or not), and how many more may be borrowed; and the room that is left.

    `beside`: units right of the title that are kept free.
    """
    area = room = regions.content
    room = room.left_part(room.w - beside)
    extra: list[Node] = []
    if more:
        if regions.side:
            box = regions.side.top_part(ALLOWANCE_HEIGHT)
        else:
            box = Box(area.right - ALLOWANCE_WIDTH, area.y, ALLOWANCE_WIDTH, ALLOWANCE_HEIGHT)
            room = Box(area.x, area.y, area.w - ALLOWANCE_WIDTH - GAP, area.h)
        extra = [allowance(canvas, box, more, prefix)]
    nodes, rest = title_block(canvas, room, prefix, texts, sentence_private=private)
    return [*nodes, *extra], area.below(rest.y - area.y + 28)


def _side_summary(canvas: Canvas, side: Box, body: ListBody) -> Box:
    height = summary_height(canvas, side.w, body.summary)
    return Box(side.x, side.bottom - height, side.w, height)


def _that_fit(canvas: Canvas, room: Box, views: tuple[Banner, ...]) -> tuple[tuple[Banner, ...], tuple[Banner, ...]]:
    """The banners for which there is room one under the other, and the rest."""
    used = 0
    for number, view in enumerate(views):
        used += banner_height(canvas, room.w, view)
        if used > room.h:
            return views[:number], views[number:]
        used += GAP
    return views, ()


def _empty(canvas: Canvas, area: Box, body: ListBody) -> Node:
    area = canvas.ground_of(area, PICTURE_SHARE)
    canvas.rect(area, TINT, RADIUS_BIG)
    inner = area.inset(64, 56)
    lines = canvas.lines(body.picture_hint, BODY, Weight.BOLD, inner.w)
    height = paragraph_height(lines, BODY)
    room = inner.top_part(inner.h - height - 40)
    picture = PAD.fitted(room)
    top = inner.y + (inner.h - picture.h - 40 - height) // 2
    canvas.picture(Box(picture.x, top, picture.w, picture.h), PAD.name)
    words = Box(inner.x, top + picture.h + 40, inner.w, height)
    canvas.paragraph(words, lines, BODY, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node(f"{body.id}.list", Role.LIST, body.picture_hint, area)


def _rows(canvas: Canvas, area: Box, view: View, body: ListBody, page: int | None) -> list[Node]:
    pages = paged(canvas, area, body.rows)
    found, rest = rows_and_pager(canvas, area, view, body.paging, pages, page_shown(pages, page))
    if rest.h >= LEAST_HINT and body.more_hint and canvas.page is None:
        found.append(_more(canvas, rest, body))
    return found


def rows_and_pager(
    canvas: Canvas, area: Box, view: View, words: Paging, pages: Pages, shown: int
) -> tuple[list[Node], Box]:
    """One page of the list, and what turns to the others; and the room that is left below."""
    nodes: list[Node] = []
    top = area.y
    for number, rows in enumerate(pages.pages):
        for row in rows:
            if number == shown:
                box = Box(area.x, top, area.w, row.height)
                nodes.append(row_shown(canvas, box, view, words.id, row, pages))
                top += row.height + pages.density.gap
            else:
                nodes.append(row_elsewhere(canvas, words.id, row))
    found = [canvas.node(f"{words.id}.list", Role.LIST, words.title, area, children=tuple(nodes))]
    if len(pages.pages) == 1:
        return found, area.below(top - area.y)
    bottom = Box(area.x, area.bottom - PAGER_HEIGHT, area.w, PAGER_HEIGHT)
    return [*found, *pager(canvas, bottom, words, shown, len(pages.pages))], area.below(area.h)


def pager(canvas: Canvas, box: Box, words: Paging, shown: int, count: int) -> list[Node]:
    width = PAGER_BUTTON if box.w >= BROAD_PAGER else NARROW_PAGER_BUTTON
    label = words.label.format(page=shown + 1, pages=count)
    middle = Box(box.x + width + GAP, box.y, box.w - 2 * (width + GAP), box.h)
    canvas.line(middle, label, SMALL, MUTED, align=Align.CENTRE)
    turns = []
    if shown > 0:
        before = Button(f"{words.id}.page-before", words.before, "chevron-left", PageTurned(shown - 1))
        turns.append((box.left_part(width), before))
    if shown < count - 1:
        after = Button(f"{words.id}.page-after", words.after, "chevron-right", PageTurned(shown + 1))
        turns.append((box.right_part(width), after))
    stacked = any(needs_stack(canvas, place, one) for place, one in turns)
    nodes = [button(canvas, place, one, stacked=stacked) for place, one in turns]
    nodes.insert(1 if shown > 0 else 0, canvas.node(f"{words.id}.page", Role.STATUS, label, middle))
    return nodes


def _more(canvas: Canvas, area: Box, body: ListBody) -> Node:
    """Room is left: the picture, small, and that more books may come."""
    box = area.inset(0, 4)
    canvas.rect(box, TINT, RADIUS)
    height = paragraph_height(canvas.lines(body.more_hint, BODY, Weight.BOLD, box.w - 96), BODY)
    picture = Box(box.x + 48, box.y + 32, box.w - 96, min(360, box.h - height - 100))
    top = box.y + (box.h - picture.h - 24 - height) // 2
    place(canvas, Box(picture.x, top, picture.w, picture.h), PAD)
    lines = canvas.lines(body.more_hint, BODY, Weight.BOLD, box.w - 96)
    words = Box(box.x + 48, top + picture.h + 24, box.w - 96, height)
    canvas.paragraph(words, lines, BODY, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    return canvas.node(f"{body.id}.more", Role.TEXT, body.more_hint, box)
