"""A locker of the tests' own: compartments with doors, books in them and in hands, and the reducer that works it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from kiosk.doors.happenings import AtPad, BoardChanged, DoorEffect, Happening, InputTold, PadChanged, Put, ToPad
from kiosk.doors.locker.policy import Box, LockerPolicy
from kiosk.doors.locker.state import BoxState, Kept, LockerState
from kiosk.doors.locker.step import due_s, step
from kiosk.model.circulation import Item, Patron
from kiosk.model.ids import IdSource, ItemId, PatronRef, Uid
from kiosk.model.questions import (
    AskBorrow,
    AskHelp,
    AskIdentify,
    AskKept,
    Identified,
    KeptTold,
    MayBorrow,
    MayNotBorrow,
    NotIdentified,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.offline import OfflineCopy
from kiosk.session.effects import Ask, Journal, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardPresented,
    CopyChanged,
    Moment,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagKind,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    WriteTrouble,
)
from tests.doors.journal_in_memory import NOON, JournalInMemory

IN_STOCK, ON_LOAN = 0x07, 0xC2
STAFF = "57AFF0"
BOXES = ("one", "two")
POLICY = LockerPolicy(
    tuple(Box(name, f"lock-{name}", f"shut-{name}") for name in BOXES),
    alarm="alarm",
    ready_lamp="green",
    refused_lamp="red",
    staff=MappingProxyType({STAFF: "li"}),
)


class PowerCut(Exception):
    """The machine is without power from here on."""


@dataclass(slots=True)
class Book:
    name: str
    box: str | None = None
    """None: in somebody's hand."""
    afi: int = IN_STOCK
    is_locked: bool = False
    kept_for: str = ""
    taken: bool = False
    """It was carried away out of a compartment."""

    @property
    def uid(self) -> Uid:
        return Uid(f"E0{self.name.encode().hex():0>14}".upper()[:16])

    @property
    def item(self) -> ItemId:
        return ItemId(self.name)


