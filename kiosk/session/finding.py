"""Somebody looks for a title: what is typed is asked for at once, what was found stays for this visit, and a patron may
wait for what is lent.

Looking needs no card. A card that is shown here says who wants to wait; the title that is looked at stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Language, Patron
from kiosk.model.facts import HoldPlaced
from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    FoundTitle,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
)
from kiosk.model.ids import AskId, IntentId, ItemId, SessionId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import Answer, AskIdentify, Identified, NotIdentified
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import borrow_list, identifying, return_list, visits
from kiosk.session.effects import Ask, Cue, Play
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
from kiosk.session.opened import HoldStage, Keys, Opened
from kiosk.session.state import Finding, Home, Idle, Scene
from kiosk.session.turn import Turn
from kiosk.session.typing_keys import next_row
from kiosk.words import pinyin

LONGEST_TYPED = 60
LIKE = "like-"
"""Before the number of a title that is shown beside the one that is looked at."""
BOOK_CODES = ("978", "979")
BOOK_CODE_DIGITS = 13


def begin(turn: Turn) -> Finding:
    """Nobody is known yet."""
    turn.awake()
    return Finding(Idle(turn.now_s))


def look_at(turn: Turn, title: FoundTitle) -> Finding:
    """One title that was shown to everybody; nobody is known yet."""
    return _open(turn, begin(turn), title)


def within(turn: Turn, session: SessionId, patron: Patron, token: str) -> Finding:
    """Within a patron's visit."""
    return Finding(Idle(turn.now_s), session, patron, token)


def on(turn: Turn, scene: Finding, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case Answered():
            return _answered(turn, scene, event.ask, event.answer)
        case AskExpired():
            return _silent(turn, scene, event.ask)
        case LinkChanged():
            return _asked(turn, scene) if event.online and scene.opened is None else scene
        case CardPresented():
            return _card(turn, scene, event.token)
        case CodeScanned():
            return _code(turn, scene, event.code)
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return scene
        case TagRead():
            return _book(turn, scene, event)
        case CardNotRead():
            return _noticed(turn, scene, Reason(ReasonCode.CARD_NOT_READ))
        case CodeNotRead():
            return _noticed(turn, scene, Reason(ReasonCode.CODE_NOT_READ))
        case TimePassed():
            over = scene.notice is not None and turn.now_s >= scene.notice_until_s
            return replace(scene, notice=None) if over else scene
        case (
            LanguageChosen()
            | CardLifted()
            | TagGone()
            | TagWritten()
            | TagNotWritten()
            | DeviceChanged()
            | PaperChanged()
            | Printed()
            | PrintFailed()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
            | StaffAnswered()
        ):
            return scene
        case _:
            assert_never(event)


def _touched(turn: Turn, scene: Finding, event: Touched) -> Scene:
    match event.what:
        case Touch.TYPE if len(event.target) == 1:
            return _typed(turn, scene, scene.typed + event.target)
        case Touch.ERASE:
            return _typed(turn, scene, scene.typed[:-1])
        case Touch.CLEAR:
            return _typed(turn, scene, "")
        case Touch.KEYS if event.target in set(Keys):
            return replace(scene, keys=Keys(event.target))
        case Touch.PICK if event.target.isascii() and event.target.isdecimal():
            return _typed(turn, scene, _picked(scene.typed, int(event.target), turn.around.language))
        case Touch.MORE:
            return replace(scene, row=next_row(scene.row, pinyin.tail(scene.typed), turn.around.language))
        case Touch.FIND if scene.opened is None:
            return _asked(turn, scene)
        case Touch.OPEN:
            title = _title(scene, event.target)
            return scene if title is None else _open(turn, scene, title)
        case Touch.HOLD:
            return _wait_for(turn, scene)
        case Touch.BACK if scene.opened is not None and scene.session is None and not scene.typed:
            return visits.end(turn, None)  # it was opened from the first screen: nothing was looked for
        case Touch.BACK if scene.opened is not None:
            return replace(scene, opened=None)
        case Touch.HOME | Touch.BACK if scene.session is not None and scene.patron is not None:
            return Home(Idle(turn.now_s), scene.session, scene.patron, scene.token)
        case Touch.HOME | Touch.BACK | Touch.DONE:
            return visits.end(turn, scene.session)
        case _:
            return scene


def _typed(turn: Turn, scene: Finding, typed: str) -> Finding:
    if len(typed) > LONGEST_TYPED or typed == scene.typed:
        return scene
    if not typed.strip():
        return replace(scene, typed=typed.strip(), row=0, ask=None, found=None, found_of="", opened=None)
    return _asked(turn, replace(scene, typed=typed, row=0, opened=None))


def _picked(typed: str, number: int, language: Language) -> str:
    """What was typed, with the word of this number for the letters at its end in place of those it stands for."""
    letters = pinyin.tail(typed)
    offered = pinyin.candidates(letters, language)
    if not 1 <= number <= len(offered):
        return typed
    one = offered[number - 1]
    return typed[: len(typed) - len(letters)] + one.text + letters[one.letters :]


def _asked(turn: Turn, scene: Finding) -> Finding:
    """Ask for what stands in the box. What was found for less of it stays on the screen until the answer comes."""
    if not scene.typed.strip() or not turn.around.online:
        return replace(scene, ask=None)
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskFind(scene.typed)))
    return replace(scene, ask=ask, silent=False)


