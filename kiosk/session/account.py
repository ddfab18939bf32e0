"""A patron looks at what they have, wait for and owe; lets loans go on; gives a hold up."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Patron
from kiosk.model.facts import HoldCancelled
from kiosk.model.ids import AskId, IntentId, SessionId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import AccountTold, AskAccount
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import borrow_list, forms, paying, renewing, visits
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
from kiosk.session.state import Account, Attract, Home, Idle, LoanRow, Part, RenewStage, Scene
from kiosk.session.turn import Turn


def begin(turn: Turn, session: SessionId, patron: Patron, token: str) -> Account:
    """Ask central anew each time (W7): nothing of an account is kept from before."""
    lies_s = turn.now_s if turn.around.card == token else None
    return _asked(turn, Account(Idle(turn.now_s), session, patron, token, lies_s=lies_s))


def on(turn: Turn, scene: Account, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, scene, event)
        case Answered():
            if event.ask != scene.ask:
                return _answered(turn, scene, event)
            return _told(turn, scene, event.answer) if isinstance(event.answer, AccountTold) else _untold(scene)
        case AskExpired():
            if event.ask == scene.ask:
                return _untold(scene)
            return renewing.expired(turn, paying.expired(turn, scene, event.ask), event.ask)
        case LinkChanged():
            unknown = scene.told is None and scene.ask is None
            return _asked(turn, scene) if event.online and unknown else paying.looked(turn, scene)
        case CardLifted():
            return _lifted(turn, scene)
        case CardPresented():
            if event.token != scene.token:
                return _noticed(turn, scene, ReasonCode.ONE_CARD_AT_A_TIME)
            return replace(scene, lies_s=turn.now_s)
        case TagSeen() | TagRead():
            return scene if event.uid in turn.around.resting else _borrow(turn, scene)
        case CodeScanned():
            own = event.code == scene.token
            return _noticed(turn, scene, ReasonCode.THAT_IS_YOUR_CARD if own else ReasonCode.LAY_IT_ON_THE_PAD)
        case CardNotRead():
            return _noticed(turn, scene, ReasonCode.CARD_NOT_READ)
        case CodeNotRead():
            return _noticed(turn, scene, ReasonCode.CODE_NOT_READ)
        case TimePassed():
            over = scene.notice is not None and turn.now_s >= scene.notice_until_s
            return paying.looked(turn, replace(scene, notice=None) if over else scene)
        case (
            LanguageChosen()
            | TagGone()
            | TagWritten()
            | TagNotWritten()
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


def leave(turn: Turn, scene: Account) -> Attract:
    """The patron has gone: what central has not decided does not happen, and the screen is wiped."""
    hand_over(turn, scene)
    return visits.end(turn, scene.session)


def hand_over(turn: Turn, scene: Account) -> None:
    """Renewals under way come to nothing; without a journal they are doubts until it is back."""
    renewing.hand_over(turn, scene)


def _touched(turn: Turn, scene: Account, event: Touched) -> Scene:
    asked_before, scene = scene.giving_up, replace(scene, giving_up="")
    match event.what:
        case Touch.SHOW if event.target in set(Part):
            return replace(scene, part=Part(event.target))
        case Touch.RENEW:
            return renewing.wished(turn, scene, [row for n, row in enumerate(scene.loans, 1) if str(n) == event.target])
        case Touch.RENEW_ALL:
            return renewing.wished(turn, scene, scene.loans)
        case Touch.GIVE_UP if turn.around.online and (hold := _hold(scene, event.target)):
            if hold != asked_before:
                turn.order(Play(Cue.LOOK))
                return replace(scene, giving_up=hold)
            return _given_up(turn, scene, hold)
        case Touch.PAY:
            return paying.wished(turn, scene)
        case Touch.BACK if scene.paying is not None:
            return replace(scene, paying=None)
        case Touch.ACCOUNT if scene.told is None and scene.ask is None:
            return _asked(turn, scene)
        case Touch.BORROW:
            return _borrow(turn, scene)
        case Touch.HOME if not renewing.under_way(scene):
            return Home(Idle(turn.now_s), scene.session, scene.patron, scene.token)
        case Touch.CHANGE if event.target in (Form.PIN, Form.EMAIL) and _may_change(turn, scene):
            form = Form(event.target)
            return forms.begin(turn, form, session=scene.session, patron=scene.patron, token=scene.token)
        case Touch.DONE | Touch.BACK if not renewing.under_way(scene):
            return visits.end(turn, scene.session)
        case _:
            return scene


def _may_change(turn: Turn, scene: Account) -> bool:
    return turn.around.online and scene.told is not None and not renewing.under_way(scene)


def _answered(turn: Turn, scene: Account, event: Answered) -> Account:
    """About a renewal, or about an order: what was paid is owed no more, so that the account is asked for anew."""
    if scene.paying is None or event.ask != scene.paying.ask:
        return renewing.answered(turn, scene, event.ask, event.answer)
    scene = paying.answered(turn, scene, event.ask, event.answer)
    is_old = scene.paying is not None and paying.owes_less(scene.paying)
    return _asked(turn, replace(scene, told=None, told_at=None)) if is_old else scene


def _asked(turn: Turn, scene: Account) -> Account:
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskAccount(scene.patron.ref)))
    return replace(scene, ask=ask)


def _told(turn: Turn, scene: Account, told: AccountTold) -> Account:
    renewed = {row.loan.item.id for row in scene.loans if row.stage is RenewStage.RENEWED}
    loans = tuple(
        LoanRow(loan, RenewStage.RENEWED if loan.item.id in renewed else RenewStage.STANDS)
        for loan in sorted(told.loans, key=lambda loan: loan.due)
    )
    patron = replace(scene.patron, may_borrow=told.may_borrow)
    for loan in told.loans:
        turn.remember(loan.item)
    return replace(scene, ask=None, told=told, told_at=turn.around.utc, loans=loans, patron=patron)


def _untold(scene: Account) -> Account:
    """Central does not answer, or knows nobody by this card: nothing is shown that might be another's."""
    return replace(scene, ask=None)


