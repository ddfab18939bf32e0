"""What each fact changes. Physical facts stand: nothing here refuses; what is wrong becomes an exception for staff."""

from __future__ import annotations

from typing import assert_never

from kiosk.central import account_facts, gate_facts, shelf_facts, staff_facts
from kiosk.central.borrowing import borrower, copy
from kiosk.central.detecting import note_closed_return
from kiosk.central.exceptions import Notable, Why, close_doubt, note
from kiosk.central.holdings import ItemOnFile, item_on_file
from kiosk.central.lent.log import note_tag
from kiosk.central.nameless import named
from kiosk.central.people import PatronOnFile, patron_on_file, resolved
from kiosk.central.returning import CameBack, settle
from kiosk.central.store.slate import Lookup, Slate
from kiosk.central.store.tables import decisions, loans
from kiosk.central.story import Fresh, Told, add_loan, add_return, loan_of, undo
from kiosk.central.waiting import fulfil, keep_for
from kiosk.model.facts import (
    ChargePaid,
    Fact,
    Found,
    HoldCancelled,
    HoldPlaced,
    ItemDoubtful,
    ItemOpened,
    ItemReturned,
    ItemSecured,
    LoanMade,
    LoanRefused,
    LoanRenewed,
    LoanUndone,
    StationSettled,
)
from kiosk.model.gate_facts import GateAlarmed, GateChecked, GatePassed, GateWatched, PeopleCounted
from kiosk.model.ids import IntentId
from kiosk.model.reasons import ReasonCode
from kiosk.model.shelf_facts import ShelfChanged
from kiosk.model.staff_facts import StockSeen, TagWritten
from kiosk.rules.decisions import Refused
from kiosk.rules.lending import decide_checkout

ABOUT_THE_STORY = frozenset({ReasonCode.LENT_TO_ANOTHER, ReasonCode.LENT_TO_YOU, ReasonCode.UNKNOWN_ITEM})
"""Reasons of the rules that the item's story notes in its own way."""


DECISION = Lookup(decisions.c.ask)


def apply(slate: Slate, fresh: Fresh, told: Fact) -> CameBack | None:
    """Change loans, returns and exceptions as `told` says; of a return, what has to be done with the copy.

    Raises only what the database raises, and `ValueError` for what cannot be.
    """
    fact = named(slate, fresh, told)
    promised = False
    if isinstance(fact, LoanMade | LoanRefused | LoanUndone | LoanRenewed | ItemDoubtful):
        promised = _redeem(slate, fact.intent)
    match fact:
        case LoanMade():
            _loan_made(slate, fresh, fact, promised=promised)
        case LoanUndone():
            if not undo(slate, fact.intent, fresh.place):
                _unknown_loan(slate, fresh, fact)
        case ItemOpened():
            _opened(slate, fresh, fact)
        case ItemReturned():
            return _returned(slate, fresh, fact)
        case ItemDoubtful():
            details = {"unknown": fact.unknown, "since": fact.since.isoformat()}
            _note(slate, fresh, Notable(Why.DOUBTFUL, fact.intent, fact.item, details))
        case StationSettled():
            close_doubt(slate, fact.intent)
        case LoanRenewed() | HoldPlaced() | HoldCancelled() | ChargePaid():
            account_facts.apply(slate, fresh, fact)
        case GatePassed() | GateAlarmed() | PeopleCounted() | GateWatched() | GateChecked():
            gate_facts.apply(slate, fresh, fact)
        case ShelfChanged():
            shelf_facts.apply(slate, fresh, fact)
        case TagWritten() | StockSeen():
            staff_facts.apply(slate, fresh, fact)
        case LoanRefused() | ItemSecured():
            pass
        case _:
            assert_never(fact)
    return None


def _redeem(slate: Slate, intent: IntentId) -> bool:
    """The promise has become something real, or nothing: from now on it does not count by itself.

    Whether central had said yes.
    """
    row = slate.one(DECISION, intent)
    if row is None:
        return False
    if row.promised_until is not None:
        slate.change(decisions, row, promised_until=None)
    return bool(row.allowed)