def _open(turn: Turn, scene: Finding, title: FoundTitle) -> Finding:
    """What the list says of it is shown at once; where its copies are comes from central."""
    opened = Opened(title)
    if turn.around.online:
        ask = AskId(turn.new_id())
        turn.order(Ask(ask, AskTitle(title.key)))
        opened = replace(opened, ask=ask)
    return replace(scene, opened=opened)


def _title(scene: Finding, target: str) -> FoundTitle | None:
    number = target.removeprefix(LIKE)
    listed: Sequence[FoundTitle] = () if scene.found is None else scene.found.titles
    if target.startswith(LIKE):
        listed = () if scene.opened is None or scene.opened.told is None else scene.opened.told.like
    return next((title for n, title in enumerate(listed, 1) if str(n) == number), None)


def _answered(turn: Turn, scene: Finding, ask: AskId, answer: Answer) -> Scene:
    opened = scene.opened
    match answer:
        case TitlesFound() if ask == scene.ask:
            return replace(scene, ask=None, found=answer, found_of=scene.typed, told_at=turn.around.utc)
        case TitleTold() if opened is not None and ask == opened.ask:
            told = replace(opened, ask=None, told=answer, title=answer.title)
            return replace(scene, opened=told, told_at=turn.around.utc)
        case NoTitle() if opened is not None and ask == opened.ask:
            return replace(scene, opened=replace(opened, ask=None, gone=True))
        case MayHold() if opened is not None and ask == opened.hold_ask:
            return _placed(turn, scene, opened, answer)
        case MayNotHold() if opened is not None and ask == opened.hold_ask:
            turn.order(Play(Cue.LOOK))
            refused = replace(opened, stage=HoldStage.REFUSED, reasons=answer.reasons, hold_ask=None)
            return replace(scene, opened=refused)
        case Identified() if ask == scene.card_ask:
            return _known(turn, scene, answer.patron)
        case NotIdentified() if ask == scene.card_ask:
            reason = next(iter(answer.reasons), Reason(ReasonCode.UNKNOWN_PATRON))
            return _noticed(turn, replace(scene, card_ask=None, token=""), reason)
        case _:
            return scene


