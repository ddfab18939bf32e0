"""In the tray, behind the closed flap: the tag is secured and read back, then the loan ends (design, section 4).

What has fallen in is back, whatever its tag does: an item whose tag cannot be secured is returned all the same, goes to
the bin for staff, and central is told of the doubt (decision record 0179)."""

from __future__ import annotations

from dataclasses import replace

from kiosk.doors.drop.offering import is_ours
from kiosk.doors.drop.policy import bin_for
from kiosk.doors.drop.state import Slip, Stage
from kiosk.doors.drop.turn import Turn
from kiosk.model.circulation import Purpose
from kiosk.model.facts import Found, ItemDoubtful, ItemReturned, StationSettled
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import Destination, SortTold
from kiosk.session.settling import TAG_AFTER_WRITE, TAG_NOT_SECURED
from kiosk.session.turn import Outcome

TAKEN_OUT_AGAIN = "taken-out-again"
"""Returned, and gone from the tray before it was let fall: somebody has forced the flap."""


def attend(turn: Turn) -> None:
    """Bring every item in the tray a step further."""
    _settle_what_never_fell(turn)
    _find_what_lies_there(turn)
    for slip in list(turn.state.slips.values()):
        match slip.stage:
            case Stage.SECURING:
                _secure(turn, slip)
            case Stage.SORTING:
                _sort(turn, slip)
            case Stage.DONE:
                _watch(turn, slip)
    for slip in list(turn.state.slips.values()):
        if slip.stage is Stage.SORTING:
            _sort(turn, slip)


def _settle_what_never_fell(turn: Turn) -> None:
    """A start, or the pad's coming back, finds the tray empty: open returns of before have not begun."""
    state = turn.state
    if state.empty_since_s is None or turn.now_s < state.empty_since_s + state.policy.times.read_s:
        return
    for doubt in list(state.doubts.values()):
        if doubt.told or doubt.uid in state.tags:
            continue
        row = JournalRow(RowKind.RETURN_ABANDONED, doubt.session, doubt.intent, doubt.item, doubt.uid)
        fact = StationSettled(doubt.session, doubt.intent, doubt.item, Outcome.ABANDONED.value)
        turn.write_down(row)
        turn.write_down(replace(row, kind=RowKind.STATION_SETTLED), fact)
        turn.settled(doubt.uid)


def _find_what_lies_there(turn: Turn) -> None:
    """Whatever was held before the flap: what lies in the tray once it is shut has come in. Perhaps it is another
    item, or a second one, or one of before a start."""
    state = turn.state
    if not state.lies or not state.is_shut or state.release is not None:
        return
    if turn.now_s < max(state.lies_since_s or 0.0, state.shut_since_s) + state.policy.times.still_s:
        return
    for uid, tag in state.tags.items():
        if uid not in state.slips and is_ours(tag):
            turn.begin(uid)


def _secure(turn: Turn, slip: Slip) -> None:
    state, policy = turn.state, turn.state.policy
    tag, marks = state.tags.get(slip.uid), policy.marks
    is_late = turn.now_s >= slip.since_s + policy.times.read_s
    if tag is None:
        if is_late and not slip.is_writing:
            _lost(turn, slip)
        return
    afi = None if tag.read is None else tag.read.afi
    if slip.is_writing:
        return
    if afi == marks.in_stock:
        turn.keep(replace(slip, stage=Stage.SORTING, secured=True, since_s=turn.now_s))
    elif slip.is_locked or slip.writes >= policy.tries or (is_late and afi is None):
        turn.keep(replace(slip, stage=Stage.SORTING, secured=False, since_s=turn.now_s))
    elif afi is not None:
        turn.write_tag(slip.uid, marks.in_stock)
        turn.keep(replace(slip, is_writing=True, writes=slip.writes + 1))


def _lost(turn: Turn, slip: Slip) -> None:
    """It was heard in the tray and is not any more: it is shadowed by another one, or the flap was forced."""
    if slip.writes == 0:
        turn.write_down(turn.row(RowKind.RETURN_ABANDONED, slip, note="not heard any more"))
        turn.drop(slip.uid)
        return
    fact = ItemDoubtful(slip.session, slip.intent, slip.item, slip.uid, TAG_AFTER_WRITE, turn.moment.utc)
    turn.write_down(turn.row(RowKind.DOUBTFUL, slip), fact)
    turn.drop(slip.uid)
    turn.doubt(doubt_of(turn, slip, told=True))
    turn.call_staff()


def doubt_of(turn: Turn, slip: Slip, *, told: bool) -> Doubt:
    """The item's intent as an open one."""
    return Doubt(
        slip.intent,
        slip.session,
        Purpose.RETURN,
        slip.item,
        slip.uid,
        None,
        loan_made=False,
        due=None,
        since=turn.moment.utc,
        afi_before=slip.afi_before,
        told=told,
    )


def _sort(turn: Turn, slip: Slip) -> None:
    """Where it goes is known, or has been waited for: the return is written down."""
    state, policy = turn.state, turn.state.policy
    if slip.ask is not None and turn.now_s < slip.since_s + policy.times.ask_s:
        return
    told = slip.sort or turn.alone(slip)
    chosen = bin_for(policy.bins, state.full, told if slip.secured else SortTold(Destination.STAFF))
    bin_name = "" if chosen is None else chosen.name
    tag = state.tags.get(slip.uid)
    afi = policy.marks.in_stock if slip.secured else None if tag is None or tag.read is None else tag.read.afi
    if not slip.secured:
        doubtful = ItemDoubtful(slip.session, slip.intent, slip.item, slip.uid, TAG_NOT_SECURED, turn.moment.utc)
        turn.write_down(turn.row(RowKind.DOUBTFUL, slip, afi=afi), doubtful)
    found = Found.LENT if slip.afi_before == policy.marks.on_loan else Found.NOT_LENT
    turn.write_down(
        turn.row(RowKind.RETURN_DONE, slip, afi=afi, note=bin_name),
        ItemReturned(
            slip.session, slip.intent, slip.item, slip.uid, found, slip.afi_before, afi, slip.secured, bin_name
        ),
    )
    turn.keep(replace(slip, stage=Stage.DONE, ask=None, bin=bin_name, since_s=turn.now_s))


def _watch(turn: Turn, slip: Slip) -> None:
    """Returned, and not let fall yet: it must not leave by the flap."""
    state = turn.state
    if state.release is not None or state.lies is not False or slip.uid in state.tags:
        return
    if slip.is_of_before:
        turn.write_down(turn.row(RowKind.DROP_RELEASED, slip, note=slip.bin))
        turn.drop(slip.uid)
        return
    if turn.now_s >= max(slip.since_s, state.empty_since_s or 0.0) + state.policy.times.gone_s:
        fact = ItemDoubtful(slip.session, slip.intent, slip.item, slip.uid, TAKEN_OUT_AGAIN, turn.moment.utc)
        turn.write_down(turn.row(RowKind.DOUBTFUL, slip), fact)
        turn.write_down(turn.row(RowKind.DROP_RELEASED, slip, note=TAKEN_OUT_AGAIN))
        turn.drop(slip.uid)
        turn.call_staff()
