"""Reading what facts will look up, by a query for each kind of row. What this forgets is read when it is looked up."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.central.accounts import CREDIT_OF, OWED_BY
from kiosk.central.applying import DECISION
from kiosk.central.borrowing import LENT_TO, PROMISED_TO
from kiosk.central.holdings import HOLDS_ON_ITEM, HOLDS_ON_TITLE, ITEM, RECORD, SEEN_ITEM
from kiosk.central.lent.log import TAG
from kiosk.central.people import CARD_OF, PATRON, resolved
from kiosk.central.store.slate import Slate
from kiosk.central.story import LOAN, LOANS_OF_ITEM, RETURNS_OF_ITEM
from kiosk.model.cards import CARD, card_token
from kiosk.model.facts import (
    ChargePaid,
    Fact,
    HoldCancelled,
    HoldPlaced,
    ItemDoubtful,
    ItemOpened,
    ItemReturned,
    LoanMade,
    LoanRefused,
    LoanRenewed,
    LoanUndone,
)
from kiosk.model.ids import AskId, ItemId, PatronRef
from kiosk.model.questions import AskBorrow, AskRenew


def read_ahead(slate: Slate, facts: Sequence[Fact]) -> None:
    """Patrons and items first: where they are locked, nobody changes what is read of them afterwards."""
    made = [fact for fact in facts if isinstance(fact, LoanMade)]
    renewed = [fact for fact in facts if isinstance(fact, LoanRenewed)]
    accounts = [fact for fact in facts if isinstance(fact, HoldPlaced | HoldCancelled | ChargePaid)]
    asked = [fact for fact in facts if isinstance(fact, LoanRefused | LoanUndone | ItemDoubtful)]
    on_loans = [fact for fact in facts if isinstance(fact, LoanUndone | ItemOpened)]

    named = {fact.patron for fact in (*made, *renewed, *accounts)}
    _read_patrons(slate, named)
    moved = [fact for fact in facts if isinstance(fact, LoanMade | ItemReturned)]
    numbers = {fact.item for fact in moved}
    _read_items(slate, numbers)
    slate.fetch(LOANS_OF_ITEM, numbers | {fact.item for fact in renewed})
    slate.fetch(RETURNS_OF_ITEM, {fact.item for fact in made})
    slate.fetch(LOAN, {fact.intent for fact in (*made, *on_loans)})
    slate.fetch(DECISION, {fact.intent for fact in (*made, *renewed, *asked)})
    slate.fetch(TAG, {fact.uid for fact in moved})
    _read_accounts(slate, {known for fact in made if (known := resolved(slate, fact.patron)) is not None})


def read_ahead_of_loans(slate: Slate, questions: Sequence[AskBorrow | AskRenew], asks: Sequence[AskId]) -> None:
    """The same for questions."""
    refs, numbers = {one.patron for one in questions}, {one.item for one in questions}
    people = _read_patrons(slate, refs)
    slate.fetch(DECISION, asks)
    _read_items(slate, numbers)
    slate.fetch(LOANS_OF_ITEM, numbers)
    _read_accounts(slate, people)


def _read_patrons(slate: Slate, named: set[PatronRef]) -> set[PatronRef]:
    slate.fetch(CARD_OF, {card_token(ref.removeprefix(CARD)) for ref in named if ref.startswith(CARD)})
    known = {found for ref in named if (found := resolved(slate, ref)) is not None}
    slate.fetch(PATRON, known)
    return known


def _read_items(slate: Slate, numbers: set[ItemId]) -> None:
    slate.fetch(ITEM, numbers)
    titles = {row.control_number for number in numbers if (row := slate.one(ITEM, number)) is not None} - {None}
    slate.fetch(RECORD, titles)
    slate.fetch(HOLDS_ON_ITEM, numbers)
    slate.fetch(HOLDS_ON_TITLE, titles)


def _read_accounts(slate: Slate, people: set[PatronRef]) -> None:
    guardians = {row.guardian for one in people if (row := slate.one(PATRON, one)) is not None} - {None}
    slate.fetch(OWED_BY, people | guardians)
    slate.fetch(CREDIT_OF, people)
    slate.fetch(LENT_TO, people)
    slate.fetch(PROMISED_TO, people)
    slate.fetch(SEEN_ITEM, {row.item for one in people for by in (LENT_TO, PROMISED_TO) for row in slate.find(by, one)})
