"""Real time: the clock of this machine, the processes of a house as switches, and staff's command lines."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from kiosk.demo.children import NotReady
from kiosk.demo.disk import BallastDisk
from kiosk.demo.house import READY_S, House
from kiosk.demo.player import Ran, Run
from kiosk.demo.scenario import Part, RoadEnd, RoadState, Setting

COMMAND_S = 60.0


class RealClock:
    """This machine's."""

    @property
    def now_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RealHouse:
    """A house's processes, one by one."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.ledger: Path = house.ledger
        self.central_database: Path = house.central_database
        self.setting: Setting = house.setting

    def running(self, part: Part) -> bool:
        child = self._house.children.get(part.value)
        return child is not None and child.running

    def is_whole(self) -> bool:
        return all(self.running(part) for part in Part) and self._house.roads.passable

    def died_within(self, part: Part, seconds: float) -> bool:
        return self._house.part(part).ends_within(seconds)

    def last_words(self, part: Part) -> str:
        return self._house.part(part).last_words()

    def start(self, part: Part) -> None:
        child = self._house.part(part)
        child.start()
        child.wait_ready(READY_S)

    def stop(self, part: Part) -> None:
        self._house.part(part).stop()

    def kill(self, part: Part) -> None:
        self._house.part(part).kill()

    def forget(self) -> None:
        self.kill(Part.BROKER)
        shutil.rmtree(self._house.run / "broker", ignore_errors=True)
        self.start(Part.BROKER)

    def power_cut(self) -> None:
        """SIGKILL to all before any is waited for."""
        parts = [part for part in Part if part.value in self._house.children]
        for part in parts:
            process = self._house.part(part).process
            if process is not None:
                process.kill()
        for part in parts:
            self.kill(part)
        for part in parts:
            self.start(part)

    def set_road(self, end: RoadEnd, state: RoadState, delay_s: float) -> None:
        self._house.roads.set(end, state, delay_s)

    def jump(self, seconds: float) -> None:
        raise NotReady(f"clock-jump: a process's clock cannot be set by {seconds:g} s: " + VIRTUAL)

    def fill_disk(self) -> None:
        BallastDisk(self.ledger.parent).fill()

    def free_disk(self) -> None:
        BallastDisk(self.ledger.parent).free()


VIRTUAL = "play this scenario with --time virtual"


def runner(ledger: Path, config: Path) -> Run:
    """Runs command lines of `kiosk`; `{ledger}` and `{config}` stand for these."""

    def run(words: tuple[str, ...]) -> Ran:
        places = {"{ledger}": str(ledger), "{config}": str(config)}
        command = [sys.executable, "-m", "kiosk", *(places.get(word, word) for word in words)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
        return Ran(ran.returncode, ran.stdout + ran.stderr)

    return run
