"""A card is wanted, or was shown and central is being asked whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.cards import by_card
from kiosk.model.circulation import Language, Patron, Purpose
from kiosk.model.ids import AskId, ItemId
from kiosk.model.questions import Answer, AskIdentify, Identified, NotIdentified
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.offline import welcome
from kiosk.session import account, borrow_list, forms, return_list, surroundings, visits
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
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.form_parts import Form
from kiosk.session.state import Filling, Home, Identifying, Idle, Scene
from kiosk.session.turn import Turn


def begin(turn: Turn, purpose: Purpose | None) -> Identifying:
    """Ask for a card, after a touch."""
    turn.awake()
    return Identifying(Idle(turn.now_s), purpose)


def begin_with_books(turn: Turn) -> Identifying:
    """Ask for a card, for the books that were laid down. What lay there before stays alone."""
    return Identifying(Idle(turn.now_s), Purpose.BORROW)


def begin_with_card(turn: Turn, token: str) -> Identifying | Filling:
    """A card was shown first."""
    return _shown(turn, begin(turn, None), token)


def is_item_on_pad(turn: Turn, code: str) -> bool:
    return any(tag.item == code for tag in turn.around.pad.values())


def on(turn: Turn, scene: Identifying, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event.what)
        case CardPresented():
            return _shown(turn, scene, event.token)
        case CodeScanned():
            if is_item_on_pad(turn, event.code):
                return _problem(turn, scene, Reason(ReasonCode.NOT_A_CARD))
            return _shown(turn, scene, event.code)
        case CardNotRead():
            return _problem(turn, scene, Reason(ReasonCode.CARD_NOT_READ))
        case CodeNotRead():
            return _problem(turn, scene, Reason(ReasonCode.CODE_NOT_READ))
        case Answered():
            return answered(turn, scene, event.answer) if event.ask == scene.ask else scene
        case AskExpired():
            return alone(turn, scene) if event.ask == scene.ask else scene
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return scene
        case (
            LanguageChosen()
            | CardLifted()
            | TagRead()
            | TagGone()
            | TagWritten()
            | TagNotWritten()
            | LinkChanged()
            | DeviceChanged()
            | PaperChanged()
            | Printed()
            | PrintFailed()
            | StaffAnswered()
            | StorageFailed()
            | StorageRecovered()
            | CopyChanged()
            | TimePassed()
        ):
            return scene
        case _:
            assert_never(event)


def _touched(turn: Turn, scene: Identifying, what: Touch) -> Scene:
    match what:
        case Touch.BORROW:
            return replace(scene, purpose=Purpose.BORROW)
        case Touch.RETURN:
            turn.awake()
            return return_list.begin(turn, None, None)
        case Touch.NUMBER if turn.around.online:
            return forms.begin(turn, Form.NUMBER, purpose=scene.purpose)
        case Touch.JOIN if turn.around.online and turn.around.policy.joins:
            return forms.begin(turn, Form.JOIN)
        case Touch.BACK | Touch.DONE:
            return visits.end(turn, None)
        case _:
            return scene


def _shown(turn: Turn, scene: Identifying, token: str) -> Identifying | Filling:
    """A card: whose it is, or first its PIN, where there is a line to ask it by."""
    if turn.around.policy.asks_pin and turn.around.online:
        turn.order(Play(Cue.TICK))
        return forms.begin(turn, Form.CARD_PIN, purpose=scene.purpose, token=token)
    return _ask(turn, scene, token)


def _ask(turn: Turn, scene: Identifying, token: str) -> Identifying:
    """The card that was shown last counts; the answer about an earlier one is ignored then."""
    if scene.ask is not None and scene.token == token:
        return scene
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskIdentify(token)))
    turn.order(Play(Cue.TICK))
    return replace(scene, token=token, ask=ask, problem=None)


def answered(turn: Turn, scene: Identifying, answer: Answer) -> Scene:
    """Whose card it is."""
    match answer:
        case Identified():
            _greet(turn, answer.language)
            return _enter(turn, scene, answer.patron)
        case NotIdentified():
            reason = next(iter(answer.reasons), Reason(ReasonCode.UNKNOWN_PATRON))
            return _problem(turn, replace(scene, token=None, ask=None), reason)
        case _:
            return alone(turn, scene)


def alone(turn: Turn, scene: Identifying) -> Scene:
    """Central does not answer: the card itself stands for its owner, as far as the library allows that."""
    if ItemId(scene.token or "") in turn.around.known:
        return _problem(turn, replace(scene, token=None, ask=None), Reason(ReasonCode.NOT_A_CARD))
    ref = by_card(scene.token or "")
    match welcome(turn.alone, ref):
        case Reason() as reason:
            return _problem(turn, replace(scene, token=None, ask=None), reason)
        case more:
            return _enter(turn, scene, Patron(ref, "", more, provisional=True))


def _enter(turn: Turn, scene: Identifying, patron: Patron) -> Scene:
    session = visits.begin(turn, patron)
    token = scene.token or ""
    if scene.purpose is Purpose.ACCOUNT:
        turn.awake()
        return account.begin(turn, session, patron, token)
    if visits.books(turn) or scene.purpose is Purpose.BORROW:
        return borrow_list.begin(turn, session, patron, token)
    return Home(Idle(turn.now_s), session, patron, token)


def _greet(turn: Turn, language: Language | None) -> None:
    """Speak the patron's language, unless another one was chosen on the screen just now."""
    policy = turn.around.policy
    if language in policy.languages and turn.around.language == policy.languages[0]:
        turn.around = surroundings.spoken(turn.around, language)


def _problem(turn: Turn, scene: Identifying, reason: Reason) -> Identifying:
    turn.order(Play(Cue.LOOK))
    return replace(scene, problem=reason, idle=Idle(turn.now_s))
