"""A Tasmota board behind a broker: what is ordered, what is confirmed, and what happens when somebody is away.

In virtual time; a message takes 10 ms from one to the other.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.messages import Message
from drivers.signals.outputs import Output
from drivers.signals.protocol import SignalEvent, Switch, Switched, SwitchRefused
from drivers.signals.tasmota import Tasmota, TasmotaSettings, pulse_time
from tests.signals.tasmota_board import FirmwareBoard

LAMP, BUZZER = Output("return-lamp", 1), Output("gate-buzzer", 2)
BOTH = TasmotaSettings("gate", (LAMP, BUZZER))
TRAVEL_S = 0.01


class World:
    """The core, the broker between, and the board."""

    def __init__(self, board: FirmwareBoard, board_settings: TasmotaSettings = BOTH) -> None:
        self.core = Tasmota(board_settings)
        self.board = board
        self.up = False
        self.now_s = 50.0
        self.events: list[SignalEvent] = []
        self._travelling: list[tuple[float, int, bool, str, str]] = []
        self._count = 0
        self.lose: Callable[[str], bool] = lambda topic: False

    def connect(self, *retained: tuple[str, str]) -> None:
        self.up = True
        self.events += self.core.line_opened(self.now_s)
        for topic, payload in retained:
            self.events += self.core.receive(Message(topic, payload.encode(), retained=True), self.now_s)

    def disconnect(self) -> None:
        self.up = False
        self._travelling.clear()
        self.events += self.core.line_lost("the broker went", self.now_s)

    def order(self, output: str, on: bool, for_s: float | None = None) -> None:
        self.core.submit(Switch(output, on, for_s), self.now_s)

    def says(self, topic: str, payload: str) -> None:
        self._send(False, topic, payload)

    def run(self, for_s: float) -> None:
        end_s = self.now_s + for_s
        for _ in range(100_000):
            self._publish()
            dues = [each for each in (self.core.due_s(), *self.board.off_s.values()) if each is not None]
            if self._travelling:
                dues.append(self._travelling[0][0])
            if not dues or min(dues) > end_s:
                break
            self.now_s = max(self.now_s, min(dues))
            self._step()
        else:
            raise AssertionError("the core wants to be called without an end")
        self.now_s = end_s

    def _publish(self) -> None:
        messages = self.core.take_outgoing()
        assert self.up or not messages
        for message in messages:
            assert not message.retained
            self._send(True, message.topic, message.payload.decode())

    def _send(self, to_board: bool, topic: str, payload: str) -> None:
        if not self.lose(topic):
            self._count += 1
            heapq.heappush(self._travelling, (self.now_s + TRAVEL_S, self._count, to_board, topic, payload))

    def _step(self) -> None:
        while self._travelling and self._travelling[0][0] <= self.now_s:
            _, _, to_board, topic, payload = heapq.heappop(self._travelling)
            if to_board:
                for said in self.board.hears(topic, payload, self.now_s):
                    self._send(False, *said)
            else:
                self.events += self.core.receive(Message(topic, payload.encode()), self.now_s)
        for said in self.board.passes(self.now_s):
            if self.up:
                self._send(False, *said)
        due_s = self.core.due_s()
        if due_s is not None and due_s <= self.now_s:
            self.events += self.core.tick(self.now_s)


@pytest.fixture
def world() -> World:
    made = World(FirmwareBoard())
    made.connect(("tele/gate/LWT", "Online"))
    made.run(1.0)
    return made


def test_everything_is_put_off_at_first_and_the_board_says_so(world: World) -> None:
    assert world.board.heard == [("POWER1", "OFF"), ("POWER2", "OFF")]
    assert world.events == [
        Recovered("Tasmota board 'gate'"),
        Switched("return-lamp", False, confirmed=True),
        Switched("gate-buzzer", False, confirmed=True),
    ]


def test_a_buzzer_gets_the_boards_own_timer_and_ours(world: World) -> None:
    world.order("gate-buzzer", True, for_s=3.0)
    world.run(2.0)
    assert world.board.heard[2:] == [("PulseTime2", "30"), ("POWER2", "ON")]
    assert world.board.on == {1: False, 2: True}
    world.run(2.0)
    assert world.events[-2:] == [Switched("gate-buzzer", True, True), Switched("gate-buzzer", False, True)]
    assert world.board.on == {1: False, 2: False}


def test_the_boards_timer_is_set_once_for_the_same_time(world: World) -> None:
    """Each setting is written to the board's flash."""
    for _ in range(3):
        world.order("gate-buzzer", True, for_s=3.0)
        world.run(5.0)
    assert [command for command, _ in world.board.heard].count("PulseTime2") == 1


