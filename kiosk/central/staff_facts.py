"""What staff's facts change: which tag is in which item, and what a wand saw in a stock-taking. The facts themselves
are kept as all are, each under its item where it names one; no loan begins or ends by them."""

from __future__ import annotations

from kiosk.central.lent.log import note_tag
from kiosk.central.store.slate import Slate
from kiosk.central.store.stock_tables import stock_seen
from kiosk.central.story import Fresh
from kiosk.model.staff_facts import StaffFact, StockSeen, TagWritten

LONGEST = 64
"""Of what the table has columns for."""


def apply(slate: Slate, fresh: Fresh, fact: StaffFact) -> None:
    """Change what `fact` says."""
    match fact:
        case TagWritten():
            note_tag(slate, fact.uid, fact.item)
        case StockSeen():
            _seen(slate, fresh, fact)


def _seen(slate: Slate, fresh: Fresh, fact: StockSeen) -> None:
    """A row for each tag, whatever becomes of the stock-taking: a wand that was off line tells late."""
    tags = [(str(item), "") for item in fact.items] + [("", str(uid).upper()) for uid in fact.uids]
    told = {
        "session": str(fact.session)[:LONGEST],
        "station": fresh.place.station,
        "epoch": fresh.epoch,
        "seq": fresh.place.seq,
        "place": fact.place[:LONGEST],
        "sweep": fact.sweep,
        "afi": fact.afi,
        "at": fresh.place.at,
    }
    for number, (item, uid) in enumerate(tags):
        slate.add(stock_seen, {**told, "n": number, "item": item[:LONGEST], "uid": uid[:LONGEST]})
