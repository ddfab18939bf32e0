"""One step while it is decided. Lives no longer than the call of `step` that made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kiosk.model.circulation import Item
from kiosk.model.facts import Fact
from kiosk.model.ids import ItemId, PatronRef, Uid
from kiosk.model.journal import Doubt, JournalRow, LentAlone, RowKind
from kiosk.rules.offline import Alone
from kiosk.session.effects import (
    Ask,
    Effect,
    EndStation,
    Journal,
    OrderTold,
    Play,
    PrintReceipt,
    ReadTag,
    RememberItem,
    StaffOrder,
    WriteAfi,
)
from kiosk.session.events import Device, Health
from kiosk.session.state import KNOWN_ITEMS, Surroundings


class Outcome(StrEnum):
    """How a doubt ended; the words of `lk.station.settled`."""

    OPENED = "opened"
    RETURNED = "returned"
    ABANDONED = "abandoned"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Mended:
    """A doubt that ended in this step."""

    doubt: Doubt
    outcome: Outcome
    afi: int | None
    """What the tag holds now."""


@dataclass(slots=True)
class Turn:
    """What surrounds the step now, and what it has ordered so far."""

    around: Surroundings
    mended: dict[Uid, Mended] = field(default_factory=dict)
    """Doubts that ended in this step, by the tag that was seen."""
    _journal: list[Journal] = field(default_factory=list)
    _orders: list[Effect] = field(default_factory=list)

    def journal(self, row: JournalRow, fact: Fact | None = None) -> None:
        """Commit this with the step."""
        if row.kind is RowKind.RETURN_DONE:
            self.around = replace(self.around, in_bin=self.around.in_bin + 1)
        self._journal.append(Journal(row, fact))

    def order(
        self,
        effect: Ask | WriteAfi | ReadTag | RememberItem | PrintReceipt | Play | StaffOrder | EndStation | OrderTold,
    ) -> None:
        """Have this done once the step's rows are on the disk."""
        self._orders.append(effect)

    def effects(self) -> tuple[Effect, ...]:
        """Journal rows first: they commit together before anything else is done."""
        return (*self._journal, *self._orders)

    def new_id(self) -> str:
        made, ids = self.around.ids.next(self.around.utc)
        self.around = replace(self.around, ids=ids)
        return made

    @property
    def now_s(self) -> float:
        return self.around.now_s

    @property
    def in_service(self) -> bool:
        """Whether the pad works and the journal takes rows: without either nothing may be lent or taken back."""
        return self.around.storage_ok and self.around.devices.get(Device.PAD) in (Health.OK, Health.DEGRADED)

    def is_present(self, uid: Uid) -> bool:
        return uid in self.around.pad

    def rests_there(self, item: ItemId, uid: Uid) -> bool:
        """Whether another tag than `uid`, which lies there from before, bears this number."""
        resting = self.around.resting
        return any(tag.item == item and tag.uid in resting - {uid} for tag in self.around.pad.values())

    @property
    def alone(self) -> Alone:
        """This kiosk as one that central does not answer."""
        around = self.around
        policy = around.policy
        return Alone(
            policy.offline, around.utc, policy.time_zone, around.copy, policy.needs_copy, lent=len(around.alone)
        )

    def lent_alone(self, patron: PatronRef) -> None:
        """One more item was lent by the kiosk's own copy."""
        lent = LentAlone(patron, self.around.utc)
        self.around = replace(self.around, alone=(*self.around.alone, lent))

    def rest(self, uids: Iterable[Uid]) -> None:
        """These lie there from before: they start and join nothing by themselves."""
        self.around = replace(self.around, resting=self.around.resting | frozenset(uids))

    def awake(self) -> None:
        """Whatever lies on the pad is meant by the patron who has just touched the screen or shown a card."""
        self.around = replace(self.around, resting=frozenset(), settled=(), lying_until_s=0.0)

    def title_of(self, item: ItemId, on_tag: str = "") -> Item:
        """The item as central described it last, else by the title on its tag, else by its number."""
        return self.around.known.get(item) or Item(item, on_tag or item)

    def remember(self, item: Item) -> None:
        """Central has described an item: its word replaces what was known."""
        if self.around.known.get(item.id) == item:
            return
        known = {number: kept for number, kept in self.around.known.items() if number != item.id}
        known[item.id] = item
        while len(known) > KNOWN_ITEMS:
            del known[next(iter(known))]
        self.around = replace(self.around, known=known)
        self.order(RememberItem(item))
