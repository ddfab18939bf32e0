"""What joins the live list of whoever brings books back, and as what."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Item, Patron, Purpose
from kiosk.model.ids import SessionId
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import settling, tag_work, taking_back, visits
from kiosk.session.effects import Cue, Play, ReadTag
from kiosk.session.events import TagKind
from kiosk.session.rows import Rows, put, reading, twins, without
from kiosk.session.state import Idle, OnPad, Returning, Row, Stage
from kiosk.session.turn import Outcome, Turn
from kiosk.session.visits import noticed_returning as noticed


def begin(turn: Turn, patron: Patron | None, token: str | None) -> Returning:
    """A visit of its own, with what lies on the pad already."""
    return go_on(turn, Returning(Idle(turn.now_s), visits.begin(turn, patron), patron, token))


def within(
    turn: Turn, session: SessionId, patron: Patron, token: str, earlier: Rows = (), borrowed: Rows = ()
) -> Returning:
    """The list within a patron's visit; `earlier` was brought back in it before."""
    return go_on(turn, Returning(Idle(turn.now_s), session, patron, token, earlier, borrowed=borrowed))


def go_on(turn: Turn, visit: Returning) -> Returning:
    """With everything on the pad that does not lie there from before."""
    for tag in tuple(turn.around.pad.values()):
        if tag.uid not in turn.around.resting:
            visit = _join(turn, visit, tag)
    return visit


def admit(turn: Turn, visit: Returning, tag: OnPad) -> Returning:
    """A tag that lies there joins the list as what it is."""
    row = replace(reading(tag.uid, turn.now_s), afi=tag.afi, afi_before=tag.afi)
    match tag.kind:
        case None:
            return replace(visit, rows=put(visit.rows, row))
        case TagKind.LIBRARY if tag.item is not None:
            return take(turn, visit, row, turn.title_of(tag.item, tag.title))
        case TagKind.LIBRARY | TagKind.BROKEN:
            turn.order(Play(Cue.LOOK))
            unreadable = replace(row, stage=Stage.UNREADABLE, reasons=(Reason(ReasonCode.UNREADABLE),))
            return replace(visit, rows=put(visit.rows, unreadable))
        case TagKind.FOREIGN:
            turn.order(Play(Cue.LOOK))
            item = None if tag.item is None else Item(tag.item, tag.title or tag.item)
            foreign = replace(row, stage=Stage.REFUSED, item=item, reasons=(Reason(ReasonCode.FOREIGN),))
            return replace(visit, rows=put(visit.rows, foreign))
        case TagKind.NOT_LIBRARY:
            visit = replace(visit, rows=without(visit.rows, tag.uid))
            alone = tag_work.lies_alone(turn, tag.uid)
            return noticed(turn, visit, ReasonCode.FOREIGN) if alone else visit
        case _:
            assert_never(tag.kind)


def take(turn: Turn, visit: Returning, row: Row, item: Item) -> Returning:
    """The item's number is known: take it back, unless another tag has it, too, of this visit or from before."""
    if twins(visit.rows, row, item.id) or turn.rests_there(item.id, row.uid):
        same = taking_back.refuse_unwritten(turn, visit, row, item, Reason(ReasonCode.SAME_NUMBER))
        return replace(visit, rows=put(visit.rows, same))
    return replace(visit, rows=put(visit.rows, taking_back.intend(turn, visit, row, item)))


def follow_settling(turn: Turn, visit: Returning, row: Row) -> Returning:
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
    if doubt.purpose is not Purpose.RETURN:
        fresh = without(visit.rows, row.uid)
        tag = turn.around.pad.get(row.uid)
        if tag is None or visit.finishing_s is not None:
            return replace(visit, rows=fresh)
        return _join(turn, replace(visit, rows=fresh), tag)
    returned = mended.outcome is Outcome.RETURNED
    ended = replace(
        row,
        stage=Stage.DONE if returned else Stage.REFUSED,
        item=turn.title_of(doubt.item),
        intent=doubt.intent,
        afi=mended.afi,
        mending=False,
        reasons=() if returned else (Reason(ReasonCode.TAG_LOCKED),),
    )
    return replace(visit, rows=put(visit.rows, ended))


def _join(turn: Turn, visit: Returning, tag: OnPad) -> Returning:
    """Like `admit`, but a doubt about the tag is settled first: it is read again for that."""
    if settling.is_mending(turn, tag.uid):
        return follow_settling(turn, visit, reading(tag.uid, turn.now_s))
    if settling.doubt_of(turn, tag.uid) is None or tag.kind is None:
        return admit(turn, visit, tag)
    turn.order(ReadTag(tag.uid))
    return replace(visit, rows=put(visit.rows, reading(tag.uid, turn.now_s)))
