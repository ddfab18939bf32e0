"""What lies over a screen: the time-out's warning and help."""

from __future__ import annotations

from kiosk.screens.layout.canvas import Canvas, paragraph_height
from kiosk.screens.layout.pictures import BY_NAME, place
from kiosk.screens.layout.regions import Regions
from kiosk.screens.layout.widgets import banner, banner_height, button, needs_stack
from kiosk.screens.ops import Align, Box, Rect, Weight
from kiosk.screens.tokens import (
    BODY,
    CARD,
    GAP,
    HEADING,
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
    TITLE,
    VEIL,
    WHITE,
)
from kiosk.screens.tree import Node, Role
from kiosk.screens.whole_view import (
    AccessChoice,
    AccessOverlay,
    HelpOverlay,
    LanguageChoice,
    LanguagesOverlay,
    TimeoutOverlay,
)
from kiosk.session.events import LanguageChosen, Touch, Touched
from kiosk.session.state import Access

PANEL_WIDTH = 880
PADDING = 64
BUTTON_HEIGHT = 144
LOW_MARGIN = 20
LANGUAGE_HEIGHT = 128
ACCESS_WIDTH = 1240
ACCESS_BUTTON = 120
TILE_ICON = 52
CIRCLE, LEAST_CIRCLE = 208, 88
LEAST_PADDING = 16
BADGE = 72
PICTURE = 260
COLUMN_GAP = 48
WIDE_PANEL = 1480