def _loan_made(slate: Slate, fresh: Fresh, fact: LoanMade, *, promised: bool) -> None:
    patron = resolved(slate, fact.patron)
    on_file = None if patron is None else patron_on_file(slate, patron)
    known = loan_of(slate, fact.intent)
    if known is not None:
        if (known.item, known.patron) != (fact.item, patron or fact.patron):
            _note(slate, fresh, Notable(Why.SAME_INTENT, fact.intent, fact.item))
        return
    item = item_on_file(slate, fact.item)
    if on_file is None:
        _note(slate, fresh, Notable(Why.UNKNOWN_PATRON, fact.intent, fact.item, {"patron": fact.patron}))
    if item is None:
        _note(slate, fresh, Notable(Why.UNKNOWN_ITEM, fact.intent, fact.item))
    if on_file is not None and item is not None:
        if not promised:
            _hold_against_rules(slate, fresh, fact, on_file, item)
        if item.wanted or item.held_for == on_file.ref:
            fulfil(slate, item, on_file.ref, fresh.place.at)
        if item.held_for == on_file.ref:
            keep_for(slate, fact.item, None)
    if fact.due <= fresh.place.at:
        _note(slate, fresh, Notable(Why.WRONG_CLOCK, fact.intent, fact.item, {"due": fact.due.isoformat()}))
    note_tag(slate, fact.uid, fact.item)
    told = add_loan(slate, fact, patron or fact.patron, fresh.place)
    _note_story(slate, fresh, fact, told, same=told.ended is not None and told.ended.patron == patron)


def _hold_against_rules(slate: Slate, fresh: Fresh, fact: LoanMade, patron: PatronOnFile, item: ItemOnFile) -> None:
    """A loan that the rules would have refused, and that central had not said yes to, is kept and noted."""
    decided = decide_checkout(fresh.setting, borrower(slate, fresh.setting, patron), copy(slate, item))
    if not isinstance(decided, Refused):
        return
    for reason in decided.reasons:
        if reason.code not in ABOUT_THE_STORY:
            details = dict(reason.values) | {"decided": fact.decided.value}
            _note(slate, fresh, Notable(reason.code, fact.intent, fact.item, details))


def _note_story(slate: Slate, fresh: Fresh, fact: LoanMade, told: Told, *, same: bool) -> None:
    if told.overtaken:
        _note(slate, fresh, Notable(Why.TWO_STATIONS, fact.intent, fact.item))
    if told.ended is not None:
        why = Why.LENT_AGAIN if same else Why.IMPLIED_RETURN
        _note(slate, fresh, Notable(why, fact.intent, fact.item, {"ended": told.ended.intent}))


def _opened(slate: Slate, fresh: Fresh, fact: ItemOpened) -> None:
    row = loan_of(slate, fact.intent)
    if row is None:
        _unknown_loan(slate, fresh, fact)
    else:
        slate.change(loans, row, opened=fact.verified)


def _returned(slate: Slate, fresh: Fresh, fact: ItemReturned) -> CameBack | None:
    item = item_on_file(slate, fact.item)
    if fact.found is not Found.FOREIGN:
        note_tag(slate, fact.uid, fact.item)
    ended = add_return(slate, fact.item, fresh.place, fresh.epoch)
    if fact.found is Found.NOT_LENT and fact.uid:
        note_closed_return(slate, fresh.place, fact.item, None if ended is None else ended.made_at)
    back = None
    if item is not None:
        back = settle(slate, fresh.setting, item, ended, fresh.place.at)
    if item is None and fact.found is not Found.FOREIGN:
        _note(slate, fresh, Notable(Why.UNKNOWN_ITEM, fact.intent, fact.item))
    if ended is None and fact.found is Found.LENT:
        _note(slate, fresh, Notable(Why.NOT_LENT, fact.intent, fact.item))
    if ended is not None and fresh.place.at > ended.due:
        details = {"due": ended.due.isoformat(), "loan": ended.intent}
        _note(slate, fresh, Notable(Why.LATE, fact.intent, fact.item, details))
    return back


def _unknown_loan(slate: Slate, fresh: Fresh, fact: LoanUndone | ItemOpened) -> None:
    _note(slate, fresh, Notable(Why.UNKNOWN_LOAN, fact.intent, fact.item))


def _note(slate: Slate, fresh: Fresh, notable: Notable) -> None:
    note(slate, fresh.place, fresh.epoch, notable)
