"""The state with which a kiosk starts: what its journal left."""

from __future__ import annotations

import logging
from datetime import timedelta

from kiosk.ledger import Ledger, OpenedKind, StorageFailure
from kiosk.model.ids import IdSource
from kiosk.rules.offline import OfflineCopy
from kiosk.session.events import Moment
from kiosk.session.state import KNOWN_ITEMS, Kiosk, Policy
from kiosk.session.step import begin

KEPT = timedelta(days=90)
"""Journal rows that are over and acknowledged are forgotten after this (messages, section 4)."""

DAYS_OF_SERVICE = 30
"""And never what happened on the last so many days of service: a clock that is years ahead must not empty the journal,
which central restored from a backup is told again from."""

log = logging.getLogger(__name__)


def first_state(
    policy: Policy, ledger: Ledger, ids: IdSource, moment: Moment, copy: OfflineCopy | None = None
) -> Kiosk:
    """What the journal left, with what is long over forgotten. Raises `StorageFailure`."""
    if ledger.opened.kind is OpenedKind.DAMAGED:
        log.error("%s", ledger.opened.detail)
    try:
        forgotten = ledger.prune(moment.utc - KEPT, DAYS_OF_SERVICE)
    except StorageFailure as failure:
        # Forgetting is housekeeping: a kiosk that cannot do it today starts all the same, and tries at its next start.
        log.warning("old journal rows are kept for now: %s", failure.detail)
    else:
        if forgotten:
            log.info("%d journal rows older than %d days are forgotten", forgotten, KEPT.days)
    doubts = ledger.doubts()
    if doubts:
        log.warning("%d items are in doubt and will be settled when they are seen", len(doubts))
    titles = {item.id: item for item in reversed(ledger.known_titles(KNOWN_ITEMS))}
    alone = () if copy is None else ledger.lent_alone(copy.issued)
    return begin(policy, ids, moment, doubts, titles, copy, alone, ledger.left_by_staff())
