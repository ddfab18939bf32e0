"""A patron borrows: what each event means for the live list and for the visit."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.ids import AskId, ItemId, Uid
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import borrow_list, lending, return_list, settling, tag_work, visits
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
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
)
from kiosk.session.hearing import is_item_number
from kiosk.session.rows import (
    AGAIN_WHEN_LAID_DOWN,
    COMMITTED,
    Rows,
    are_settled,
    find,
    in_stage,
    put,
    reading,
    seen,
    without,
    without_tags_of,
)
from kiosk.session.state import Borrowing, Home, Idle, Row, Scene, Stage
from kiosk.session.turn import Turn
from kiosk.session.visits import noticed_borrowing as noticed


def on(turn: Turn, visit: Borrowing, event: Event) -> Scene:
    scene = _on(turn, visit, event)
    if isinstance(scene, Borrowing) and scene.finishing_s is not None and are_settled(scene.rows):
        return visits.close(turn, scene)
    return scene


def _on(turn: Turn, visit: Borrowing, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, visit, event)
        case TagSeen() | TagRead() | TagGone() | TagWritten() | TagNotWritten():
            return _tag(turn, visit, event)
        case Answered() | AskExpired():
            return _heard(turn, visit, event)
        case CodeScanned():
            return _scanned(turn, visit, event.code)
        case CardPresented():
            return visit if event.token == visit.token else noticed(turn, visit, ReasonCode.ONE_CARD_AT_A_TIME)
        case CardNotRead():
            return noticed(turn, visit, ReasonCode.CARD_NOT_READ)
        case CodeNotRead():
            return noticed(turn, visit, ReasonCode.CODE_NOT_READ)
        case TimePassed():
            return _time_passed(turn, visit)
        case (
            LanguageChosen()
            | CardLifted()
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
            return visit
        case _:
            assert_never(event)


def _touched(turn: Turn, visit: Borrowing, event: Touched) -> Scene:
    match event.what:
        case Touch.DONE:
            return _finishing(turn, visit)
        case Touch.BACK:
            return _finishing(turn, visit) if visit.rows or visit.returned else _home(turn, visit)
        case Touch.RETURN if are_settled(visit.rows) and visit.finishing_s is None:
            visits.rest_what_was_handled(turn, in_stage(visit.rows, {Stage.DONE, Stage.DOUBTFUL}))
            done = in_stage(visit.rows, {Stage.DONE})
            earlier = without_tags_of(visit.returned, done)
            return return_list.within(turn, visit.session, visit.patron, visit.token, earlier, done)
        case Touch.REMOVE:
            return _remove(turn, visit, Uid(event.target))
        case _:
            return visit


def _finishing(turn: Turn, visit: Borrowing) -> Borrowing:
    """No new item joins; those under way go on to their end."""
    return visit if visit.finishing_s is not None else replace(visit, finishing_s=turn.now_s)


def _home(turn: Turn, visit: Borrowing) -> Home:
    return Home(Idle(turn.now_s), visit.session, visit.patron, visit.token)


def _remove(turn: Turn, visit: Borrowing, uid: Uid) -> Borrowing:
    """Off the list, as long as nothing is lent. The tag stays alone until it is laid down anew."""
    row = find(visit.rows, uid)
    if row is None or row.mending or row.stage not in AGAIN_WHEN_LAID_DOWN | {Stage.READING, Stage.ASKING}:
        return visit
    if row.stage is Stage.ASKING:
        lending.abandon(turn, visit, row)
    if turn.is_present(uid):
        turn.rest((uid,))
    return replace(visit, rows=without(visit.rows, uid))


def _tag(turn: Turn, visit: Borrowing, event: TagSeen | TagRead | TagGone | TagWritten | TagNotWritten) -> Borrowing:
    row = find(visit.rows, event.uid)
    if row is None and (event.uid in turn.around.resting or visit.finishing_s is not None):
        return visit
    if event.uid in turn.mended or settling.is_mending(turn, event.uid):
        return borrow_list.follow_settling(turn, visit, row or reading(event.uid, turn.now_s))
    match event:
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return replace(visit, rows=seen(visit.rows, event.uid, turn.now_s))
        case TagGone():
            if row is None:
                return visit
            return borrow_list.admit_what_was_read(turn, replace(visit, rows=_gone(turn, visit.rows, row)))
        case TagRead() if row is None or row.stage in (Stage.READING, Stage.UNREADABLE):
            read = replace(visit, rows=put(visit.rows, reading(event.uid, turn.now_s)))
            return borrow_list.admit_what_was_read(turn, read)
        case TagRead() if row is not None and row.stage is Stage.ASKING and not tag_work.is_same(row, event):
            refused = lending.refuse(turn, visit, row, (Reason(ReasonCode.SAME_NUMBER),))
            return replace(visit, rows=put(visit.rows, refused))
        case TagRead() | TagWritten() | TagNotWritten():
            if row is None:
                return visit
            if row.mending:
                return borrow_list.follow_settling(turn, visit, row)
            if row.stage not in COMMITTED:
                return visit
            row, verdict = tag_work.answered(turn, row, event, turn.around.policy.marks.on_loan)
            return replace(visit, rows=put(visit.rows, lending.concluded(turn, visit, row, verdict)))
        case _:
            assert_never(event)


def _gone(turn: Turn, rows: Rows, row: Row) -> Rows:
    if row.stage in (Stage.READING, Stage.UNREADABLE) or (row.mending and row.intent is None):
        return without(rows, row.uid)
    if row.mending:
        return put(rows, replace(row, stage=Stage.DOUBTFUL, mending=False, present=False))
    if row.stage in COMMITTED:
        return put(rows, tag_work.gone(turn, row))
    return put(rows, replace(row, present=False))


def _heard(turn: Turn, visit: Borrowing, event: Answered | AskExpired) -> Borrowing:
    """An answer to a question that is decided already changes nothing."""
    row = _asking(visit.rows, event.ask)
    if row is None:
        return visit
    match event:
        case Answered():
            visit, row = lending.answered(turn, visit, row, event.answer)
        case AskExpired():
            visit, row = lending.expired(turn, visit, row)
        case _:
            assert_never(event)
    return replace(visit, rows=put(visit.rows, row))


def _asking(rows: Rows, ask: AskId) -> Row | None:
    return next((row for row in in_stage(rows, {Stage.ASKING}) if row.ask == ask), None)


def _scanned(turn: Turn, visit: Borrowing, code: str) -> Borrowing:
    """A barcode names the one item whose tag could not be read; else items go by the pad."""
    if code == visit.token:
        return noticed(turn, visit, ReasonCode.THAT_IS_YOUR_CARD)
    unreadable = in_stage(visit.rows, {Stage.UNREADABLE})
    if not unreadable and any(row.item is not None and row.item.id == code for row in visit.rows):
        return visit
    if len(unreadable) != 1 or visit.finishing_s is not None:
        return noticed(turn, visit, ReasonCode.LAY_IT_ON_THE_PAD)
    if not is_item_number(code):
        return noticed(turn, visit, ReasonCode.CODE_NOT_READ)
    return borrow_list.wish(turn, visit, unreadable[0], turn.title_of(ItemId(code)))


def _time_passed(turn: Turn, visit: Borrowing) -> Borrowing:
    if visit.notice is not None and turn.now_s >= visit.notice_until_s:
        visit = replace(visit, notice=None)
    visit = borrow_list.admit_what_was_read(turn, visit)
    for row in visit.rows:
        if row.stage in COMMITTED and not row.mending and tag_work.is_over(turn, row):
            visit = _give_up(turn, visit, row)
    if visit.finishing_s is None or turn.now_s < visit.finishing_s + turn.around.policy.timeouts.put_back_s:
        return visit
    for row in visit.rows:
        if row.mending:
            visit = replace(visit, rows=put(visit.rows, replace(row, stage=Stage.DOUBTFUL, mending=False)))
        elif row.stage is Stage.READING:
            visit = replace(visit, rows=without(visit.rows, row.uid))
        elif row.stage is Stage.ASKING:
            visit = replace(visit, rows=put(visit.rows, lending.abandon(turn, visit, row)))
        elif row.stage in COMMITTED:
            visit = _give_up(turn, visit, row)
    return visit


def _give_up(turn: Turn, visit: Borrowing, row: Row) -> Borrowing:
    verdict = tag_work.time_over(row, turn.around.policy.marks.on_loan)
    return replace(visit, rows=put(visit.rows, lending.concluded(turn, visit, row, verdict)))
