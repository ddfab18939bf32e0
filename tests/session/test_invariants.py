"""Whatever happens in whatever order, the promises of the design (section 4) hold.

One property throws events at the reducer that no sane device would send; the other plays people, devices, disk and
power cuts in a room where tags keep what was written to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.ledger.verify import FOLLOWS
from kiosk.model.circulation import Item, Language, Purpose
from kiosk.model.ids import AskId, IdSource, IntentId, ItemId, Uid
from kiosk.model.journal import CLOSING, JournalRow, RowKind
from kiosk.model.questions import Answer, Identified, ItemKnown, MayBorrow, MayNotBorrow, NotIdentified
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.offline import KnownPatron
from kiosk.session.effects import Ask, Effect, Journal, PrintReceipt, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    CopyChanged,
    Device,
    DeviceChanged,
    Event,
    Health,
    LanguageChosen,
    LinkChanged,
    Moment,
    Paper,
    PaperChanged,
    Printed,
    PrintFailed,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagKind,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
    Touch,
    Touched,
    WriteTrouble,
)
from kiosk.session.state import Borrowing, Kiosk, Policy, Returning, Scene, Stage
from kiosk.session.step import begin, due_s, step
from kiosk.session.surroundings import LYING_S
from tests.rules.copies import Copy
from tests.session.room import DUE, IN_STOCK, ON_LOAN, START, PowerCut, Room, a_book, a_patron, doubts_of

UIDS = [Uid(f"E00401000000000{number}") for number in range(4)]
ITEMS = [ItemId("B1"), ItemId("B2"), ItemId("B3")]
uids, items = st.sampled_from(UIDS), st.sampled_from(ITEMS)
afis = st.sampled_from([IN_STOCK, ON_LOAN, 0x00, None])
cards = st.sampled_from(["card-of-Wei", "card-of-Li", "B1"])
reasons = st.sampled_from([(), (Reason(ReasonCode.ON_HOLD),)])
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Identified, st.sampled_from([a_patron("Wei"), a_patron("Li")]), st.sampled_from([None, Language.EN])),
    st.builds(NotIdentified, reasons),
    st.builds(MayBorrow, st.builds(Item, items, st.just("Snow")), st.just(DUE), st.sampled_from([None, 0, 3])),
    st.builds(MayNotBorrow, reasons),
    st.builds(ItemKnown, st.one_of(st.none(), st.builds(Item, items, st.just("Snow")))),
)
odd: st.SearchStrategy[Event] = st.one_of(
    st.builds(TagRead, uids, st.sampled_from(TagKind), st.one_of(st.none(), items), st.just(""), afis),
    st.builds(TagWritten, uids, st.sampled_from([IN_STOCK, ON_LOAN, 0x00])),
    st.builds(TagNotWritten, uids, st.sampled_from(WriteTrouble), afis),
    st.builds(CardPresented, cards),
    st.sampled_from([CardNotRead(), CardLifted(), CodeNotRead(), StorageRecovered(), LinkChanged(True)]),
    st.builds(DeviceChanged, st.sampled_from([Device.PRINTER, Device.CARDS, Device.SCANNER]), st.sampled_from(Health)),
    st.builds(PaperChanged, st.sampled_from(Paper)),
    st.sampled_from([CopyChanged(Copy()), CopyChanged(Copy(patrons={"card:card-of-Wei": KnownPatron("", True)}))]),
    st.builds(LanguageChosen, st.sampled_from(Language)),
)
usual: st.SearchStrategy[Event] = st.one_of(
    st.builds(TagRead, uids, st.just(TagKind.LIBRARY), items, st.just("Snow"), afis),
    st.builds(TagSeen, uids),
    st.builds(TagGone, uids),
    st.builds(CodeScanned, cards),
    st.builds(Touched, st.sampled_from(Touch), st.sampled_from(["", *UIDS])),
    st.just(TimePassed()),
)
pad_trouble: st.SearchStrategy[Event] = st.builds(DeviceChanged, st.just(Device.PAD), st.sampled_from(Health))


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer one of the questions, writes or print jobs that the kiosk is waiting for (or was)."""

    which: int
    answer: Answer | None
    prints: bool = False


@dataclass(frozen=True, slots=True)
class PadReply:
    """The pad's answer to the oldest write; None: done and read back."""

    why: WriteTrouble | None
    afi: int | None = None


