"""Real time: the clock of this machine, the processes of a house as switches, and staff's command lines."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from drivers.gates.protocol import TagPassed
from kiosk.demo.bench_client import BenchClient
from kiosk.demo.children import NotReady
from kiosk.demo.disk import BallastDisk
from kiosk.demo.house import READY_S, House
from kiosk.demo.player import Ran, Run
from kiosk.demo.scenario import DiskTrouble, Part, RoadEnd, RoadState, Setting
from kiosk.demo.world_orders import DiskState

COMMAND_S = 60.0


class RealClock:
    """This machine's."""

    @property
    def now_s(self) -> float:
        return time.monotonic()

    @property
    def utc(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class RealHouse:
    """A house's processes, one by one. Orders from several threads are obeyed one after another."""

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
        with self._house.orders:
            if child.running:
                return
            child.start()
            child.wait_ready(READY_S)
            self._house.down.discard(part.value)

    def stop(self, part: Part) -> None:
        child = self._house.part(part)
        with self._house.orders:
            self._house.down.add(part.value)
            child.stop()

    def kill(self, part: Part) -> None:
        child = self._house.part(part)
        with self._house.orders:
            self._house.down.add(part.value)
            child.kill()

    def forget(self) -> None:
        with self._house.orders:
            self.kill(Part.BROKER)
            shutil.rmtree(self._house.run / "broker", ignore_errors=True)
            self.start(Part.BROKER)

    def power_cut(self) -> None:
        """SIGKILL to all before any is waited for; meanwhile the devices have no power."""
        with self._house.orders:
            parts = [part for part in Part if self.running(part)]
            self._house.down |= {part.value for part in parts}
            for part in parts:
                process = self._house.part(part).process
                if process is not None:
                    process.kill()
            with self._bench() as bench:
                bench.power(on=False)
                for part in parts:
                    self.kill(part)
                bench.power(on=True)
            for part in parts:
                self.start(part)

    def set_road(self, end: RoadEnd, state: RoadState, delay_s: float) -> None:
        if state is RoadState.UNRULY:
            raise NotReady("a line that is `unruly` needs virtual time")
        self._house.roads.set(end, state, delay_s)

    def road(self, end: RoadEnd) -> RoadState:
        return self._house.roads.state(end)

    def jump(self, seconds: float) -> None:
        with self._house.orders:
            self._house.clock.jump(seconds)

    @property
    def clock_off_s(self) -> float:
        return self._house.clock.off_s

    def gate_seen(self) -> list[tuple[str, TagPassed]]:
        return list(self._house.gates.told) if self._house.gates is not None else []

    def fill_disk(self) -> None:
        if not self._house.has_small_disk:
            raise NotReady("fill-disk: the kiosk has no disk of its own: `disk_kb` in the setting, or --disk-kb N")
        self._disk.fill()

    def free_disk(self) -> None:
        self._disk.free()

    def trouble_disk(self, trouble: DiskTrouble, nth: int) -> None:
        raise NotReady("`disk` needs virtual time; on real processes `fill-disk` fills a small one")

    @property
    def disk(self) -> DiskState:
        if not self._house.has_small_disk:
            return DiskState.NONE
        return DiskState.FULL if self._disk.is_full else DiskState.OK

    @property
    def _disk(self) -> BallastDisk:
        return BallastDisk(self.ledger.parent)

    def _bench(self) -> closing[BenchClient]:
        return closing(BenchClient(self._house.ports.bench))


def runner(ledger: Path, config: Path) -> Run:
    """Runs command lines of `kiosk`; `{ledger}` and `{config}` stand for these."""

    def run(words: tuple[str, ...]) -> Ran:
        places = {"{ledger}": str(ledger), "{config}": str(config)}
        command = [sys.executable, "-m", "kiosk", *(places.get(word, word) for word in words)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
        return Ran(ran.returncode, ran.stdout + ran.stderr)

    return run
