"""State → view model: the whole screen. Pure: the moment comes in as `now_s`."""

from __future__ import annotations

import math
from typing import assert_never

from kiosk.screens.rows import WORKING
from kiosk.screens.scenes import account, around, endings, finding, forms, pay, staff, welcome, work
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.settings import ScreenSettings
from kiosk.screens.view import Body, Button
from kiosk.screens.whole_view import View
from kiosk.session.events import Touch, Touched
from kiosk.session.form_parts import Field
from kiosk.session.opened import HoldStage
from kiosk.session.pay_stage import PayStage
from kiosk.session.renewing import UNDER_WAY
from kiosk.session.state import (
    Access,
    Account,
    Attract,
    Borrowing,
    Closing,
    Filling,
    Finding,
    Home,
    Identifying,
    Kiosk,
    OutCause,
    OutOfService,
    Returning,
    Scene,
    Staff,
    StaffPin,
)

SPIN_STEPS_A_SECOND = 24
SPIN_DEGREES = 15
SWAY_UNITS = 12
SWAY_PERIOD_S = 2.4


def view_of(state: Kiosk, settings: ScreenSettings, now_s: float) -> View:
    """What the kiosk shows at `now_s` (monotonic seconds, not before `state.around.now_s`)."""
    sight = Sight(state, settings, now_s)
    screen_id = screen_id_of(state.scene)
    body, third, countdown = _scene(sight)
    step = int(now_s * SPIN_STEPS_A_SECOND) if moves(state, settings) else 0
    swing = math.sin(step / SPIN_STEPS_A_SECOND * 2 * math.pi / SWAY_PERIOD_S)
    return View(
        screen_id=screen_id,
        language=state.around.language,
        header=around.header(sight),
        banners=around.banners(sight),
        body=body,
        bar=around.bar(sight, screen_id, third),
        turning=work.paging(sight.words, "screen", ""),
        countdown=countdown,
        overlay=around.overlay(sight, screen_id),
        access=state.around.access,
        palette=settings.theme.palette,
        title_size=settings.title_size,
        turn=step * SPIN_DEGREES % 360,
        sway=round(swing * SWAY_UNITS),
    )


def moves(state: Kiosk, settings: ScreenSettings) -> bool:
    """Whether pictures may move: the library and the patron both let them."""
    return settings.motion and Access.CALM not in state.around.access


def working_rows(state: Kiosk) -> bool:
    """Whether a turning icon is on the screen."""
    match state.scene:
        case Borrowing(rows=rows) | Returning(rows=rows):
            return any(row.stage in WORKING for row in rows)
        case Finding(ask=ask, opened=opened):
            return ask is not None or (opened is not None and opened.stage is HoldStage.ASKING)
        case Filling(ask=ask, at=at):
            return ask is not None or at is Field.GUARDIAN
        case Account(paying=paying) if paying is not None:
            return paying.stage is PayStage.ORDERING
        case Account(ask=ask, loans=loans):
            return ask is not None or any(row.stage in UNDER_WAY for row in loans)
        case Identifying():
            return True
        case OutOfService(causes=causes):
            return OutCause.STARTING in causes
        case _:
            return False


SCREEN_IDS = (
    "starting",
    "attract",
    "identify",
    "form",
    "home",
    "borrow",
    "return",
    "account",
    "pay",
    "find",
    "item",
    "receipt",
    "out-of-service",
    "staff-pin",
    "staff",
)


def screen_id_of(scene: Scene) -> str:
    """What scenarios, the mirror and the tree call the screen of a scene."""
    match scene:
        case Attract():
            return "attract"
        case Identifying():
            return "identify"
        case Home():
            return "home"
        case Borrowing():
            return "borrow"
        case Returning():
            return "return"
        case Account(paying=paying):
            return "account" if paying is None else "pay"
        case Finding(opened=opened):
            return "find" if opened is None else "item"
        case Closing():
            return "receipt"
        case OutOfService(causes=causes):
            return "starting" if OutCause.STARTING in causes else "out-of-service"
        case Filling():
            return "form"
        case StaffPin():
            return "staff-pin"
        case Staff():
            return "staff"
        case _:
            assert_never(scene)


def _scene(sight: Sight) -> tuple[Body, Button | None, str]:
    """Body, the button in the main place of the bar, and the line there where there is none."""
    scene = sight.state.scene
    say = sight.words.say
    match scene:
        case Attract():
            return welcome.attract(sight, finding.new_books(sight)), None, ""
        case Identifying():
            back = Button("identify.back", say("button.back"), "arrow-left", Touched(Touch.BACK))
            return welcome.identify(sight, scene), back, ""
        case Home():
            leave = Button("home.leave", say("button.leave"), "log-out", Touched(Touch.BACK))
            return welcome.home(sight, scene), leave, ""
        case Borrowing():
            return work.live_list(sight, scene), work.done(sight, "borrow.done", scene.finishing_s), ""
        case Returning():
            return work.live_list(sight, scene), work.done(sight, "return.done", scene.finishing_s), ""
        case Account(paying=paying) if paying is not None:
            return pay.pay(sight, scene, paying), pay.leave(sight), ""
        case Account():
            return account.account(sight, scene), account.leave(sight, scene), ""
        case Finding(opened=None):
            return finding.find(sight, scene), finding.leave(sight, scene), ""
        case Finding():
            assert scene.opened is not None, "the case before has taken the list"
            return finding.title(sight, scene, scene.opened), finding.leave(sight, scene), ""
        case Closing():
            return endings.receipt(sight, scene), None, endings.countdown(sight, scene)
        case OutOfService():
            return endings.out(sight, scene), None, ""
        case Filling():
            return forms.form(sight, scene), forms.back(sight, scene), ""
        case StaffPin():
            back = Button("staff-pin.back", say("button.back"), "arrow-left", Touched(Touch.BACK))
            return staff.pin(sight, scene), back, ""
        case Staff():
            leave = Button("staff.leave", say("staff.leave"), "log-out", Touched(Touch.DONE))
            return staff.staff_mode(sight, scene), leave, ""
        case _:
            assert_never(scene)
