"""One step of a locker while it is decided. Lives no longer than the call of `step` that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from kiosk.doors.happenings import DoorEffect, Put, ToPad
from kiosk.doors.locker.state import BoxState, Kept, Loan, LockerState, Return
from kiosk.model.facts import Fact
from kiosk.model.ids import AskId, IntentId, SessionId, Uid
from kiosk.model.journal import JournalRow, RowKind
from kiosk.model.questions import AskHelp, Question
from kiosk.model.shelf_facts import ShelfChange, ShelfChanged
from kiosk.session.effects import Ask, Journal, ReadTag, WriteAfi
from kiosk.session.events import Moment

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Turn:
    """The state as it becomes, and what has been ordered so far."""

    state: LockerState
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

    def new_intent(self) -> IntentId:
        return IntentId(self.new_id())

    def write_down(self, row: JournalRow, fact: Fact | None = None) -> None:
        self.journal.append(Journal(row, fact))

    def put(self, output: str, on: bool, for_s: float | None = None) -> None:
        if output:
            self.orders.append(Put(output, on, for_s))

    def ask(self, question: Question, ask: AskId | None = None) -> AskId:
        ask = AskId(self.new_id()) if ask is None else ask
        self.orders.append(Ask(ask, question))
        return ask

    def call_staff(self, box: str) -> None:
        """Where help is needed: which door."""
        self.ask(AskHelp(f"locker {box}"[:32]))

    def write_tag(self, box: str, uid: Uid, afi: int) -> None:
        self.orders.append(ToPad(box, WriteAfi(uid, afi)))

    def read_tag(self, box: str, uid: Uid) -> None:
        self.orders.append(ToPad(box, ReadTag(uid)))

    def box(self, box: BoxState) -> BoxState:
        self.state = replace(self.state, boxes=put_in(self.state.boxes, box.box.name, box))
        return box

    def loan(self, loan: Loan) -> Loan:
        self.state = replace(self.state, loans=put_in(self.state.loans, loan.uid, loan))
        return loan

    def taking_back(self, back: Return) -> Return:
        self.state = replace(self.state, returns=put_in(self.state.returns, back.uid, back))
        return back

    def taken_back(self, uid: Uid) -> None:
        self.state = replace(self.state, returns=left_out(self.state.returns, uid))

    def changed(self, box: BoxState, kept: Kept, change: ShelfChange) -> None:
        """Write down what became of an item behind a door, and tell central."""
        session: SessionId = box.session
        intent = kept.lent or self.new_intent()
        name = box.box.name
        row = JournalRow(
            RowKind.SHELF_CHANGED, session, intent, kept.item, kept.uid, reasons=(change.value,), note=name
        )
        self.write_down(row, ShelfChanged(session, intent, kept.item, kept.uid, name, change))

    def ring(self, box: BoxState) -> None:
        """Somebody has to look."""
        self.put(self.state.policy.alarm, True)
        self.call_staff(box.box.name)


def put_in(into: Mapping[Key, Value], key: Key, value: Value) -> Mapping[Key, Value]:
    """The same with this in it."""
    return MappingProxyType({**into, key: value})


def left_out(of: Mapping[Key, Value], key: Key) -> Mapping[Key, Value]:
    """The same without this."""
    return MappingProxyType({one: value for one, value in of.items() if one != key})
