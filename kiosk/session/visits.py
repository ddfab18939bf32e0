"""How a visit begins and ends, whatever it was for."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.model.circulation import Patron, Purpose
from kiosk.model.ids import PatronRef, SessionId, Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session import lending, settling, surroundings, taking_back
from kiosk.session.effects import Cue, Play
from kiosk.session.events import TagKind
from kiosk.session.receipt_parts import ReceiptStage
from kiosk.session.rows import COMMITTED, ENDED_BADLY, Rows, in_stage, without_tags_of
from kiosk.session.state import Attract, Borrowing, Closing, Returning, Scene, Stage
from kiosk.session.turn import Turn

Visit = Borrowing | Returning


def begin(turn: Turn, patron: Patron | None) -> SessionId:
    """A session of this patron, or of whoever brings a book back."""
    session = SessionId(turn.new_id())
    ref: PatronRef | None = None if patron is None else patron.ref
    turn.journal(JournalRow(RowKind.SESSION_STARTED, session, patron=ref))
    return session


def end(turn: Turn, session: SessionId | None) -> Attract:
    """Nobody is here any more: the screen is wiped, and what lies on the pad stays alone.

    A card that was left on the reader is told of, without a name.
    """
    if session is not None:
        journal_end(turn, session)
    scene = Attract()
    if turn.around.card is not None:
        turn.order(Play(Cue.LOOK))
        scene = Attract(Reason(ReasonCode.CARD_STILL_HERE), turn.now_s + turn.around.timeouts.home_s)
    turn.around = replace(surroundings.at_rest(turn.around), settled=(), resting=frozenset(turn.around.pad))
    return scene


def journal_end(turn: Turn, session: SessionId) -> None:
    turn.journal(JournalRow(RowKind.SESSION_ENDED, session))


def books(turn: Turn) -> tuple[Uid, ...]:
    """Tags on the pad that may be books and are meant by whoever is here now."""
    kinds = (None, TagKind.LIBRARY, TagKind.BROKEN)
    return tuple(
        tag.uid for tag in turn.around.pad.values() if tag.kind in kinds and tag.uid not in turn.around.resting
    )


def noticed_borrowing(turn: Turn, visit: Borrowing, code: ReasonCode) -> Borrowing:
    """With one plain sentence that stands for a short while."""
    return replace(visit, notice=Reason(code), notice_until_s=_until_s(turn))


def noticed_returning(turn: Turn, visit: Returning, code: ReasonCode) -> Returning:
    """With one plain sentence that stands for a short while."""
    return replace(visit, notice=Reason(code), notice_until_s=_until_s(turn))


def leave(turn: Turn, visit: Visit) -> Attract:
    """The patron has walked away. Open items are settled by what lies on the pad, and the screen is wiped at once."""
    hand_over(turn, visit)
    return end(turn, visit.session)


def hand_over(turn: Turn, visit: Visit) -> None:
    """Items under way become doubts. Without a journal nothing can be said about them yet."""
    rows = tuple(row for row in visit.rows if not row.mending)
    asking = in_stage(rows, {Stage.ASKING})
    doubts: list[Doubt] = []
    match visit:
        case Borrowing():
            doubts += [lending.doubt(turn, visit, row) for row in in_stage(rows, COMMITTED)]
            if turn.around.storage_ok:
                for row in asking:
                    lending.abandon(turn, visit, row)
            else:
                doubts += [lending.doubt(turn, visit, row) for row in asking]
        case Returning():
            doubts += [taking_back.doubt(turn, visit, row) for row in in_stage(rows, COMMITTED)]
        case _:
            assert_never(visit)
    if turn.around.storage_ok:
        doubts = [doubt if turn.is_present(doubt.uid) else settling.tell(turn, doubt) for doubt in doubts]
    settling.add(turn, doubts, writing=True)


def close(turn: Turn, visit: Visit) -> Scene:
    """Every item has ended: offer the receipt, or say what went wrong; without either the screen is wiped."""
    match visit:
        case Borrowing():
            purpose = Purpose.BORROW
            borrowed = in_stage(visit.rows, {Stage.DONE})
            returned = without_tags_of(in_stage(visit.returned, {Stage.DONE}), borrowed)
        case Returning():
            purpose = Purpose.RETURN
            returned = in_stage(visit.rows, {Stage.DONE})
            borrowed = without_tags_of(in_stage(visit.borrowed, {Stage.DONE}), returned)
        case _:
            assert_never(visit)
    others = in_stage(visit.rows, ENDED_BADLY)
    if not (borrowed or returned or in_stage(others, ENDED_BADLY - {Stage.UNREADABLE})):
        return end(turn, visit.session)
    receipt = ReceiptStage.DECLINED
    if borrowed or returned:
        receipt = ReceiptStage.OFFERED
        turn.journal(JournalRow(RowKind.RECEIPT_OFFERED, visit.session))
    turn.rest((*turn.around.pad, *_uids(visit.rows), *_uids(borrowed), *_uids(returned)))
    return Closing(
        session=visit.session,
        purpose=purpose,
        patron=visit.patron,
        token=visit.token,
        borrowed=borrowed,
        returned=returned,
        receipt=receipt,
        until_s=turn.now_s + turn.around.timeouts.receipt_s,
        others=others,
    )


def rest_what_was_handled(turn: Turn, rows: Rows) -> None:
    """Items of the list lie there because they were just dealt with: the next list begins without them."""
    turn.rest(row.uid for row in rows if turn.is_present(row.uid))


def _until_s(turn: Turn) -> float:
    return turn.now_s + turn.around.timeouts.notice_s


def _uids(rows: Rows) -> tuple[Uid, ...]:
    return tuple(row.uid for row in rows)