def test_a_lamp_without_a_time_stays_on_although_the_board_had_a_timer(world: World) -> None:
    world.board.pulses[1] = 20
    world.order("return-lamp", True)
    world.run(60.0)
    assert world.board.on[1]


def test_a_buzzer_falls_silent_by_the_board_while_the_broker_is_away(world: World) -> None:
    world.order("gate-buzzer", True, for_s=3.0)
    world.run(1.0)
    world.disconnect()
    world.run(5.0)
    assert not world.board.on[2]
    assert world.events[-1] == Faulted(FaultCode.PORT_GONE, "the broker went")


def test_a_buzzer_without_an_own_timer_falls_silent_when_the_broker_is_back(world: World) -> None:
    world.lose = lambda topic: "PulseTime" in topic
    world.order("gate-buzzer", True, for_s=3.0)
    world.run(1.0)
    world.disconnect()
    world.run(5.0)
    assert world.board.on == {1: False, 2: True}
    world.connect()
    world.run(1.0)
    assert world.board.on == {1: False, 2: False}
    assert world.events[-3:] == [
        Recovered("Tasmota board 'gate'"),
        Switched("return-lamp", False, True),
        Switched("gate-buzzer", False, True),
    ]


def test_a_board_that_was_without_power_is_told_again_what_shall_be(world: World) -> None:
    world.order("return-lamp", True)
    world.run(1.0)
    world.board.on = {1: False, 2: True}
    world.says("tele/gate/LWT", "Offline")
    world.run(1.0)
    world.says("tele/gate/LWT", "Online")
    world.run(1.0)
    assert world.board.on == {1: True, 2: False}
    assert [event for event in world.events if isinstance(event, Faulted)] == [
        Faulted(FaultCode.NO_ANSWER, "the broker says that 'gate' is off line")
    ]
    assert Recovered("Tasmota board 'gate'") in world.events[4:]


def test_an_order_that_was_lost_is_sent_again(world: World) -> None:
    losses = iter([True])
    world.lose = lambda topic: topic == "cmnd/gate/POWER1" and next(losses, False)
    world.order("return-lamp", True)
    world.run(3.0)
    assert world.board.on[1]
    assert world.events[-1] == Switched("return-lamp", True, True)


def test_no_answer_is_told_once_and_the_board_is_tried_on(world: World) -> None:
    world.board.alive = False
    world.order("return-lamp", True)
    world.run(60.0)
    faults = [event for event in world.events if isinstance(event, Faulted)]
    assert [fault.code for fault in faults] == [FaultCode.NO_ANSWER]
    assert "3 orders" in faults[0].detail
    world.board.alive = True
    world.run(15.0)
    assert world.events[-2:] == [Recovered("Tasmota board 'gate'"), Switched("return-lamp", True, True)]


def test_what_the_broker_kept_confirms_nothing() -> None:
    world = World(FirmwareBoard(alive=False))
    world.connect(("stat/gate/POWER1", "OFF"), ("stat/gate/POWER2", "OFF"), ("tele/gate/LWT", "Offline"))
    world.run(30.0)
    assert world.events == [Faulted(FaultCode.NO_ANSWER, "the broker says that 'gate' is off line")]


def test_a_plug_with_one_relay_answers_without_its_number() -> None:
    world = World(FirmwareBoard(relays=1), TasmotaSettings("gate", (LAMP,)))
    world.connect()
    world.order("return-lamp", True)
    world.run(1.0)
    assert world.events[-1] == Switched("return-lamp", True, True)


def test_a_hand_on_the_boards_button_is_told(world: World) -> None:
    for said in world.board.switch(1, True, world.now_s):
        world.says(*said)
    world.run(1.0)
    assert world.events[-1] == Switched("return-lamp", True, True)


def test_topics_follow_the_boards_own_order() -> None:
    core = Tasmota(TasmotaSettings("gate", (LAMP,), full_topic="library/%topic%/%prefix%/"))
    core.line_opened(0.0)
    assert core.subscriptions == ("library/gate/stat/POWER1", "library/gate/stat/POWER", "library/gate/tele/LWT")
    assert core.take_outgoing() == [Message("library/gate/cmnd/POWER1", b"OFF")]


