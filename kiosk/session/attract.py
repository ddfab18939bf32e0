"""Nobody is here: a touch, a card or a book begins a visit at once."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Purpose
from kiosk.model.ids import Uid
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import finding, identifying, return_list, settling
from kiosk.session.effects import Cue, Play
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
    TagKind,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.state import Attract, Scene
from kiosk.session.tag_work import lies_alone
from kiosk.session.turn import Turn


def on(turn: Turn, scene: Attract, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case CardPresented():
            return identifying.begin_with_card(turn, event.token)
        case CodeScanned():
            if identifying.is_item_on_pad(turn, event.code):
                return _noticed(turn, scene, ReasonCode.NOT_A_CARD)
            return identifying.begin_with_card(turn, event.code)
        case CardNotRead():
            return _noticed(turn, scene, ReasonCode.CARD_NOT_READ)
        case CodeNotRead():
            return _noticed(turn, scene, ReasonCode.CODE_NOT_READ)
        case TagSeen():
            if event.uid not in turn.around.resting:
                turn.order(Play(Cue.TICK))
            return scene
        case TagRead() | TagWritten() | TagNotWritten():
            show_mended(turn, event.uid)
            return _laid_down(turn, scene, event.uid) if isinstance(event, TagRead) else scene
        case TimePassed():
            over = scene.notice is not None and turn.now_s >= scene.notice_until_s
            return replace(scene, notice=None) if over else scene
        case CardLifted():
            told = scene.notice is not None and scene.notice.code is ReasonCode.CARD_STILL_HERE
            return replace(scene, notice=None) if told else scene
        case (
            LanguageChosen()
            | TagGone()
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


def look(turn: Turn, scene: Attract) -> Scene:
    """Begin with what was laid down while the last visit was ending."""
    for uid in turn.around.pad:
        begun = _laid_down(turn, scene, uid)
        if not isinstance(begun, Attract):
            return begun
    return scene


def _touched(turn: Turn, scene: Attract, event: Touched) -> Scene:
    match event.what:
        case Touch.BORROW:
            return identifying.begin(turn, Purpose.BORROW)
        case Touch.ACCOUNT:
            return identifying.begin(turn, Purpose.ACCOUNT)
        case Touch.RETURN:
            turn.awake()
            return return_list.begin(turn, None, None)
        case Touch.FIND:
            return finding.begin(turn)
        case Touch.OPEN:
            books = enumerate(turn.around.board.told.books, 1)
            book = next((one for number, one in books if str(number) == event.target), None)
            return scene if book is None else finding.look_at(turn, book)
        case _:
            return scene


def _laid_down(turn: Turn, scene: Attract, uid: Uid) -> Scene:
    """A book alone says what is wanted: one that is on loan comes back, any other wants to be borrowed."""
    tag = turn.around.pad.get(uid)
    if tag is None or uid in turn.around.resting or settling.is_mending(turn, uid):
        return scene
    match tag.kind:
        case TagKind.LIBRARY | TagKind.BROKEN if tag.afi == turn.around.policy.marks.on_loan:
            turn.around = replace(turn.around, settled=())
            return return_list.begin(turn, None, None)
        case TagKind.LIBRARY | TagKind.BROKEN:
            turn.around = replace(turn.around, settled=())
            return identifying.begin_with_books(turn)
        case TagKind.FOREIGN | TagKind.NOT_LIBRARY:
            return _noticed(turn, scene, ReasonCode.FOREIGN) if lies_alone(turn, uid) else scene
        case None:
            return scene
        case _:
            assert_never(tag.kind)


def show_mended(turn: Turn, uid: Uid) -> None:
    """Say that the item is in order now. It lies there from before: it starts nothing."""
    mended = turn.mended.get(uid)
    if mended is None and not settling.is_mending(turn, uid):
        return
    turn.rest((uid,))
    if mended is not None and mended.doubt.item not in turn.around.settled:
        turn.around = replace(turn.around, settled=(*turn.around.settled, mended.doubt.item))


def _noticed(turn: Turn, scene: Attract, code: ReasonCode) -> Attract:
    return replace(scene, notice=Reason(code), notice_until_s=turn.now_s + turn.around.timeouts.notice_s)
