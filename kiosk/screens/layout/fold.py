"""A screen that is too long at a size of type goes on pages: what belongs together stays together, nothing is cut.

The content is laid out on a sheet as long as it needs; here it is parted between its blocks, and one page of it moved
into the room that there is. A block is whatever overlaps in height: a row, a button, a picture, keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kiosk.screens.layout.canvas import NOWHERE, Canvas
from kiosk.screens.layout.regions import Fold, Regions
from kiosk.screens.layout.widgets import button, needs_stack
from kiosk.screens.ops import Align, Box, DrawOp, Rect
from kiosk.screens.tokens import GAP, MUTED, SMALL
from kiosk.screens.tree import Node, PageTurned, Role
from kiosk.screens.view import Button, Paging

SLACK = 1
"""Pixels by which blocks may run into each other: positions are rounded."""
LABEL = 48


@dataclass(frozen=True, slots=True)
class _Block:
    top: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class _Page:
    """Where its blocks were on the sheet, and by how much each moves up."""

    blocks: tuple[tuple[_Block, int], ...]

    def lift(self, box: Box) -> int | None:
        """By how many pixels what is at `box` moves up; None where it is on another page."""
        middle = box.y + box.h / 2
        return next((lift for block, lift in self.blocks if block.top <= middle <= block.bottom), None)

    def holds(self, box: Box) -> bool:
        return any(box.y < block.bottom and box.bottom > block.top for block, _ in self.blocks)


def fold(
    canvas: Canvas,
    regions: Regions,
    start: int,
    nodes: Sequence[Node],
    words: Paging,
    page: int | None,
) -> tuple[Node, ...]:
    """Part what was drawn since operation `start` into pages and show one of them.

    `page` is the patron's; None where the work is: what has to be put back, else the end of a list, else the first.
    A block higher than a page makes the canvas not `whole`.
    """
    assert regions.fold is not None, "only a sheet is folded"
    scale, room = canvas.ruler.scale, canvas.pixels(regions.fold.page)
    ops = [op for op in canvas.ops[start:] if not _is_sheet(op, room)]
    blocks = _blocks(ops, canvas.kept_together)
    gap = round(GAP * scale)
    pages = _pages(blocks, room, room.h, gap)
    if len(pages) > 1:
        pages = _pages(blocks, room, canvas.pixels(regions.fold.shared).h, gap)
    canvas.whole = canvas.whole and all(one.height <= room.h for one in blocks)
    shown = _shown(pages, nodes) if page is None else max(0, min(page, len(pages) - 1))
    here = pages[shown]
    canvas.ops[start:] = [replace(op, box=_up(op.box, lift)) for op in ops if (lift := here.lift(op.box)) is not None]
    folded = tuple(_node(node, here) for node in nodes)
    return folded if len(pages) == 1 else (*folded, *_pager(canvas, regions.fold, words, shown, len(pages)))


def _is_sheet(op: DrawOp, room: Box) -> bool:
    """A ground as long as the sheet: each page stands on paper instead."""
    return isinstance(op, Rect) and op.box.h > room.h


def _blocks(ops: Sequence[DrawOp], together: Sequence[Box]) -> list[_Block]:
    spans = sorted([(op.box.y, op.box.bottom) for op in ops] + [(box.y, box.bottom) for box in together])
    blocks: list[_Block] = []
    for top, bottom in spans:
        if blocks and top < blocks[-1].bottom - SLACK:
            blocks[-1] = _Block(blocks[-1].top, max(blocks[-1].bottom, bottom))
        else:
            blocks.append(_Block(top, bottom))
    return blocks


def _pages(blocks: Sequence[_Block], room: Box, height: int, gap: int) -> list[_Page]:
    """One block under the other, with as much air as they had but no more than `gap`."""
    pages: list[list[tuple[_Block, int]]] = [[]]
    top, before = room.y, None
    for block in blocks:
        air = 0 if before is None else max(0, min(gap, block.top - before.bottom))
        if pages[-1] and top + air + block.height > room.y + height:
            pages.append([])
            top, air = room.y, 0
        pages[-1].append((block, block.top - top - air))
        top, before = top + air + block.height, block
    return [_Page(tuple(one)) for one in pages]


def _shown(pages: Sequence[_Page], nodes: Sequence[Node]) -> int:
    """Where the work is."""
    every = [node for top in nodes for node in top.walk() if node.bounds.h]
    urgent = [node for node in every if node.state == "put-back"]
    rows = [node for node in every if node.role is Role.ITEM and node.id.startswith(("borrow.item", "return.item"))]
    wanted = urgent[:1] or rows[-1:]
    if not wanted:
        return 0
    return next((number for number, page in enumerate(pages) if page.lift(wanted[0].bounds) is not None), 0)


def _node(node: Node, page: _Page) -> Node:
    """The node where it is now; one of another page is nowhere and cannot be touched."""
    children = tuple(_node(child, page) for child in node.children)
    lift = page.lift(node.bounds) if node.bounds.h else None
    if lift is not None and node.bounds.h <= max(block.height for block, _ in page.blocks) + SLACK:
        return replace(node, bounds=_up(node.bounds, lift), children=children)
    seen = [child.bounds for child in children if child.bounds.h]
    if node.action is None and seen:
        return replace(node, bounds=_around(seen), children=children)
    return replace(node, bounds=NOWHERE, action=None, main=False, children=children)


def _around(boxes: Sequence[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def _up(box: Box, lift: int) -> Box:
    return Box(box.x, box.y - lift, box.w, box.h)


def _pager(canvas: Canvas, fold: Fold, words: Paging, shown: int, count: int) -> list[Node]:
    """Back and on, always at their place; which page of how many between or above them."""
    label = words.label.format(page=shown + 1, pages=count)
    box = fold.pager
    place = (
        box.top_part(LABEL)
        if fold.label_above
        else Box(box.x + fold.wide + GAP, box.y, box.w - 2 * (fold.wide + GAP), box.h)
    )
    keys = box.below(LABEL + 8) if fold.label_above else box
    canvas.line(place, label, SMALL, MUTED, align=Align.CENTRE)
    nodes = [canvas.node("screen.page", Role.STATUS, label, place)]
    views: list[tuple[Callable[[int], Box], Button]] = []
    if shown > 0:
        before = Button("screen.page-before", words.before, "chevron-left", PageTurned(shown - 1))
        views.append((keys.left_part, before))
    if shown < count - 1:
        views.append(
            (keys.right_part, Button("screen.page-after", words.after, "chevron-right", PageTurned(shown + 1)))
        )
    stacked = any(needs_stack(canvas, part(fold.wide), one) for part, one in views)
    return [*nodes, *(button(canvas, part(fold.wide), one, stacked=stacked) for part, one in views)]
