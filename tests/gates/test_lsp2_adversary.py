"""Whatever an LSP2 gate and its line do: nothing raises or grows, and every alarm is told once. In virtual time."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.gates.lsp2.core import Lsp2Gate
from drivers.gates.lsp2.layout import Question
from drivers.gates.lsp2.link import Link
from drivers.gates.lsp2.settings import Lsp2Settings
from drivers.gates.protocol import RecordsLost, Stored, TagPassed
from drivers.health import Faulted, Recovered
from tests.gates.lsp2_gate import BOOK, Desk, Pedestal, record

PEACE_S = 20.0
FOREIGN = bytes(range(0x80, 0xA0))


def an_alarm(number: int) -> bytes:
    """No two alike; some are no library's."""
    minute, second = divmod(number, 60)
    time = bytes((11, 24, 26, 10, minute, second))
    return record(second, FOREIGN if number % 3 == 0 else BOOK, time)


@given(st.lists(st.one_of(st.binary(max_size=60), st.just(b"\x1e\x2d\x03\x00\x01\x00")), max_size=20), st.floats(0, 1))
def test_any_bytes_in_any_pieces_never_raise(pieces: list[bytes], wait_s: float) -> None:
    desk = Desk(Lsp2Gate(Lsp2Settings(0)), Pedestal())
    desk.open()
    for piece in pieces:
        desk.hears(piece)
        desk.run(wait_s)
    desk.run(PEACE_S)
    assert any(isinstance(event, Recovered) for event in desk.events)


@given(st.lists(st.binary(min_size=1, max_size=5_000), max_size=20))
def test_what_is_kept_of_an_endless_stream_is_bounded(pieces: list[bytes]) -> None:
    link = Link()
    for piece in pieces:
        link.ask(Question.RECORD, 1)
        link.receive(b"\x1e\x2e\xff")
        link.receive(piece)
        assert len(link._incoming) < 1_024


@given(st.lists(st.integers(1, 7), min_size=1, max_size=60))
def test_answers_in_pieces_of_any_size_are_understood(cuts: list[int]) -> None:
    sizes = iter(cuts * 200)

    def cut(answer: bytes) -> list[bytes]:
        pieces = []
        while answer:
            size = next(sizes, 50)
            pieces.append(answer[:size])
            answer = answer[size:]
        return pieces

    desk = Desk(Lsp2Gate(Lsp2Settings(0)), Pedestal(records=[an_alarm(number) for number in range(5)]))
    desk.pieces = cut
    desk.open()
    desk.run(2.0)
    assert len([event for event in desk.events if isinstance(event, TagPassed)]) == 5
    assert desk.reopened == 0


Tricks = list[str]
tricks = st.lists(st.sampled_from(["whole", "whole", "lost", "torn", "flip", "noise", "twice"]), max_size=40)
acts = st.lists(
    st.tuples(
        st.sampled_from(["alarm", "alarm", "alarm", "people", "clear", "die", "live", "unplug", "noise", "stored"]),
        st.floats(0, 3),
    ),
    max_size=25,
)


class World:
    """A gate whose line plays tricks, and what was alarmed on it."""

    def __init__(self, played: Tricks) -> None:
        self.pedestal = Pedestal()
        self.desk = Desk(Lsp2Gate(Lsp2Settings(0)), self.pedestal)
        self.desk.pieces = self._play
        self._tricks = list(played)
        self.alarmed = 0
        self.cleared = False
        self.desk.open()

    def _play(self, answer: bytes) -> list[bytes]:
        match self._tricks.pop() if self._tricks else "whole":
            case "lost":
                return []
            case "torn":
                return [answer[: len(answer) // 2]]
            case "flip":
                return [answer[:-1] + bytes((answer[-1] ^ 0x10,))]
            case "noise":
                return [b"\xff" + answer]
            case "twice":
                return [answer, answer]
            case _:
                return [answer]

    def do(self, what: str) -> None:
        match what:
            case "alarm":
                self.pedestal.records.append(an_alarm(self.alarmed))
                self.alarmed += 1
            case "people":
                self.pedestal.people += 1
            case "clear":
                self.cleared |= bool(self.pedestal.records)
                self.pedestal.records.clear()
            case "die" | "live":
                self.pedestal.alive = what == "live"
            case "unplug":
                self.desk.lose()
                self.desk.open()
            case "noise":
                self.desk.hears(b"\x1e\x2e\x28")
            case "stored":
                self.desk.core.submit(Stored(), self.desk.now_s)
            case _:
                raise AssertionError(what)


@settings(max_examples=150, deadline=None)
@given(acts, tricks)
def test_every_alarm_is_told_once_whatever_the_line_does(story: list[tuple[str, float]], played: Tricks) -> None:
    world = World(played)
    for what, wait_s in story:
        world.do(what)
        world.desk.run(wait_s)
    world._tricks.clear()
    world.pedestal.alive = True
    world.desk.run(PEACE_S + 70.0)
    events = world.desk.events
    told = [(event.at, event.data) for event in events if isinstance(event, TagPassed) and event.certain]
    assert len(told) == len(set(told))
    right = {an_alarm(number) for number in range(world.alarmed)}
    assert {f"{at}" for at, _ in told} <= {f"2026-11-24T10:{content[4]:02}:{content[5]:02}" for content in right}
    if not world.cleared:
        assert not [event for event in events if isinstance(event, RecordsLost)]
        uncertain = [event for event in events if isinstance(event, TagPassed) and not event.certain]
        assert len(told) + len(uncertain) == world.alarmed
    health = [event for event in events if isinstance(event, Faulted | Recovered)]
    assert isinstance(health[-1], Recovered)
    codes = [event.code if isinstance(event, Faulted) else None for event in health]
    assert all(one != other for one, other in pairwise(codes) if one is not None), "no fault is told twice"


@given(st.binary(min_size=1, max_size=40), st.floats(0, 0.6))
def test_after_noise_the_next_poll_is_understood(noise: bytes, wait_s: float) -> None:
    desk = Desk(Lsp2Gate(Lsp2Settings(0)), Pedestal())
    desk.open()
    desk.run(1.0 + wait_s)
    desk.hears(noise)
    desk.pedestal.records.append(an_alarm(1))
    desk.run(0.2 + 0.5 + 0.1)
    assert any(isinstance(event, TagPassed) for event in desk.events)