replies = st.builds(Reply, st.integers(0, 2), st.one_of(st.none(), answers), st.booleans())
pad_replies = st.one_of(st.just(PadReply(None)), st.builds(PadReply, st.sampled_from(WriteTrouble), afis))
Move = Event | Reply | PadReply
moves = st.tuples(
    st.one_of(usual, usual, replies, replies, pad_replies, pad_replies, odd, st.one_of(usual, odd, pad_trouble)),
    st.sampled_from([0.0, 0.0, 0.1, 1.0, 6.0, 20.0, 61.0]),
    st.integers(0, 40),
)
WEI = Identified(a_patron("Wei"))
BOOK = TagRead(UIDS[0], TagKind.LIBRARY, ITEMS[0], "Snow", IN_STOCK)
BACK = TagRead(UIDS[1], TagKind.LIBRARY, ITEMS[1], "Le zahir", ON_LOAN)
YES = Reply(0, MayBorrow(Item(ITEMS[0], "Snow"), DUE, 4))
OPENINGS: list[list[Move]] = [
    [],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI)],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, PadReply(None), Touched(Touch.DONE)],
    [CardPresented("card-of-Wei"), Reply(0, WEI)],
    [CardPresented("card-of-Wei"), Reply(0, WEI), Touched(Touch.RETURN), BACK],
    [BACK],
    [BACK, PadReply(WriteTrouble.AWAY), TagGone(UIDS[1])],
    [BACK, PadReply(None), Touched(Touch.DONE)],
    [BOOK],
    [DeviceChanged(Device.PAD, Health.GONE)],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, StorageFailed("no space left")],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, PadReply(None), Touched(Touch.DONE), Touched(Touch.PRINT)],
]
OPENED_S = 10.0
ONE_OF_EACH: list[Event] = [
    Touched(Touch.DONE),
    LanguageChosen(Language.EN),
    CardPresented("card-of-Li"),
    CardNotRead(),
    CardLifted(),
    CodeScanned("B3"),
    CodeNotRead(),
    TagSeen(UIDS[2]),
    TagRead(UIDS[0], TagKind.LIBRARY, ITEMS[0], "Snow", IN_STOCK),
    TagGone(UIDS[0]),
    TagWritten(UIDS[0], ON_LOAN),
    TagNotWritten(UIDS[0], WriteTrouble.AWAY, None),
    Answered(AskId("never asked"), WEI),
    AskExpired(AskId("never asked")),
    LinkChanged(True),
    CopyChanged(Copy()),
    DeviceChanged(Device.PAD, Health.GONE),
    PaperChanged(Paper.NONE),
    Printed("no job of ours"),
    PrintFailed("no job of ours"),
    StorageFailed("no space left"),
    StorageRecovered(),
    TimePassed(),
]


