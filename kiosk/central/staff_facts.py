"""What staff's facts change: which tag is in which item. The facts themselves are kept as all are, each under its item
where it names one; no loan begins or ends by them."""

from __future__ import annotations

from kiosk.central.lent.log import note_tag
from kiosk.central.store.slate import Slate
from kiosk.model.staff_facts import StaffFact, TagWritten


def apply(slate: Slate, fact: StaffFact) -> None:
    """Change what `fact` says."""
    if isinstance(fact, TagWritten):
        note_tag(slate, fact.uid, fact.item)
