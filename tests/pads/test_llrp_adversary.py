"""Whatever a UHF reader, its connection and the books do: every order ends once, and done means done. Virtual time."""

from __future__ import annotations

import sys
from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from drivers.codecs.tag_data import encode
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.llrp.core import LlrpPad
from drivers.pads.llrp.settings import LlrpPadSettings
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
from tests.gates.llrp_reader import (
    ADD_ACCESS,
    ADD_ROSPEC,
    CAPABILITIES,
    DELETE_ACCESS,
    DISABLE_ACCESS,
    ENABLE_ACCESS,
    PARAMETER_ERROR,
    SET_CONFIG,
    Desk,
    Reader,
    Tag,
    exception,
    greeting,
    message,
    rospec_ended,
)
from tests.pads.llrp_desk import IN_STOCK, ON_LOAN, afi

BLIND_S = 20.0
"""A piece of a message that never ends swallows what follows, until three keepalives are missed."""
LONGEST_CALM_S = 300.0
AWAY = (FaultCode.PORT_GONE, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE)
STEPS = [CAPABILITIES, SET_CONFIG, ADD_ROSPEC, ADD_ACCESS, DELETE_ACCESS, ENABLE_ACCESS, DISABLE_ACCESS]


def some_books() -> list[Tag]:
    """Two of ISO/TS 28560-4, one of the university consortium."""
    elements = [{"primary_item_identifier": f"B{number}"} for number in range(2)]
    tags = [encode("iso28560-4", each, afi=IN_STOCK) for each in elements]
    tags.append(encode("gxlm", {"primary_item_identifier": "ABC0123*", "owner_institution": "10248"}))
    return [Tag(tag.uii[4:], int.from_bytes(tag.uii[2:4]), tag.memory) for tag in tags if tag.uii is not None]


unasked = st.one_of(
    st.binary(max_size=30),
    st.builds(message, st.sampled_from([50, 51, 52, 53, 61, 62, 63, 100]), st.integers(0, 30), st.binary(max_size=30)),
    st.sampled_from([greeting(0), rospec_ended(), exception("hot")]),
)
books = st.integers(0, 2)


