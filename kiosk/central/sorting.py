"""Where a copy goes that comes back to a book-drop, and what is kept for whom behind a locker's doors. Nothing changes
by either question: the fact of the return sets aside what is told here."""

from __future__ import annotations

from sqlalchemy import Connection

from kiosk.central.holdings import HoldState, ItemState, item_on_file
from kiosk.central.people import patron_on_file, resolved
from kiosk.central.store.slate import Slate
from kiosk.central.waiting import KEPT_COPY, next_for, of_patron
from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.questions import AskKept, AskSort, Destination, KeptTold, SortTold
from kiosk.rules.lending import Setting
from kiosk.rules.policy import ALL


def sort_told(connection: Connection, setting: Setting, question: AskSort) -> SortTold:
    """As `returning.settle` will find it when the fact of the return has come."""
    slate = Slate(connection, setting.now, locks=False)
    item = item_on_file(slate, question.item)
    if item is None or item.state == ItemState.LOST.value:
        return SortTold(Destination.STAFF)
    on_its_way = next(
        (row for row in slate.find(KEPT_COPY, question.item) if row.state == HoldState.IN_TRANSIT.value), None
    )
    hold = next_for(slate, item)
    if on_its_way is not None or hold is not None:
        pickup = on_its_way.pickup if on_its_way is not None else hold.pickup if hold is not None else ""
        elsewhere = bool(pickup) and setting.branch != ALL and pickup != setting.branch
        if elsewhere:
            return SortTold(Destination.TRANSFER, pickup, item.loan_class)
        return SortTold(Destination.HOLD, loan_class=item.loan_class)
    if item.branch and setting.branch not in (ALL, item.branch):
        return SortTold(Destination.TRANSFER, item.branch, item.loan_class)
    return SortTold(Destination.SHELF, loan_class=item.loan_class)


def kept_told(connection: Connection, setting: Setting, question: AskKept) -> KeptTold:
    """Set aside and ready: what is on its way is nobody's yet."""
    slate = Slate(connection, setting.now, locks=False)
    patron = resolved(slate, question.patron)
    if patron is None or patron_on_file(slate, patron) is None:
        return KeptTold(())
    ready = {row.trapped for row in of_patron(slate, patron) if row.state == HoldState.READY.value}
    return KeptTold(tuple(item for item in question.items if item in ready or _is_kept_for(slate, item, patron)))


def _is_kept_for(slate: Slate, item: ItemId, patron: PatronRef) -> bool:
    """Set aside without a hold of ours: by an import, or by the library's own system."""
    on_file = item_on_file(slate, item)
    return on_file is not None and on_file.held_for == patron
