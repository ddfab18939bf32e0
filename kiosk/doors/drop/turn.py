"""One step of a book-drop while it is decided. Lives no longer than the call of `step` that made it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType

from kiosk.doors.drop.state import DropState, Slip, Stage
from kiosk.doors.happenings import DoorEffect, Put, ToPad
from kiosk.model.facts import Fact
from kiosk.model.ids import AskId, IntentId, SessionId, Uid
from kiosk.model.journal import Doubt, JournalRow, RowKind
from kiosk.model.questions import AskHelp, AskSort, Destination, Question, SortTold
from kiosk.session.effects import Ask, Journal, ReadTag, WriteAfi
from kiosk.session.events import Moment

SCREEN = "book-drop"
"""How a call for staff names where help is needed."""


@dataclass(slots=True)
class Turn:
    """The state as it becomes, and what has been ordered so far."""

    state: DropState
    moment: Moment
    journal: list[Journal] = field(default_factory=list)
    orders: list[DoorEffect] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        return self.moment.mono_s

    def new_id(self) -> str:
        made, ids = self.state.ids.next(self.moment.utc)
        self.state = replace(self.state, ids=ids)
        return made

    def write_down(self, row: JournalRow, fact: Fact | None = None) -> None:
        self.journal.append(Journal(row, fact))

    def row(self, kind: RowKind, slip: Slip, *, afi: int | None = None, note: str = "") -> JournalRow:
        return JournalRow(kind, slip.session, slip.intent, slip.item, slip.uid, afi=afi, note=note)

    def put(self, output: str, on: bool, for_s: float | None = None) -> None:
        if output:
            self.orders.append(Put(output, on, for_s))

    def flap(self, is_open: bool) -> None:
        """Unlock or lock it."""
        if self.state.flap_open is not is_open:
            self.put(self.state.policy.flap, is_open)
            self.state = replace(self.state, flap_open=is_open)

    def ask(self, question: Question) -> AskId:
        ask = AskId(self.new_id())
        self.orders.append(Ask(ask, question))
        return ask

    def call_staff(self) -> None:
        self.ask(AskHelp(SCREEN))

    def write_tag(self, uid: Uid, afi: int) -> None:
        self.orders.append(ToPad(self.state.policy.pad, WriteAfi(uid, afi)))

    def read_tag(self, uid: Uid) -> None:
        self.orders.append(ToPad(self.state.policy.pad, ReadTag(uid)))

    def keep(self, slip: Slip) -> Slip:
        self.state = replace(self.state, slips=MappingProxyType({**self.state.slips, slip.uid: slip}))
        return slip

    def drop(self, uid: Uid) -> None:
        """This item's way is over."""
        self.state = replace(
            self.state, slips=MappingProxyType({key: one for key, one in self.state.slips.items() if key != uid})
        )

    def let_be(self, *uids: Uid) -> None:
        self.state = replace(self.state, let_be=self.state.let_be | set(uids))

    def doubt(self, doubt: Doubt) -> None:
        self.state = replace(self.state, doubts=MappingProxyType({**self.state.doubts, doubt.uid: doubt}))

    def settled(self, uid: Uid) -> None:
        self.state = replace(
            self.state, doubts=MappingProxyType({key: one for key, one in self.state.doubts.items() if key != uid})
        )

    def alone(self, slip: Slip) -> SortTold:
        """Where an item goes by the local copy, while central does not answer."""
        known = None if self.state.copy is None else self.state.copy.item(slip.item)
        if self.state.copy is None:
            return SortTold(Destination.SHELF)
        if known is None:
            return SortTold(Destination.STAFF)
        return SortTold(Destination.HOLD if known.reserved else Destination.SHELF, loan_class=known.loan_class)

    def begin(self, uid: Uid) -> Slip:
        """An item lies in the tray: the intent is journalled, or one of before is taken up again."""
        stage = Stage.SECURING
        tag = self.state.tags[uid]
        assert tag.read is not None, "only a tag that was read names an item"
        assert tag.read.item is not None, "an item of ours has a number"
        before = self.state.doubts.get(uid)
        if before is not None and before.item == tag.read.item:
            slip = Slip(uid, before.item, before.intent, before.session, stage, self.now_s, before.afi_before)
            self.settled(uid)
        else:
            session, intent = SessionId(self.new_id()), IntentId(self.new_id())
            slip = Slip(uid, tag.read.item, intent, session, stage, self.now_s, tag.read.afi)
            self.write_down(self.row(RowKind.RETURN_INTENDED, slip, afi=tag.read.afi))
        return self.keep(replace(slip, ask=self.ask(AskSort(slip.item))))
