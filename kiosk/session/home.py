"""A patron is known, nothing lies on the pad: they choose, or lay a book down."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import account, borrow_list, finding, return_list, visits
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    CopyChanged,
    DeviceChanged,
    Event,
    LanguageChosen,
    LinkChanged,
    PaperChanged,
    Printed,
    PrintFailed,
    StaffAnswered,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.state import Home, Scene
from kiosk.session.turn import Turn


def on(turn: Turn, scene: Home, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event.what)
        case TagSeen() | TagRead():
            if event.uid in turn.around.resting:
                return scene
            return borrow_list.begin(turn, scene.session, scene.patron, scene.token)
        case CardPresented():
            return scene if event.token == scene.token else _noticed(turn, scene, ReasonCode.ONE_CARD_AT_A_TIME)
        case CodeScanned():
            own = event.code == scene.token
            return _noticed(turn, scene, ReasonCode.THAT_IS_YOUR_CARD if own else ReasonCode.LAY_IT_ON_THE_PAD)
        case CardNotRead():
            return _noticed(turn, scene, ReasonCode.CARD_NOT_READ)
        case CodeNotRead():
            return _noticed(turn, scene, ReasonCode.CODE_NOT_READ)
        case TimePassed():
            over = scene.notice is not None and turn.now_s >= scene.notice_until_s
            return replace(scene, notice=None) if over else scene
        case (
            LanguageChosen()
            | CardLifted()
            | TagGone()
            | TagWritten()
            | TagNotWritten()
            | Answered()
            | AskExpired()
            | LinkChanged()
            | DeviceChanged()
            | PaperChanged()
            | Printed()
            | PrintFailed()
            | StaffAnswered()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
        ):
            return scene
        case _:
            assert_never(event)


def _touched(turn: Turn, scene: Home, what: Touch) -> Scene:
    match what:
        case Touch.BORROW:
            turn.awake()
            return borrow_list.begin(turn, scene.session, scene.patron, scene.token)
        case Touch.RETURN:
            turn.awake()
            return return_list.within(turn, scene.session, scene.patron, scene.token)
        case Touch.ACCOUNT:
            return account.begin(turn, scene.session, scene.patron, scene.token)
        case Touch.FIND:
            return finding.within(turn, scene.session, scene.patron, scene.token)
        case Touch.DONE | Touch.BACK:
            return visits.end(turn, scene.session)
        case _:
            return scene


def _noticed(turn: Turn, scene: Home, code: ReasonCode) -> Home:
    return replace(scene, notice=Reason(code), notice_until_s=turn.now_s + turn.around.timeouts.notice_s)
