"""A staff card was shown: its PIN is asked for, and then the staff mode opens. Needs no line and no patron."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.cards import card_token
from kiosk.model.ids import AskId, SessionId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import settling, staff, visits
from kiosk.session.effects import CheckPin, Cue, Play
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
    PinChecked,
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
from kiosk.session.state import Attract, Identifying, Idle, OutCause, OutOfService, Scene, StaffPin
from kiosk.session.turn import Turn

LONGEST_PIN = 12
MOST_WRONG = 5
"""Wrong PINs in a row, of whichever staff cards; then none is looked at for `staff_shut_s`."""


def shown(turn: Turn, scene: Scene, event: Event) -> StaffPin | None:
    """The question for a PIN, where a staff card was shown and no patron is here."""
    match event:
        case CardPresented(token=token) | CodeScanned(code=token):
            pass
        case _:
            return None
    if card_token(token) not in turn.around.policy.staff:
        return None
    match scene:
        case Attract() | Identifying() | StaffPin():
            left = scene.left if isinstance(scene, StaffPin) else None
        case OutOfService():
            left = scene.session
        case _:
            return None
    turn.order(Play(Cue.TICK))
    return StaffPin(Idle(turn.now_s), card_token(token), problem=_shut(turn), left=left)


def on(turn: Turn, scene: StaffPin, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case StaffAnswered():
            answer = event.answer
            if isinstance(answer, PinChecked) and answer.check == scene.check:
                return _checked(turn, scene, answer.right)
            return scene
        case CardPresented() | CodeScanned() | CardNotRead() | CodeNotRead():
            turn.order(Play(Cue.LOOK))
            return scene
        case (
            LanguageChosen()
            | CardLifted()
            | TagSeen()
            | TagRead()
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
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
            | TimePassed()
        ):
            return scene
        case _:
            assert_never(event)


def end(turn: Turn, left: SessionId | None) -> Scene:
    """Back to the patrons. What lies on the pad is looked at for doubts, and starts nothing."""
    settling.look_again(turn)
    storage_ok = turn.around.storage_ok
    attract = visits.end(turn, left if storage_ok else None)
    return attract if storage_ok or left is None else OutOfService((OutCause.STORAGE,), left)


def _touched(turn: Turn, scene: StaffPin, event: Touched) -> Scene:
    match event.what:
        case Touch.BACK | Touch.DONE:
            return end(turn, scene.left)
        case _ if scene.check is not None:
            return scene
        case Touch.DIGIT if event.target.isdecimal() and len(event.target) == 1:
            digits = scene.digits + event.target
            return replace(scene, digits=digits, problem=_shut(turn)) if len(digits) <= LONGEST_PIN else scene
        case Touch.ERASE:
            return replace(scene, digits=scene.digits[:-1])
        case Touch.ENTER if scene.digits:
            return _check(turn, scene)
        case _:
            return scene


def _check(turn: Turn, scene: StaffPin) -> StaffPin:
    shut = _shut(turn)
    if shut is not None:
        turn.order(Play(Cue.LOOK))
        return replace(scene, digits="", problem=shut)
    check = AskId(turn.new_id())
    turn.order(CheckPin(check, scene.card, scene.digits))
    return replace(scene, digits="", check=check, problem=None)


def _checked(turn: Turn, scene: StaffPin, right: bool) -> Scene:
    name = turn.around.policy.staff[scene.card]
    if right:
        turn.around = replace(turn.around, wrong_pins=0, shut_until_s=None)
        return staff.begin(turn, name, scene.left)
    wrong = turn.around.wrong_pins + 1
    if turn.around.storage_ok:
        turn.journal(JournalRow(RowKind.STAFF_REFUSED, note=name))
    if wrong < MOST_WRONG:
        turn.around = replace(turn.around, wrong_pins=wrong)
    else:
        turn.around = replace(
            turn.around, wrong_pins=0, shut_until_s=turn.now_s + turn.around.policy.timeouts.staff_shut_s
        )
    turn.order(Play(Cue.LOOK))
    return replace(scene, check=None, problem=_shut(turn) or Reason(ReasonCode.PIN_WRONG))


def _shut(turn: Turn) -> Reason | None:
    until_s = turn.around.shut_until_s
    return Reason(ReasonCode.PIN_LOCKED) if until_s is not None and turn.now_s < until_s else None
