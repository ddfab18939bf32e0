"""Somebody at the reader: whose card it is, which items here are theirs, and the doors that are unlocked for them."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.locker import doors, lending
from kiosk.doors.locker.state import BoxState, LoanStage, Visit, VisitStage, Who
from kiosk.doors.locker.turn import Turn
from kiosk.model.cards import by_card, card_token
from kiosk.model.ids import ItemId, PatronRef, SessionId
from kiosk.model.questions import Answer, AskIdentify, AskKept, Identified, KeptTold, NotIdentified

MOST_ASKED = 100
"""Items in one question: the message has room for so many."""


def card(turn: Turn, token: str) -> None:
    """A card was held to the reader; while one visit lasts, others wait."""
    state = turn.state
    if state.visit is not None or not state.works:
        turn.put(state.policy.refused_lamp, True, state.policy.times.lamp_s)
        return
    session = SessionId(turn.new_id())
    if card_token(token) in state.policy.staff:
        _staff(turn, session, token)
        return
    ask = turn.ask(AskIdentify(token))
    turn.state = replace(turn.state, visit=Visit(session, token, VisitStage.IDENTIFYING, turn.now_s, ask=ask))


def answered(turn: Turn, ask: str, answer: Answer | None) -> None:
    """Central has answered the visit's question, or has not."""
    visit = turn.state.visit
    if visit is None or visit.ask != ask:
        return
    match visit.stage, answer:
        case VisitStage.IDENTIFYING, Identified():
            visit = replace(visit, patron=answer.patron.ref, may_borrow=answer.patron.may_borrow)
            asked = turn.ask(AskKept(answer.patron.ref, _items(turn)[:MOST_ASKED]))
            turn.state = replace(turn.state, visit=replace(visit, stage=VisitStage.CHOOSING, ask=asked))
        case VisitStage.IDENTIFYING, NotIdentified():
            refuse(turn)
        case VisitStage.IDENTIFYING, _:
            patron = by_card(card_token(visit.token))
            _choose(turn, replace(visit, patron=patron), _kept_by_copy(turn, patron))
        case VisitStage.CHOOSING, KeptTold():
            _choose(turn, visit, frozenset(answer.items))
        case VisitStage.CHOOSING, _:
            assert visit.patron is not None, "they were identified"
            _choose(turn, visit, _kept_by_copy(turn, visit.patron))
        case _:
            pass


def attend(turn: Turn) -> None:
    """Bring the visit a step further."""
    visit = turn.state.visit
    if visit is None:
        return
    match visit.stage:
        case VisitStage.WAITING:
            _wait(turn, visit)
        case VisitStage.LENDING:
            _lend(turn, visit)
        case VisitStage.DOORS:
            _next_door(turn, visit)
        case VisitStage.IDENTIFYING | VisitStage.CHOOSING:
            pass


def refuse(turn: Turn) -> None:
    """There is nothing here for them; why is not told to whoever holds a card in the hand."""
    policy = turn.state.policy
    turn.put(policy.refused_lamp, True, policy.times.lamp_s)
    _end(turn)


def _choose(turn: Turn, visit: Visit, items: frozenset[ItemId]) -> None:
    turn.state = replace(
        turn.state, visit=replace(visit, stage=VisitStage.WAITING, wanted=items, ask=None, since_s=turn.now_s)
    )
    if not items:
        refuse(turn)


def _wait(turn: Turn, visit: Visit) -> None:
    """Nothing is lent out of a door behind which nobody knows what lies."""
    state = turn.state
    ready = [
        (box, kept)
        for box in state.boxes.values()
        for kept in box.kept.values()
        if kept.item in visit.wanted and kept.lent is None and _is_counted(turn, box) and kept.uid in box.tags
    ]
    waits = turn.now_s < visit.since_s + state.policy.times.wait_s
    if waits and any(not _is_counted(turn, box) for box in state.boxes.values() if _may_hold(box, visit.wanted)):
        return
    if not ready:
        refuse(turn)
        return
    turn.state = replace(state, visit=replace(visit, stage=VisitStage.LENDING, since_s=turn.now_s))
    for box, kept in ready:
        lending.intend(turn, visit, box.box.name, kept.uid, kept.item, box.tags[kept.uid].afi)


def _may_hold(box: BoxState, wanted: frozenset[ItemId]) -> bool:
    return box.pad_ok and any(kept.item in wanted for kept in box.kept.values())


def _is_counted(turn: Turn, box: BoxState) -> bool:
    is_busy = any(back.box == box.box.name for back in turn.state.returns.values())
    return bool(box.pad_ok and box.is_shut and not box.must_count and not is_busy)


def _lend(turn: Turn, visit: Visit) -> None:
    loans = turn.state.loans.values()
    if any(loan.stage in (LoanStage.ASKED, LoanStage.OPENING) for loan in loans):
        return
    names = dict.fromkeys(loan.box for loan in loans if loan.stage is LoanStage.DONE)
    lending.forget(turn)
    if not names:
        refuse(turn)
        return
    turn.put(turn.state.policy.ready_lamp, True)
    turn.state = replace(turn.state, visit=replace(visit, stage=VisitStage.DOORS, doors=tuple(names)))
    _next_door(turn, replace(visit, stage=VisitStage.DOORS, doors=tuple(names)))


def _next_door(turn: Turn, visit: Visit) -> None:
    """One door after the other: whoever takes things out of two is seen at both."""
    if visit.at is not None:
        box = turn.state.boxes[visit.at]
        if box.unlocked_s is not None or box.opened_s is not None:
            return
    if not visit.doors:
        _end(turn)
        return
    first, *others = visit.doors
    doors.unlock(turn, first, Who.PATRON, visit.session)
    turn.state = replace(turn.state, visit=replace(visit, doors=tuple(others), at=first))


def _end(turn: Turn) -> None:
    turn.put(turn.state.policy.ready_lamp, False)
    turn.state = replace(turn.state, visit=None)


def _staff(turn: Turn, session: SessionId, token: str) -> None:
    """Each time the card is shown, the next door opens; the first time, the first one behind which nothing lies."""
    state = turn.state
    names = [name for name, box in state.boxes.items() if box.is_shut]
    if not names:
        turn.put(state.policy.refused_lamp, True, state.policy.times.lamp_s)
        return
    empty = next((name for name in names if not state.boxes[name].kept and not state.boxes[name].tags), names[0])
    later = [] if state.staff_at not in names else names[names.index(state.staff_at) + 1 :] + names
    name = next(iter(later), empty)
    visit = Visit(session, token, VisitStage.DOORS, turn.now_s, at=name)
    turn.put(state.policy.ready_lamp, True)
    turn.state = replace(turn.state, visit=visit, staff_at=name)
    doors.unlock(turn, name, Who.STAFF, session)


def _items(turn: Turn) -> tuple[ItemId, ...]:
    return tuple(kept.item for box in turn.state.boxes.values() for kept in box.kept.values() if kept.lent is None)


def _kept_by_copy(turn: Turn, patron: PatronRef) -> frozenset[ItemId]:
    """What central told last that it set aside for them."""
    copy = turn.state.copy
    return frozenset() if copy is None else frozenset(i for i in _items(turn) if copy.is_kept_for(i, patron))
