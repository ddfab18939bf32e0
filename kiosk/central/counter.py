"""What a desk or another maker's self-check does at central itself: lend, take back, renew, reserve, take money.

Each is a fact in the same ledger as those of kiosks, numbered by central under the name of the desk, so that one story
tells everything. Runs in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kiosk.central.applying import apply
from kiosk.central.borrowing import borrower, copy, running_loan
from kiosk.central.exceptions import Notable, note
from kiosk.central.holdings import ItemOnFile, item_on_file
from kiosk.central.ingest import keep, position, reach
from kiosk.central.people import PatronOnFile
from kiosk.central.renewing import may_renew
from kiosk.central.returning import CameBack
from kiosk.central.store.slate import Slate
from kiosk.central.story import Fresh, Place
from kiosk.central.waiting import of_patron
from kiosk.model.facts import (
    ChargePaid,
    Decided,
    Fact,
    Found,
    HoldCancelled,
    HoldPlaced,
    ItemReturned,
    LoanMade,
    LoanRenewed,
    LoanUndone,
    PaidBy,
    UndoneWhy,
)
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.reasons import Reason
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.holding import may_wait
from kiosk.rules.lending import Setting, decide_checkout
from kiosk.wire import ToldFact, fact_body

EPOCH = Epoch("counter")
"""Facts that central numbers itself are of one epoch for ever."""
NO_TAG = Uid("")


@dataclass(frozen=True, slots=True)
class Lent:
    """What became of a wish to borrow or renew; `item` where central knows it."""

    decided: Allowed | Refused
    item: ItemOnFile | None
    loan: IntentId | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A return; `item` where central knows it, `was_lent` where a loan ended."""

    item: ItemOnFile | None
    back: CameBack
    was_lent: bool


class Counter:
    """One desk or self-check, by the name under which its facts stand."""

    def __init__(self, connection: Connection, setting: Setting, name: str, session: str) -> None:
        self._connection = connection
        self._setting = setting
        self._name = name
        self._session = SessionId(session)

    def lend(self, patron: PatronOnFile, item: ItemId, loan: str, *, may_renew_own: bool) -> Lent:
        """Lend an item, or renew the patron's own loan of it where that may be."""
        connection, setting = self._connection, self._setting
        on_file = item_on_file(connection, item, lock=True)
        running = None if on_file is None else running_loan(connection, item)
        if running is not None and running.patron == patron.ref and may_renew_own:
            return self.renew(patron, item)
        who = borrower(connection, setting, patron)
        decided = decide_checkout(setting, who, None if on_file is None else copy(connection, on_file))
        if isinstance(decided, Allowed):
            intent, due = IntentId(loan), decided.due
            made = LoanMade(self._session, intent, patron.ref, item, NO_TAG, due, Decided.CENTRAL, provisional=False)
            self.tell(made)
            return Lent(decided, on_file, intent)
        return Lent(decided, on_file)

    def lent_already(self, patron: PatronRef, item: ItemId, loan: str, due: datetime, at: datetime) -> None:
        """It happened at `at` while central could not be asked: it stands, and what is wrong with it is noted."""
        made = LoanMade(self._session, IntentId(loan), patron, item, NO_TAG, due, Decided.OFFLINE, provisional=True)
        self.tell(made, at)

    def undo(self, patron: PatronRef, item: ItemId) -> bool:
        """The tag could not be opened: the patron's running loan of it never was."""
        row = running_loan(self._connection, item)
        if row is None or row.patron != patron:
            return False
        self.tell(LoanUndone(self._session, IntentId(row.intent), item, UndoneWhy.TAG_NOT_OPENED))
        return True

    def take_back(self, item: ItemId, at: datetime | None = None) -> TakenBack:
        """End the loan of an item; a return always ends well."""
        on_file = item_on_file(self._connection, item, lock=True)
        was_lent = running_loan(self._connection, item) is not None
        if on_file is None and not was_lent:
            return TakenBack(None, CameBack(), was_lent=False)
        found = Found.LENT if was_lent else Found.NOT_LENT
        intent = IntentId(f"return-{self.new_id()}")
        fact = ItemReturned(self._session, intent, item, NO_TAG, found, None, 0, verified=False)
        return TakenBack(on_file, self.tell(fact, at) or CameBack(), was_lent)

    def renew(self, patron: PatronOnFile, item: ItemId) -> Lent:
        """Let the patron's own loan go on."""
        found = may_renew(self._connection, self._setting, patron, item)
        if isinstance(found.decided, Allowed) and found.loan is not None:
            intent = IntentId(f"renewal-{self.new_id()}")
            self.tell(LoanRenewed(self._session, intent, patron.ref, item, found.decided.due))
        return Lent(found.decided, found.item, found.loan)

    def reserve(
        self, patron: PatronOnFile, *, item: ItemId | None, control_number: str | None, pickup: str
    ) -> tuple[Reason, ...]:
        """Place a hold; the reasons where it may not be."""
        setting = self._setting
        who = borrower(self._connection, setting, patron)
        reasons = may_wait(setting, who, len(self.holds_of(patron.ref)))
        if reasons:
            return reasons
        intent = IntentId(f"hold-{self.new_id()}")
        self.tell(HoldPlaced(self._session, intent, patron.ref, control_number, item, pickup))
        return ()

    def holds_of(self, patron: PatronRef) -> list[str]:
        """Ids of the patron's running holds."""
        return [str(row.id) for row in of_patron(self._connection, patron)]

    def holds_on(self, patron: PatronRef, wanted: set[str]) -> list[str]:
        """The patron's holds on any of these copies or titles."""
        rows = of_patron(self._connection, patron)
        return [str(row.id) for row in rows if {row.item, row.control_number, row.trapped} & wanted]

    def cancel_hold(self, patron: PatronRef, hold: str) -> bool:
        """False where the patron has no such hold."""
        if hold not in self.holds_of(patron):
            return False
        self.tell(HoldCancelled(self._session, IntentId(f"cancel-{self.new_id()}"), patron, hold))
        return True

    def payment(
        self, patron: PatronRef, payment: str, cents: int, currency: str, method: PaidBy, charges: tuple[str, ...]
    ) -> ChargePaid:
        """A payment taken here."""
        return ChargePaid(self._session, IntentId(payment), patron, cents, currency, method, payment, charges)

    def tell(self, fact: Fact, at: datetime | None = None) -> CameBack | None:
        """Enter a fact of this desk, and apply it."""
        happened = self._setting.now if at is None else at
        slate = Slate(self._connection, happened, locks=True)
        last, before = position(slate, self._name, EPOCH)
        when = happened if before is None else max(happened, before)
        fresh = Fresh(Place(when, self._name, last + 1), EPOCH, self._setting)
        told = ToldFact(fresh.place.seq, fact.type, happened, None, None, fact_body(fact, 0, EPOCH), fact)
        keep(slate, fresh, told, self._setting.now)
        reach(slate, fresh.place, EPOCH, self._setting.now)
        back = apply(slate, fresh, fact)
        slate.write()
        return back

    def note(self, why: str, item: ItemId | None, **details: str) -> None:
        """Something for staff to look at."""
        last, before = position(self._connection, self._name, EPOCH)
        place = Place(before or self._setting.now, self._name, last)
        note(self._connection, place, EPOCH, Notable(why, None, item, details))

    def new_id(self) -> str:
        """An id that nothing had before."""
        last, _ = position(self._connection, self._name, EPOCH)
        return f"{self._name}-{last + 1}"
