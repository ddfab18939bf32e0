"""Borrow and return: the live list. Rows grow with their reasons; many rows get smaller, very many get pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from kiosk.screens.layout.canvas import NOWHERE, Canvas, paragraph_height
from kiosk.screens.layout.pictures import PAD, place
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import (
    ALLOWANCE_HEIGHT,
    ALLOWANCE_WIDTH,
    allowance,
    banner_height,
    banners,
    button,
    cover,
    pill,
    pill_width,
    title_block,
)
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    BODY,
    CARD,
    GAP,
    INK,
    LINE,
    MUTED,
    PRESSED_CARD,
    RADIUS,
    RADIUS_BIG,
    SMALL,
    SMALLEST,
    TEAL,
    TEAL_DARK,
    TINT,
)
from kiosk.screens.tree import Node, PageTurned, Role
from kiosk.screens.view import Banner, Button, ListBody, RowView, Summary, View

PAGER_HEIGHT = 96
LEAST_HINT = 300
REMOVE_SIDE = 72
MOST_SPREAD = 36


@dataclass(frozen=True, slots=True)
class Density:
    """How large a row is."""

    least: int
    pad: int
    cover_w: int
    cover_h: int
    title: int
    title_lines: int
    detail: int
    pill: int
    gap: int
    remove_below: bool
    """The remove button stands under the pill; otherwise beside it."""


ROOMY = Density(204, 24, 112, 156, BODY, 2, SMALL, 80, GAP, True)
SNUG = Density(164, 18, 92, 128, 34, 2, SMALL, 68, 18, True)
TIGHT = Density(116, 16, 60, 84, 32, 2, SMALLEST, 60, 12, False)
COMPACT = Density(112, 14, 60, 84, 32, 1, SMALLEST, 60, 12, False)


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with its lines broken and its height known."""

    number: int
    view: RowView
    title: list[str]
    detail: list[str]
    height: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Rows in the density in which they fit, and which of them each page shows."""

    density: Density
    pill_width: int
    pages: tuple[tuple[Measured, ...], ...]


def live_list(canvas: Canvas, regions: Regions, view: View, body: ListBody, page: int | None) -> tuple[Node, ...]:
    """The whole screen but header and bar. `page` is the patron's choice, None to follow the work."""
    head, area = _head(canvas, regions, body)
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
        height = _summary_height(canvas, area.w, body.summary)
        summary_box = Box(area.x, area.bottom - height, area.w, height)
        area = area.top_part(area.h - height - GAP)
    summary = _summary(canvas, summary_box, body)
    if not body.rows:
        return (*head, *notices, _empty(canvas, area, body), summary)
    return (*head, *notices, *_rows(canvas, area, view, body, page), summary)


def _head(canvas: Canvas, regions: Regions, body: ListBody) -> tuple[list[Node], Box]:
    area = texts = regions.content
    extra: list[Node] = []
    if body.allowance:
        if regions.side:
            box = regions.side.top_part(ALLOWANCE_HEIGHT)
        else:
            box = Box(area.right - ALLOWANCE_WIDTH, area.y, ALLOWANCE_WIDTH, ALLOWANCE_HEIGHT)
            texts = Box(area.x, area.y, area.w - ALLOWANCE_WIDTH - GAP, area.h)
        extra = [allowance(canvas, box, body.allowance, body.id)]
    nodes, rest = title_block(
        canvas, texts, body.id, (body.title, body.sentence), sentence_private=body.sentence_private
    )
    return [*nodes, *extra], area.below(rest.y - area.y + 28)


def _summary_lines(canvas: Canvas, width: int, view: Summary) -> list[str]:
    return canvas.lines(view.text, 34, Weight.BOLD, width - 28 - 48 - 20 - 28)


def _summary_height(canvas: Canvas, width: int, view: Summary) -> int:
    return paragraph_height(_summary_lines(canvas, width, view), 34) + 84


def _side_summary(canvas: Canvas, side: Box, body: ListBody) -> Box:
    height = _summary_height(canvas, side.w, body.summary)
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


