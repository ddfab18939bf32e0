"""The bench's clock: faster, paused, step by step; and devices that live by it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.clock import BenchClock, ClockView
from firmware_sim.lines.standing import RealLines
from firmware_sim.lines.wire_log import WireLog
from tests.firmware_sim.feig_host import request
from tests.firmware_sim.served import Served
from tests.real_parts import PATIENCE_S

INVENTORY = request(0xB0, "0100")


class Watch:
    """The machine's clock, turned by hand."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def clock(watch: Watch) -> BenchClock:
    return BenchClock(watch)


def test_it_runs_as_the_world_does_until_it_is_told_otherwise(watch: Watch, clock: BenchClock) -> None:
    watch.now_s += 2
    assert clock.view() == ClockView(1.0, False, 1_002.0)
    assert clock.real_wait_s(1_005.0) == 3.0


def test_a_faster_clock_goes_on_from_where_it_was_and_makes_waits_shorter(watch: Watch, clock: BenchClock) -> None:
    watch.now_s += 2
    clock.set_speed(4.0)
    assert clock.now_s() == 1_002.0
    assert clock.real_wait_s(1_006.0) == 1.0
    watch.now_s += 1
    assert clock.now_s() == 1_006.0


def test_a_paused_clock_stands_and_nothing_is_waited_for(watch: Watch, clock: BenchClock) -> None:
    clock.pause()
    watch.now_s += 100
    assert clock.view() == ClockView(1.0, True, 1_000.0)
    assert clock.real_wait_s(1_000.5) is None
    clock.go_on()
    watch.now_s += 1
    assert clock.view() == ClockView(1.0, False, 1_001.0)


def test_a_step_runs_for_its_time_and_stands_again(watch: Watch, clock: BenchClock) -> None:
    clock.pause()
    clock.step(0.5)
    assert clock.real_wait_s(1_000.25) == 0.25
    assert clock.real_wait_s(1_000.75) is None
    watch.now_s += 7
    assert clock.view() == ClockView(1.0, True, 1_000.5)


def test_wall_clocks_keep_its_pace(watch: Watch, clock: BenchClock) -> None:
    before = clock.utc(), clock.local()
    clock.set_speed(60.0)
    watch.now_s += 1
    assert [(after - was).total_seconds() for was, after in zip(before, (clock.utc(), clock.local()), strict=True)] == [
        60.0,
        60.0,
    ]


@pytest.mark.parametrize("speed", [0.0, -1.0, 101.0, float("nan")])
def test_no_other_speeds(clock: BenchClock, speed: float) -> None:
    with pytest.raises(ValueError, match=r"speed: expected 0\.01 to 100"):
        clock.set_speed(speed)


class Beating:
    """A device that beats once in an hour."""

    def __init__(self, began_s: float) -> None:
        self.next_s = began_s + 3_600
        self.beats = threading.Semaphore(0)

    def receive(self, data: bytes, now_s: float) -> None:
        """It hears nothing."""

    def tick(self, now_s: float) -> None:
        while self.next_s <= now_s:
            self.next_s += 3_600
            self.beats.release()

    def due_s(self) -> float | None:
        return self.next_s

    def take_outgoing(self) -> bytes:
        return b""

    def connected(self, now_s: float) -> None:
        """It does not mind."""


@pytest.fixture
def beating(tmp_path: Path) -> Iterator[tuple[Beating, BenchClock]]:
    clock = BenchClock()
    device, lock = Beating(clock.now_s()), threading.Lock()
    lines = RealLines(tmp_path, clock)
    line = lines.line("pad", device, lock, lines.serial("pad", 9_600), 0.0, WireLog(clock.now_s))
    line.start()
    yield device, clock
    line.stop()


def test_a_line_that_sleeps_is_woken_when_the_clock_is_stepped(beating: tuple[Beating, BenchClock]) -> None:
    device, clock = beating
    clock.pause()
    clock.set_speed(100.0)
    clock.step(1.0)
    assert not device.beats.acquire(timeout=0.1)
    device.next_s = clock.now_s() + 5
    clock.step(6.0)
    assert device.beats.acquire(timeout=PATIENCE_S)


def test_a_line_lives_by_the_bench_and_not_by_the_machine(beating: tuple[Beating, BenchClock]) -> None:
    device, clock = beating
    device.next_s = clock.now_s() + 50
    clock.set_speed(100.0)
    assert device.beats.acquire(timeout=PATIENCE_S)


def test_the_bench_is_paused_and_slowed_by_its_json_interface(served: Served) -> None:
    served.post("/api/clock", pause=True)
    shown = shown_clock(served)
    assert shown["paused"] is True
    served.post("/api/clock", speed=0.5)
    assert shown_clock(served) == {"speed": 0.5, "paused": True, "now_s": shown["now_s"]}
    with served.pad() as port:
        port.timeout = 0.2
        port.write(INVENTORY)
        assert port.read(1) == b""
        served.post("/api/clock", pause=False)
        port.timeout = PATIENCE_S
        assert port.read(4)
    assert shown_clock(served)["paused"] is False


@pytest.mark.parametrize(
    "body",
    [{"speed": 0}, {"speed": True}, {"speed": "4"}, {"pause": 1}, {"step_s": -1}, {"pause": True, "speed": 2}, {}],
)
def test_what_no_clock_can_do_is_refused(unmoved: Served, body: dict[str, object]) -> None:
    assert unmoved.refused("/api/clock", **body)[0] == 400


def shown_clock(served: Served) -> dict[str, object]:
    clock = served.room()["clock"]
    assert isinstance(clock, dict)
    return clock
