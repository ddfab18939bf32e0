"""Doubts come to their end here: at a start, or whenever the item is seen again (decision record 0004).

A doubt is an open intent whose outcome nobody knows. It is settled before anything else is done with its item.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kiosk.model.circulation import Purpose
from kiosk.model.facts import Found, ItemDoubtful, ItemOpened, ItemReturned, LoanUndone, StationSettled, UndoneWhy
from kiosk.model.ids import Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.session.effects import ReadTag, WriteAfi
from kiosk.session.events import Event, TagNotWritten, TagRead, TagWritten, TimePassed, WriteTrouble
from kiosk.session.turn import Mended, Outcome, Turn

TAG_AFTER_WRITE = "tag-after-write"
TAG_NOT_SECURED = "tag-not-secured"


def attend(turn: Turn, event: Event) -> None:
    """Do for the doubt list what `event` makes possible, before the scene is asked."""
    if not turn.around.doubts or not turn.around.storage_ok:
        return
    _abandon_what_never_began(turn)
    match event:
        case TagRead():
            _seen(turn, event)
        case TagWritten():
            _holds(turn, event.uid, event.afi)
        case TagNotWritten():
            _not_written(turn, event)
        case TimePassed():
            _tell(turn)
        case _:
            pass


def is_mending(turn: Turn, uid: Uid) -> bool:
    """Whether the tag is being settled: the scene has to wait for it."""
    return uid in turn.around.mending


def doubt_of(turn: Turn, uid: Uid) -> Doubt | None:
    """The oldest doubt about this tag."""
    return next((doubt for doubt in turn.around.doubts.values() if doubt.uid == uid), None)


def add(turn: Turn, doubts: Iterable[Doubt], *, writing: bool) -> None:
    """Put open intents on the list. `writing`: their tags lie there and a write is under way."""
    added = tuple(doubts)
    if not added:
        return
    around = turn.around
    mending = {doubt.uid: turn.now_s for doubt in added if writing and doubt.uid in around.pad}
    tell_s = around.tell_s
    if tell_s is None and any(not doubt.told for doubt in added):
        tell_s = turn.now_s + around.policy.timeouts.put_back_s
    turn.around = replace(
        around,
        doubts={**around.doubts, **{doubt.intent: doubt for doubt in added}},
        mending={**around.mending, **mending},
        tell_s=tell_s,
    )


def tell(turn: Turn, doubt: Doubt) -> Doubt:
    """Journal that nobody knows about this item, and tell central; the doubt as it stands then."""
    fact = ItemDoubtful(doubt.session, doubt.intent, doubt.item, doubt.uid, TAG_AFTER_WRITE, doubt.since)
    turn.journal(_row(RowKind.DOUBTFUL, doubt), fact)
    return replace(doubt, told=True)


def look_again(turn: Turn) -> None:
    """Read once more what lies on the pad: its last reading is older than what has happened to the kiosk."""
    for uid in turn.around.pad:
        turn.order(ReadTag(uid))


def wanted_afi(turn: Turn, doubt: Doubt) -> int:
    """What the tag has to hold for the doubt to end."""
    marks = turn.around.policy.marks
    return marks.on_loan if doubt.purpose is Purpose.BORROW else marks.in_stock


def _abandon_what_never_began(turn: Turn) -> None:
    for doubt in tuple(turn.around.doubts.values()):
        if doubt.purpose is Purpose.BORROW and not doubt.loan_made:
            _forget(turn, doubt)
            turn.journal(_row(RowKind.BORROW_ABANDONED, doubt), _settled(doubt, Outcome.ABANDONED))
        elif doubt.purpose is Purpose.ACCOUNT:
            _forget(turn, doubt)
            turn.journal(replace(_row(RowKind.RENEW_ABANDONED, doubt), uid=None))


def _seen(turn: Turn, event: TagRead) -> None:
    doubt = doubt_of(turn, event.uid)
    if doubt is None or (event.item is not None and event.item != doubt.item):
        return
    begun_s = turn.around.mending.get(event.uid)
    if doubt.purpose is Purpose.BORROW and event.afi == wanted_afi(turn, doubt):
        _close(turn, doubt, event.afi, event.afi)
    elif begun_s is None or turn.now_s < begun_s + turn.around.policy.timeouts.put_back_s:
        _mend(turn, doubt, turn.now_s if begun_s is None else begun_s)
    else:
        _give_up(turn, doubt)


def _holds(turn: Turn, uid: Uid, afi: int) -> None:
    """A tag was read back after a write."""
    doubt = doubt_of(turn, uid)
    if doubt is None:
        return
    if afi == wanted_afi(turn, doubt):
        _close(turn, doubt, doubt.afi_before, afi)
    elif is_mending(turn, uid):
        turn.order(ReadTag(uid))


def _not_written(turn: Turn, event: TagNotWritten) -> None:
    doubt = doubt_of(turn, event.uid)
    if doubt is None:
        return
    if event.afi is not None and event.afi == wanted_afi(turn, doubt):
        _close(turn, doubt, doubt.afi_before, event.afi)
    elif event.why is WriteTrouble.LOCKED and is_mending(turn, event.uid):
        _locked(turn, doubt, event.afi)
    elif is_mending(turn, event.uid) and turn.is_present(event.uid):
        turn.order(ReadTag(event.uid))


def _mend(turn: Turn, doubt: Doubt, since_s: float) -> None:
    turn.around = replace(turn.around, mending={**turn.around.mending, doubt.uid: since_s})
    turn.order(WriteAfi(doubt.uid, wanted_afi(turn, doubt)))


def _give_up(turn: Turn, doubt: Doubt) -> None:
    """The tag takes nothing: the doubt stays until it is laid down anew."""
    _end_mending(turn, doubt)
    if not doubt.told:
        told = tell(turn, doubt)
        turn.around = replace(turn.around, doubts={**turn.around.doubts, doubt.intent: told})


def _locked(turn: Turn, doubt: Doubt, afi: int | None) -> None:
    """The tag refuses for good, so it still holds what it held."""
    _forget(turn, doubt)
    turn.mended[doubt.uid] = Mended(doubt, Outcome.UNDONE, afi)
    if doubt.purpose is Purpose.BORROW:
        undone = LoanUndone(doubt.session, doubt.intent, doubt.item, UndoneWhy.TAG_NOT_OPENED)
        turn.journal(_row(RowKind.LOAN_UNDONE, doubt), undone)
        turn.journal(_row(RowKind.STATION_SETTLED, doubt), _settled(doubt, Outcome.UNDONE))
    else:
        unsecured = ItemDoubtful(
            doubt.session, doubt.intent, doubt.item, doubt.uid, TAG_NOT_SECURED, doubt.since
        )  # stays open at central: staff have to look at the tag
        turn.journal(replace(_row(RowKind.RETURN_REFUSED, doubt), reasons=("tag-locked",)), unsecured)


def _close(turn: Turn, doubt: Doubt, before: int | None, afi: int) -> None:
    """The tag was read back as wanted: the intent ends as it was meant."""
    _forget(turn, doubt)
    marks = turn.around.policy.marks
    assert doubt.purpose is not Purpose.ACCOUNT, "a renewal has no tag"
    match doubt.purpose:
        case Purpose.BORROW:
            outcome = Outcome.OPENED
            opened = ItemOpened(doubt.session, doubt.intent, doubt.item, doubt.uid, before, afi, verified=True)
            turn.journal(replace(_row(RowKind.BORROW_DONE, doubt), afi=afi), opened)
        case Purpose.RETURN:
            outcome = Outcome.RETURNED
            found = Found.LENT if doubt.afi_before == marks.on_loan else Found.NOT_LENT
            returned = ItemReturned(
                doubt.session, doubt.intent, doubt.item, doubt.uid, found, doubt.afi_before, afi, verified=True
            )
            turn.journal(replace(_row(RowKind.RETURN_DONE, doubt), afi=afi), returned)
    turn.journal(_row(RowKind.STATION_SETTLED, doubt), _settled(doubt, outcome))
    turn.mended[doubt.uid] = Mended(doubt, outcome, afi)


def _tell(turn: Turn) -> None:
    """Tell central, once, of doubts whose items have not been seen."""
    if turn.around.tell_s is None or turn.now_s < turn.around.tell_s:
        return
    told = {key: doubt if doubt.told else tell(turn, doubt) for key, doubt in turn.around.doubts.items()}
    turn.around = replace(turn.around, doubts=told, tell_s=None)


def _forget(turn: Turn, doubt: Doubt) -> None:
    _end_mending(turn, doubt)
    doubts = {key: kept for key, kept in turn.around.doubts.items() if key != doubt.intent}
    turn.around = replace(turn.around, doubts=doubts)


def _end_mending(turn: Turn, doubt: Doubt) -> None:
    mending = {uid: since for uid, since in turn.around.mending.items() if uid != doubt.uid}
    turn.around = replace(turn.around, mending=mending)


def _row(kind: RowKind, doubt: Doubt) -> JournalRow:
    return JournalRow(kind, doubt.session, doubt.intent, doubt.item, doubt.uid, doubt.patron, doubt.due)


def _settled(doubt: Doubt, outcome: Outcome) -> StationSettled:
    return StationSettled(doubt.session, doubt.intent, doubt.item, outcome.value)
