"""A form is filled in: one question after the other, and at the end central is asked.

Nothing of it is journalled and nothing is kept here (decision record 0175): what central does not have was not said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.model.ids import AskId
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.questions import Answer, AskIdentify, Identified, NotIdentified, Question
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import account, forms, identifying, typing_keys, visits
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
from kiosk.session.form_parts import FIELDS, Answering, Field, Form, born, fault, how
from kiosk.session.state import Filling, Home, Identifying, Idle, Scene
from kiosk.session.turn import Turn

GUARDIANS = frozenset({ReasonCode.GUARDIAN_NEEDED, ReasonCode.GUARDIAN_NOT_POSSIBLE})


def on(turn: Turn, scene: Filling, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case Answered():
            return _answered(turn, scene, event.answer) if event.ask == scene.ask else scene
        case AskExpired():
            return _silent(turn, scene) if event.ask == scene.ask else scene
        case CardPresented(token=token) | CodeScanned(code=token):
            return _card(turn, scene, token)
        case CardNotRead() if scene.at is Field.GUARDIAN:
            return _problem(turn, scene, ReasonCode.CARD_NOT_READ)
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return scene
        case (
            LanguageChosen()
            | CardLifted()
            | CardNotRead()
            | CodeNotRead()
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


def _touched(turn: Turn, scene: Filling, event: Touched) -> Scene:
    if event.what is Touch.DONE:
        return visits.end(turn, scene.session)
    if scene.ask is not None:
        return scene
    if scene.done:
        return _go_on(turn, scene) if event.what in (Touch.ENTER, Touch.BACK) else scene
    match event.what:
        case Touch.ENTER if scene.letters:
            return typing_keys.picked(scene, 1, turn.around.language)
        case Touch.ENTER:
            return _taken(turn, scene)
        case Touch.BACK:
            return _back(turn, scene)
        case _:
            return typing_keys.typed(scene, event, turn.around.language)


def _taken(turn: Turn, scene: Filling) -> Scene:
    """The answer to this question; the next one, or all of it to central."""
    answer = scene.typed.strip()
    if how(scene.at) in (Answering.DIGITS, Answering.SECRET) and not answer:
        return scene
    wrong = fault(scene.at, answer, scene.said, _today(turn))
    if wrong is not None:
        if scene.at is Field.AGAIN:
            scene = forms.at(turn, scene, Field.NEW_PIN)
        secret = how(scene.at) is Answering.SECRET
        return _problem(turn, replace(scene, typed="" if secret else scene.typed), wrong.code)
    if scene.at is Field.GUARDIAN:
        return scene
    scene = replace(scene, said={**scene.said, scene.at: answer})
    following = dict(pairwise(FIELDS[scene.form])).get(scene.at)
    return _sent(turn, scene) if following is None else forms.at(turn, scene, following)


def _back(turn: Turn, scene: Filling) -> Scene:
    """To the question before; from the first to where the form was opened."""
    if scene.at is Field.GUARDIAN:
        return forms.at(turn, scene, Field.CHECK)
    before = {later: earlier for earlier, later in pairwise(FIELDS[scene.form])}.get(scene.at)
    if before is not None:
        return forms.at(turn, scene, before)
    return _left(turn, scene)


def _left(turn: Turn, scene: Filling) -> Scene:
    if scene.session is not None and scene.patron is not None:
        return account.begin(turn, scene.session, scene.patron, scene.token)
    return Identifying(Idle(turn.now_s), scene.purpose)


def _sent(turn: Turn, scene: Filling) -> Filling:
    """Ask central: a wish under one name however often it is sent, who somebody is under a new one each time."""
    wish = scene.form not in (Form.NUMBER, Form.CARD_PIN)
    ask = scene.name if wish and scene.name is not None else AskId(turn.new_id())
    turn.order(Ask(ask, _question(turn, scene)))
    return replace(scene, ask=ask, name=ask, problem=None, typed="")


def _question(turn: Turn, scene: Filling) -> Question:
    said = scene.said
    match scene.form:
        case Form.NUMBER:
            return AskIdentify(said[Field.NUMBER], said[Field.PIN], typed=True)
        case Form.CARD_PIN:
            return AskIdentify(scene.token, said[Field.PIN])
        case Form.JOIN:
            day = born(said[Field.BORN], _today(turn))
            assert day is not None, "it was looked at when it was typed"
            return AskJoin(
                family_name=said[Field.FAMILY],
                given_name=said[Field.GIVEN],
                born=day,
                language=turn.around.language,
                pin=said[Field.NEW_PIN],
                email=said[Field.EMAIL],
                guardian=said.get(Field.GUARDIAN),
            )
        case Form.PIN | Form.EMAIL:
            assert scene.patron is not None, "only a patron changes something"
            return AskChange(scene.patron.ref, said[Field.PIN], said.get(Field.NEW_PIN), said.get(Field.EMAIL))
        case _:
            assert_never(scene.form)


def _answered(turn: Turn, scene: Filling, answer: Answer) -> Scene:
    scene = replace(scene, ask=None)
    match answer:
        case Identified():
            return identifying.answered(turn, _asker(turn, scene), answer)
        case NotIdentified(reasons=reasons) if any(one.code is ReasonCode.PIN_WRONG for one in reasons):
            return _problem(turn, forms.at(turn, scene, Field.PIN), ReasonCode.PIN_WRONG)
        case NotIdentified(reasons=reasons) if any(one.code is ReasonCode.NUMBER_OR_PIN_WRONG for one in reasons):
            return _problem(turn, forms.at(turn, scene, Field.NUMBER), ReasonCode.NUMBER_OR_PIN_WRONG)
        case NotIdentified():
            return identifying.answered(turn, _asker(turn, scene), answer)
        case Joined():
            turn.order(Play(Cue.DONE))
            return replace(scene, said={}, joined=answer, done=True)
        case Changed():
            turn.order(Play(Cue.DONE))
            return replace(scene, said={}, done=True)
        case MayNotJoin(reasons=reasons):
            return _refused(turn, scene, next(iter(reasons), Reason(ReasonCode.NOT_AT_KIOSK)))
        case NotChanged(reasons=reasons):
            return _refused(turn, scene, next(iter(reasons), Reason(ReasonCode.CHANGE_NOT_POSSIBLE)))
        case _:
            return _silent(turn, scene)


def _refused(turn: Turn, scene: Filling, reason: Reason) -> Filling:
    """Nothing is done: at the question that has to be answered otherwise."""
    if reason.code in GUARDIANS:
        said: dict[Field, str] = dict(scene.said)
        said.pop(Field.GUARDIAN, None)
        scene = forms.at(turn, replace(scene, said=said), Field.GUARDIAN)
    elif scene.form is Form.JOIN:
        scene = forms.at(turn, scene, Field.CHECK)
    elif reason.code is not ReasonCode.EMAIL_WRONG:
        scene = forms.at(turn, scene, Field.PIN)
    return _problem(turn, scene, reason.code)


def _silent(turn: Turn, scene: Filling) -> Scene:
    """No answer: who somebody is can be asked again, and a wish may be sent again, for it is done once."""
    scene = replace(scene, ask=None)
    match scene.form:
        case Form.NUMBER:
            return replace(_asker(turn, scene), token=None, problem=Reason(ReasonCode.NEEDS_LINE))
        case Form.CARD_PIN:
            return identifying.alone(turn, _asker(turn, scene))
        case Form.JOIN | Form.PIN | Form.EMAIL:
            return _problem(turn, scene, ReasonCode.ASK_AGAIN)
        case _:
            assert_never(scene.form)


def _asker(turn: Turn, scene: Filling) -> Identifying:
    """The question for a card, as if this one had been shown there."""
    token = scene.said.get(Field.NUMBER, scene.token)
    return Identifying(Idle(turn.now_s), scene.purpose, token)


def _card(turn: Turn, scene: Filling, token: str) -> Scene:
    """Of a guardian; or somebody shows their card after all."""
    if scene.ask is not None or scene.done:
        return scene
    if scene.at is Field.GUARDIAN:
        turn.order(Play(Cue.TICK))
        return _sent(turn, replace(scene, said={**scene.said, Field.GUARDIAN: token}))
    if scene.form in (Form.NUMBER, Form.CARD_PIN):
        return identifying.on(turn, Identifying(Idle(turn.now_s), scene.purpose), CardPresented(token))
    return scene


def _go_on(turn: Turn, scene: Filling) -> Scene:
    """What was wanted is done: a new patron is here with their card, another goes back to their account."""
    if scene.joined is None:
        return _left(turn, scene)
    session = visits.begin(turn, scene.joined.patron)
    return Home(Idle(turn.now_s), session, scene.joined.patron, scene.joined.number)


def _today(turn: Turn) -> date:
    return turn.around.utc.astimezone(ZoneInfo(turn.around.policy.time_zone)).date()


def _problem(turn: Turn, scene: Filling, code: ReasonCode) -> Filling:
    turn.order(Play(Cue.LOOK))
    return replace(scene, problem=Reason(code))
