"""A small room around the reducer: books with tags, a pad, central, a printer, a disk. Everything happens on order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import assert_never

from kiosk.model.circulation import Item, Patron, Purpose
from kiosk.model.facts import Fact
from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    FoundTitle,
    MayHold,
    MayNotHold,
    NoTitle,
    TitlesFound,
    TitleTold,
)
from kiosk.model.ids import IdSource, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.joining import AskChange, AskJoin, Changed, Joined, MayNotJoin, NotChanged
from kiosk.model.journal import CLOSING, Doubt, JournalLine, JournalRow, LeftByStaff, RowKind
from kiosk.model.news import AskNews, NewsTold
from kiosk.model.paying import AskPaid, AskPay, MayNotPay, OrderStands, PayOffered, Standing
from kiosk.model.questions import (
    AccountTold,
    Answer,
    AskAccount,
    AskBorrow,
    AskHelp,
    AskIdentify,
    AskItem,
    AskKept,
    AskMail,
    AskRenew,
    AskSort,
    Identified,
    ItemKnown,
    MailTaken,
    MayBorrow,
    MayNotBorrow,
    MayNotRenew,
    MayRenew,
    NoAccount,
    NotIdentified,
    StaffCalled,
)
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.session.effects import (
    Ask,
    CheckPin,
    Effect,
    EndStation,
    Journal,
    LightLamps,
    OrderTold,
    Play,
    PrintReceipt,
    PrintTest,
    ReadJournal,
    ReadTag,
    RememberItem,
    StaffOrder,
    WriteAfi,
)
from kiosk.session.events import (
    Answered,
    AskExpired,
    Device,
    DeviceChanged,
    Event,
    Health,
    JournalTold,
    Moment,
    PinChecked,
    Printed,
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
    WriteTrouble,
)
from kiosk.session.orders import Ordered
from kiosk.session.state import Kiosk, Policy
from kiosk.session.step import begin, due_s, step
from kiosk.session.surroundings import LYING_S

IN_STOCK, ON_LOAN = 0x07, 0xC2
OPENS = {
    RowKind.BORROW_INTENDED: Purpose.BORROW,
    RowKind.RETURN_INTENDED: Purpose.RETURN,
    RowKind.RENEW_INTENDED: Purpose.ACCOUNT,
}
START = datetime(2026, 11, 24, 2, 3, tzinfo=UTC)
RENEWED = datetime(2027, 1, 19, 15, 59, tzinfo=UTC)
DUE = datetime(2026, 12, 22, 15, 59, tzinfo=UTC)


class PowerCut(Exception):
    """The plug was pulled beside a commit: nothing after it happens."""


LOST_S = 1.0
LAST_GROWN = 2012
PAY_LASTS_S = 60


@dataclass(slots=True)
class Book:
    """An item and its tag."""

    title: str
    item: str
    uid: Uid
    afi: int | None = IN_STOCK
    kind: TagKind = TagKind.LIBRARY
    lies: bool = False
    locked: bool = False
    stubborn: bool = False
    """Takes no write, and is read back as it was."""


@dataclass(frozen=True, slots=True)
class Written:
    """A journal row as it was committed; rows of one transaction share `tx`."""

    tx: int
    row: JournalRow
    fact: Fact | None


def doubts_of(rows: Iterable[Written], at: datetime) -> list[Doubt]:
    """Open intents, as a start finds them in the journal."""
    stories: dict[IntentId, list[JournalRow]] = {}
    for written in rows:
        if written.row.intent is not None:
            stories.setdefault(written.row.intent, []).append(written.row)
    doubts: list[Doubt] = []
    for intent, story in stories.items():
        kinds = {row.kind for row in story}
        first = story[0]
        if kinds & CLOSING or first.kind not in OPENS:
            continue
        assert first.item is not None
        assert first.uid is not None or first.kind is RowKind.RENEW_INTENDED
        doubts.append(
            Doubt(
                intent,
                first.session or SessionId(""),
                OPENS[first.kind],
                first.item,
                first.uid or Uid(""),
                first.patron,
                RowKind.LOAN_MADE in kinds,
                next((row.due for row in story if row.kind is RowKind.LOAN_MADE), None),
                at,
                first.afi,
                RowKind.DOUBTFUL in kinds,
            )
        )
    return doubts


def left_of(rows: Iterable[Written], at: datetime) -> LeftByStaff:
    """What staff's rows still mean at a start."""
    closed, in_bin, wrong = False, 0, 0
    for written in rows:
        match written.row.kind:
            case RowKind.STATION_CLOSED | RowKind.STATION_OPENED as kind:
                closed = kind is RowKind.STATION_CLOSED
            case RowKind.RETURN_DONE:
                in_bin += 1
            case RowKind.BIN_EMPTIED:
                in_bin = 0
            case RowKind.STAFF_REFUSED:
                wrong += 1
            case RowKind.STAFF_ENTERED:
                wrong = 0
            case _:
                pass
    return LeftByStaff(closed, in_bin, wrong, at if wrong else None)


