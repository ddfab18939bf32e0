"""A relay board on a serial line: lamps go on and off, and off again whatever happens to the line. In virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.signals.outputs import Output
from drivers.signals.protocol import SignalEvent, Switch, Switched, SwitchRefused
from drivers.signals.serial_relay import RelaySettings, SerialRelay, frame

LAMP, BUZZER = Output("return-lamp", 1), Output("gate-buzzer", 2)
LAMP_ON, LAMP_OFF = "a00101a2", "a00100a1"
BUZZER_ON, BUZZER_OFF = "a00201a3", "a00200a2"


class Board:
    """The core, a clock, and the relays behind the wire."""

    def __init__(self, *outputs: Output, refresh_s: float = 30.0) -> None:
        self.core = SerialRelay(RelaySettings(outputs, refresh_s))
        self.now_s = 100.0
        self.plugged = False
        self.sent: list[tuple[float, str]] = []
        self.on: dict[int, bool] = {}
        self.events: list[SignalEvent] = []

    def plug_in(self) -> None:
        self.plugged = True
        self.events += self.core.port_opened(self.now_s)

    def unplug(self) -> None:
        self.plugged = False
        self.events += self.core.port_lost("unplugged", self.now_s)

    def order(self, output: str, on: bool, for_s: float | None = None) -> None:
        self.core.submit(Switch(output, on, for_s), self.now_s)

    def run(self, for_s: float) -> None:
        end_s = self.now_s + for_s
        for _ in range(100_000):
            self._take()
            due_s = self.core.due_s()
            if due_s is None or due_s > end_s:
                break
            self.now_s = max(self.now_s, due_s)
            self.events += self.core.tick(self.now_s)
        else:
            raise AssertionError("the core wants to be called without an end")
        self.now_s = end_s

    def _take(self) -> None:
        data = self.core.take_outgoing()
        assert self.plugged or not data
        for at in range(0, len(data), 4):
            start, channel, state, total = data[at : at + 4]
            assert start == 0xA0
            assert total == (start + channel + state) % 256
            self.on[channel] = bool(state)
            self.sent.append((self.now_s, data[at : at + 4].hex()))

    def frames(self) -> list[str]:
        return [sent for _, sent in self.sent]


@pytest.fixture
def board() -> Board:
    made = Board(LAMP, BUZZER)
    made.plug_in()
    made.run(1.0)
    return made


def test_the_frame_is_the_one_that_is_printed_for_the_board() -> None:
    assert frame(1, True).hex() == LAMP_ON
    assert frame(1, False).hex() == LAMP_OFF
    assert frame(0xFE, True)[-1] == (0xA0 + 0xFE + 1) & 0xFF


def test_everything_is_off_when_the_port_opens(board: Board) -> None:
    assert board.frames() == [LAMP_OFF, BUZZER_OFF]
    assert board.events == [
        Recovered("serial relay board (it does not answer: its port is open)"),
        Switched("return-lamp", False, confirmed=False),
        Switched("gate-buzzer", False, confirmed=False),
    ]


def test_a_buzzer_goes_off_by_itself(board: Board) -> None:
    began_s = board.now_s
    board.order("gate-buzzer", True, for_s=3.0)
    board.run(10.0)
    assert board.frames()[2:] == [BUZZER_ON, BUZZER_OFF]
    assert board.sent[-1][0] == pytest.approx(began_s + 3.0)
    assert board.events[-2:] == [Switched("gate-buzzer", True, False), Switched("gate-buzzer", False, False)]


def test_an_order_restarts_the_time(board: Board) -> None:
    board.order("gate-buzzer", True, for_s=3.0)
    board.run(2.0)
    board.order("gate-buzzer", True, for_s=3.0)
    board.run(2.0)
    assert board.on[2]
    board.run(2.0)
    assert not board.on[2]


def test_a_buzzer_whose_time_ends_while_the_board_is_unplugged_is_put_off_when_it_is_back(board: Board) -> None:
    board.order("gate-buzzer", True, for_s=3.0)
    board.order("return-lamp", True)
    board.run(1.0)
    board.unplug()
    board.run(10.0)
    assert board.on == {1: True, 2: True}
    board.plug_in()
    board.run(1.0)
    assert board.on == {1: True, 2: False}
    assert Faulted(FaultCode.PORT_GONE, "unplugged") in board.events
    assert isinstance(board.events[-3], Recovered)


def test_what_is_ordered_without_a_board_is_done_when_it_comes() -> None:
    board = Board(LAMP)
    board.order("return-lamp", True)
    board.run(1.0)
    assert board.sent == []
    board.plug_in()
    board.run(1.0)
    assert board.frames() == [LAMP_ON]


def test_frames_leave_the_board_time(board: Board) -> None:
    for number in range(10):
        board.order(("return-lamp", "gate-buzzer")[number % 2], True)
    board.run(1.0)
    times = [at_s for at_s, _ in board.sent]
    assert len(board.sent) == 4, "an order that a later one overtakes is not sent"
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.0199


def test_a_state_that_was_lost_on_the_line_is_told_again_without_a_word(board: Board) -> None:
    board.order("return-lamp", True)
    board.run(5.0)
    told = len(board.events)
    board.run(26.0)
    assert board.frames()[3:] == [LAMP_ON, BUZZER_OFF]
    assert len(board.events) == told


def test_an_order_does_not_wait_for_what_is_told_to_be_sure() -> None:
    board = Board(*(Output(f"bin-{number}", number) for number in range(1, 17)), refresh_s=5.0)
    board.plug_in()
    board.run(4.99)
    board.run(0.02)
    board.order("bin-16", True)
    sent = len(board.sent)
    board.run(0.03)
    assert board.frames()[sent] == frame(16, True).hex()


@pytest.mark.parametrize(
    ("name", "says"),
    [("gate-buzer", "did you mean 'gate-buzzer'"), ("door", "there are gate-buzzer, return-lamp"), ("", "there are")],
)
def test_an_output_that_is_not_there_is_refused_with_the_nearest(board: Board, name: str, says: str) -> None:
    board.order(name, True)
    board.run(1.0)
    refused = board.events[-1]
    assert isinstance(refused, SwitchRefused)
    assert refused.output == name
    assert says in refused.detail
    assert len(board.sent) == 2


@pytest.mark.parametrize(
    ("outputs", "says"),
    [
        ((), "no outputs"),
        ((Output("lamp", 0),), "give 1 to 255"),
        ((Output("lamp", 1), Output("lamp", 2)), "two outputs are called 'lamp'"),
        ((Output("lamp", 1), Output("bell", 1)), "two outputs use channel 1"),
    ],
)
def test_a_board_that_was_set_up_wrongly_is_refused(outputs: tuple[Output, ...], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        RelaySettings(outputs)


acts = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(
                st.just("order"),
                st.sampled_from(["return-lamp", "gate-buzzer", "lamp", ""]),
                st.booleans(),
                st.sampled_from([None, 0.0, -1.0, 0.5, 2.0, 1e9, float("inf")]),
            ),
            st.tuples(st.sampled_from(["plug", "unplug"]), st.just(""), st.just(False), st.none()),
            st.tuples(st.just("noise"), st.text(max_size=20), st.just(False), st.none()),
        ),
        st.floats(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(acts)
def test_whatever_happens_the_board_ends_as_it_was_last_wished(
    story: list[tuple[tuple[str, str, bool, float | None], float]],
) -> None:
    board = Board(LAMP, BUZZER)
    last: dict[str, tuple[bool, float | None, float]] = {}
    wrong = 0
    for (what, name, on, for_s), wait_s in story:
        match what:
            case "order":
                board.order(name, on, for_s)
                last[name] = (on, for_s, board.now_s)
                wrong += name in ("lamp", "")
            case "plug":
                board.plug_in()
            case "unplug":
                board.unplug()
            case _:
                assert board.core.receive(name.encode(), board.now_s) == []
        board.run(wait_s)
    board.plug_in()
    board.run(1.0)
    for output in (LAMP, BUZZER):
        on, for_s, at_s = last.get(output.name, (False, None, 0.0))
        over = for_s is not None and at_s + for_s <= board.now_s
        assert board.on[output.channel] is (on and not over)
    assert sum(isinstance(event, SwitchRefused) for event in board.events) == wrong