def _summary(canvas: Canvas, box: Box, body: ListBody) -> Node:
    view = body.summary
    canvas.rect(box, view.tone.ground if view.tone.ground != "#EFE8DC" else CARD, RADIUS, LINE)
    lines = _summary_lines(canvas, box.w, view)
    height = paragraph_height(lines, 34)
    icon = 48
    canvas.icon(Box(box.x + 28, box.y + 26 + (height - icon) // 2, icon, icon), view.icon, view.tone.ink)
    text = Box(box.x + 28 + icon + 20, box.y + 26, box.w - 28 - icon - 20 - 28, height)
    canvas.paragraph(text, lines, 34, INK, weight=Weight.BOLD)
    track = Box(box.x + 28, box.bottom - 32, box.w - 56, 10)
    canvas.rect(track, LINE, 5)
    done = int(track.w * view.progress)
    if done >= track.h:
        canvas.rect(Box(track.x, track.y, done, track.h), TEAL, 5)
    return canvas.node(f"{body.id}.summary", Role.STATUS, view.text, box, value=f"{view.progress:.0%}")


def _empty(canvas: Canvas, area: Box, body: ListBody) -> Node:
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
    pages = _paged(canvas, area, body.rows)
    shown = _page_shown(pages, page)
    nodes: list[Node] = []
    top = area.y
    for number, rows in enumerate(pages.pages):
        for row in rows:
            if number == shown:
                box = Box(area.x, top, area.w, row.height)
                nodes.append(_row(canvas, box, view, body, row, pages))
                top += row.height + pages.density.gap
            else:
                nodes.append(_elsewhere(canvas, body, row))
    found = [canvas.node(f"{body.id}.list", Role.LIST, body.title, area, children=tuple(nodes))]
    if len(pages.pages) > 1:
        found += _pager(canvas, Box(area.x, area.bottom - PAGER_HEIGHT, area.w, PAGER_HEIGHT), body, shown, pages)
    else:
        rest = area.below(top - area.y)
        if rest.h >= LEAST_HINT and body.more_hint:
            found.append(_more(canvas, rest, body))
    return found


def _paged(canvas: Canvas, area: Box, rows: tuple[RowView, ...]) -> Pages:
    """The largest rows that fit; on pages, the largest that need no more pages than the smallest would."""
    densities = [_one_page(canvas, area.w, rows, density) for density in (ROOMY, SNUG, TIGHT, COMPACT)]
    for fitting in densities:
        if _height(fitting.pages[0], fitting.density) <= area.h:
            return _spread(fitting, area.h)
    room = area.h - PAGER_HEIGHT - GAP
    paged = [_broken(one, room) for one in densities]
    fewest = len(paged[-1].pages)
    return _spread(next(one for one in paged if len(one.pages) <= fewest), room)


def _spread(pages: Pages, room: int) -> Pages:
    """Small rows take some of the room that is left."""
    if pages.density is ROOMY:
        return pages
    most = max(len(page) for page in pages.pages)
    spare = min((room - _height(page, pages.density)) // most for page in pages.pages)
    more = max(0, min(MOST_SPREAD, spare))
    grown = tuple(tuple(replace(row, height=row.height + more) for row in page) for page in pages.pages)
    return replace(pages, pages=grown)


def _one_page(canvas: Canvas, width: int, rows: tuple[RowView, ...], density: Density) -> Pages:
    wide = max(180, *(pill_width(canvas, row.pill, density.pill) for row in rows))
    page = tuple(_measured(canvas, width, number, row, density, wide) for number, row in enumerate(rows, 1))
    return Pages(density, wide, (page,))


def _broken(pages: Pages, room: int) -> Pages:
    """On as few pages as it takes, about as many rows on each."""
    rows, density = pages.pages[0], pages.density
    greedy: list[tuple[Measured, ...]] = []
    for row in rows:
        if greedy and _height((*greedy[-1], row), density) <= room:
            greedy[-1] = (*greedy[-1], row)
        else:
            greedy.append((row,))
    starts = [len(rows) * number // len(greedy) for number in range(len(greedy) + 1)]
    even = [rows[start:end] for start, end in pairwise(starts)]
    fits = all(_height(page, density) <= room for page in even)
    return Pages(density, pages.pill_width, tuple(even if fits else greedy))


def _height(rows: tuple[Measured, ...], density: Density) -> int:
    return sum(row.height for row in rows) + density.gap * (len(rows) - 1)


def _measured(canvas: Canvas, width: int, number: int, view: RowView, density: Density, pill: int) -> Measured:
    room = _text_width(width, view, density, pill)
    title = canvas.lines(view.title, density.title, Weight.BOLD, room, density.title_lines)
    detail = canvas.lines(view.detail, density.detail, Weight.REGULAR, room)
    text = paragraph_height(title, density.title) + 6 + paragraph_height(detail, density.detail)
    right = density.pill
    if view.remove and density.remove_below:
        right += 12 + REMOVE_SIDE
    return Measured(number, view, title, detail, max(density.least, text + 2 * density.pad, right + 2 * density.pad))


def _text_width(width: int, view: RowView, density: Density, pill: int) -> int:
    beside = REMOVE_SIDE + 16 if view.remove and not density.remove_below else 0
    return width - 2 * density.pad - density.cover_w - 28 - 24 - pill - beside


def _page_shown(pages: Pages, chosen: int | None) -> int:
    """The patron's page; else the first where something has to be put back, else the last."""
    last = len(pages.pages) - 1
    if chosen is not None:
        return max(0, min(chosen, last))
    urgent = (number for number, rows in enumerate(pages.pages) if any(row.view.state == "put-back" for row in rows))
    return next(urgent, last)


def _row(canvas: Canvas, box: Box, view: View, body: ListBody, row: Measured, pages: Pages) -> Node:
    density, item = pages.density, row.view
    canvas.card(box, RADIUS if density.remove_below else 20)
    front = Box(box.x + density.pad, box.y + (box.h - density.cover_h) // 2, density.cover_w, density.cover_h)
    cover(canvas, front, item.cover)
    left = front.right + 28
    room = _text_width(box.w, item, density, pages.pill_width)
    title_height = paragraph_height(row.title, density.title)
    detail_height = paragraph_height(row.detail, density.detail)
    top = box.y + (box.h - title_height - 6 - detail_height) // 2
    title = Box(left, top, room, title_height)
    canvas.paragraph(title, row.title, density.title, INK, weight=Weight.BOLD, private=True)
    detail = Box(left, top + title_height + 6, room, detail_height)
    canvas.paragraph(detail, row.detail, density.detail, item.detail_colour)
    below = 12 + REMOVE_SIDE if item.remove and density.remove_below else 0
    state = Box(
        box.right - density.pad - pages.pill_width,
        box.y + (box.h - density.pill - below) // 2,
        pages.pill_width,
        density.pill,
    )
    pill(canvas, state, item.pill, view.turn)
    node_id = f"{body.id}.item.{row.number}"
    children = [
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, title, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, state),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, detail),
    ]
    if item.remove:
        children.append(_remove(canvas, state, body, item, f"{node_id}.remove", density))
    return canvas.node(
        node_id, Role.ITEM, item.title, box, value=item.number, state=item.state, private=True, children=tuple(children)
    )


def _remove(canvas: Canvas, state: Box, body: ListBody, item: RowView, node_id: str, density: Density) -> Node:
    if density.remove_below:
        box = Box(state.x, state.bottom + 12, state.w, REMOVE_SIDE)
    else:
        box = Box(state.x - 16 - REMOVE_SIDE, state.y + (state.h - REMOVE_SIDE) // 2, REMOVE_SIDE, REMOVE_SIDE)
    fill = PRESSED_CARD if canvas.pressed == node_id else CARD
    canvas.rect(box, fill, box.h // 2, LINE)
    icon = 32
    if density.remove_below:
        label = body.remove_label
        wide = min(box.w - 60 - icon, canvas.ruler.width(label, SMALL, Weight.BOLD))
        left = box.x + (box.w - icon - 10 - wide) // 2
        canvas.icon(Box(left, box.y + (box.h - icon) // 2, icon, icon), "x", MUTED)
        canvas.line(Box(left + icon + 10, box.y, wide, box.h), label, SMALL, MUTED, weight=Weight.BOLD)
    else:
        canvas.icon(box.centred(icon, icon), "x", MUTED)
    return canvas.node(node_id, Role.BUTTON, body.remove_label, box, state="enabled", action=item.remove)


def _elsewhere(canvas: Canvas, body: ListBody, row: Measured) -> Node:
    """A row on another page: it can be read and counted, not touched."""
    node_id, item = f"{body.id}.item.{row.number}", row.view
    children = (
        canvas.node(f"{node_id}.title", Role.TEXT, item.title, NOWHERE, private=True),
        canvas.node(f"{node_id}.state", Role.STATUS, item.pill.text, NOWHERE),
        canvas.node(f"{node_id}.detail", Role.TEXT, item.detail, NOWHERE),
    )
    return canvas.node(
        node_id, Role.ITEM, item.title, NOWHERE, value=item.number, state=item.state, private=True, children=children
    )


def _pager(canvas: Canvas, box: Box, body: ListBody, shown: int, pages: Pages) -> list[Node]:
    width = 280
    nodes = []
    if shown > 0:
        before = Button(f"{body.id}.page-before", body.page_before, "chevron-left", PageTurned(shown - 1))
        nodes.append(button(canvas, box.left_part(width), before))
    label = body.page_label.format(page=shown + 1, pages=len(pages.pages))
    middle = Box(box.x + width + GAP, box.y, box.w - 2 * (width + GAP), box.h)
    canvas.line(middle, label, SMALL, MUTED, align=Align.CENTRE)
    nodes.append(canvas.node(f"{body.id}.page", Role.STATUS, label, middle))
    if shown < len(pages.pages) - 1:
        after = Button(f"{body.id}.page-after", body.page_after, "chevron-right", PageTurned(shown + 1))
        nodes.append(button(canvas, box.right_part(width), after))
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