class AnyPad(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.books = some_books()
        self.names = [book.uii.hex().upper() for book in self.books]
        self.desk: Desk[PadEvent, PadCommand] = Desk(LlrpPad(LlrpPadSettings()), Reader(*self.books[:2]))
        self.desk.reader.report_s = 0.05
        self.orders: list[WriteAfi] = []
        self.desk.connect()
        self.desk.run(2.0)

    @rule(book=books)
    def a_book_comes(self, book: int) -> None:
        if self.books[book] not in self.desk.reader.tags:
            self.desk.reader.tags.append(self.books[book])

    @rule(book=books)
    def a_book_goes(self, book: int) -> None:
        self.desk.reader.tags = [tag for tag in self.desk.reader.tags if tag is not self.books[book]]

    @rule(book=books, on_loan=st.booleans())
    def a_book_is_to_be_written(self, book: int, *, on_loan: bool) -> None:
        self.orders.append(WriteAfi(self.names[book], ON_LOAN if on_loan else IN_STOCK))
        self.desk.orders(self.orders[-1])

    @rule(book=books)
    def a_book_is_to_be_read(self, book: int) -> None:
        self.desk.orders(ReadAgain(self.names[book]))

    @rule()
    def all_are_to_be_told_afresh(self) -> None:
        self.desk.orders(ForgetTags())

    @rule(book=books, locked=st.booleans(), deaf=st.booleans(), forgets=st.integers(0, 3))
    def a_tag_is_difficult(self, book: int, *, locked: bool, deaf: bool, forgets: int) -> None:
        tag = self.books[book]
        tag.locked, tag.deaf, tag.forgets = locked, deaf, forgets

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.003, 0.05, 0.5, 4.0]))
    def time_passes(self, seconds: float) -> None:
        self.desk.run(seconds)

    @rule(data=unasked)
    def the_reader_says_something(self, data: bytes) -> None:
        self.desk.hears(data)

    @rule(size=st.integers(3, 30))
    def the_line_splits(self, size: int) -> None:
        self.desk.cuts = lambda data: [data[at : at + size] for at in range(0, len(data), size)]

    @rule(kind=st.sampled_from(STEPS))
    def the_reader_refuses(self, kind: int) -> None:
        self.desk.reader.refuses[kind] = PARAMETER_ERROR

    @rule(kind=st.sampled_from(STEPS))
    def the_reader_ignores(self, kind: int) -> None:
        self.desk.reader.ignores.add(kind)

    @rule(tells_pc=st.booleans())
    def the_reader_tells_the_pc_or_not(self, *, tells_pc: bool) -> None:
        self.desk.reader.tells_pc = tells_pc

    @rule(share=st.integers(2, 5))
    def some_reports_are_lost(self, share: int) -> None:
        self.desk.reader.spoils = lambda report: b"" if self.desk.reader.reports % share == 0 else report

    @rule()
    def the_connection_goes(self) -> None:
        self.desk.lose()

    @rule()
    def it_is_quiet_again(self) -> None:
        self._quiet()

    @invariant()
    def a_tag_is_read_only_while_it_is_there(self) -> None:
        there: set[str] = set()
        for event in self.desk.events:
            match event:
                case TagSeen():
                    there.add(event.uid)
                case TagRead() | TagUnreadable():
                    assert event.uid in there
                case TagGone():
                    there.discard(event.uid)
                case Faulted() if event.code in AWAY:
                    there.clear()
                case _:
                    pass

    @invariant()
    def no_order_ends_twice(self) -> None:
        assert self._ended() <= Counter(order.uid for order in self.orders)

    def teardown(self) -> None:
        """In peace every order has ended, the last done one stands on its tag, and the pad knows what lies there."""
        self._quiet()
        self.desk.run(BLIND_S)
        calm_until_s = self.desk.now_s + LONGEST_CALM_S
        while not self._is_well() and self.desk.now_s < calm_until_s:
            self.desk.run(5.0)
        assert self._is_well()
        assert self._ended() == Counter(order.uid for order in self.orders)
        self._check_last_writes()
        writes = [len(book.writes) for book in self.books]
        self.desk.reader.tags = list(self.books)
        self.desk.orders(ForgetTags())
        told = self.desk.run(5.0)
        assert {event.uid for event in told if isinstance(event, TagSeen)} == set(self.names)
        read = {event.uid: event.afi for event in told if isinstance(event, TagRead)}
        assert read == {name: afi(book) for name, book in zip(self.names, self.books, strict=True)}
        assert [len(book.writes) for book in self.books] == writes, "nothing is written after its order ended"

    def _quiet(self) -> None:
        reader = self.desk.reader
        reader.refuses.clear()
        reader.ignores.clear()
        reader.spoils = lambda report: report
        reader.silent = False
        for book in self.books:
            book.locked, book.deaf, book.forgets = False, False, 0

    def _ended(self) -> Counter[str]:
        return Counter(event.uid for event in self.desk.events if isinstance(event, WriteDone | WriteFailed))

    def _check_last_writes(self) -> None:
        for name, book in zip(self.names, self.books, strict=True):
            ends = [
                event for event in self.desk.events if isinstance(event, WriteDone | WriteFailed) and event.uid == name
            ]
            done = [event.afi for event in ends if isinstance(event, WriteDone)]
            if done and len(done) == len(ends):
                assert afi(book) == done[-1]

    def _is_well(self) -> bool:
        health = [event for event in self.desk.events if isinstance(event, Faulted | Recovered)]
        return bool(health) and isinstance(health[-1], Recovered) and self.desk.reader.running


AnyPad.TestCase.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyPad = AnyPad.TestCase


def test_a_reader_that_invents_tags_fills_no_memory() -> None:
    core = LlrpPad(LlrpPadSettings())
    desk: Desk[PadEvent, PadCommand] = Desk(core, Reader())
    desk.reader.tells_pc = False
    desk.connect()
    for first in range(0, 3_000, 100):
        desk.reader.tags = [Tag(number.to_bytes(4)) for number in range(first, first + 100)]
        desk.run(0.05)
    assert sum(isinstance(event, TagSeen) for event in desk.events) > 200
    presence = core._presence
    sizes = [len(presence._tags), len(presence._uids), len(presence._nameless), len(core._reads)]
    assert max(sizes) <= 512
    assert sum(map(sys.getsizeof, (presence._tags, presence._uids, presence._nameless))) < 100_000
