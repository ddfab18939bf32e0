"""Paying by phone (decision record 0176): a code on the screen, and central asked until it is known how that ended.

Central alone knows what was paid. The kiosk says `paid` after central did, and `nobody has paid` only when central said
that after the code's time; as long as neither is known, it says so, and that nothing is lost.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.ids import AskId, IntentId
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered, Standing
from kiosk.model.questions import Answer
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.effects import Ask, Cue, Play
from kiosk.session.pay_stage import Paying, PayStage
from kiosk.session.state import Account, Idle
from kiosk.session.turn import Turn

LOOK_S = 2.0
"""So often central is asked whether the code was paid."""
MOST_TRIES = 3
"""So often it is asked for the code under the same id: a provider may be slower than one question lasts."""
GRACE_S = 20.0
"""So long after the code's time an answer is waited for."""
UNDER_WAY = frozenset({PayStage.ORDERING, PayStage.SHOWN})
AGAIN = frozenset({PayStage.REFUSED, PayStage.OVER})
"""Stages from which another code may be wished for: nobody can have paid."""


def under_way(scene: Account) -> bool:
    """Whether a code is wanted or shown."""
    return scene.paying is not None and scene.paying.stage in UNDER_WAY


def may_begin(scene: Account) -> bool:
    """Whether this library takes money by phone, and there is something to pay."""
    return scene.told is not None and scene.told.by_phone and scene.told.owes_cents > 0


def owes_less(paying: Paying) -> bool:
    """Whether the account that is shown tells of what is owed no more."""
    return paying.stage is PayStage.PAID or ReasonCode.NOTHING_OWED in {reason.code for reason in paying.reasons}


def wished(turn: Turn, scene: Account) -> Account:
    """The patron wants to pay, wants another code, or wants to know."""
    paying = scene.paying
    if paying is not None and paying.stage is PayStage.UNSURE:
        return _looked(turn, scene, paying) if paying.ask is None else scene
    if not turn.around.online or not may_begin(scene) or (paying is not None and paying.stage not in AGAIN):
        return scene
    intent = IntentId(turn.new_id())
    turn.journal(JournalRow(RowKind.PAY_ASKED, scene.session, intent, patron=scene.patron.ref))
    turn.order(Ask(AskId(intent), AskPay(scene.patron.ref)))
    return replace(scene, paying=Paying(intent, ask=AskId(intent)))


def answered(turn: Turn, scene: Account, ask: AskId, answer: Answer) -> Account:
    """Central has spoken; an answer to what is not waited for any more changes nothing."""
    paying = scene.paying
    if paying is None or paying.ask != ask:
        return scene
    match answer:
        case PayOffered() if paying.stage is PayStage.ORDERING:
            shown = replace(
                paying,
                stage=PayStage.SHOWN,
                ask=None,
                order=answer.order,
                code=answer.code,
                cents=answer.cents,
                currency=answer.currency,
                until_s=turn.now_s + answer.lasts_s,
                look_s=turn.now_s + LOOK_S,
            )
            return replace(scene, paying=shown)
        case MayNotPay() if paying.stage is PayStage.ORDERING:
            return _refused(turn, scene, paying, answer.reasons)
        case OrderStands():
            return _stands(turn, scene, paying, answer.standing)
        case _:
            return expired(turn, scene, ask)


def expired(turn: Turn, scene: Account, ask: AskId) -> Account:
    """No answer in time. Of a code that is shown, nothing is known then; that it is not paid least of all."""
    paying = scene.paying
    if paying is None or paying.ask != ask:
        return scene
    if paying.stage is PayStage.ORDERING:
        if paying.tries < MOST_TRIES and turn.around.online:
            turn.order(Ask(ask, AskPay(scene.patron.ref)))
            return replace(scene, paying=replace(paying, tries=paying.tries + 1))
        return _refused(turn, scene, paying, (Reason(ReasonCode.NO_ANSWER),))
    paying = replace(paying, ask=None, silent=paying.silent + 1, look_s=turn.now_s + LOOK_S)
    if paying.stage is PayStage.SHOWN and turn.now_s >= paying.until_s + GRACE_S:
        return _ended(turn, scene, replace(paying, stage=PayStage.UNSURE), Cue.LOOK)
    return replace(scene, paying=paying)


def looked(turn: Turn, scene: Account) -> Account:
    """Time has passed, or the line is back."""
    paying = scene.paying
    if paying is None or paying.ask is not None:
        return scene
    due = due_s(paying)
    returned = turn.around.online and paying.silent > 0 and paying.stage is PayStage.UNSURE
    return _looked(turn, scene, paying) if returned or (due is not None and turn.now_s >= due) else scene


def due_s(paying: Paying) -> float | None:
    """When central is to be asked next (monotonic)."""
    return paying.look_s if paying.stage is PayStage.SHOWN and paying.ask is None else None


def _looked(turn: Turn, scene: Account, paying: Paying) -> Account:
    ask = AskId(turn.new_id())
    turn.order(Ask(ask, AskPaid(scene.patron.ref, paying.order)))
    return replace(scene, paying=replace(paying, ask=ask))


def _refused(turn: Turn, scene: Account, paying: Paying, reasons: tuple[Reason, ...]) -> Account:
    return _ended(turn, scene, replace(paying, stage=PayStage.REFUSED, ask=None, reasons=reasons), Cue.LOOK)


def _ended(turn: Turn, scene: Account, paying: Paying, cue: Cue) -> Account:
    """Something is known that was not: whoever waits for it gets their time to read it."""
    turn.order(Play(cue))
    return replace(scene, paying=paying, idle=Idle(turn.now_s))


def _stands(turn: Turn, scene: Account, paying: Paying, standing: Standing) -> Account:
    paying = replace(paying, ask=None, silent=0, look_s=turn.now_s + LOOK_S)
    match standing:
        case Standing.PAID:
            row = JournalRow(RowKind.PAY_SEEN, scene.session, paying.intent, patron=scene.patron.ref)
            turn.journal(row)
            return _ended(turn, scene, replace(paying, stage=PayStage.PAID, code=""), Cue.DONE)
        case Standing.WAITING if turn.now_s < paying.until_s:
            return replace(scene, paying=replace(paying, stage=PayStage.SHOWN))
        case Standing.WAITING | Standing.OVER:
            # Central looks at the provider before it says so; its clock ends the order, whatever ours says.
            ended = PayStage.OVER if standing is Standing.OVER else PayStage.SHOWN
            if ended is PayStage.SHOWN and turn.now_s >= paying.until_s + GRACE_S:
                ended = PayStage.UNSURE
        case Standing.WITH_STAFF:
            ended = PayStage.WITH_STAFF
    if ended in (PayStage.SHOWN, paying.stage):
        return replace(scene, paying=replace(paying, stage=ended))
    return _ended(turn, scene, replace(paying, stage=ended), Cue.LOOK)