def timeout(canvas: Canvas, regions: Regions, view: TimeoutOverlay) -> Node:
    """The warning; a touch anywhere means "I am still here"."""
    width = min(PANEL_WIDTH, regions.width - 80) - 2 * PADDING
    sentence = canvas.lines(view.sentence, BODY, Weight.REGULAR, width)
    title = canvas.lines(view.title, TITLE, Weight.BOLD, width)
    title_height, sentence_height = paragraph_height(title, TITLE), paragraph_height(sentence, BODY)
    rest = title_height + 52 + 14 + sentence_height + BUTTON_HEIGHT + 36 + 8 + 28 + 32 + 44
    across = max(LEAST_CIRCLE, min(CIRCLE, regions.height - 40 - 2 * LEAST_PADDING - rest))
    inner = _panel(canvas, regions, across + rest)
    circle = Box(inner.x + (inner.w - across) // 2, inner.y, across, across)
    canvas.circle(circle, TINT)
    canvas.line(circle, str(view.seconds), across // 2, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
    title_box = Box(inner.x, circle.bottom + 36, inner.w, title_height)
    canvas.paragraph(title_box, title, TITLE, INK, weight=Weight.BOLD, align=Align.CENTRE)
    seconds_box = Box(inner.x, title_box.bottom + 8, inner.w, 52)
    canvas.line(seconds_box, view.seconds_text, BODY, MUTED, align=Align.CENTRE)
    track = Box(inner.x, seconds_box.bottom + 28, inner.w, 14)
    canvas.rect(track, LINE, 7)
    if int(track.w * view.left) >= track.h:
        canvas.rect(track.left_part(int(track.w * view.left)), TEAL, 7)
    sentence_box = Box(inner.x, track.bottom + 32, inner.w, sentence_height)
    canvas.paragraph(sentence_box, sentence, BODY, INK, align=Align.CENTRE)
    stay = button(canvas, Box(inner.x, inner.bottom - BUTTON_HEIGHT, inner.w, BUTTON_HEIGHT), view.stay)
    children = (
        canvas.node("timeout.title", Role.HEADING, view.title, title_box),
        canvas.node("timeout.seconds", Role.STATUS, view.seconds_text, seconds_box, value=str(view.seconds)),
        canvas.node("timeout.sentence", Role.TEXT, view.sentence, sentence_box),
        stay,
    )
    whole = Box(0, 0, canvas.size.width, canvas.size.height)
    return Node("timeout", Role.DIALOG, view.title, whole, action=Touched(Touch.STILL_HERE), children=children)


def help_panel(canvas: Canvas, regions: Regions, view: HelpOverlay) -> Node:
    """A picture and three steps for this screen, where people are, and the call for them."""
    wide = regions.landscape
    width = min(WIDE_PANEL if wide else PANEL_WIDTH, regions.width - 80) - 2 * PADDING
    beside = width * 2 // 5 + COLUMN_GAP if wide else 0
    text_width = width - beside - BADGE - 28
    steps = [canvas.lines(step, BODY, Weight.REGULAR, text_width) for step in view.steps]
    heights = [max(BADGE, paragraph_height(lines, BODY)) for lines in steps]
    title_height = round(HEADING * 1.3)
    listed = sum(heights) + 32 * (len(heights) - 1)
    desk = banner_height(canvas, width, view.desk)
    apart = 36 if regions.fold is None else 14
    above = 0 if wide else PICTURE + 36
    body = max(listed, PICTURE) if wide else listed
    foot = BUTTON_HEIGHT if regions.fold is None else ACCESS_BUTTON
    height = title_height + apart + above + body + apart + desk + apart + foot
    inner = _panel(canvas, regions, height, width + 2 * PADDING)
    title = inner.top_part(title_height)
    canvas.line(title, view.title, HEADING + 8, INK, weight=Weight.BOLD)
    nodes = [canvas.node("help.title", Role.HEADING, view.title, title)]
    top = title.bottom + apart
    frame = Box(inner.x, top, beside - COLUMN_GAP if wide else inner.w, body if wide else PICTURE)
    canvas.rect(frame, TINT, RADIUS)
    place(canvas, frame.inset(32, 24), BY_NAME[view.picture])
    top += above
    left, down = inner.x + beside, top + (body - listed) // 2
    for number, (text, lines, height) in enumerate(zip(view.steps, steps, heights, strict=True), 1):
        badge = Box(left, down, BADGE, BADGE)
        canvas.circle(badge, TINT)
        canvas.line(badge, str(number), BODY, TEAL_DARK, weight=Weight.BOLD, align=Align.CENTRE)
        own = paragraph_height(lines, BODY)
        box = Box(badge.right + 28, down + max(0, (height - own) // 2), text_width, own)
        canvas.paragraph(box, lines, BODY, INK)
        nodes.append(canvas.node(f"help.step.{number}", Role.TEXT, text, box))
        down += height + 32
    strip = Box(inner.x, top + body + apart, inner.w, desk)
    nodes.append(banner(canvas, strip, view.desk)[0])
    buttons = (view.close,) if view.call is None else (view.call, view.close)
    each = (inner.w - GAP * (len(buttons) - 1)) // len(buttons)
    boxes = [Box(inner.x + n * (each + GAP), inner.bottom - foot, each, foot) for n in range(len(buttons))]
    stacked = any(needs_stack(canvas, box, one) for box, one in zip(boxes, buttons, strict=True))
    nodes += [button(canvas, box, one, stacked=stacked) for box, one in zip(boxes, buttons, strict=True)]
    whole = Box(0, 0, canvas.size.width, canvas.size.height)
    return Node("help", Role.DIALOG, view.title, whole, children=tuple(nodes))


def languages(canvas: Canvas, regions: Regions, view: LanguagesOverlay) -> Node:
    """Every language in its own name and letters, two beside each other; the one that is shown is filled."""
    title_height = round(HEADING * 1.3)
    lines = (len(view.choices) + 1) // 2
    total = title_height + 36 + lines * (LANGUAGE_HEIGHT + GAP) - GAP + 44 + BUTTON_HEIGHT
    inner = _panel(canvas, regions, total)
    title = inner.top_part(title_height)
    canvas.line(title, view.title, HEADING + 8, INK, weight=Weight.BOLD)
    nodes = [canvas.node("languages.title", Role.HEADING, view.title, title)]
    width = (inner.w - GAP) // 2
    for number, one in enumerate(view.choices):
        left = inner.x + (number % 2) * (width + GAP)
        top = title.bottom + 36 + (number // 2) * (LANGUAGE_HEIGHT + GAP)
        nodes.append(_language(canvas, Box(left, top, width, LANGUAGE_HEIGHT), one))
    nodes.append(button(canvas, Box(inner.x, inner.bottom - BUTTON_HEIGHT, inner.w, BUTTON_HEIGHT), view.close))
    whole = Box(0, 0, canvas.size.width, canvas.size.height)
    return Node("languages", Role.DIALOG, view.title, whole, children=tuple(nodes))


def access(canvas: Canvas, regions: Regions, view: AccessOverlay) -> Node:
    """What can be made easier, as tiles: icon, words, and on or off. A landscape screen hangs low already."""
    columns = 3 if regions.landscape else 2
    choices = [one for one in view.choices if not (regions.landscape and one.name == Access.LOW)]
    wide = ACCESS_WIDTH if regions.landscape else PANEL_WIDTH
    inner_width = min(wide, regions.width - 80) - 2 * PADDING
    width = (inner_width - GAP * (columns - 1)) // columns
    labels = [canvas.lines(one.label, SMALL, Weight.BOLD, width - 48) for one in choices]
    label_height = max(paragraph_height(lines, SMALL) for lines in labels)
    tile = 24 + TILE_ICON + 14 + label_height + 24
    sentence = canvas.lines(view.sentence, SMALL, Weight.REGULAR, inner_width)
    title_height, sentence_height = round(HEADING * 1.3), paragraph_height(sentence, SMALL)
    rows = (len(choices) + columns - 1) // columns
    total = title_height + 8 + sentence_height + 28 + rows * (tile + GAP) - GAP + 36 + ACCESS_BUTTON
    inner = _panel(canvas, regions, total, wide)
    title = inner.top_part(title_height)
    canvas.line(title, view.title, HEADING + 8, INK, weight=Weight.BOLD)
    words = Box(inner.x, title.bottom + 8, inner.w, sentence_height)
    canvas.paragraph(words, sentence, SMALL, MUTED)
    nodes = [
        canvas.node("access.title", Role.HEADING, view.title, title),
        canvas.node("access.sentence", Role.TEXT, view.sentence, words),
    ]
    for number, (one, lines) in enumerate(zip(choices, labels, strict=True)):
        row, column = divmod(number, columns)
        box = Box(inner.x + column * (width + GAP), words.bottom + 28 + row * (tile + GAP), width, tile)
        nodes.append(_easier(canvas, box, one, lines))
    nodes.append(button(canvas, Box(inner.x, inner.bottom - ACCESS_BUTTON, inner.w, ACCESS_BUTTON), view.close))
    whole = Box(0, 0, canvas.size.width, canvas.size.height)
    return Node("access", Role.DIALOG, view.title, whole, children=tuple(nodes))


def _easier(canvas: Canvas, box: Box, view: AccessChoice, lines: list[str]) -> Node:
    node_id = f"access.{view.name}"
    ink, second = INK, MUTED
    if view.on:
        ink, second = TEAL_DARK, TEAL_DARK
        canvas.rect(box, TINT, RADIUS, TEAL, 4)
    else:
        canvas.rect(box, PRESSED_CARD if canvas.pressed == node_id else CARD, RADIUS, LINE)
    icon = Box(box.x + 24, box.y + 24, TILE_ICON, TILE_ICON)
    canvas.icon(icon, view.icon, ink)
    state = Box(icon.right + 16, icon.y, box.right - 24 - icon.right - 16, TILE_ICON)
    if view.on:
        canvas.icon(Box(state.right - 40, state.y + 6, 40, 40), "circle-check", TEAL_DARK)
        state = state.left_part(state.w - 48)
    canvas.line(state, view.state, SMALLEST, second, align=Align.RIGHT)
    text = Box(box.x + 24, icon.bottom + 14, box.w - 48, paragraph_height(lines, SMALL))
    canvas.paragraph(text, lines, SMALL, ink, weight=Weight.BOLD)
    name = "on" if view.on else "off"
    action = Touched(Touch.SET_ACCESS, view.name)
    return canvas.node(node_id, Role.BUTTON, view.label, box, value=view.state, state=name, action=action)


def _language(canvas: Canvas, box: Box, view: LanguageChoice) -> Node:
    node_id = f"languages.{view.language.value}"
    ink, state = INK, "enabled"
    if view.shown:
        canvas.rect(box, TEAL, RADIUS)
        icon = Box(box.x + 28, box.y + (box.h - 44) // 2, 44, 44)
        canvas.icon(icon, "check", WHITE)
        ink, state = WHITE, "selected"
    else:
        canvas.rect(box, PRESSED_CARD if canvas.pressed == node_id else CARD, RADIUS, LINE)
    text = box.inset(84, 0)
    canvas.line(text, view.name, 40, ink, weight=Weight.BOLD, align=Align.CENTRE, language=view.language)
    return canvas.node(node_id, Role.BUTTON, view.name, box, state=state, action=LanguageChosen(view.language))


def _panel(canvas: Canvas, regions: Regions, height: int, width: int = PANEL_WIDTH) -> Box:
    """A card over a dimmed screen, in the middle; returns its inside."""
    canvas.ops.append(Rect(Box(0, 0, canvas.size.width, canvas.size.height), canvas.palette.ground(VEIL)))
    screen = Box(0, 0, regions.width, regions.height)
    panel = screen.centred(min(width, regions.width - 80), min(height + 2 * PADDING, regions.height - 40))
    if regions.low:
        panel = Box(panel.x, regions.height - LOW_MARGIN - panel.h, panel.w, panel.h)
    canvas.rect(panel, CARD, RADIUS_BIG)
    return panel.inset(PADDING, PADDING if panel.h >= height + 2 * PADDING else (panel.h - height) // 2)