def _lifted(turn: Turn, scene: Account) -> Scene:
    """Whoever takes a card that lay there is going; a tap is how they came."""
    if scene.lies_s is not None and turn.now_s >= scene.lies_s + turn.around.policy.timeouts.tap_s:
        return leave(turn, scene)
    return replace(scene, lies_s=None)


def _borrow(turn: Turn, scene: Account) -> Scene:
    """A book is laid down. Renewals and payments under way come first: it is still there when they are over."""
    if renewing.under_way(scene) or paying.under_way(scene):
        return scene
    turn.awake()
    return borrow_list.begin(turn, scene.session, scene.patron, scene.token)


def _hold(scene: Account, number: str) -> str:
    """The hold of this number; empty where it cannot be given up here."""
    holds = () if scene.told is None else scene.told.holds
    found = next((hold.id for n, hold in enumerate(holds, 1) if str(n) == number), "")
    return "" if found in scene.given_up else found


def _given_up(turn: Turn, scene: Account, hold: str) -> Account:
    """The patron's word alone decides: row and fact commit together, and it is done."""
    intent = IntentId(turn.new_id())
    row = JournalRow(RowKind.HOLD_CANCELLED, scene.session, intent, patron=scene.patron.ref)
    turn.journal(row, HoldCancelled(scene.session, intent, scene.patron.ref, hold))
    turn.order(Play(Cue.DONE))
    return replace(scene, given_up=scene.given_up | {hold})


def _noticed(turn: Turn, scene: Account, code: ReasonCode) -> Account:
    return replace(scene, notice=Reason(code), notice_until_s=turn.now_s + turn.around.timeouts.notice_s)
