"""Attract, identify and home: the screens before the work."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.news import LEAST_HEIGHT, MOST_HEIGHT, new_books
from kiosk.screens.layout.pictures import CARD as CARD_PICTURE
from kiosk.screens.layout.pictures import PAD, READER, SHELF, place
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import (
    ALLOWANCE_HEIGHT,
    ALLOWANCE_WIDTH,
    allowance,
    banners,
    button,
    choice,
    title_block,
)
from kiosk.screens.ops import Align, Box, Weight
from kiosk.screens.tokens import (
    BODY,
    CARD,
    DISPLAY,
    GAP,
    INK,
    LINE,
    MUTED,
    RADIUS,
    RADIUS_BIG,
    TEAL,
    TEAL_DARK,
    TINT,
    TITLE,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import AttractBody, Button, Choice, HomeBody, IdentifyBody
from kiosk.screens.whole_view import View

CHOICE_HEIGHT = 236
LEAST_CHOICE = 150
OTHER_HEIGHT = 104
LEAST_PICTURE = 200
SIDE_BY_SIDE = 800
PICTURE_SHARE = 0.6
"""Of a page."""
CARD_SHARE = 0.46
"""How wide the card is that floats over the reader, as a share of the reader's picture."""


def attract(canvas: Canvas, regions: Regions, view: View, body: AttractBody) -> tuple[Node, ...]:
    """A picture, one sentence, two big buttons."""
    if regions.fold is not None:
        return _attract_on_pages(canvas, regions.content, view, body)
    notices, area = banners(canvas, regions.content, view.banners)
    title_height = round(DISPLAY * 1.25)
    tagline = canvas.lines(body.tagline, BODY, Weight.REGULAR, area.w)
    text_height = title_height + 8 + paragraph_height(tagline, BODY)
    choices_height = 0 if regions.side else _choices_height(body.choices, body.others) + 48
    hero_height = area.h - text_height - choices_height - 44
    books: list[Node] = []
    if body.books and not regions.low and hero_height >= LEAST_HEIGHT:
        high = min(MOST_HEIGHT, hero_height)
        if hero_height - LEAST_HEIGHT - GAP >= LEAST_PICTURE:
            high = LEAST_HEIGHT
            _hero(canvas, area.top_part(hero_height - high - GAP), body)
        books = new_books(canvas, Box(area.x, area.y + hero_height - high, area.w, high), body.label, body.books)
        area = area.below(hero_height + 44)
    elif hero_height >= LEAST_PICTURE:
        _hero(canvas, area.top_part(hero_height), body)
        area = area.below(hero_height + 44)
    title_box = area.top_part(title_height)
    canvas.line(title_box, body.title, DISPLAY, INK, weight=Weight.BOLD)
    tagline_box = Box(area.x, title_box.bottom + 8, area.w, paragraph_height(tagline, BODY))
    canvas.paragraph(tagline_box, tagline, BODY, MUTED)
    buttons = _choices(canvas, regions.side or area.below(text_height + 48), body.choices, body.others)
    return (
        *notices,
        canvas.node("attract.title", Role.HEADING, body.title, title_box),
        canvas.node("attract.tagline", Role.TEXT, body.tagline, tagline_box),
        *books,
        *buttons,
    )


def _attract_on_pages(canvas: Canvas, area: Box, view: View, body: AttractBody) -> tuple[Node, ...]:
    """What can be done first, news and new books after it; no picture."""
    nodes, rest = title_block(canvas, area, "attract", (body.title, body.tagline))
    rest = rest.below(GAP)
    buttons = _choices(canvas, rest, body.choices, body.others, LEAST_CHOICE)
    small = (OTHER_HEIGHT + GAP) * bool(body.others)
    rest = rest.below(len(body.choices) * (LEAST_CHOICE + GAP) + small)
    notices, rest = banners(canvas, rest, view.banners)
    books = new_books(canvas, rest.top_part(LEAST_HEIGHT), body.label, body.books) if body.books else []
    return (*nodes, *buttons, *notices, *books)


