"""One tag on its way to the AFI that it has to hold: what each answer of the pad means for its row.

The same for lending and taking back; what a verdict means to the loan is decided in `lending` and `taking_back`.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from kiosk.model.ids import Uid
from kiosk.session.effects import Cue, Play, ReadTag, WriteAfi
from kiosk.session.events import TagKind, TagNotWritten, TagRead, TagWritten, WriteTrouble
from kiosk.session.rows import COMMITTED
from kiosk.session.state import Row, Stage
from kiosk.session.turn import Turn


class Verdict(StrEnum):
    """What is known of a tag after an answer."""

    UNDER_WAY = "under-way"
    WRITTEN = "written"
    """Read back as wanted."""
    LOCKED = "locked"
    """It refuses for good: it holds what it held before."""
    UNCHANGED = "unchanged"
    """Time is over, and it was read back with another value than the wanted one after the last write was answered."""
    UNKNOWN = "unknown"
    """Time is over, and a write may or may not have reached it."""


def write(turn: Turn, row: Row, wanted: int) -> Row:
    """Order the write. What the tag holds is unknown until the pad answers."""
    turn.order(WriteAfi(row.uid, wanted))
    since_s = row.since_s if row.stage in COMMITTED else turn.now_s
    return replace(row, stage=Stage.WRITING, since_s=since_s, afi=None, writes=row.writes + 1)


def written(turn: Turn, row: Row, event: TagWritten, wanted: int) -> tuple[Row, Verdict]:
    """The pad wrote and read back."""
    row = replace(row, writes=max(0, row.writes - 1), afi=event.afi)
    return (row, Verdict.WRITTEN) if event.afi == wanted else _once_more(turn, row, wanted)


def not_written(turn: Turn, row: Row, event: TagNotWritten, wanted: int) -> tuple[Row, Verdict]:
    """The pad could not make sure of a write."""
    row = replace(row, writes=max(0, row.writes - 1), afi=event.afi)
    if event.afi == wanted:
        return row, Verdict.WRITTEN
    match event.why:
        case WriteTrouble.LOCKED:
            held = row.afi_before if event.afi is None else event.afi
            return replace(row, afi=held), Verdict.WRITTEN if held == wanted else Verdict.LOCKED
        case WriteTrouble.NOT_TAKEN:
            return _once_more(turn, row, wanted)
        case WriteTrouble.AWAY | WriteTrouble.READER:
            return _looked_for(turn, row), Verdict.UNDER_WAY


def read(turn: Turn, row: Row, event: TagRead, wanted: int) -> tuple[Row, Verdict]:
    """The tag was read while its write is not known to be done."""
    if not is_same(row, event):
        return row, Verdict.UNDER_WAY
    if event.afi == wanted:
        return replace(row, afi=event.afi, present=True), Verdict.WRITTEN
    if row.writes:
        return row, Verdict.UNDER_WAY
    if event.afi is None:
        if not is_over(turn, row):
            turn.order(ReadTag(row.uid))
        return row, Verdict.UNDER_WAY
    return write(turn, replace(row, afi=event.afi, present=True), wanted), Verdict.UNDER_WAY


def gone(turn: Turn, row: Row) -> Row:
    """The tag has left the field: its item has to be put back."""
    return replace(_put_back(turn, row, turn.now_s), present=False)


def time_over(row: Row, wanted: int) -> Verdict:
    """What is known of a tag that was waited for long enough."""
    if row.afi is not None:
        return Verdict.WRITTEN if row.afi == wanted else Verdict.UNCHANGED
    return Verdict.UNKNOWN


def is_over(turn: Turn, row: Row) -> bool:
    return turn.now_s >= row.since_s + turn.around.policy.timeouts.put_back_s


def is_same(row: Row, event: TagRead) -> bool:
    """Whether a reading can be that of the row's item. An unreadable tag is judged by its UID alone."""
    return event.kind is TagKind.BROKEN or row.item is None or event.item is None or event.item == row.item.id


def answered(turn: Turn, row: Row, event: TagRead | TagWritten | TagNotWritten, wanted: int) -> tuple[Row, Verdict]:
    """What the pad said about a tag that is to be written."""
    match event:
        case TagRead():
            return read(turn, row, event, wanted)
        case TagWritten():
            return written(turn, row, event, wanted)
        case TagNotWritten():
            return not_written(turn, row, event, wanted)
        case _:
            assert_never(event)


def lies_alone(turn: Turn, uid: Uid) -> bool:
    return set(turn.around.pad) == {uid}


def _once_more(turn: Turn, row: Row, wanted: int) -> tuple[Row, Verdict]:
    """The tag is known to hold another value."""
    if is_over(turn, row):
        return row, time_over(row, wanted)
    if turn.is_present(row.uid) and row.afi is not None:
        return write(turn, row, wanted), Verdict.UNDER_WAY
    return _looked_for(turn, row), Verdict.UNDER_WAY


def _looked_for(turn: Turn, row: Row) -> Row:
    """The pad did not find the tag. If it lies there all the same it is read; the time allowed does not begin anew."""
    if turn.is_present(row.uid) and not is_over(turn, row):
        turn.order(ReadTag(row.uid))
    return _put_back(turn, row, row.since_s)


def _put_back(turn: Turn, row: Row, since_s: float) -> Row:
    if row.stage is Stage.PUT_BACK:
        return row
    turn.order(Play(Cue.LOOK))
    return replace(row, stage=Stage.PUT_BACK, since_s=since_s)
