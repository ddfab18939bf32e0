"""What the journal of a session must look like, whatever happened."""

from __future__ import annotations

from itertools import pairwise

from kiosk.ledger.verify import FOLLOWS
from kiosk.model.ids import IntentId
from kiosk.model.journal import RowKind


def in_order(stories: dict[IntentId, list[RowKind]]) -> None:
    """Each intent's rows follow the order of operations, with at most one loan and one end."""
    for story in stories.values():
        assert story[0] in (RowKind.BORROW_INTENDED, RowKind.RETURN_INTENDED, RowKind.RENEW_INTENDED)
        for before, after in pairwise(story):
            assert after in FOLLOWS.get(before, frozenset()), story
        assert story.count(RowKind.LOAN_MADE) <= 1
