"""`render`: the whole way from the state to one frame. Pure: the same input gives the same frame."""

from __future__ import annotations

from typing import assert_never

from kiosk.screens.frame import Frame, Size
from kiosk.screens.layout import account, chrome, endings, lists, overlays, pin, welcome
from kiosk.screens.layout.canvas import Canvas
from kiosk.screens.layout.regions import Regions, regions_of, scale_of
from kiosk.screens.layout.widgets import ground
from kiosk.screens.lettering import Ruler, TextMeasure
from kiosk.screens.ops import Box
from kiosk.screens.scenes.whole import view_of
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.tree import Node, Role
from kiosk.screens.view import (
    AccountBody,
    AttractBody,
    HelpOverlay,
    HomeBody,
    IdentifyBody,
    LanguagesOverlay,
    ListBody,
    OutBody,
    PinBody,
    ReceiptBody,
    TimeoutOverlay,
    View,
)
from kiosk.session.state import Kiosk


def render(
    state: Kiosk,
    size: Size,
    settings: ScreenSettings,
    measure: TextMeasure,
    *,
    now_s: float | None = None,
    page: int | None = None,
    pressed: str = "",
) -> Frame:
    """What the kiosk shows at `now_s` (monotonic seconds; the state's own moment where it is not given).

    `page` is the part of a long list that the patron turned to, `pressed` the id of the button under a finger.
    """
    view = view_of(state, settings, state.around.now_s if now_s is None else now_s)
    regions = regions_of(size)
    scale = scale_of(size)
    canvas = Canvas(size, Ruler(measure, scale), view.language, pressed)
    ground(canvas, regions.ground)
    head = chrome.header(canvas, regions, view.header)
    body = _body(canvas, regions, view, page)
    bar = chrome.bar(canvas, regions, view)
    children: tuple[Node, ...] = (*head, *body, *bar)
    overlay = ""
    match view.overlay:
        case TimeoutOverlay() as shown:
            overlay = "timeout"
            children = (overlays.timeout(canvas, regions, shown), *(node.covered() for node in children))
        case HelpOverlay() as shown:
            overlay = "help"
            children = (overlays.help_panel(canvas, regions, shown), *(node.covered() for node in children))
        case LanguagesOverlay() as shown:
            overlay = "languages"
            children = (overlays.languages(canvas, regions, shown), *(node.covered() for node in children))
        case None:
            pass
        case _:
            assert_never(view.overlay)
    whole = Box(0, 0, size.width, size.height)
    title = next((node.name for node in children if node.role is Role.HEADING), view.header.library)
    tree = Node(view.screen_id, Role.SCREEN, title, whole, private=_greets(view), children=children)
    return Frame(size, view.language, view.screen_id, overlay, tuple(canvas.ops), tree, 1 / scale)


def _greets(view: View) -> bool:
    return isinstance(view.body, HomeBody)


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
        case AccountBody() as body:
            return account.account(canvas, regions, view, body, page)
        case ReceiptBody() as body:
            return endings.receipt(canvas, regions, view, body)
        case OutBody() as body:
            return endings.out(canvas, regions, view, body)
        case PinBody() as body:
            return pin.pin(canvas, regions, body)
        case _:
            assert_never(view.body)
