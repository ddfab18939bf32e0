"""One loan's way through a renewal: intent, decision, fact (decision record 0148).

The intent is journalled before central is asked under its id. A yes changes nothing by itself: row and fact commit
together, and only then the screen shows the new date. Without an answer nothing has happened, and that is said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from kiosk.model.circulation import Purpose
from kiosk.model.facts import LoanRenewed
from kiosk.model.ids import AskId, IntentId, Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import Answer, AskRenew, MayNotRenew, MayRenew
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import settling
from kiosk.session.effects import Ask, Cue, Play
from kiosk.session.state import Account, LoanRow, RenewStage
from kiosk.session.turn import Turn

MOST_ASKED = 4
"""Renewals that central is asked for at once: a bag full of books must not be a burst."""
UNDER_WAY = frozenset({RenewStage.WAITING, RenewStage.ASKING})


def under_way(scene: Account) -> bool:
    """Whether something is still to be decided."""
    return any(row.stage in UNDER_WAY for row in scene.loans)


def may_begin(row: LoanRow) -> bool:
    """Whether the patron may ask for it: once a visit, and once more where no answer came."""
    silent = [reason.code for reason in row.reasons] == [ReasonCode.NO_ANSWER]
    return row.stage is RenewStage.STANDS or (row.stage is RenewStage.REFUSED and silent)


def wished(turn: Turn, scene: Account, rows: Collection[LoanRow]) -> Account:
    """The patron wants these loans to go on. What was renewed in this visit is not renewed again."""
    if not turn.around.online:
        return scene
    loans = tuple(
        replace(row, stage=RenewStage.WAITING, reasons=()) if row in rows and may_begin(row) else row
        for row in scene.loans
    )
    return _asked(turn, replace(scene, loans=loans))


def answered(turn: Turn, scene: Account, ask: AskId, answer: Answer) -> Account:
    """Central has decided; an answer to what is not waited for any more changes nothing."""
    row = _asking(scene, ask)
    if row is None:
        return scene
    match answer:
        case MayRenew():
            return _asked(turn, _put(scene, _renewed(turn, scene, row, answer.due)))
        case MayNotRenew():
            return _asked(turn, _put(scene, _refused(turn, scene, row, answer.reasons)))
        case _:
            return expired(turn, scene, ask)


def expired(turn: Turn, scene: Account, ask: AskId) -> Account:
    """No answer in time: nothing has changed. What still waits for its turn would get none either."""
    row = _asking(scene, ask)
    if row is None:
        return scene
    silent = (Reason(ReasonCode.NO_ANSWER),)
    scene = _put(scene, _refused(turn, scene, row, silent))
    loans = tuple(
        replace(one, stage=RenewStage.REFUSED, reasons=silent) if one.stage is RenewStage.WAITING else one
        for one in scene.loans
    )
    return replace(scene, loans=loans)


def hand_over(turn: Turn, scene: Account) -> None:
    """The visit ends: what central has not answered is abandoned, now or when the journal takes rows again."""
    asking = [row for row in scene.loans if row.stage is RenewStage.ASKING]
    if turn.around.storage_ok:
        for row in asking:
            turn.journal(_row(RowKind.RENEW_ABANDONED, scene, row))
    else:
        settling.add(turn, [_doubt(turn, scene, row) for row in asking], writing=False)


def _asked(turn: Turn, scene: Account) -> Account:
    """Journal the next intents and ask for them, as many as may be out at once."""
    room = MOST_ASKED - sum(row.stage is RenewStage.ASKING for row in scene.loans)
    for row in [row for row in scene.loans if row.stage is RenewStage.WAITING][: max(0, room)]:
        intent = IntentId(turn.new_id())
        row = replace(row, stage=RenewStage.ASKING, intent=intent)
        turn.journal(_row(RowKind.RENEW_INTENDED, scene, row))
        turn.order(Ask(AskId(intent), AskRenew(scene.patron.ref, row.loan.item.id)))
        scene = _put(scene, row)
    return scene


def _renewed(turn: Turn, scene: Account, row: LoanRow, due: datetime) -> LoanRow:
    intent = _intent(row)
    row = replace(row, stage=RenewStage.RENEWED, loan=replace(row.loan, due=due, renewals=row.loan.renewals + 1))
    fact = LoanRenewed(scene.session, intent, scene.patron.ref, row.loan.item.id, due)
    turn.journal(_row(RowKind.LOAN_RENEWED, scene, row), fact)
    turn.order(Play(Cue.DONE))
    return row


def _refused(turn: Turn, scene: Account, row: LoanRow, reasons: tuple[Reason, ...]) -> LoanRow:
    codes = tuple(reason.code.value for reason in reasons)
    turn.journal(replace(_row(RowKind.RENEW_REFUSED, scene, row), reasons=codes))
    turn.order(Play(Cue.LOOK))
    return replace(row, stage=RenewStage.REFUSED, reasons=reasons)


def _asking(scene: Account, ask: AskId) -> LoanRow | None:
    return next((row for row in scene.loans if row.stage is RenewStage.ASKING and AskId(_intent(row)) == ask), None)


def _intent(row: LoanRow) -> IntentId:
    assert row.intent is not None, "only a row with a journalled intent is asked for"
    return row.intent


def _put(scene: Account, row: LoanRow) -> Account:
    item = row.loan.item.id
    return replace(scene, loans=tuple(row if kept.loan.item.id == item else kept for kept in scene.loans))


def _row(kind: RowKind, scene: Account, row: LoanRow) -> JournalRow:
    ref, item = scene.patron.ref, row.loan.item.id
    return JournalRow(kind, scene.session, row.intent, item, patron=ref, due=row.loan.due)


def _doubt(turn: Turn, scene: Account, row: LoanRow) -> Doubt:
    return Doubt(
        intent=_intent(row),
        session=scene.session,
        purpose=Purpose.ACCOUNT,
        item=row.loan.item.id,
        uid=Uid(""),
        patron=scene.patron.ref,
        loan_made=False,
        due=None,
        since=turn.around.utc,
    )
