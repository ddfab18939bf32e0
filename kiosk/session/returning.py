"""Somebody brings books back: what each event means for the live list and for the visit."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Purpose
from kiosk.model.ids import AskId, ItemId
from kiosk.model.questions import ItemKnown
from kiosk.model.reasons import ReasonCode
from kiosk.session import borrow_list, identifying, return_list, settling, tag_work, taking_back, visits
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
from kiosk.session.state import Home, Idle, Returning, Row, Scene, Stage
from kiosk.session.turn import Turn
from kiosk.session.visits import noticed_returning as noticed


def on(turn: Turn, visit: Returning, event: Event) -> Scene:
    scene = _on(turn, visit, event)
    if isinstance(scene, Returning) and scene.finishing_s is not None and are_settled(scene.rows):
        return visits.close(turn, scene)
    return scene


def _on(turn: Turn, visit: Returning, event: Event) -> Scene:
    match event:
        case Touched():
            return _touched(turn, visit, event)
        case TagSeen() | TagRead() | TagGone() | TagWritten() | TagNotWritten():
            return _tag(turn, visit, event)
        case Answered():
            return _heard(visit, event) if isinstance(event.answer, ItemKnown) else visit
        case CodeScanned():
            return _scanned(turn, visit, event.code)
        case CardPresented():
            return _card(turn, visit, event.token)
        case CardNotRead():
            return noticed(turn, visit, ReasonCode.CARD_NOT_READ)
        case CodeNotRead():
            return noticed(turn, visit, ReasonCode.CODE_NOT_READ)
        case TimePassed():
            return _time_passed(turn, visit)
        case (
            AskExpired()
            | LanguageChosen()
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


def _touched(turn: Turn, visit: Returning, event: Touched) -> Scene:
    match event.what:
        case Touch.DONE:
            return _finishing(turn, visit)
        case Touch.BACK if visit.rows or visit.borrowed:
            return _finishing(turn, visit)
        case Touch.BACK if visit.patron is not None:
            return Home(Idle(turn.now_s), visit.session, visit.patron, visit.token or "")
        case Touch.BACK:
            return visits.end(turn, visit.session)
        case Touch.BORROW if are_settled(visit.rows) and visit.finishing_s is None:
            return _borrow(turn, visit)
        case Touch.REMOVE:
            row = next((row for row in visit.rows if row.uid == event.target), None)
            return visit if row is None else _remove(turn, visit, row)
        case _:
            return visit


def _finishing(turn: Turn, visit: Returning) -> Returning:
    """No new item joins; those under way go on to their end."""
    return visit if visit.finishing_s is not None else replace(visit, finishing_s=turn.now_s)


def _borrow(turn: Turn, visit: Returning) -> Scene:
    """What was just brought back lies there still: it is not borrowed again by that."""
    if visit.patron is None:
        return _begin_anew(turn, visit, None)
    visits.rest_what_was_handled(turn, visit.rows)
    returned = in_stage(visit.rows, {Stage.DONE})
    earlier = without_tags_of(visit.borrowed, returned)
    return borrow_list.begin(turn, visit.session, visit.patron, visit.token or "", earlier, returned)


def _card(turn: Turn, visit: Returning, token: str) -> Scene:
    """Without a patron, a card says that its owner wants more than to bring books back."""
    if token == visit.token:
        return visit
    if visit.patron is None and visit.finishing_s is None and are_settled(visit.rows):
        return _begin_anew(turn, visit, token)
    return noticed(turn, visit, ReasonCode.ONE_CARD_AT_A_TIME)


def _begin_anew(turn: Turn, visit: Returning, token: str | None) -> Scene:
    """The nameless visit ends; its items belong to nobody's list after it."""
    visits.journal_end(turn, visit.session)
    handled = tuple(row.uid for row in visit.rows if turn.is_present(row.uid))
    scene = identifying.begin(turn, Purpose.BORROW) if token is None else identifying.begin_with_card(turn, token)
    turn.rest(handled)
    return scene


def _remove(turn: Turn, visit: Returning, row: Row) -> Returning:
    """Off the list, as long as nothing was done to its tag."""
    if row.mending or row.stage not in AGAIN_WHEN_LAID_DOWN | {Stage.READING}:
        return visit
    if turn.is_present(row.uid):
        turn.rest((row.uid,))
    return replace(visit, rows=without(visit.rows, row.uid))


def _tag(turn: Turn, visit: Returning, event: TagSeen | TagRead | TagGone | TagWritten | TagNotWritten) -> Returning:
    row = find(visit.rows, event.uid)
    if row is None and (event.uid in turn.around.resting or visit.finishing_s is not None):
        return visit
    if event.uid in turn.mended or settling.is_mending(turn, event.uid):
        return return_list.follow_settling(turn, visit, row or reading(event.uid, turn.now_s))
    match event:
        case TagSeen():
            turn.order(Play(Cue.TICK))
            return replace(visit, rows=seen(visit.rows, event.uid, turn.now_s))
        case TagGone():
            return visit if row is None else replace(visit, rows=_gone(turn, visit.rows, row))
        case TagRead() if row is None or row.stage in (Stage.READING, Stage.UNREADABLE):
            return return_list.admit(turn, visit, turn.around.pad[event.uid])
        case TagRead() | TagWritten() | TagNotWritten():
            if row is None:
                return visit
            if row.mending:
                return return_list.follow_settling(turn, visit, row)
            if row.stage not in COMMITTED:
                return visit
            row, verdict = tag_work.answered(turn, row, event, turn.around.policy.marks.in_stock)
            return replace(visit, rows=put(visit.rows, taking_back.concluded(turn, visit, row, verdict)))
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


def _heard(visit: Returning, event: Answered) -> Returning:
    """Central's name for an item; where it has none, the tag's own title stays."""
    item = event.answer.item if isinstance(event.answer, ItemKnown) else None
    row = _waiting_for_title(visit.rows, event.ask)
    if item is None or row is None or row.item is None:
        return visit
    return replace(visit, rows=put(visit.rows, replace(row, item=replace(item, id=row.item.id))))


def _waiting_for_title(rows: Rows, ask: AskId) -> Row | None:
    return next((row for row in rows if row.ask == ask), None)


def _scanned(turn: Turn, visit: Returning, code: str) -> Returning:
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
    return return_list.take(turn, visit, unreadable[0], turn.title_of(ItemId(code)))


def _time_passed(turn: Turn, visit: Returning) -> Returning:
    if visit.notice is not None and turn.now_s >= visit.notice_until_s:
        visit = replace(visit, notice=None)
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
        elif row.stage in COMMITTED:
            visit = _give_up(turn, visit, row)
    return visit


def _give_up(turn: Turn, visit: Returning, row: Row) -> Returning:
    verdict = tag_work.time_over(row, turn.around.policy.marks.in_stock)
    return replace(visit, rows=put(visit.rows, taking_back.concluded(turn, visit, row, verdict)))
