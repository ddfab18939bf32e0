"""Whatever lies on a desk reader, is torn away, is answered: no exception, every order ends once, done means done."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.pcsc.pad import PcscPad
from drivers.pads.pcsc.settings import PcscPadSettings
from drivers.pads.protocol import (
    ForgetTags,
    PadCommand,
    PadEvent,
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    TagUnreadable,
    WriteAfi,
    WriteDone,
    WriteFailed,
)
from tests.pads.desk import ReaderDesk, Tag, a_book
from tests.pads.pcsc_reader import PcscReader, Session

BOOKS = 3
PEACE_S = 30.0
some_answer = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([bytes.fromhex(each) for each in ("9000", "6401", "6300", "6A81", "C003016401", "C0030164019000")]),
    st.binary(max_size=20).map(
        lambda body: bytes.fromhex("C0030090009201009602000097") + bytes((len(body),)) + body + b"\x90\0"
    ),
)
numbers = st.integers(0, BOOKS - 1)


class DeskReader(RuleBasedStateMachine):
    """A stack of which the reader presents the first, and a port that comes and goes."""

    def __init__(self) -> None:
        super().__init__()
        self.books = [a_book(number) for number in range(BOOKS)]
        self.desk = ReaderDesk[PadEvent, PadCommand, PcscReader](PcscPad(PcscPadSettings()), PcscReader())
        self.desk.reader.strict = False
        self.orders: Counter[str] = Counter()
        self.afis: dict[str, set[int]] = {book.uid: set() for book in self.books}
        self.is_open = False

    def _book(self, number: int) -> Tag:
        return self.books[number]

    @rule(number=numbers)
    def lay(self, number: int) -> None:
        self.desk.reader.tags[self._book(number).uid] = self._book(number)

    @rule(number=numbers)
    def lift(self, number: int) -> None:
        self.desk.reader.tags.pop(self._book(number).uid, None)

    @rule(uid=st.one_of(st.none(), st.binary(min_size=1, max_size=10)))
    def lay_another_kind(self, uid: bytes | None) -> None:
        self.desk.reader.foreign_uid = uid

    @rule(number=numbers, afi=st.integers(0, 255))
    def write(self, number: int, afi: int) -> None:
        uid = self._book(number).uid
        self.orders[uid] += 1
        self.afis[uid].add(afi)
        self.desk.orders(WriteAfi(uid, afi))

    @rule(number=numbers)
    def read(self, number: int) -> None:
        self.desk.orders(ReadAgain(self._book(number).uid))

    @rule()
    def forget(self) -> None:
        self.desk.orders(ForgetTags())

    @rule(after=st.integers(0, 5), number=numbers)
    def tear(self, after: int, number: int) -> None:
        """A book goes right before one of the next APDUs."""
        left = [after]

        def before(_: bytes) -> None:
            left[0] -= 1
            if left[0] < 0:
                self.desk.reader.tags.pop(self._book(number).uid, None)
                self.desk.reader.before = lambda _: None

        self.desk.reader.before = before

    @rule(answers=st.lists(st.one_of(st.none(), some_answer), max_size=4))
    def garble(self, answers: list[bytes | None]) -> None:
        """The next APDUs are done, and answered with something else."""
        left = list(answers)
        self.desk.reader.instead = lambda _: left.pop() if left else None

    @rule(knows=st.booleans())
    def change_reader(self, knows: bool) -> None:
        self.desk.reader.knows_sessions = knows

    @rule(data=st.binary(max_size=40))
    def hear(self, data: bytes) -> None:
        self.desk.hears(data)

    @rule(for_s=st.floats(0, 0.7))
    def wait(self, for_s: float) -> None:
        self.desk.run(for_s)

    @rule()
    @precondition(lambda self: not self.is_open)
    def plug(self) -> None:
        self.desk.open()
        self.is_open = True

    @rule(service=st.booleans())
    def unplug(self, service: bool) -> None:
        core = self.desk.core
        assert isinstance(core, PcscPad)
        if service:
            self.desk.events += core.service_lost("pcscd", self.desk.now_s)
        self.desk.lose()
        self.desk.reader.session = Session.NONE
        self.is_open = False

    @invariant()
    def tags_are_read_between_seen_and_gone(self) -> None:
        there: set[str] = set()
        for event in self.desk.events:
            match event:
                case TagSeen():
                    there.add(event.uid)
                case TagRead() | TagUnreadable():
                    assert event.uid in there
                case TagGone():
                    there.discard(event.uid)
                case Faulted(
                    FaultCode.PORT_GONE | FaultCode.SERVICE_GONE | FaultCode.NO_ANSWER | FaultCode.WRONG_DEVICE
                ):
                    there.clear()
                case _:
                    pass

    def teardown(self) -> None:
        """In peace every order has ended, the book that lies there is known, and no session is open."""
        reader = self.desk.reader
        reader.before, reader.instead = lambda _: None, lambda _: None
        reader.knows_sessions, reader.foreign_uid = True, None
        if not self.is_open:
            self.desk.open()
        told = self.desk.run(PEACE_S)
        ends = Counter(event.uid for event in self.desk.events if isinstance(event, WriteDone | WriteFailed))
        assert ends == self.orders
        for event in self.desk.events:
            if isinstance(event, WriteDone):
                assert event.afi in self.afis[event.uid]
        assert not any(isinstance(event, Faulted) for event in told[-1:])
        self.desk.orders(ForgetTags())
        presented = [book for book in self.books if book.uid == next(iter(reader.tags), None)]
        read = [TagRead(book.uid, book.afi, book.dsfid, 4, bytes(book.memory)) for book in presented]
        assert [event for event in self.desk.run(1.0) if isinstance(event, TagRead)] == read
        assert reader.session is Session.NONE


DeskReader.TestCase.settings = settings(max_examples=120, stateful_step_count=20, deadline=None)
TestDeskReader = DeskReader.TestCase


def test_a_garbled_look_does_not_make_a_write_done() -> None:
    """Only a whole answer about this tag with the wanted AFI does."""
    book = a_book(1)
    desk = ReaderDesk[PadEvent, PadCommand, PcscReader](PcscPad(PcscPadSettings()), PcscReader(book))
    desk.open()
    desk.run(1.0)
    other = (
        bytes.fromhex("C003009000 97 0F 00 0F") + bytes.fromhex(a_book(2).uid)[::-1] + bytes.fromhex("06C21B0301 9000")
    )
    desk.reader.instead = lambda apdu: other if b"\x95\x0a\x22\x2b" in apdu else None
    book.afi_locked = True
    desk.orders(WriteAfi(book.uid, 0xC2))
    (failed,) = [event for event in desk.run(6.0) if isinstance(event, WriteDone | WriteFailed)]
    assert isinstance(failed, WriteFailed)
    assert Recovered not in map(type, desk.events[3:])