def _silent(turn: Turn, scene: Finding, ask: AskId) -> Finding:
    """No answer in time: what was found before stays, with its time."""
    opened = scene.opened
    if ask == scene.ask:
        return replace(scene, ask=None, silent=True)
    if ask == scene.card_ask:
        return _noticed(turn, replace(scene, card_ask=None, token=""), Reason(ReasonCode.NO_ANSWER))
    if opened is not None and ask == opened.ask:
        return replace(scene, opened=replace(opened, ask=None))
    if opened is not None and ask == opened.hold_ask:
        silent = (Reason(ReasonCode.NO_ANSWER),)
        return replace(scene, opened=replace(opened, stage=HoldStage.REFUSED, reasons=silent, hold_ask=None))
    return scene


def _wait_for(turn: Turn, scene: Finding) -> Finding:
    """The patron wants this title when it is back. Nothing is told before central says that they may."""
    opened = scene.opened
    if scene.patron is None or opened is None or not turn.around.online or opened.gone:
        return scene
    silent = [reason.code for reason in opened.reasons] == [ReasonCode.NO_ANSWER]
    if opened.stage is not HoldStage.NONE and not silent:
        return scene
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskHold(scene.patron.ref, opened.title.key)))
    return replace(scene, opened=replace(opened, stage=HoldStage.ASKING, hold_ask=ask, reasons=()))


def _placed(turn: Turn, scene: Finding, opened: Opened, answer: MayHold) -> Finding:
    """Row and fact commit together under one id; only then the screen says so."""
    assert scene.session is not None, "only a patron's visit asks for holds"
    assert scene.patron is not None, "only a patron's visit asks for holds"
    intent, title = IntentId(turn.new_id()), opened.title
    record, copy = (None, ItemId(title.key)) if title.is_copy else (title.key, None)
    row = JournalRow(RowKind.HOLD_PLACED, scene.session, intent, copy, patron=scene.patron.ref)
    fact = HoldPlaced(scene.session, intent, scene.patron.ref, record, copy, answer.pickup)
    turn.journal(row, fact)
    turn.order(Play(Cue.DONE))
    placed = replace(opened, stage=HoldStage.PLACED, hold_ask=None, place=answer.place, pickup=answer.pickup)
    return replace(scene, opened=placed)


def _card(turn: Turn, scene: Finding, token: str) -> Finding:
    """Whose card it is decides who waits; a second card is not somebody else's business."""
    if scene.session is not None:
        other = token != scene.token
        return _noticed(turn, scene, Reason(ReasonCode.ONE_CARD_AT_A_TIME)) if other else scene
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskIdentify(token)))
    turn.order(Play(Cue.TICK))
    return replace(scene, card_ask=ask, token=token)


def _known(turn: Turn, scene: Finding, patron: Patron) -> Finding:
    session = visits.begin(turn, patron)
    return replace(scene, session=session, patron=patron, card_ask=None)


def _code(turn: Turn, scene: Finding, code: str) -> Scene:
    """The code on the back of a book looks for it; any other is a card."""
    if code.startswith(BOOK_CODES) and len(code) == BOOK_CODE_DIGITS:
        return _typed(turn, scene, code)
    if identifying.is_item_on_pad(turn, code):
        return _noticed(turn, scene, Reason(ReasonCode.LAY_IT_ON_THE_PAD))
    return _card(turn, scene, code)


def _book(turn: Turn, scene: Finding, read: TagRead) -> Scene:
    """A book is laid down: that comes before looking for another."""
    if read.uid in turn.around.resting or read.kind not in (TagKind.LIBRARY, TagKind.BROKEN):
        return scene
    if scene.session is not None and scene.patron is not None:
        return borrow_list.begin(turn, scene.session, scene.patron, scene.token)
    if read.afi == turn.around.policy.marks.on_loan:
        return return_list.begin(turn, None, None)
    return identifying.begin_with_books(turn)


def _noticed(turn: Turn, scene: Finding, reason: Reason) -> Finding:
    turn.order(Play(Cue.LOOK))
    return replace(scene, notice=reason, notice_until_s=turn.now_s + turn.around.policy.timeouts.notice_s)