@dataclass(slots=True)
class LockerMachine:
    books: dict[str, Book]
    cards: dict[str, str] = field(default_factory=lambda: {"CA": "wei", "CB": "mei"})
    journal: JournalInMemory = field(default_factory=JournalInMemory)
    online: bool = True
    copy: OfflineCopy | None = None
    now_s: float = 100.0
    open: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(BOXES, False))
    stuck: set[str] = field(default_factory=set)
    """Locks that do not open."""
    losing_answers: int = 0
    storage_ok: bool = True
    cut_after: int | None = None
    calls: int = 0
    seed: int = 0
    outputs: dict[str, bool] = field(default_factory=dict)
    unlocked: list[str] = field(default_factory=list)
    """Every door that was ever unlocked, in order."""
    state: LockerState = field(init=False)
    heard: dict[str, dict[Uid, None]] = field(init=False)
    told: dict[str, bool] = field(init=False)
    _pending: list[Callable[[], Happening]] = field(init=False)

    def __post_init__(self) -> None:
        self.power_on()

    def power_on(self) -> None:
        self.outputs.clear()
        self.heard, self.told, self._pending = {name: {} for name in BOXES}, {}, []
        self.seed += 1
        boxes = {box.name: BoxState(box, changed_s=self.now_s) for box in POLICY.boxes}
        for lies in self.journal.in_boxes():
            boxes[lies.box] = boxes[lies.box].keep(Kept(lies.item, lies.uid, lies.lent))
        self.state = LockerState(
            POLICY,
            IdSource(bytes([self.seed]) * 32),
            MappingProxyType(boxes),
            self.now_s,
            doubts=MappingProxyType({doubt.intent: doubt for doubt in self.journal.doubts()}),
        )
        self.happened(BoardChanged(True))
        for name in BOXES:
            self.happened(PadChanged(name, True))
        if self.copy is not None:
            self.happened(CopyChanged(self.copy))

    def happened(self, event: Happening) -> None:
        moment = Moment(self.now_s, NOON + timedelta(seconds=self.now_s))
        state, effects = step(self.state, event, moment)
        rows = [effect for effect in effects if isinstance(effect, Journal)]
        if rows and not self.storage_ok:
            self.state, effects = step(self.state, StorageFailed("full"), moment)
            self._do_all(effects)
            self.state, effects = step(self.state, event, moment)
            assert not any(isinstance(effect, Journal) for effect in effects)
            rows = []
        else:
            self.state = state
        if rows:
            self.journal.commit(rows, moment)
            if self.cut_after is not None:
                self.cut_after -= 1
                if self.cut_after <= 0:
                    self.cut_after = None
                    raise PowerCut
        self._do_all(effects)

    def _do_all(self, effects: list[DoorEffect]) -> None:
        for effect in effects:
            match effect:
                case Put():
                    self.outputs[effect.output] = effect.on
                    if effect.on and effect.output.startswith("lock-"):
                        self.unlocked.append(effect.output.removeprefix("lock-"))
                case ToPad():
                    self._pending.append(partial(self._pad_answers, effect))
                case Ask() if isinstance(effect.question, AskHelp):
                    self.calls += 1
                case Ask():
                    self._pending.append(partial(self._central_answers, effect))
                case Journal():
                    pass

    def _central_answers(self, ask: Ask) -> Happening:
        if not self.online:
            return AskExpired(ask.id)
        match ask.question:
            case AskIdentify(card):
                who = self.cards.get(card)
                known = Identified(Patron(PatronRef(who), "", 5)) if who else NotIdentified(())
                return Answered(ask.id, known)
            case AskKept(patron, items):
                kept = [one.item for one in self.books.values() if one.kept_for == patron and one.item in items]
                return Answered(ask.id, KeptTold(tuple(kept)))
            case AskBorrow(patron, item, _):
                if self.books[item].kept_for == patron:
                    due = NOON + timedelta(days=28)
                    return Answered(ask.id, MayBorrow(Item(item, "", "", ""), due, 4))
                return Answered(ask.id, MayNotBorrow((Reason(ReasonCode.ON_HOLD),)))
            case _:
                raise AssertionError(ask)

    def _pad_answers(self, order: ToPad) -> Happening:
        uid = order.order.uid
        book = next((one for one in self.books.values() if one.uid == uid and one.box == order.pad), None)
        if not isinstance(order.order, WriteAfi):
            return AtPad(order.pad, TagGone(uid) if book is None else self._read(book))
        if book is None:
            return AtPad(order.pad, TagNotWritten(uid, WriteTrouble.AWAY, None))
        if book.is_locked:
            return AtPad(order.pad, TagNotWritten(uid, WriteTrouble.LOCKED, book.afi))
        book.afi = order.order.afi
        if self.losing_answers:
            self.losing_answers -= 1
            return AtPad(order.pad, TagNotWritten(uid, WriteTrouble.READER, None))
        return AtPad(order.pad, TagWritten(uid, book.afi))

    def _read(self, book: Book) -> TagRead:
        return TagRead(book.uid, TagKind.LIBRARY, book.item, "", book.afi)

    def run(self, for_s: float) -> None:
        end_s = self.now_s + for_s
        while self.now_s < end_s:
            try:
                self._beat()
            except PowerCut:
                self.restart()
            self.now_s += 0.25

    def restart(self) -> None:
        while True:
            try:
                self.power_on()
                return
            except PowerCut:
                continue

    def _beat(self) -> None:
        for name, is_open in self.open.items():
            if self.told.get(name) is not (not is_open):
                self.told[name] = not is_open
                self.happened(InputTold(f"shut-{name}", not is_open))
        for name in BOXES:
            there = {one.uid: one for one in self.books.values() if one.box == name}
            for uid in [uid for uid in self.heard[name] if uid not in there]:
                del self.heard[name][uid]
                self.happened(AtPad(name, TagGone(uid)))
            for uid, book in there.items():
                if uid not in self.heard[name]:
                    self.heard[name][uid] = None
                    self.happened(AtPad(name, TagSeen(uid)))
                    self.happened(AtPad(name, self._read(book)))
        pending, self._pending = self._pending, []
        for answer in pending:
            self.happened(answer())
        if due_s(self.state) <= self.now_s:
            self.happened(TimePassed())

    # What people do.

    def card(self, token: str) -> None:
        try:
            self.happened(CardPresented(token))
        except PowerCut:
            self.restart()

    def pull(self, name: str) -> bool:
        """At a door; whether it opens."""
        if self.outputs.get(f"lock-{name}") and name not in self.stuck:
            self.open[name] = True
        return self.open[name]

    def force(self, name: str) -> None:
        self.open[name] = True

    def shut(self, name: str) -> None:
        self.open[name] = False

    def take(self, name: str) -> None:
        book = self.books[name]
        if book.box is not None and self.open[book.box]:
            book.box, book.taken = None, True

    def lay(self, name: str, box: str) -> None:
        if self.books[name].box is None and self.open[box]:
            self.books[name].box, self.books[name].taken = box, False

    def break_storage(self, ok: bool) -> None:
        was, self.storage_ok = self.storage_ok, ok
        if ok and not was and not self.state.storage_ok:
            self.happened(StorageRecovered())

    def is_lent(self, name: str) -> bool:
        return self.journal.is_lent(self.books[name].item, at_first=False)


def a_locker(*books: Book) -> LockerMachine:
    """With what lies in it counted."""
    locker = LockerMachine({book.name: book for book in books})
    locker.run(8)
    return locker