@pytest.mark.parametrize(
    ("for_s", "value"),
    [
        (None, 0),
        (0.0, 1),
        (0.1, 1),
        (0.25, 3),
        (3.0, 30),
        (11.1, 111),
        (11.2, 112),
        (12.0, 112),
        (12.1, 113),
        (13.0, 113),
        (360.0, 460),
        (64_800.0, 64_900),
        (64_801.0, 0),
        (float("inf"), 0),
    ],
)
def test_the_boards_timer_in_its_own_numbers(for_s: float | None, value: int) -> None:
    """`PulseTime 113` = 13 seconds, `PulseTime 460` = 6 minutes (Commands.md)."""
    assert pulse_time(for_s) == value


@given(st.floats(0.0, 64_800.0))
def test_the_boards_timer_is_never_shorter_than_ours(for_s: float) -> None:
    value = pulse_time(for_s)
    own_s = value / 10 if value <= 111 else value - 100
    assert for_s - 1e-5 <= own_s <= for_s + 1.0


@pytest.mark.parametrize(
    ("topic", "outputs", "full_topic", "says"),
    [
        ("", (LAMP,), "%prefix%/%topic%/", "Topic"),
        ("gate/+", (LAMP,), "%prefix%/%topic%/", "without"),
        ("gate", (LAMP,), "library/%topic%/", "%prefix%"),
        ("gate", (Output("lamp", 9),), "%prefix%/%topic%/", "1 to 8"),
    ],
)
def test_a_board_that_was_set_up_wrongly_is_refused(
    topic: str, outputs: tuple[Output, ...], full_topic: str, says: str
) -> None:
    with pytest.raises(BadSetting, match=says):
        TasmotaSettings(topic, outputs, full_topic)


topics = st.sampled_from(
    ["stat/gate/POWER1", "stat/gate/POWER2", "stat/gate/POWER", "tele/gate/LWT", "stat/gate/POWER3", "cmnd/gate/POWER1"]
)
payloads = st.one_of(st.sampled_from(["ON", "OFF", "Online", "Offline", "on", ""]), st.text(max_size=8))
acts = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(
                st.just("order"),
                st.sampled_from(["return-lamp", "gate-buzzer", "door"]),
                st.sampled_from([None, 0.0, 0.5, 2.0, 40.0, float("inf")]),
                st.booleans(),
            ),
            st.tuples(st.sampled_from(["connect", "disconnect", "die", "live"]), st.just(""), st.none(), st.booleans()),
            st.tuples(st.just("say"), st.tuples(topics, payloads), st.none(), st.booleans()),
        ),
        st.floats(0, 4),
    ),
    max_size=20,
)
Act = tuple[str, "str | tuple[str, str]", "float | None", bool]


@settings(max_examples=150, deadline=None)
@given(acts, st.lists(st.booleans(), max_size=30))
def test_whatever_happens_the_board_ends_as_it_was_last_wished(
    story: list[tuple[Act, float]], losses: list[bool]
) -> None:
    world = World(FirmwareBoard())
    left = list(losses)
    world.lose = lambda topic: bool(left) and left.pop()
    last: dict[str, tuple[bool, float | None, float]] = {}
    refused = 0
    for (what, name, for_s, on), wait_s in story:
        match what, name:
            case "order", str():
                world.order(name, on, for_s)
                last[name] = (on, for_s, world.now_s)
                refused += name == "door"
            case "connect", _:
                world.connect()
            case "disconnect", _:
                world.disconnect()
            case "say", (str() as topic, str() as payload) if world.up:
                world.says(topic, payload)
            case _:
                world.board.alive = what == "live"
        world.run(wait_s)
    left.clear()
    world.board.alive = True
    world.disconnect()
    world.connect()
    world.run(12.0301)
    for output in (LAMP, BUZZER):
        on, for_s, at_s = last.get(output.name, (False, None, 0.0))
        over = for_s is not None and at_s + for_s < world.now_s
        assert world.board.on[output.channel] is (on and not over)
        told = [event for event in world.events if isinstance(event, Switched) and event.output == output.name]
        assert told[-1] == Switched(output.name, on and not over, confirmed=True)
    assert sum(isinstance(event, SwitchRefused) for event in world.events) == refused
    assert any(isinstance(event, Recovered) for event in world.events)
