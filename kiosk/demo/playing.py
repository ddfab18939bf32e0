"""Plays one scenario in a house of its own, and judges what is true at its end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiosk.demo.bench_client import BenchClient
from kiosk.demo.ending import lacking
from kiosk.demo.evidence import judge
from kiosk.demo.gate_witness import TOLD_S
from kiosk.demo.gathering import Witness
from kiosk.demo.hands import Clock, Eyes, HouseHands, RoomHands
from kiosk.demo.house import House
from kiosk.demo.mirror_client import MirrorClient
from kiosk.demo.people import People
from kiosk.demo.player import LOOK_S, Played, Player
from kiosk.demo.real import RealClock, RealHouse, runner
from kiosk.demo.remains import gathered
from kiosk.demo.result import Result
from kiosk.demo.scenario import Broker, Scenario
from kiosk.settings import load
from kiosk.station.settings import KioskSettings

SETTLED_S = 10.0
LOOK_AGAIN_S = 0.1


def play(scenario: Scenario, house: House, config: Path) -> Result:
    """Play the steps on processes, which are ready."""
    bench, mirror = BenchClient(house.ports.bench), MirrorClient(house.ports.mirror)
    try:
        return play_with(scenario, config, RealHouse(house), bench, mirror, RealClock())
    finally:
        mirror.close()
        bench.close()


def play_on_processes(scenario: Scenario, config: Path, run: Path) -> Result:
    """Start everything, play, and stop everything; what is written stays in `run`. Raises `NotReady`."""
    house = House(config, run, scenario.setting, mode="headless")
    try:
        house.start()
        return play(scenario, house, config)
    finally:
        house.stop()


def play_with(
    scenario: Scenario, config: Path, house: HouseHands, bench: RoomHands, mirror: Eyes, clock: Clock
) -> Result:
    """Play the steps, then look until everything is as expected or the time for it is over."""
    people = People.read(config)
    settings = load(KioskSettings, config / "kiosk.toml")
    witness = Witness(house, bench, people, settings.marks.on_loan, tuple(bench.tags()))
    try:
        await_opening(mirror, clock, online=scenario.setting.broker is not Broker.NONE)
        player = Player(house, bench, mirror, clock, runner(house.ledger, config), settings.time_zone)
        played = player.play(scenario)
        # What the screen shows when a step fails, and not what has become of it when all else was judged.
        remains = None if all(step.ok for step in played) else gathered(bench, mirror)
        result = _judged(scenario, played, witness, frozenset(player.confirmed), clock)
        if result.passed:
            return result
        return replace(result, remains=remains or gathered(bench, mirror))
    finally:
        witness.close()


def await_opening(mirror: Eyes, clock: Clock, *, online: bool, patience_s: float = SETTLED_S) -> None:
    """Wait until the kiosk has found its pad and its line to central; give up waiting, not the play, after a while."""
    deadline = clock.now_s + patience_s
    view = mirror.view()
    while view.screen in ("starting", "out-of-service") or (online and view.has("offline")):
        left_s = deadline - clock.now_s
        if left_s <= 0:
            return
        view = mirror.view(view.number, min(LOOK_S, left_s))


def _judged(
    scenario: Scenario, played: list[Played], witness: Witness, confirmed: frozenset[str], clock: Clock
) -> Result:
    if scenario.expect.gate is not None:
        clock.sleep(TOLD_S)
    deadline = clock.now_s + scenario.expect.within_s
    failed = [f"step {step.number} ({step.do}): {step.failure}" for step in played if not step.ok]
    while True:
        evidence, rows = witness.look(confirmed)
        judged = judge(evidence)
        open_ends = [f"{one.name}: {one.detail}" for one in judged if not one.holds]
        if not failed:
            open_ends += lacking(evidence, scenario.expect)
        if not open_ends or clock.now_s > deadline:
            group = "" if scenario.group is None else scenario.group.value
            return Result(scenario.name, tuple(played), evidence, rows, tuple(judged), (*failed, *open_ends), group)
        clock.sleep(LOOK_AGAIN_S)
