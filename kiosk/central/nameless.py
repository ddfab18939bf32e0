"""What other makers' stations tell of a loan without its id: they name the item, so the item's story names the loan."""

from __future__ import annotations

from dataclasses import replace

from kiosk.central.store.slate import Entry, Lookup, Slate
from kiosk.central.store.tables import loans
from kiosk.central.story import Fresh
from kiosk.model.facts import Fact, OfALoan
from kiosk.model.ids import IntentId

EVERY_LOAN = Lookup(loans.c.item)
"""Also those that ended long ago: a doubt may be settled after the book has come back."""


def named(slate: Slate, fresh: Fresh, fact: Fact) -> Fact:
    """The fact with the id of the loan that it is about; where there is none, with its own name."""
    if not isinstance(fact, OfALoan) or fact.intent:
        return fact
    place = fresh.place

    def rank(row: Entry) -> tuple[object, ...]:
        """The station's own loan before anybody else's, then the last one."""
        return row.station == place.station, row.made_at, row.seq

    before = [row for row in slate.find(EVERY_LOAN, fact.item) if row.made_at <= place.at]
    loan = max(before, key=rank, default=None)
    return replace(fact, intent=IntentId(f"{fresh.epoch}.{place.seq}" if loan is None else loan.intent))