@dataclass(slots=True)
class Witness:
    """Watches every step, and knows the journal as the disk has it."""

    kiosk: Kiosk
    rows: list[JournalRow] = field(default_factory=list)
    asks: list[AskId] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    writes: list[WriteAfi] = field(default_factory=list)

    def step(self, event: Event, moment: Moment, *, disk_refuses: bool) -> None:
        state, effects = step(self.kiosk, event, moment)
        assert (state, effects) == step(self.kiosk, event, moment), "same inputs, same outputs"
        if disk_refuses and any(isinstance(effect, Journal) for effect in effects):
            state, effects = step(self.kiosk, StorageFailed("no space left"), moment)
            if not isinstance(event, StorageRecovered):
                state, more = step(state, event, moment)
                effects += more
        self._see(event, state, effects)
        self.kiosk = state
        self._nothing_is_forgotten()
        if isinstance(event, TimePassed):
            due = due_s(state)
            assert due is None or due > moment.mono_s, "a deadline that has passed must not stand"

    def _see(self, event: Event, state: Kiosk, effects: tuple[Effect, ...]) -> None:
        journal = [effect for effect in effects if isinstance(effect, Journal)]
        assert list(effects[: len(journal)]) == journal, "journal rows come first"
        assert state.around.storage_ok or not journal, "nothing is journalled while the disk refuses"
        self.rows += [effect.row for effect in journal]
        for row in (effect.row for effect in journal):
            if row.kind in (RowKind.BORROW_DONE, RowKind.RETURN_DONE):
                _was_read_back(event, row)
        for effect in effects:
            match effect:
                case WriteAfi():
                    self._may_write(effect)
                    self.writes.append(effect)
                case Ask():
                    self.asks.append(effect.id)
                case PrintReceipt():
                    self.jobs.append(effect.job)
                case _:
                    pass

    def stories(self) -> dict[IntentId, list[RowKind]]:
        found: dict[IntentId, list[RowKind]] = {}
        for row in self.rows:
            if row.intent is not None and (row.kind in FOLLOWS or row.kind in CLOSING):
                found.setdefault(row.intent, []).append(row.kind)
        return found

    def open_intents(self) -> set[IntentId]:
        return {intent for intent, story in self.stories().items() if not CLOSING.intersection(story)}

    def _may_write(self, order: WriteAfi) -> None:
        """I3: before any write, the journal says why."""
        needed = RowKind.BORROW_OPENING if order.afi == ON_LOAN else RowKind.RETURN_INTENDED
        opened = {row.intent for row in self.rows if row.kind is needed and row.uid == order.uid}
        assert opened & self.open_intents(), f"{order} without {needed}"

    def _nothing_is_forgotten(self) -> None:
        """I1: an open intent is on the list that is shown, or on the doubt list."""
        scene = self.kiosk.scene
        kept = set(self.kiosk.around.doubts)
        if isinstance(scene, Borrowing | Returning):
            kept |= {row.intent for row in scene.rows if row.intent is not None}
            done = {row.intent for row in scene.rows if row.stage is Stage.DONE}
            assert not done & self.open_intents(), "only what is journalled as done is shown as done"
        assert self.open_intents() <= kept


def _was_read_back(event: Event, row: JournalRow) -> None:
    """I2: done means read back so, or a lock that kept what was wanted."""
    wanted = ON_LOAN if row.kind is RowKind.BORROW_DONE else IN_STOCK
    match event:
        case TagWritten() | TagRead():
            assert (event.uid, event.afi) == (row.uid, wanted)
        case TagNotWritten():
            assert event.uid == row.uid
            assert event.afi == wanted or (event.why is WriteTrouble.LOCKED and event.afi is None)
        case TimePassed():
            pass
        case _:
            raise AssertionError(f"{row.kind} after {event}")


def in_order(stories: dict[IntentId, list[RowKind]]) -> None:
    """Each intent's rows follow the order of operations, with at most one loan and one end."""
    for story in stories.values():
        assert story[0] in (RowKind.BORROW_INTENDED, RowKind.RETURN_INTENDED)
        for before, after in pairwise(story):
            assert after in FOLLOWS.get(before, frozenset()), story
        assert story.count(RowKind.LOAN_MADE) <= 1


@pytest.mark.parametrize("opening", OPENINGS, ids=range(len(OPENINGS)))
@settings(max_examples=25, deadline=None)
@given(played=st.lists(moves, min_size=15, max_size=60))
def test_any_event_in_any_state_keeps_the_promises(opening: list[Move], played: list[tuple[Move, float, int]]) -> None:
    """I1, I2, I3, and no exception: devices, people, disk and central in any order."""
    witness, now_s = in_the_middle_of(opening), OPENED_S
    for move, seconds, luck in played:
        now_s += seconds
        witness.step(_event(witness, move), Moment(now_s, START), disk_refuses=luck == 40)
    in_order(witness.stories())


def in_the_middle_of(opening: list[Move]) -> Witness:
    """A kiosk in service, in which these things happened at `OPENED_S`."""
    witness = Witness(begin(Policy(), IdSource(b"w" * 16), Moment(0, START), [], {}))
    witness.step(DeviceChanged(Device.PAD, Health.OK), Moment(0, START), disk_refuses=False)
    witness.step(TimePassed(), Moment(LYING_S, START), disk_refuses=False)
    for move in opening:
        witness.step(_event(witness, move), Moment(OPENED_S, START), disk_refuses=False)
    return witness


def test_the_stories_begin_in_every_scene() -> None:
    """A walk that never comes somewhere proves nothing about it."""
    begun = {type(in_the_middle_of(opening).kiosk.scene) for opening in OPENINGS}
    assert begun == set(get_args(Scene))