def _hero(canvas: Canvas, box: Box, body: AttractBody) -> None:
    canvas.card(box, RADIUS_BIG, TEAL, None)
    inner = box.inset(40, 36)
    welcome = round(TITLE * 1.25)
    if inner.h >= 420:
        canvas.line(inner.top_part(welcome), body.welcome, 60, WHITE, weight=Weight.BOLD, align=Align.CENTRE)
        inner = inner.below(welcome + 12)
    place(canvas, inner, SHELF)


def _choices_height(choices: tuple[Choice, ...], others: tuple[Button, ...]) -> int:
    return (CHOICE_HEIGHT + GAP) * len(choices) + (OTHER_HEIGHT + GAP) * bool(others) - GAP


def _choices(
    canvas: Canvas, area: Box, choices: tuple[Choice, ...], others: tuple[Button, ...], most: int = CHOICE_HEIGHT
) -> list[Node]:
    small = (OTHER_HEIGHT + GAP) * bool(others)
    height = min(most, (area.h - small - GAP * (len(choices) - 1)) // len(choices))
    canvas.whole = canvas.whole and height >= LEAST_CHOICE
    nodes = [
        choice(canvas, Box(area.x, area.y + number * (height + GAP), area.w, height), one)
        for number, one in enumerate(choices)
    ]
    top = area.y + len(choices) * (height + GAP)
    width = (area.w - GAP * (len(others) - 1)) // max(1, len(others))
    for number, other in enumerate(others):
        box = Box(area.x + number * (width + GAP), top, width, OTHER_HEIGHT)
        nodes.append(button(canvas, box, other))
    return nodes


def identify(canvas: Canvas, regions: Regions, view: View, body: IdentifyBody) -> tuple[Node, ...]:
    """A moving picture of a card over the reader, and the other way to sign in."""
    nodes, area = title_block(canvas, regions.content, "identify", (body.title, body.sentence))
    area = area.below(32)
    notices, area = banners(canvas, area, view.banners)
    other_height = 128
    if regions.side:
        other = regions.side.top_part(200)
    else:
        other = Box(area.x, area.bottom - other_height, area.w, other_height)
        area = area.top_part(area.h - other_height - GAP)
    buttons, area = _without_card(canvas, regions, area, body.others)
    area = canvas.ground_of(area, PICTURE_SHARE)
    reader_shown(canvas, area, view, looking=body.looking)
    picture = canvas.node("identify.picture", Role.IMAGE, body.sentence, area)
    canvas.rect(other, CARD, RADIUS, LINE)
    icon = 64
    canvas.icon(Box(other.x + 36, other.y + (other.h - icon) // 2, icon, icon), "scan-barcode", TEAL)
    text = Box(other.x + 36 + icon + 28, other.y, other.w - 36 - icon - 28 - 28, other.h)
    lines = canvas.lines(body.alternative, BODY, Weight.REGULAR, text.w)
    height = paragraph_height(lines, BODY)
    canvas.paragraph(Box(text.x, text.y + (text.h - height) // 2, text.w, height), lines, BODY, INK)
    alternative = canvas.node("identify.alternative", Role.TEXT, body.alternative, other)
    return (*nodes, *notices, picture, alternative, *buttons)


def _without_card(canvas: Canvas, regions: Regions, area: Box, others: tuple[Button, ...]) -> tuple[list[Node], Box]:
    """Side by side under the picture, or one below the other in the panel; and what is left for the picture."""
    if not others:
        return [], area
    if regions.side:
        room = regions.side.below(200 + GAP)
        return [
            button(canvas, Box(room.x, room.y + n * (OTHER_HEIGHT + GAP), room.w, OTHER_HEIGHT), one)
            for n, one in enumerate(others)
        ], area
    if canvas.page is not None or area.w < SIDE_BY_SIDE:
        high = len(others) * (OTHER_HEIGHT + GAP)
        rows = [
            Box(area.x, area.bottom - high + n * (OTHER_HEIGHT + GAP), area.w, OTHER_HEIGHT) for n in range(len(others))
        ]
        return [button(canvas, row, one) for row, one in zip(rows, others, strict=True)], area.top_part(area.h - high)
    wide = (area.w - GAP * (len(others) - 1)) // len(others)
    top = area.bottom - OTHER_HEIGHT
    buttons = [
        button(canvas, Box(area.x + n * (wide + GAP), top, wide, OTHER_HEIGHT), one) for n, one in enumerate(others)
    ]
    return buttons, area.top_part(area.h - OTHER_HEIGHT - GAP)


def reader_shown(canvas: Canvas, box: Box, view: View, *, looking: bool) -> None:
    """A card over the reader, moving a little; or that it is looked up."""
    box = canvas.ground_of(box, PICTURE_SHARE)
    canvas.rect(box, TINT, RADIUS_BIG)
    inner = box.inset(60, 48)
    if looking:
        badge = box.centred(200, 200)
        canvas.circle(badge, WHITE)
        canvas.icon(badge.centred(104, 104), "loader", TEAL_DARK, view.turn)
        return
    reader = READER.fitted(Box(inner.x, inner.y, inner.w, inner.h * 3 // 5))
    card_width = int(reader.w * CARD_SHARE)
    card_height = card_width * CARD_PICTURE.height // CARD_PICTURE.width
    above = card_height * 3 // 4
    top = inner.y + (inner.h - above - reader.h) // 2
    left = inner.x + (inner.w - card_width) // 2
    canvas.picture(Box(reader.x, top + above, reader.w, reader.h), READER.name)
    canvas.picture(Box(left, top + view.sway, card_width, card_height), CARD_PICTURE.name)


def home(canvas: Canvas, regions: Regions, view: View, body: HomeBody) -> tuple[Node, ...]:
    """A greeting and the two ways on."""
    area = regions.content
    texts = area
    extra: list[Node] = []
    if body.allowance:
        slot = regions.side or area
        width = slot.w if regions.side else ALLOWANCE_WIDTH
        box = Box(slot.right - width, slot.y, width, ALLOWANCE_HEIGHT)
        extra = [allowance(canvas, box, body.allowance, "home")]
        if not regions.side:
            texts = Box(area.x, area.y, area.w - ALLOWANCE_WIDTH - GAP, area.h)
    nodes, rest = title_block(canvas, texts, "home", (body.title, body.sentence), title_private=True)
    area = area.below(rest.y - area.y + 40)
    notices, area = banners(canvas, area, view.banners)
    if regions.side:
        skip = ALLOWANCE_HEIGHT + GAP if body.allowance else 0
        buttons = _choices(canvas, regions.side.below(skip), body.choices, body.others)
    else:
        most = CHOICE_HEIGHT if canvas.page is None else LEAST_CHOICE
        buttons = _choices(canvas, area, body.choices, body.others, most)
        area = area.below(_choices_height(body.choices, body.others) + 40)
    hint = _hint(canvas, area, body.hint)
    return (*nodes, *extra, *notices, *buttons, *hint)


def _hint(canvas: Canvas, area: Box, text: str) -> tuple[Node, ...]:
    area = canvas.ground_of(area, PICTURE_SHARE)
    if area.h < LEAST_PICTURE:
        return ()
    canvas.rect(area, TINT, RADIUS_BIG)
    lines = canvas.lines(text, BODY, Weight.BOLD, area.w - 96)
    height = paragraph_height(lines, BODY)
    place(canvas, Box(area.x + 48, area.y + 40, area.w - 96, area.h - height - 120), PAD)
    words = Box(area.x + 48, area.bottom - height - 44, area.w - 96, height)
    canvas.paragraph(words, lines, BODY, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    return (canvas.node("home.hint", Role.TEXT, text, area),)
