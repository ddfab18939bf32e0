"""Whatever happens in whatever order, the promises of the design (section 4) hold.

The property throws events at the reducer that no sane device would send.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.ledger.verify import FOLLOWS
from kiosk.model.circulation import Item, Language
from kiosk.model.facts import LoanRenewed
from kiosk.model.finding import FoundTitle, MayHold, MayNotHold, NoTitle, TitlesFound, TitleTold, Whereabouts
from kiosk.model.ids import AskId, IdSource, IntentId, ItemId, Uid
from kiosk.model.journal import CLOSING, JournalRow, RowKind
from kiosk.model.paying import MayNotPay, OrderStands, PayOffered, Standing
from kiosk.model.questions import (
    AccountHold,
    AccountLoan,
    AccountTold,
    Answer,
    Identified,
    ItemKnown,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
    MayRenew,
    NoAccount,
    NotIdentified,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.offline import KnownPatron
from kiosk.session.effects import Ask, CheckPin, Effect, Journal, PrintReceipt, WriteAfi
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
    PinChecked,
    Printed,
    PrintFailed,
    StaffAnswered,
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
from kiosk.session.state import Account, Borrowing, Kiosk, Policy, RenewStage, Returning, Scene, Stage
from kiosk.session.step import begin, due_s, step
from kiosk.session.surroundings import LYING_S
from tests.rules.copies import Copy
from tests.session.room import DUE, IN_STOCK, ON_LOAN, START, a_patron
from tests.session.stories import in_order

STAFF_CARD = "card-of-desk"
UIDS = [Uid(f"E00401000000000{number}") for number in range(4)]
ITEMS = [ItemId("B1"), ItemId("B2"), ItemId("B3")]
uids, items = st.sampled_from(UIDS), st.sampled_from(ITEMS)
afis = st.sampled_from([IN_STOCK, ON_LOAN, 0x00, None])
cards = st.sampled_from(["card-of-Wei", "card-of-Li", "B1", STAFF_CARD])
reasons = st.sampled_from([(), (Reason(ReasonCode.ON_HOLD),)])
TOLD = AccountTold(
    tuple(AccountLoan(Item(item, "Snow"), DUE, 0) for item in ITEMS),
    (AccountHold("Momo", False, None, "h1"),),
    900,
    3,
    by_phone=True,
)
answers: st.SearchStrategy[Answer] = st.one_of(
    st.builds(Identified, st.sampled_from([a_patron("Wei"), a_patron("Li")]), st.sampled_from([None, Language.EN])),
    st.builds(NotIdentified, reasons),
    st.builds(MayBorrow, st.builds(Item, items, st.just("Snow")), st.just(DUE), st.sampled_from([None, 0, 3])),
    st.builds(MayNotBorrow, reasons),
    st.sampled_from([MayRenew(DUE), MayNotRenew(()), TOLD, TOLD, NoAccount(())]),
    st.builds(OrderStands, st.sampled_from(Standing)),
    st.sampled_from([PayOffered("o1", "weixin://o1", 900, "CNY", 60), MayNotPay(())]),
    st.sampled_from([MayHold(1, ""), MayNotHold(()), NoTitle(), TitlesFound((), 0)]),
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
    st.builds(Touched, st.sampled_from(Touch), st.sampled_from(["", "1", "2", "holds", *UIDS])),
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


@dataclass(frozen=True, slots=True)
class PinReply:
    """Whether the last staff PIN was right."""

    right: bool


replies = st.builds(Reply, st.integers(0, 2), st.one_of(st.none(), answers), st.booleans())
pad_replies = st.one_of(st.just(PadReply(None)), st.builds(PadReply, st.sampled_from(WriteTrouble), afis))
pin_replies = st.builds(PinReply, st.booleans())
Move = Event | Reply | PadReply | PinReply
moves = st.tuples(
    st.one_of(
        usual,
        usual,
        replies,
        replies,
        pad_replies,
        pad_replies,
        odd,
        st.builds(PinReply, st.booleans()),
        st.one_of(usual, odd, pad_trouble),
    ),
    st.sampled_from([0.0, 0.0, 0.1, 1.0, 6.0, 20.0, 61.0]),
    st.integers(0, 40),
)
WEI = Identified(a_patron("Wei"))
BOOK = TagRead(UIDS[0], TagKind.LIBRARY, ITEMS[0], "Snow", IN_STOCK)
BACK = TagRead(UIDS[1], TagKind.LIBRARY, ITEMS[1], "Le zahir", ON_LOAN)
YES = Reply(0, MayBorrow(Item(ITEMS[0], "Snow"), DUE, 4))
ACCOUNT: list[Move] = [
    LinkChanged(True),
    Touched(Touch.ACCOUNT),
    CardPresented("card-of-Wei"),
    Reply(0, WEI),
    Reply(0, TOLD),
]
TITLE = FoundTitle("r1", "Momo", "", "", Whereabouts.LENT)
LOOKING: list[Move] = [
    LinkChanged(True),
    Touched(Touch.FIND),
    Touched(Touch.TYPE, "m"),
    Reply(0, TitlesFound((TITLE,), 1)),
    Touched(Touch.OPEN, "1"),
    Reply(0, TitleTold(TITLE, (), 0, (TITLE,))),
]
OPENINGS: list[list[Move]] = [
    [],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI)],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, PadReply(None), Touched(Touch.DONE)],
    [CardPresented("card-of-Wei"), Reply(0, WEI)],
    [CardPresented("card-of-Wei"), Reply(0, WEI), Touched(Touch.RETURN), BACK],
    ACCOUNT,
    [*ACCOUNT, Touched(Touch.RENEW_ALL), Reply(0, MayRenew(DUE))],
    LOOKING,
    [*LOOKING, CardPresented("card-of-Wei"), Reply(0, WEI), Touched(Touch.HOLD)],
    [BACK],
    [BACK, PadReply(WriteTrouble.AWAY), TagGone(UIDS[1])],
    [BACK, PadReply(None), Touched(Touch.DONE)],
    [BOOK],
    [LinkChanged(True), Touched(Touch.BORROW), Touched(Touch.NUMBER), Touched(Touch.DIGIT, "1")],
    [LinkChanged(True), Touched(Touch.ACCOUNT), Touched(Touch.JOIN), Touched(Touch.ENTER), Touched(Touch.TYPE, "w")],
    [LinkChanged(True), *ACCOUNT, Touched(Touch.CHANGE, "pin")],
    [CardPresented(STAFF_CARD)],
    [CardPresented(STAFF_CARD), Touched(Touch.DIGIT, "1"), Touched(Touch.ENTER), PinReply(True)],
    [DeviceChanged(Device.PAD, Health.GONE)],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, StorageFailed("no space left")],
    [BOOK, CardPresented("card-of-Wei"), Reply(0, WEI), YES, PadReply(None), Touched(Touch.DONE), Touched(Touch.PRINT)],
]
OPENED_S = 10.0
POLICY = Policy(staff={STAFF_CARD: "desk"}, lamps=True, joins=True)
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
    StaffAnswered(PinChecked(AskId("never asked"), True)),
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
    checks: list[AskId] = field(default_factory=list)
    writes: list[WriteAfi] = field(default_factory=list)
    renewed: set[IntentId | None] = field(default_factory=set)

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
        self.renewed |= {effect.row.intent for effect in journal if isinstance(effect.fact, LoanRenewed)}
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
                case CheckPin():
                    self.checks.append(effect.check)
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
        if isinstance(scene, Account):
            kept |= {row.intent for row in scene.loans if row.intent is not None}
            renewed = {row.intent for row in scene.loans if row.stage is RenewStage.RENEWED}
            assert renewed <= self.renewed, "only a fact makes a new date"
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
    witness = Witness(begin(POLICY, IdSource(b"w" * 16), Moment(0, START), [], {}))
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
        case PinReply():
            return StaffAnswered(PinChecked(witness.checks[-1] if witness.checks else AskId("never asked"), move.right))
        case PadReply():
            order = witness.writes.pop(0) if witness.writes else WriteAfi(UIDS[0], IN_STOCK)
            if move.why is None:
                return TagWritten(order.uid, order.afi)
            return TagNotWritten(order.uid, move.why, move.afi)
        case _:
            return move
