"""`render`: the whole way from the state to one frame. Pure: the same input gives the same frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import assert_never

from kiosk.screens import tokens
from kiosk.screens.frame import Frame, Size
from kiosk.screens.layout import account, chrome, endings, finding, forms, lists, overlays, pay, pin, title, welcome
from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.fold import fold
from kiosk.screens.layout.regions import KEYS_WIDTH, SIDE_WIDTH, Regions, folded, regions_of, scale_of
from kiosk.screens.layout.widgets import ground
from kiosk.screens.lettering import TextMeasure, ruler_of
from kiosk.screens.ops import Box, Ring, Text
from kiosk.screens.palette import CONTRAST
from kiosk.screens.scenes.whole import view_of
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.tokens import APART
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import (
    AccountBody,
    AttractBody,
    FindBody,
    FormBody,
    HomeBody,
    IdentifyBody,
    ListBody,
    OutBody,
    PayBody,
    PinBody,
    ReceiptBody,
    StepBody,
    TitleBody,
)
from kiosk.screens.whole_view import AccessOverlay, HelpOverlay, LanguagesOverlay, TimeoutOverlay, View
from kiosk.session.state import Access, Kiosk

RING_WIDTH = 9
RING_APART = 8
LARGE_ZOOM = 1.35
"""Large text is so many times the plain one, on every screen: what does not fit goes on pages."""
ON_PAGES = AttractBody | TitleBody
"""What leaves things out where there is no room: large, it goes on pages and leaves out nothing."""
LOW_ZOOMS = (1.35, 1.25, 1.15, 1.0)
"""With everything in the lower half as well: as large as fits into that half."""
LOW_ABOVE = (560, 440, 340, 260, 160)
"""Units over the middle: titles and sentences may stand there, for nobody touches them."""


def render(
    state: Kiosk,
    size: Size,
    settings: ScreenSettings,
    measure: TextMeasure,
    *,
    now_s: float | None = None,
    page: int | None = None,
    pressed: str = "",
    focus: str = "",
) -> Frame:
    """What the kiosk shows at `now_s` (monotonic seconds; the state's own moment where it is not given).

    `page` is the part of a long list that the patron turned to, `pressed` the id of the button under a finger,
    `focus` that of the node where the keypad is.
    """
    view = view_of(state, settings, state.around.now_s if now_s is None else now_s)
    frame = None
    for zoom, regions in _attempts(view, size):
        frame, fits = _laid_out(view, regions, size, measure, page, pressed, scale_of(size, zoom))
        if fits:
            break
    assert frame is not None, "there is always one attempt"
    return _ringed(frame, focus)


def _ringed(frame: Frame, focus: str) -> Frame:
    """The same frame with a ring around the node where the keypad is."""
    node = frame.tree.find(focus) if focus else None
    if node is None or not node.bounds.h:
        return frame
    units = frame.units_per_pixel
    screen = Box(0, 0, frame.size.width, frame.size.height)
    box = node.bounds.grown(round(RING_APART / units)).within(screen)
    ring = Ring(box, tokens.FOCUS, tokens.INK, round(RING_WIDTH / units), round(tokens.RADIUS / units))
    return replace(frame, draw_list=(*frame.draw_list, ring))


def _attempts(view: View, size: Size) -> Iterator[tuple[float, Regions]]:
    """How large, and how far over the middle, a screen may be laid out: the first that fits is taken, or the last."""
    in_bar = len(view.bar) + bool(view.countdown)
    low = Access.LOW in view.access and size.height > size.width
    side = KEYS_WIDTH if isinstance(view.body, FindBody) else SIDE_WIDTH
    match Access.LARGE in view.access, low:
        case True, False:
            if size.height > size.width and not isinstance(view.body, ON_PAGES):
                yield LARGE_ZOOM, regions_of(size, LARGE_ZOOM, None, in_bar)
            yield LARGE_ZOOM, folded(size, LARGE_ZOOM, in_bar)
        case large, True:
            for zoom in LOW_ZOOMS if large else LOW_ZOOMS[-1:]:
                for above in LOW_ABOVE:
                    yield zoom, regions_of(size, zoom, above, in_bar)
                yield zoom, folded(size, zoom, in_bar, 0)
        case _:
            yield 1.0, regions_of(size, 1.0, None, in_bar, side)


def _laid_out(
    view: View, regions: Regions, size: Size, measure: TextMeasure, page: int | None, pressed: str, scale: float
) -> tuple[Frame, bool]:
    """One frame, and whether everything has its place on it."""
    palette = CONTRAST if Access.CONTRAST in view.access else view.palette
    canvas = Canvas(size, ruler_of(measure, scale), view.language, pressed, palette)
    canvas.title_percent = view.title_size
    ground(canvas, regions.ground)
    head = chrome.header(canvas, regions, view.header)
    body = _paged_body(canvas, regions, view, page)
    bar = chrome.bar(canvas, regions, view)
    children: tuple[Node, ...] = (*head, *body, *bar)
    overlay, over = _overlay(canvas, regions, view)
    if over is not None:
        children = (over, *(node.covered() for node in children))
    whole = Box(0, 0, size.width, size.height)
    heading = next((node.name for node in children if node.role is Role.HEADING), view.header.library)
    tree = Node(view.screen_id, Role.SCREEN, heading, whole, private=_greets(view), children=children)
    frame = Frame(size, view.language, view.screen_id, overlay, tuple(canvas.ops), tree, 1 / scale)
    plain = not view.access & {Access.LARGE, Access.LOW}
    return frame, plain or (canvas.whole and _fits(frame, measure) and not (regions.low and _reaches_up(frame)))


def _paged_body(canvas: Canvas, regions: Regions, view: View, page: int | None) -> tuple[Node, ...]:
    """The content, and where it is on a sheet, the page of it that is shown."""
    if regions.fold is None:
        return _body(canvas, regions, view, page)
    canvas.page = regions.fold.shared
    start = len(canvas.ops)
    nodes = _body(canvas, regions, view, None)
    return fold(canvas, regions, start, nodes, view.turning, page)


def _fits(frame: Frame, measure: TextMeasure) -> bool:
    """Whether everything lies on the screen, and no text on another or outside its box."""
    screen = Box(0, 0, frame.size.width, frame.size.height)
    texts = [op for op in frame.draw_list if isinstance(op, Text)]
    if not all(screen.holds(op.box) and op.box.w > 0 and op.box.h > 0 for op in frame.draw_list):
        return False
    if any(op.box.h < op.size or measure.width(op.text, op.size, op.weight) > op.box.w for op in texts):
        return False
    if _crowded(frame):
        return False
    if frame.overlay:
        return True
    return not any(
        min(one.box.right, other.box.right) > max(one.box.x, other.box.x)
        and min(one.box.bottom, other.box.bottom) > max(one.box.y, other.box.y) + 1
        for one, other in combinations(texts, 2)
    )


def _crowded(frame: Frame) -> bool:
    """Whether two targets are nearer to each other than fingers are."""
    targets = [one.bounds for one in frame.tree.walk() if one.role is Role.BUTTON and one.action and one.bounds.h]
    return any(
        max(
            max(one.x, other.x) - min(one.right, other.right),
            max(one.y, other.y) - min(one.bottom, other.bottom),
        )
        * frame.units_per_pixel
        < APART
        for one, other in combinations(targets, 2)
    )


def _reaches_up(frame: Frame) -> bool:
    """Whether something that can be touched is above the middle. (A dialog as large as the screen can be anywhere.)"""
    return any(
        node.action is not None
        and node.role is Role.BUTTON
        and node.bounds.h > 0
        and node.bounds.y * 2 < frame.size.height
        for node in frame.tree.walk()
    )


def _overlay(canvas: Canvas, regions: Regions, view: View) -> tuple[str, Node | None]:
    """What lies over the screen, and its name."""
    match view.overlay:
        case TimeoutOverlay() as shown:
            return "timeout", overlays.timeout(canvas, regions, shown)
        case HelpOverlay() as shown:
            return "help", overlays.help_panel(canvas, regions, shown)
        case LanguagesOverlay() as shown:
            return "languages", overlays.languages(canvas, regions, shown)
        case AccessOverlay() as shown:
            return "access", overlays.access(canvas, regions, shown)
        case None:
            return "", None
        case _:
            assert_never(view.overlay)


def _greets(view: View) -> bool:
    return isinstance(view.body, HomeBody | TitleBody)


def _body(canvas: Canvas, regions: Regions, view: View, page: int | None) -> tuple[Node, ...]:
    match view.body:
        case AttractBody() as body:
            return welcome.attract(canvas, regions, view, body)
        case IdentifyBody() as body:
            return welcome.identify(canvas, regions, view, body)
        case HomeBody() as body:
            return welcome.home(canvas, regions, view, body)
        case ListBody() as body:
            return lists.live_list(canvas, regions, view, body, page)
        case FindBody() as body:
            return finding.find(canvas, regions, view, body, page)
        case TitleBody() as body:
            return title.title(canvas, regions, view, body)
        case AccountBody() as body:
            return account.account(canvas, regions, view, body, page)
        case ReceiptBody() as body:
            return endings.receipt(canvas, regions, view, body)
        case OutBody() as body:
            return endings.out(canvas, regions, view, body)
        case PayBody() as body:
            return pay.pay(canvas, regions, view, body)
        case PinBody() as body:
            return pin.pin(canvas, regions, body)
        case FormBody() as body:
            return forms.form(canvas, regions, body)
        case StepBody() as body:
            return forms.step(canvas, regions, view, body)
        case _:
            assert_never(view.body)