@dataclass(slots=True)
class Room:
    """The kiosk and what is around it. `hold_*` keep orders back until they are let through."""

    policy: Policy = field(default_factory=Policy)
    books: dict[str, Book] = field(default_factory=dict)
    cards: dict[str, Patron] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    """Of staff cards."""
    refusals: dict[ItemId, ReasonCode] = field(default_factory=dict)
    accounts: dict[PatronRef, AccountTold] = field(default_factory=dict)
    """What central tells of a patron."""
    addresses: set[PatronRef] = field(default_factory=set)
    """Of whom central has an e-mail address."""
    patron_pins: dict[PatronRef, str] = field(default_factory=dict)
    orders: dict[str, Standing] = field(default_factory=dict)
    """What patrons were shown to pay, and how it stands."""
    news: NewsTold = field(default_factory=NewsTold)
    pay_lasts_s: int = PAY_LASTS_S
    titles: tuple[FoundTitle, ...] = ()
    """What can be found."""
    hold_central: bool = False
    hold_pad: bool = False
    hold_printer: bool = False
    online: bool = True
    disk_full: bool = False
    rows: list[Written] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    """Since the room was last asked for them."""
    now_s: float = 100.0
    central: list[Ask] = field(default_factory=list)
    pad: list[WriteAfi | ReadTag] = field(default_factory=list)
    printer: list[PrintReceipt | PrintTest] = field(default_factory=list)
    staff: list[StaffOrder] = field(default_factory=list)
    ended: list[EndStation] = field(default_factory=list)
    lose_answers: bool = False
    """Writes reach the tag, but their answer is lost, which the pad says after a while."""
    kiosk: Kiosk = field(init=False)
    boots: int = 0
    cut_in: int | None = None
    """Pull the plug at this many more commits from now on."""
    cut_before: bool = False
    """Before the commit rather than right after it."""

    def __post_init__(self) -> None:
        self.switch_on()

    def switch_on(self) -> None:
        """Start the kiosk on what the journal holds; the pad reports what lies there."""
        self.boots += 1
        self.central.clear()
        self.pad.clear()
        self.printer.clear()
        self.staff.clear()
        ids = IdSource(b"room" * 4 + bytes([self.boots % 256]))
        self.kiosk = begin(
            self.policy,
            ids,
            self.moment(),
            doubts_of(self.rows, self.moment().utc),
            {},
            left=left_of(self.rows, self.moment().utc),
        )
        self.happened(DeviceChanged(Device.PAD, Health.OK))
        self.report(book for book in self.books.values() if book.lies)
        self.passes(LYING_S)

    def moment(self) -> Moment:
        return Moment(self.now_s, START + timedelta(seconds=self.now_s))

    def happened(self, event: Event | Ordered) -> None:
        """Hand one event to the reducer, as the station's loop does: commit, then run the effects."""
        state, effects = step(self.kiosk, event, self.moment())
        journal = [effect for effect in effects if isinstance(effect, Journal)]
        assert list(effects[: len(journal)]) == journal, "journal rows come first"
        if journal and self.disk_full:
            state, effects = step(self.kiosk, StorageFailed("no space left"), self.moment())
            if not isinstance(event, StorageRecovered):
                state, more = step(state, event, self.moment())
                effects += more
            assert not any(isinstance(effect, Journal) for effect in effects), "nothing is journalled on a full disk"
            journal = []
        self._commit(journal)
        self.kiosk = state
        self.effects += effects
        for effect in effects:
            self._run(effect)

    def _commit(self, journal: list[Journal]) -> None:
        if not journal:
            return
        cut = self.cut_in == 0
        self.cut_in = None if self.cut_in is None or cut else self.cut_in - 1
        if cut and self.cut_before:
            raise PowerCut
        tx = len(self.rows) + 1
        self.rows += [Written(tx, effect.row, effect.fact) for effect in journal]
        if cut:
            raise PowerCut

    def passes(self, seconds: float) -> None:
        """Let time pass; the kiosk is woken whenever it wanted to be."""
        until = self.now_s + seconds
        while (due := due_s(self.kiosk)) is not None and due <= until:
            self.now_s = max(self.now_s, due)
            self.happened(TimePassed())
            self.work()
            again = due_s(self.kiosk)
            assert again is None or again > self.now_s, "a deadline that has passed must not stand"
        self.now_s = until
        self.work()

    def work(self) -> None:
        """Let pad, central and printer do what they were told, as far as they are not held."""
        for _ in range(200):
            if self.pad and not self.hold_pad:
                self.pad_answers()
            elif self.central and not self.hold_central:
                self.central_answers()
            elif self.staff:
                self.staff_are_answered()
            elif self.printer and not self.hold_printer:
                self.happened(Printed(self.printer.pop(0).job))
            else:
                return
        raise AssertionError("the kiosk and its devices never come to rest")

    def report(self, books: Iterable[Book]) -> None:
        """The pad sees tags for the first time, and reads them."""
        seen = list(books)
        for book in seen:
            self.happened(TagSeen(book.uid))
        for book in seen:
            if book.lies:
                self.happened(reading_of(book))
        self.work()

    def lay_down(self, *titles: str) -> None:
        laid = [self.books[title] for title in titles if not self.books[title].lies]
        for book in laid:
            book.lies = True
        if self.pad_works:
            self.report(laid)

    def take_off(self, *titles: str) -> None:
        for title in titles:
            book = self.books[title]
            if book.lies:
                book.lies = False
                if self.pad_works:
                    self.happened(TagGone(book.uid))
        self.work()

    def unplug_pad(self) -> None:
        self.pad.clear()
        self.happened(DeviceChanged(Device.PAD, Health.GONE, "port gone"))
        self.work()

    def plug_pad(self) -> None:
        self.happened(DeviceChanged(Device.PAD, Health.OK))
        self.report(book for book in self.books.values() if book.lies)
        self.passes(LYING_S)

    @property
    def pad_works(self) -> bool:
        return self.kiosk.around.pad_up

    def pad_answers(self) -> None:
        """The pad does the oldest thing that it was told."""
        if not self.pad:
            return
        order = self.pad.pop(0)
        book = next(book for book in self.books.values() if book.uid == order.uid)
        match order:
            case ReadTag():
                if book.lies:
                    self.happened(reading_of(book))
            case WriteAfi() if not book.lies:
                self.happened(TagNotWritten(book.uid, WriteTrouble.AWAY, None))
            case WriteAfi() if book.locked:
                self.happened(TagNotWritten(book.uid, WriteTrouble.LOCKED, book.afi))
            case WriteAfi() if book.stubborn:
                self.now_s += 0.5
                self.happened(TagNotWritten(book.uid, WriteTrouble.NOT_TAKEN, book.afi))
            case WriteAfi():
                book.afi = order.afi
                if self.lose_answers:
                    self.now_s += LOST_S
                    self.happened(TagNotWritten(book.uid, WriteTrouble.AWAY, None))
                else:
                    self.happened(TagWritten(book.uid, order.afi))

    def central_answers(self) -> None:
        """Central answers the oldest question; without a line the deadline passes."""
        if not self.central:
            return
        ask = self.central.pop(0)
        self.happened(Answered(ask.id, self._answer(ask)) if self.online else AskExpired(ask.id))

    def staff_are_answered(self) -> None:
        match self.staff.pop(0):
            case CheckPin(check, card, pin):
                self.happened(StaffAnswered(PinChecked(check, self.pins.get(card) == pin)))
            case ReadJournal():
                at = self.moment().utc
                lines = (JournalLine(at, written.row.kind, written.row.item) for written in reversed(self.rows))
                self.happened(StaffAnswered(JournalTold(tuple(lines))))
            case PrintTest() | LightLamps():
                pass

    def _answer(self, ask: Ask) -> Answer:
        match ask.question:
            case AskIdentify():
                patron = self.cards.get(ask.question.card)
                return NotIdentified((Reason(ReasonCode.UNKNOWN_PATRON),)) if patron is None else Identified(patron)
            case AskBorrow():
                item = self._catalogued(ask.question.item)
                refusal = self.refusals.get(ask.question.item)
                if refusal is not None:
                    return MayNotBorrow((Reason(refusal),), item)
                return MayBorrow(item, DUE, 4)
            case AskItem():
                return ItemKnown(self._catalogued(ask.question.item))
            case AskAccount():
                return self.accounts.get(ask.question.patron) or NoAccount((Reason(ReasonCode.UNKNOWN_PATRON),))
            case AskMail():
                return MailTaken(ask.question.patron in self.addresses)
            case AskHelp():
                return StaffCalled()
            case AskFind():
                titles = tuple(title for title in self.titles if ask.question.text in title.title)
                return TitlesFound(titles, len(titles))
            case AskTitle():
                found = next((title for title in self.titles if title.key == ask.question.key), None)
                return NoTitle() if found is None else TitleTold(found, (), 0)
            case AskHold():
                no = self.refusals.get(ItemId(ask.question.key))
                return MayHold(2, "") if no is None else MayNotHold((Reason(no),))
            case AskNews():
                return self.news
            case AskPay():
                told = self.accounts.get(ask.question.patron)
                if told is None or not told.owes_cents:
                    return MayNotPay((Reason(ReasonCode.NOTHING_OWED),))
                open_one = (name for name, standing in self.orders.items() if standing is Standing.WAITING)
                order = next(open_one, f"order-{len(self.orders) + 1}")
                self.orders[order] = Standing.WAITING
                return PayOffered(order, f"weixin://{order}", told.owes_cents, "CNY", self.pay_lasts_s)
            case AskPaid():
                return OrderStands(self.orders.get(ask.question.order, Standing.OVER))
            case AskRenew():
                refusal = self.refusals.get(ask.question.item)
                return MayRenew(RENEWED) if refusal is None else MayNotRenew((Reason(refusal),))
            case AskJoin():
                return self._join(ask.question)
            case AskChange():
                right = ask.question.pin == self.patron_pins.get(ask.question.patron)
                return Changed() if right else NotChanged((Reason(ReasonCode.PIN_WRONG),))
            case AskSort() | AskKept():
                raise AssertionError("a kiosk asks no question of doors")
            case _:
                assert_never(ask.question)

    def _join(self, asked: AskJoin) -> Answer:
        """As a library that wants a guardian for whoever was born after 2012."""
        if asked.born.year > LAST_GROWN and asked.guardian is None:
            return MayNotJoin((Reason(ReasonCode.GUARDIAN_NEEDED),))
        return Joined(Patron(PatronRef("new"), asked.given_name, may_borrow=2), "281604113355")

    def _catalogued(self, item: ItemId) -> Item:
        titles = [book.title for book in self.books.values() if book.item == item]
        return Item(item, titles[0] if titles else item, "An author")

    def _run(self, effect: Effect) -> None:
        match effect:
            case Ask():
                self.central.append(effect)
            case WriteAfi() | ReadTag():
                self.pad.append(effect)
            case PrintReceipt() | PrintTest():
                self.printer.append(effect)
            case CheckPin() | ReadJournal() | LightLamps():
                self.staff.append(effect)
            case EndStation():
                self.ended.append(effect)
            case Journal() | RememberItem() | Play() | OrderTold():
                pass


def reading_of(book: Book) -> TagRead:
    """What the pad tells of a book's tag."""
    readable = book.kind in (TagKind.LIBRARY, TagKind.FOREIGN)
    return TagRead(book.uid, book.kind, ItemId(book.item) if readable else None, "", book.afi)


def a_book(title: str, number: int, afi: int | None = IN_STOCK, kind: TagKind = TagKind.LIBRARY) -> Book:
    """A book of ours, in stock, that lies on no pad."""
    return Book(title, f"3555500{number:07d}", Uid(f"E00401{number:010X}"), afi, kind)


def a_patron(name: str) -> Patron:
    return Patron(PatronRef(f"P-{name}"), name, 5)