@pytest.mark.parametrize("seconds", [0.0, 25.0, 61.0])
@pytest.mark.parametrize("opening", OPENINGS, ids=range(len(OPENINGS)))
def test_every_kind_of_event_in_every_scene_keeps_the_promises(opening: list[Move], seconds: float) -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(get_args(Event))
    for event in ONE_OF_EACH:
        witness = in_the_middle_of(opening)
        for moment in (Moment(OPENED_S + seconds, START), Moment(OPENED_S + 2 * seconds + 1, START)):
            if not isinstance(event, StorageFailed) or witness.kiosk.around.storage_ok:
                witness.step(event, moment, disk_refuses=False)
            witness.step(TimePassed(), moment, disk_refuses=False)
        in_order(witness.stories())


def _event(witness: Witness, move: Move) -> Event:
    match move:
        case Reply() if move.prints and witness.jobs:
            job = witness.jobs[-1]
            return PrintFailed(job) if move.answer is None else Printed(job)
        case Reply():
            ask = witness.asks[-1 - move.which % len(witness.asks)] if witness.asks else AskId("never asked")
            return AskExpired(ask) if move.answer is None else Answered(ask, move.answer)
        case PadReply():
            order = witness.writes.pop(0) if witness.writes else WriteAfi(UIDS[0], IN_STOCK)
            if move.why is None:
                return TagWritten(order.uid, order.afi)
            return TagNotWritten(order.uid, move.why, move.afi)
        case _:
            return move


TITLES = ["Snow", "Le zahir", "Deep river", "Twin", "Torn tag", "Bank card"]
Deed = tuple[str, int]


def _switch(name: str) -> Callable[[Room, int], None]:
    return lambda room, choice: setattr(room, name, choice % 2 == 0)


def _tap(room: Room, choice: int) -> None:
    room.happened(CardPresented(["card-of-Wei", "card-of-Li"][choice % 2]))
    if choice % 3:
        room.happened(CardLifted())


def _free_disk(room: Room, choice: int) -> None:
    room.disk_full = False
    room.happened(StorageRecovered())


def _cut(room: Room, choice: int) -> None:
    room.cut_in, room.cut_before = choice // 2, choice % 2 == 0


def _scan(room: Room, choice: int) -> None:
    room.happened(CodeScanned(room.books[TITLES[choice % len(TITLES)]].item))


def _replug(room: Room, choice: int) -> None:
    if room.pad_works:
        room.unplug_pad()
    else:
        room.plug_pad()


DEEDS: dict[str, Callable[[Room, int], None]] = {
    "lay down": lambda room, choice: room.lay_down(TITLES[choice % len(TITLES)], TITLES[(choice // 2) % len(TITLES)]),
    "take off": lambda room, choice: room.take_off(TITLES[choice % len(TITLES)]),
    "take all off": lambda room, choice: room.take_off(*TITLES),
    "tap card": _tap,
    "touch": lambda room, choice: room.happened(
        Touched([Touch.BORROW, Touch.RETURN, Touch.DONE, Touch.PRINT, Touch.BACK, Touch.NO_RECEIPT][choice % 6])
    ),
    "remove": lambda room, choice: room.happened(Touched(Touch.REMOVE, room.books[TITLES[choice % 6]].uid)),
    "scan": _scan,
    "wait": lambda room, choice: room.passes([1, 5, 21, 90][choice % 4]),
    "hold central": _switch("hold_central"),
    "hold pad": _switch("hold_pad"),
    "pad does one thing": lambda room, choice: room.pad_answers(),
    "central answers once": lambda room, choice: room.central_answers(),
    "lose answers": _switch("lose_answers"),
    "line": _switch("online"),
    "replug pad": _replug,
    "fill disk": lambda room, choice: setattr(room, "disk_full", True),
    "free disk": _free_disk,
    "cut the power soon": _cut,
    "cut the power": lambda room, choice: room.switch_on(),
}
deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 11)), min_size=10, max_size=50)


def a_room() -> Room:
    room = Room()
    for number, title in enumerate(TITLES, 1):
        room.books[title] = a_book(title, number)
    room.books["Twin"].item = room.books["Snow"].item
    room.books["Torn tag"].kind = TagKind.BROKEN
    room.books["Bank card"].kind = TagKind.NOT_LIBRARY
    room.cards = {"card-of-Wei": a_patron("Wei"), "card-of-Li": a_patron("Li")}
    room.happened(PaperChanged(Paper.OK))
    return room


