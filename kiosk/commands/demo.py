"""`kiosk demo`: broker, central, simulated devices, kiosk and gate on this machine, by hand or by a scenario."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from kiosk.demo.account import Account, make_account
from kiosk.demo.scenario import PadMake

if TYPE_CHECKING:
    from kiosk.demo.house import House
    from kiosk.demo.result import Result
    from kiosk.demo.scenario import Scenario

LOOK_S = 0.2


class Ended(Exception):
    """Somebody wants the demo to end: Ctrl-C, or SIGTERM."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "demo",
        help="run everything on this machine: broker, central, simulated devices, kiosk, gate",
        description="Starts broker, central, simulated devices, kiosk and gate as separate processes on free loopback "
        "ports and stops them all on Ctrl-C, or when one of them ends. With --scenario it plays the file "
        "(docs/scenarios.md) and tells what happened; the exit code is 0 only where every expectation and invariant "
        "held.",
    )
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="play this scenario and stop")
    parser.add_argument(
        "--time",
        choices=("real", "virtual"),
        default="real",
        help="play the scenario on processes, or in virtual time in this one (real)",
    )
    parser.add_argument(
        "--check", type=Path, nargs="+", metavar="FILE", help="say what is wrong with scenario files, and play none"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--headless", action="store_true", help="open no window, even where there is a screen")
    parser.add_argument("--for", type=float, metavar="S", dest="seconds", help="stop after so many seconds")
    makes = [make.value for make in PadMake]
    parser.add_argument("--pad", choices=makes, default=makes[0], help="the pad's maker, simulated and driven (feig)")
    parser.add_argument(
        "--disk-kb",
        type=_disk_kb,
        metavar="N",
        help="give the kiosk a disk of its own, so small that it can be filled (needs root)",
    )
    parser.add_argument("--config", type=Path, metavar="DIR", help="another folder than config/demo")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write ledger and logs here, and leave them there")
    parser.set_defaults(run=run)


def _disk_kb(word: str) -> int:
    from kiosk.demo.scenario import LARGEST_DISK_KB, SMALLEST_DISK_KB

    if not word.isdecimal() or not SMALLEST_DISK_KB <= int(word) <= LARGEST_DISK_KB:
        raise argparse.ArgumentTypeError(f"expected {SMALLEST_DISK_KB} to {LARGEST_DISK_KB} kB, found {word!r}")
    return int(word)


def run(arguments: argparse.Namespace) -> int:
    """Play the scenario, or run until Ctrl-C."""
    from kiosk.demo.checking import read_checked
    from kiosk.demo.children import NotReady
    from kiosk.demo.control import Control
    from kiosk.demo.house import DEMO_CONFIG, AtGates, House
    from kiosk.demo.real import RealHouse
    from kiosk.demo.scenario import TO_LOOK_AT

    config = (arguments.config or DEMO_CONFIG).resolve()
    if arguments.check:
        return _check(arguments.check, config)
    scenario = read_checked(arguments.scenario, config) if arguments.scenario else None
    if arguments.time == "virtual":
        return _play_virtually(scenario, config, arguments.keep, as_json=arguments.json)
    has_screen = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    mode = "window" if has_screen and not arguments.headless and scenario is None else "headless"
    with _folder(arguments.keep) as folder:
        setting = scenario.setting if scenario else replace(TO_LOOK_AT, pad=PadMake(arguments.pad))
        at_gates = AtGates.CONTROLLER if scenario is None else AtGates.WITNESS
        house = House(config, folder, setting, mode=mode, disk_kb=arguments.disk_kb, at_gates=at_gates)
        began = time.monotonic()
        try:
            with _until_told(), closing(Control(house.ports.house, RealHouse(house))):
                house.start()
                if scenario is not None:
                    return _play(scenario, house, config, arguments.keep, as_json=arguments.json)
                seconds = time.monotonic() - began
                account = make_account(house.central_database, house.fleet_database)
                _announce(house, seconds, account, as_json=arguments.json)
                return _watch(house, arguments.seconds)
        except NotReady as trouble:
            print(f"kiosk demo: {trouble}", file=sys.stderr)
            return 1
        except Ended:
            print("kiosk demo: stopping", file=sys.stderr)
            return 0 if scenario is None else 1
        finally:
            house.stop()


def _check(files: list[Path], config: Path) -> int:
    from kiosk.demo.checking import faults_of

    faults = [fault for file in files for fault in faults_of(file, config)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _play(scenario: Scenario, house: House, config: Path, keep: Path | None, *, as_json: bool) -> int:
    from kiosk.demo.playing import play

    return _tell(play(scenario, house, config), config, keep, as_json=as_json)


def _play_virtually(scenario: Scenario | None, config: Path, keep: Path | None, *, as_json: bool) -> int:
    from kiosk.world.house import NeedsRealTime
    from kiosk.world.playing import play_virtually

    if scenario is None:
        print("kiosk demo: --time virtual plays a scenario: give --scenario FILE", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    try:
        return _tell(play_virtually(scenario, config, keep), config, keep, as_json=as_json)
    except NeedsRealTime as refused:
        print(f"kiosk demo: {refused}", file=sys.stderr)
        return 1


def _tell(result: Result, config: Path, keep: Path | None, *, as_json: bool) -> int:
    from kiosk.demo.people import People

    if as_json:
        print(json.dumps(result.told(People.read(config)), ensure_ascii=False))
    else:
        for line in result.lines():
            print(line)
    if result.remains is not None:
        kept = result.remains.keep(keep or Path(tempfile.mkdtemp(prefix="kiosk-scenario-")))
        print(f"kiosk demo: what was on the screen and on the wires: {kept[0].parent}", file=sys.stderr)
    return 0 if result.passed else 1


def _announce(house: House, seconds: float, account: Account, *, as_json: bool) -> None:
    """Say where everything is, and what does not work on this machine."""
    simulator = house.simulator
    if as_json:
        told = {"ready_s": round(seconds, 2), "addresses": house.addresses(), "cards": simulator.get("cards")}
        told["console"] = {"account": account.name, "password": account.password}
        print(json.dumps(told, ensure_ascii=False), flush=True)
        return
    print(f"Library Kiosk is ready after {seconds:.1f} s. Ctrl-C stops all of it.")
    for what, address in house.addresses().items():
        print(f"  {address}  {what}")
    print(f"  At the staff console and the fleet page, sign in as {account.name} with {account.password}")
    if simulator.get("cards") != "pcsc":
        print(f"  Cards come through the scanner: {simulator.get('why') or 'the PC/SC service could not be started'}")
    sys.stdout.flush()


def _watch(house: House, seconds: float | None) -> int:
    """Until the time is over or a process ends, which is said with its last words."""
    end_s = None if seconds is None else time.monotonic() + seconds
    while end_s is None or time.monotonic() < end_s:
        for child in house.dead():
            print(f"kiosk demo: {child.name} ended with code {child.exit_code}; its last words:", file=sys.stderr)
            print(child.last_words(), file=sys.stderr)
            return 1
        time.sleep(LOOK_S)
    return 0


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the processes write; a short path, as it holds sockets."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="kiosk-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _until_told() -> Iterator[None]:
    """SIGINT and SIGTERM end what is inside with `Ended`; while it cleans up, a second one changes nothing."""

    def told(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Ended

    signal.signal(signal.SIGINT, told)
    signal.signal(signal.SIGTERM, told)
    yield
