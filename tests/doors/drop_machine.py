"""A book-drop of the tests' own: books before the flap, in the tray, in bins; and the reducer that works it. What is
true of the books is known here and nowhere else, so that what is written down can be held against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from kiosk.doors.drop.policy import Bin, DropPolicy
from kiosk.doors.drop.state import DropState, Light, Slip, Stage
from kiosk.doors.drop.step import due_s, step
from kiosk.doors.happenings import AtPad, BoardChanged, DoorEffect, Happening, InputTold, PadChanged, Put, ToPad
from kiosk.model.ids import IdSource, IntentId, ItemId, SessionId, Uid
from kiosk.model.questions import AskHelp, AskSort, SortTold
from kiosk.session.effects import Ask, Journal, ReadTag, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
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
POLICY = DropPolicy(
    bins=(
        Bin("shelf", ("shelf",), output="to-shelf", full="shelf-full"),
        Bin("holds", ("hold",), output="to-holds"),
        Bin("staff", ("staff", "transfer"), full="", away="staff-away", capacity=0),
    ),
    closed="closed",
    ready_lamp="green",
    refused_lamp="red",
    out_lamp="out",
)


class Where(StrEnum):
    HAND = "hand"
    FRONT = "front"
    """Held before the flap, over the pad there."""
    TRAY = "tray"
    BIN = "bin"


class PowerCut(Exception):
    """The machine is without power from here on."""


@dataclass(slots=True)
class Thing:
    """A book, or something else with a tag."""

    name: str
    afi: int = ON_LOAN
    where: Where = Where.HAND
    kind: TagKind = TagKind.LIBRARY
    is_locked: bool = False
    shadowed: bool = False
    """Its tag is not heard now."""
    bin: str = ""

    @property
    def uid(self) -> Uid:
        return Uid(f"E0{self.name.encode().hex():0>14}".upper()[:16])

    @property
    def item(self) -> ItemId:
        return ItemId(self.name)


@dataclass(slots=True)
class DropMachine:
    things: dict[str, Thing]
    journal: JournalInMemory = field(default_factory=JournalInMemory)
    sorts: dict[str, SortTold] = field(default_factory=dict)
    """What central answers; nothing: it does not."""
    now_s: float = 100.0
    outputs: dict[str, bool] = field(default_factory=dict)
    inputs: dict[str, bool] = field(default_factory=lambda: {"staff-away": False, "shelf-full": False})
    flap_held: bool = False
    """Somebody holds the flap open."""
    jams: bool = False
    losing_answers: int = 0
    """So many writes reach their tags while their answers are lost."""
    storage_ok: bool = True
    cut_after: int | None = None
    """Power goes when so many more transactions have committed, before anything that they order is done."""
    calls: int = 0
    seed: int = 0
    state: DropState = field(init=False)
    heard: dict[str, dict[Uid, None]] = field(init=False)
    told: dict[str, bool] = field(init=False)
    _pending: list[Callable[[], Happening]] = field(init=False)
    _tray_until_s: float = 0.0

    def __post_init__(self) -> None:
        self.power_on()

    def power_on(self) -> None:
        """Outputs are off, and the program begins with what the journal says."""
        self.outputs.clear()
        self.heard, self.told, self._pending = {"front": {}, "tray": {}}, {}, []
        self._tray_until_s = 0.0
        self.seed += 1
        left = self.journal.left_in_drop()
        slips = {
            row.uid: Slip(
                row.uid,
                row.item or ItemId(""),
                row.intent or IntentId(""),
                row.session or SessionId(""),
                Stage.DONE,
                self.now_s,
                None,
                secured=True,
                bin=row.note,
                is_of_before=True,
            )
            for row in left.inside
            if row.uid is not None
        }
        self.state = DropState(
            POLICY,
            IdSource(bytes([self.seed]) * 32),
            self.now_s,
            slips=MappingProxyType(slips),
            doubts=MappingProxyType({doubt.uid: doubt for doubt in self.journal.doubts()}),
            counts=MappingProxyType(dict(left.counts)),
        )
        self.happened(BoardChanged(True))
        self.happened(PadChanged("front", True))
        self.happened(PadChanged("tray", True))

    def happened(self, event: Happening) -> None:
        moment = Moment(self.now_s, NOON + timedelta(seconds=self.now_s))
        state, effects = step(self.state, event, moment)
        rows = [effect for effect in effects if isinstance(effect, Journal)]
        if rows and not self.storage_ok:
            self.state, effects = step(self.state, StorageFailed("full"), moment)
            self._do_all(effects)
            self.state, effects = step(self.state, event, moment)
            rows = []
            assert not any(isinstance(effect, Journal) for effect in effects)
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
                    if effect.output == POLICY.tray and effect.on:
                        self._tray_until_s = self.now_s + (effect.for_s or 0)
                case ToPad(pad, order):
                    assert pad == "tray"
                    self._pending.append(partial(self._pad_answers, order))
                case Ask():
                    if isinstance(effect.question, AskHelp):
                        self.calls += 1
                    else:
                        self._pending.append(partial(self._central_answers, effect))
                case _:
                    pass

    def _central_answers(self, ask: Ask) -> Happening:
        assert isinstance(ask.question, AskSort)
        told = self.sorts.get(ask.question.item)
        return AskExpired(ask.id) if told is None else Answered(ask.id, told)

    def _pad_answers(self, order: WriteAfi | ReadTag) -> Happening:
        uid = order.uid
        thing = next((one for one in self._in_field(Where.TRAY) if one.uid == uid), None)
        if not isinstance(order, WriteAfi):
            return AtPad("tray", self._read(thing) if thing is not None else TagGone(uid))
        if thing is None:
            return AtPad("tray", TagNotWritten(uid, WriteTrouble.AWAY, None))
        if thing.is_locked:
            return AtPad("tray", TagNotWritten(uid, WriteTrouble.LOCKED, thing.afi))
        thing.afi = order.afi
        if self.losing_answers:
            self.losing_answers -= 1
            return AtPad("tray", TagNotWritten(uid, WriteTrouble.READER, None))
        return AtPad("tray", TagWritten(uid, thing.afi))

    def _read(self, thing: Thing) -> TagRead:
        item = thing.item if thing.kind in (TagKind.LIBRARY, TagKind.FOREIGN) else None
        return TagRead(thing.uid, thing.kind, item, "", thing.afi)

    def _in_field(self, where: Where) -> list[Thing]:
        return [one for one in self.things.values() if one.where is where and not one.shadowed]

    def run(self, for_s: float) -> None:
        """Let time pass; a power cut is followed by a start, and the time begins anew."""
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
        if self.outputs.get(POLICY.tray) and self.now_s >= self._tray_until_s:
            self.outputs[POLICY.tray] = False
        if self.outputs.get(POLICY.tray) and not self.jams:
            for thing in self.things.values():
                if thing.where is Where.TRAY:
                    thing.where = Where.BIN
                    thing.bin = next((b.name for b in POLICY.bins if b.output and self.outputs.get(b.output)), "staff")
        self.inputs["fallen"] = any(one.where is Where.TRAY for one in self.things.values())
        self.inputs["closed"] = not self.flap_held
        for name, on in self.inputs.items():
            if self.told.get(name) is not on:
                self.told[name] = on
                self.happened(InputTold(name, on))
        for pad, heard in self.heard.items():
            there = {one.uid: one for one in self._in_field(Where(pad))}
            for uid in [uid for uid in heard if uid not in there]:
                del heard[uid]
                self.happened(AtPad(pad, TagGone(uid)))
            for uid, thing in there.items():
                if uid not in heard:
                    heard[uid] = None
                    self.happened(AtPad(pad, TagSeen(uid)))
                    self.happened(AtPad(pad, self._read(thing)))
        pending, self._pending = self._pending, []
        for answer in pending:
            self.happened(answer())
        if due_s(self.state) <= self.now_s:
            self.happened(TimePassed())

    # What people do.

    def hold(self, name: str) -> None:
        if self.things[name].where is Where.HAND:
            self.things[name].where = Where.FRONT

    def take_back(self, name: str) -> None:
        """Out of the front, or, while the flap is held open, out of the tray."""
        thing = self.things[name]
        if thing.where is Where.FRONT or (thing.where is Where.TRAY and self.flap_held):
            thing.where = Where.HAND

    def push(self, *names: str) -> bool:
        """Through the flap, if it is open; whether it was."""
        if not (self.outputs.get(POLICY.flap) or self.flap_held):
            return False
        for name in names:
            if self.things[name].where in (Where.FRONT, Where.HAND):
                self.things[name].where = Where.TRAY
        return True

    def hold_flap(self, held: bool) -> None:
        """It can be held only while it is unlocked; once it is shut and locked, nobody opens it."""
        self.flap_held = held and (self.flap_held or bool(self.outputs.get(POLICY.flap)))

    def break_storage(self, ok: bool) -> None:
        was, self.storage_ok = self.storage_ok, ok
        if ok and not was and not self.state.storage_ok:
            self.happened(StorageRecovered())

    @property
    def light(self) -> Light:
        return self.state.light


def a_drop(*names: str, **changes: Thing) -> DropMachine:
    return DropMachine({name: Thing(name) for name in names} | changes)