def standing_loans(room: Room) -> set[Uid]:
    """Tags whose item the journal says is lent."""
    standing: set[Uid] = set()
    for written in room.rows:
        assert written.row.uid is not None or written.row.intent is None
        if written.row.uid is None:
            continue
        if written.row.kind is RowKind.LOAN_MADE:
            standing.add(written.row.uid)
        elif written.row.kind in (RowKind.LOAN_UNDONE, RowKind.RETURN_DONE):
            standing.discard(written.row.uid)
    return standing


def check(room: Room) -> None:
    """I1–I3 as the room shows them, at any moment."""
    doubts = doubts_of(room.rows, START)
    lent = standing_loans(room)
    in_doubt = {doubt.uid for doubt in doubts}
    for book in room.books.values():
        if book.afi == ON_LOAN:
            assert book.uid in lent | in_doubt, f"I2: {book} says on loan, and nobody knows"
        elif book.uid in lent:
            assert book.uid in in_doubt, f"I3: {book} is lent, secured, and nobody mends it"
    stories: dict[IntentId, list[RowKind]] = {}
    for written in room.rows:
        if written.row.intent is not None and (written.row.kind in FOLLOWS or written.row.kind in CLOSING):
            stories.setdefault(written.row.intent, []).append(written.row.kind)
    in_order(stories)


def play(room: Room, deed: Deed) -> None:
    try:
        DEEDS[deed[0]](room, deed[1])
        room.work()
    except PowerCut:
        room.hold_pad = room.hold_central = False
        room.switch_on()
        room.work()


def all_is_well_again(room: Room) -> None:
    """Everything works, everybody has gone home, and every book lies on the pad when the kiosk starts."""
    room.hold_pad = room.hold_central = room.lose_answers = room.disk_full = False
    room.cut_in = None
    room.passes(300)
    for book in room.books.values():
        book.lies = True
    room.switch_on()
    room.passes(60)


@settings(max_examples=150, deadline=None)
@given(deeds)
@example([("lay down", 0), ("hold pad", 0), ("tap card", 1), ("take all off", 0), ("cut the power", 0)])
def test_people_devices_disk_and_power_cuts_lose_nothing(played: list[Deed]) -> None:
    """D01–D13, P02, P05, P06, D14: the journal and the tags agree, and every doubt ends when the book is seen again."""
    room = a_room()
    for deed in played:
        play(room, deed)
        check(room)
    all_is_well_again(room)
    check(room)
    assert not room.kiosk.around.doubts
    assert not [doubt for doubt in doubts_of(room.rows, START) if doubt.purpose is Purpose.BORROW]
    assert {book.uid for book in room.books.values() if book.afi == ON_LOAN} == standing_loans(room)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["borrow", "return"]), st.integers(0, 12), st.booleans(), st.booleans())
def test_a_power_cut_beside_any_commit_leaves_one_loan_or_none(way: str, at: int, before: bool, lost: bool) -> None:
    """D01–D12, I4: each commit of a borrow and of a return, before it and right after it, also with a lost answer."""
    room = a_room()
    snow = room.books["Snow"]
    snow.afi = ON_LOAN if way == "return" else IN_STOCK
    room.lose_answers = lost
    room.cut_in, room.cut_before = at, before
    confirmed = False
    try:
        room.lay_down("Snow", "Le zahir")
        _tap(room, 1)
        room.work()
        scene = room.kiosk.scene
        confirmed = isinstance(scene, Borrowing) and any(
            row.uid == snow.uid and row.stage is Stage.DONE for row in scene.rows
        )
        room.happened(Touched(Touch.DONE))
        room.passes(20)
    except PowerCut:
        room.switch_on()
    all_is_well_again(room)
    loans = [written.row.intent for written in room.rows if written.row.kind is RowKind.LOAN_MADE]
    assert len(loans) == len(set(loans))
    if way == "borrow":
        assert (snow.afi == ON_LOAN) == (snow.uid in standing_loans(room))
        assert not confirmed or snow.afi == ON_LOAN
    assert not room.kiosk.around.doubts
