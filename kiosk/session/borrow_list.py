"""What joins the live list of a patron who borrows, and as what."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Item, Patron, Purpose
from kiosk.model.ids import SessionId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import lending, settling, tag_work
from kiosk.session.effects import Cue, Play, ReadTag
from kiosk.session.events import TagKind
from kiosk.session.rows import Rows, in_stage, put, reading, twins, without
from kiosk.session.state import Borrowing, Idle, OnPad, Row, Stage, Surroundings
from kiosk.session.turn import Outcome, Turn
from kiosk.session.visits import noticed_borrowing as noticed

STACK_S = 2.0
"""Longer than a pad needs for fifteen tags with a few second tries."""


def begin(
    turn: Turn, session: SessionId, patron: Patron, token: str, earlier: Rows = (), returned: Rows = ()
) -> Borrowing:
    """The list, with what lies on the pad already; `earlier` was borrowed in the same visit before."""
    visit = Borrowing(Idle(turn.now_s), session, patron, token, earlier, returned=returned)
    for tag in tuple(turn.around.pad.values()):
        if tag.uid not in turn.around.resting:
            visit = _join(turn, visit, tag)
    return admit_what_was_read(turn, visit)


def admit_what_was_read(turn: Turn, visit: Borrowing) -> Borrowing:
    """Tags join the list as what they are once the whole stack is read: only then two with one number can be told.

    What has an older doubt waits for its settling, and nothing waits for it; nor, for long, for a tag that is seen and
    cannot be read.
    """
    due_s = stack_due_s(turn.around, visit.rows)
    if due_s is not None and turn.now_s < due_s:
        return visit
    for tag in _being_read(turn.around, visit.rows):
        if tag.kind is not None:
            visit = _admit(turn, visit, tag)
    return visit


def stack_due_s(around: Surroundings, rows: Rows) -> float | None:
    """When what was read of a stack waits no longer for the rest of it; None where nothing waits."""
    tags = _being_read(around, rows)
    read = {tag.uid for tag in tags if tag.kind is not None}
    if not read or len(read) == len(tags):
        return None
    return min(row.since_s for row in rows if row.uid in read) + STACK_S


def _being_read(around: Surroundings, rows: Rows) -> tuple[OnPad, ...]:
    doubtful = {doubt.uid for doubt in around.doubts.values()}
    return tuple(
        around.pad[row.uid]
        for row in in_stage(rows, {Stage.READING})
        if row.uid in around.pad and row.uid not in doubtful
    )


def _admit(turn: Turn, visit: Borrowing, tag: OnPad) -> Borrowing:
    """A tag that lies there joins the list as what it is."""
    row = replace(reading(tag.uid, turn.now_s), afi=tag.afi, afi_before=tag.afi)
    match tag.kind:
        case None:
            return replace(visit, rows=put(visit.rows, row))
        case TagKind.LIBRARY if tag.item is not None:
            return wish(turn, visit, row, turn.title_of(tag.item, tag.title))
        case TagKind.LIBRARY | TagKind.BROKEN:
            turn.order(Play(Cue.LOOK))
            unreadable = replace(row, stage=Stage.UNREADABLE, reasons=(Reason(ReasonCode.UNREADABLE),))
            return replace(visit, rows=put(visit.rows, unreadable))
        case TagKind.FOREIGN | TagKind.NOT_LIBRARY:
            visit = replace(visit, rows=without(visit.rows, tag.uid))
            alone = tag_work.lies_alone(turn, tag.uid)
            return noticed(turn, visit, ReasonCode.FOREIGN) if alone else visit
        case _:
            assert_never(tag.kind)


def wish(turn: Turn, visit: Borrowing, row: Row, item: Item) -> Borrowing:
    """The item's number is known: ask for it, unless another tag on the pad has the same number, be it one that lies
    there from before: its barcode is no name for a tag that cannot be read."""
    others = twins(visit.rows, row, item.id)
    if not others and not turn.rests_there(item.id, row.uid):
        return replace(visit, rows=put(visit.rows, lending.intend(turn, visit, row, item)))
    same = Reason(ReasonCode.SAME_NUMBER)
    rows = put(visit.rows, lending.refuse_unasked(turn, visit, row, item, same))
    for other in in_stage(others, {Stage.ASKING}):
        rows = put(rows, lending.refuse(turn, visit, other, (same,)))
    return replace(visit, rows=rows)


def follow_settling(turn: Turn, visit: Borrowing, row: Row) -> Borrowing:
    """An older doubt about this item comes first; when it has ended, the item joins the list."""
    row = replace(row, present=turn.is_present(row.uid), since_s=turn.now_s)
    mended = turn.mended.get(row.uid)
    if mended is None:
        doubt = settling.doubt_of(turn, row.uid)
        item = row.item if doubt is None else turn.title_of(doubt.item)
        mending = settling.is_mending(turn, row.uid)
        stage = Stage.WRITING if mending else Stage.DOUBTFUL
        return replace(visit, rows=put(visit.rows, replace(row, stage=stage, item=item, mending=mending)))
    doubt = mended.doubt
    if doubt.purpose is not Purpose.BORROW or doubt.patron != visit.patron.ref:
        fresh = without(visit.rows, row.uid)
        tag = turn.around.pad.get(row.uid)
        if tag is None or visit.finishing_s is not None:
            return replace(visit, rows=fresh)
        return admit_what_was_read(turn, _join(turn, replace(visit, rows=fresh), tag))
    ended = replace(
        row,
        stage=Stage.DONE if mended.outcome is Outcome.OPENED else Stage.REFUSED,
        item=turn.title_of(doubt.item),
        intent=doubt.intent,
        due=doubt.due,
        afi=mended.afi,
        mending=False,
        reasons=() if mended.outcome is Outcome.OPENED else (Reason(ReasonCode.TAG_LOCKED),),
    )
    return replace(visit, rows=put(visit.rows, ended))


def _join(turn: Turn, visit: Borrowing, tag: OnPad) -> Borrowing:
    """It is being read, until all are. A doubt about the tag is settled first: it is read again for that."""
    if settling.is_mending(turn, tag.uid):
        return follow_settling(turn, visit, reading(tag.uid, turn.now_s))
    if settling.doubt_of(turn, tag.uid) is not None and tag.kind is not None:
        turn.order(ReadTag(tag.uid))
    return replace(visit, rows=put(visit.rows, reading(tag.uid, turn.now_s)))
