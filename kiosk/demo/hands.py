"""What a scenario is played with: a clock, hands in the room, eyes at the screen, and hands at the house's switches.

The same scenario is played on real processes in real time, and in one process in virtual time.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from drivers.gates.protocol import TagPassed
from kiosk.demo.bench_client import APART, Laid, PaperStrip, TagState
from kiosk.demo.mirror_client import View
from kiosk.demo.scenario import DiskTrouble, Part, RoadEnd, RoadState, Setting


class Clock(Protocol):
    """Seconds of a monotonic clock."""

    @property
    def now_s(self) -> float: ...

    @property
    def utc(self) -> datetime:
        """What the house's clocks say, unless somebody has set one."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        ...


class RoomHands(Protocol):
    """Books, cards, codes, paper and faults. Each raises `BenchRefused` for what cannot be done."""

    def put_on_pad(self, numbers: tuple[str, ...], laid: Laid = APART) -> None: ...

    def take_off_pad(self, numbers: tuple[str, ...]) -> None: ...

    def slot(self, numbers: tuple[str, ...]) -> None:
        """Push them into the return slot."""
        ...

    def empty_bin(self) -> None: ...

    def card(self, verb: str, name: str | None) -> None: ...

    def scan(self, code: str | None, hexadecimal: str | None) -> None: ...

    def printer(self, part: str, state: str) -> None: ...

    def fault(self, device: str, fault: str, rate: float | None = None, seconds: float | None = None) -> None: ...

    def walk_through(self, gate: str, numbers: tuple[str, ...], direction: str) -> None: ...

    def wire(self, last: int) -> list[str]:
        """The last so many frames on all wires, oldest first, polling left out."""
        ...

    def lamps(self) -> dict[tuple[str, int], bool]:
        """Board and channel → whether it is on."""
        ...

    def tags(self) -> list[TagState]: ...

    def paper(self) -> list[PaperStrip]: ...

    def close(self) -> None: ...


class Eyes(Protocol):
    """The kiosk's screen. Each raises `MirrorGone` where the kiosk is away, `MirrorRefused` for what cannot be done."""

    def view(self, after: int = -1, wait_s: float = 0.0) -> View: ...

    def act(self, node: str) -> None: ...

    def touch(self, x: int, y: int) -> None: ...

    def picture(self) -> tuple[str, bytes]:
        """The screen as a picture: the suffix of its file, and the file."""
        ...

    def arm_power_cut(self, row: str, *, before: bool, nth: int) -> None: ...

    def close(self) -> None: ...


class HouseHands(Protocol):
    """The switches of the world. Each raises `NotReady` for what this house cannot do."""

    ledger: Path
    central_database: Path
    setting: Setting

    def running(self, part: Part) -> bool: ...

    def is_whole(self) -> bool:
        """Broker, central and kiosk run, and what they say to each other arrives."""
        ...

    def died_within(self, part: Part, seconds: float) -> bool:
        """Whether it has ended, or does so within this time."""
        ...

    def last_words(self, part: Part) -> str: ...

    def start(self, part: Part) -> None:
        """Start it; it is ready when this returns."""
        ...

    def stop(self, part: Part) -> None: ...

    def kill(self, part: Part) -> None:
        """End it as a power cut would."""
        ...

    def forget(self) -> None:
        """The broker loses its memory: killed, emptied, started."""
        ...

    def set_road(self, end: RoadEnd, state: RoadState, delay_s: float) -> None:
        """Cut, slow down or mend the line between the broker and the kiosk, or central."""
        ...

    def jump(self, seconds: float) -> None:
        """Set the kiosk's wall clock forward, or back."""
        ...

    def power_cut(self) -> None:
        """Broker, central and kiosk end in the same instant; all of them start again."""
        ...

    def gate_seen(self) -> list[tuple[str, TagPassed]]:
        """The gates' names, and what they told, in order."""
        ...

    def fill_disk(self) -> None: ...

    def free_disk(self) -> None: ...

    def trouble_disk(self, trouble: DiskTrouble, nth: int) -> None:
        """Let the kiosk's disk fail, or mend it."""
        ...
