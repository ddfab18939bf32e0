"""Whatever a polled pad's reader and line do, every order ends once and nothing raises. In virtual time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.health import FaultCode, Faulted, Recovered
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
from tests.pads.desk import Line, ReaderDesk, WireReader, a_book
from tests.pads.polled_benches import Bench, every_polled_pad

BOOKS = 4
LONGEST_STORY_S = 60.0
AFTER_NOISE_S = 0.5
"""Silence behind the noise, a knock, and a poll."""
UNFINISHED_FRAME_BYTES = 4_096
Pad = ReaderDesk[PadEvent, PadCommand, WireReader]


@every_polled_pad
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=40), st.binary(min_size=2, max_size=30).map(list)), max_size=15),
    st.lists(st.floats(0, 2), max_size=15),
)
def test_any_bytes_in_any_pieces_never_raise(
    bench: Bench, pieces: list[bytes | list[int]], waits_s: list[float]
) -> None:
    """Pieces that are lists stand for the content of sound frames."""
    desk = Pad(bench.pad(), bench.reader((a_book(1),)))
    desk.open()
    for piece, wait_s in zip(pieces, waits_s, strict=False):
        desk.hears(piece if isinstance(piece, bytes) else bench.frame(bytes(piece)))
        desk.run(wait_s)


@every_polled_pad
@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=1, max_size=64))
def test_what_is_kept_of_an_endless_line_is_bounded(bench: Bench, pattern: bytes) -> None:
    stream = bench.stream()
    for _ in range(2 * UNFINISHED_FRAME_BYTES // len(pattern)):
        stream.feed(pattern)
        assert len(stream) <= UNFINISHED_FRAME_BYTES + len(pattern)


@dataclass(frozen=True)
class Trick:
    """What becomes of one answer."""

    lost: bool = False
    late_s: float = 0.0
    deaf: bool = False
    """The request did not reach the reader."""
    twice: bool = False
    flipped: int | None = None
    noise: bytes = b""

    def play(self, answer: bytes) -> list[tuple[float, bytes]]:
        if self.lost:
            return [(0.0, self.noise)] if self.noise else []
        if self.flipped is not None:
            at = self.flipped % len(answer)
            answer = answer[:at] + bytes((answer[at] ^ 0x10,)) + answer[at + 1 :]
        told = [(self.late_s, self.noise + answer)]
        return told * 2 if self.twice else told


tricks = st.builds(
    Trick,
    lost=st.sampled_from([False, False, True]),
    deaf=st.sampled_from([False, False, False, True]),
    late_s=st.sampled_from([0.0, 0.0, 0.0, 0.3, 0.7, 1.5]),
    twice=st.sampled_from([False, False, True]),
    flipped=st.one_of(st.none(), st.none(), st.integers(0, 200)),
    noise=st.one_of(st.just(b""), st.binary(max_size=12)),
)


class World:
    """Books that come and go, a line with tricks, and orders at any time."""

    def __init__(self, bench: Bench, played: list[Trick], *, in_order: bool = True) -> None:
        self.books = [a_book(number) for number in range(BOOKS)]
        self.desk = Pad(bench.pad(), bench.reader(tuple(self.books[:2])))
        self._writes_eas = bench.writes_eas
        self._tricks = list(played)
        self.desk.line = Line(self._play, self._carries, in_order)
        self.orders: Counter[WriteAfi] = Counter()
        self.desk.open()

    def _carries(self, _: bytes) -> bool:
        deaf = bool(self._tricks) and self._tricks[-1].deaf
        if deaf:
            self._tricks.pop()
        return not deaf

    def _play(self, answer: bytes) -> list[tuple[float, bytes]]:
        return self._tricks.pop().play(answer) if self._tricks else [(0.0, answer)]

    def do(self, act: tuple[str, int]) -> None:
        what, number = act
        book = self.books[number % BOOKS]
        match what:
            case "come":
                self.desk.reader.tags[book.uid] = book
            case "go":
                self.desk.reader.tags.pop(book.uid, None)
            case "write":
                self._order(WriteAfi(book.uid, number))
            case "write both":
                self._order(WriteAfi(book.uid, number, bool(number & 0x10) if self._writes_eas else None))
            case "read":
                self.desk.orders(ReadAgain(book.uid))
            case "forget":
                self.desk.orders(ForgetTags())
            case "die" | "live":
                self.desk.reader.alive = what == "live"
            case "unplug":
                self.desk.lose()
                self.desk.run(0.05)
                self.desk.open()
            case _:
                raise AssertionError(what)

    def _order(self, write: WriteAfi) -> None:
        self.orders[write] += 1
        self.desk.orders(write)


acts = st.lists(
    st.tuples(
        st.tuples(
            st.sampled_from(["come", "go", "write", "write", "write both", "read", "forget", "die", "live", "unplug"]),
            st.integers(0, 255),
        ),
        st.floats(0, 0.6),
    ),
    max_size=14,
)


Story = list[tuple[tuple[str, int], float]]


def played(world: World, story: Story) -> list[PadEvent]:
    """What was told of a story that then goes on in peace."""
    for act, wait_s in story:
        world.do(act)
        world.desk.run(wait_s)
    world.desk.reader.alive = True
    world.desk.run(LONGEST_STORY_S)
    return world.desk.events


@every_polled_pad
@settings(max_examples=100, deadline=None)
@given(acts, st.lists(tricks, max_size=40))
def test_every_write_ends_once_and_done_means_done(bench: Bench, story: Story, tricky: list[Trick]) -> None:
    world = World(bench, tricky)
    events = played(world, story)
    _check_writes(world, events)
    _check_last_write(world, events)
    _check_presence(events)
    _check_faults(events)


@every_polled_pad
@settings(max_examples=50, deadline=None)
@given(acts, st.lists(tricks, max_size=40))
def test_every_write_ends_once_even_when_answers_overtake_each_other(
    bench: Bench, story: Story, tricky: list[Trick]
) -> None:
    world = World(bench, tricky, in_order=False)
    events = played(world, story)
    _check_writes(world, events)
    _check_presence(events)


def _check_writes(world: World, events: list[PadEvent]) -> None:
    ended = Counter(event.uid for event in events if isinstance(event, WriteDone | WriteFailed))
    ordered: Counter[str] = Counter()
    for write, times in world.orders.items():
        ordered[write.uid] += times
    assert ended == ordered
    done = {WriteAfi(event.uid, event.afi, event.eas) for event in events if isinstance(event, WriteDone)}
    assert done <= set(world.orders)


def _check_last_write(world: World, events: list[PadEvent]) -> None:
    """When every write of a book was done, its tag holds what the last one wrote."""
    for book in world.books:
        ends = [event for event in events if isinstance(event, WriteDone | WriteFailed) and event.uid == book.uid]
        done = [end for end in ends if isinstance(end, WriteDone)]
        if done and len(done) == len(ends):
            assert book.afi == done[-1].afi
            eas = [end.eas for end in done if end.eas is not None]
            assert not eas or book.eas == eas[-1]


def _check_presence(events: list[PadEvent]) -> None:
    """A tag is read only between being seen and being gone; a pad that goes away empties itself."""
    there: set[str] = set()
    for event in events:
        match event:
            case TagSeen():
                there.add(event.uid)
            case TagRead() | TagUnreadable():
                assert event.uid in there
            case TagGone():
                there.discard(event.uid)
            case Faulted(FaultCode.NO_ANSWER | FaultCode.WRONG_DEVICE | FaultCode.PORT_GONE):
                there.clear()
            case _:
                pass


def _check_faults(events: list[PadEvent]) -> None:
    """No fault is told twice without something else between."""
    told = [
        event.code if isinstance(event, Faulted) else None for event in events if isinstance(event, Faulted | Recovered)
    ]
    assert all(one != other for one, other in pairwise(told) if one is not None)


@every_polled_pad
@settings(max_examples=40, deadline=None)
@given(st.lists(tricks, max_size=30))
def test_after_any_trouble_the_pad_knows_again_what_lies_on_it(bench: Bench, tricky: list[Trick]) -> None:
    world = World(bench, tricky)
    world.desk.run(LONGEST_STORY_S)
    there = set(world.desk.reader.tags)
    seen = {event.uid for event in world.desk.events if isinstance(event, TagSeen)}
    right = {tag.uid: TagRead(tag.uid, tag.afi, tag.dsfid, 4, bytes(tag.memory)) for tag in world.books}
    assert seen == there
    assert isinstance(world.desk.events[-1], Recovered | TagRead | TagUnreadable)
    for event in world.desk.events:
        if isinstance(event, TagRead):
            assert event == right[event.uid]


@every_polled_pad
@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.integers(0, 3))
def test_after_a_burst_of_noise_the_next_poll_shows_what_lies_there(bench: Bench, noise: bytes, at: int) -> None:
    """The answer under way may be lost; the question that follows is heard, and no fault is told."""
    desk = Pad(bench.pad(), bench.reader(()))
    desk.open()
    desk.run(5.0 + at * 0.013)
    told = len(desk.events)
    desk.hears(noise)
    desk.reader.tags[a_book(1).uid] = a_book(1)
    desk.run(AFTER_NOISE_S)
    assert TagSeen(a_book(1).uid) in desk.events[told:]
    assert not any(isinstance(event, Faulted) for event in desk.events[told:])


@every_polled_pad
def test_a_book_on_the_pad_is_not_told_as_gone_because_too_many_orders_wait(bench: Bench) -> None:
    desk = Pad(bench.pad(), bench.reader((a_book(1),)))
    desk.open()
    desk.run(2.0)
    uid = a_book(1).uid
    assert TagSeen(uid) in desk.events
    for _ in range(256):
        desk.orders(WriteAfi(uid, 0xC2))
    desk.orders(ReadAgain(uid))
    told = desk.run(0.01)
    assert TagUnreadable(uid, "too many orders wait") in told
    assert TagGone(uid) not in told
