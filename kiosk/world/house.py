"""A kiosk, its devices and its room, a broker and central in one process and in virtual time, as `House` has processes.

What virtual time cannot do is refused: a reader behind the PC/SC service and a small disk are this machine's own. The
kiosk's disk is a simulated one (`kiosk.world.disk`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from drivers.gates.protocol import TagPassed
from firmware_sim.card_ways import HandedCards
from firmware_sim.lines.virtual import VirtualLines
from firmware_sim.settings import PadDriver, with_pad
from firmware_sim.settings import load as load_room
from firmware_sim.workbench import Beginning, Workbench
from kiosk.central.settings import CentralSettings
from kiosk.demo.children import NotReady
from kiosk.demo.house import BOARD
from kiosk.demo.people import People, seed_of_loans
from kiosk.demo.scenario import Broker, DiskTrouble, PadMake, Part, RoadEnd, RoadState, Setting
from kiosk.demo.staff import demo_staff
from kiosk.demo.wall_clock import jumped
from kiosk.demo.world_orders import DiskState
from kiosk.ledger import StorageFailure
from kiosk.screens import fonts
from kiosk.settings import load
from kiosk.station.devices import Deliver, Devices
from kiosk.station.settings import KioskSettings
from kiosk.world.agenda import Agenda
from kiosk.world.cards import WorldCards
from kiosk.world.central import WorldCentral
from kiosk.world.dice import Dice
from kiosk.world.disk import SimulatedDisk
from kiosk.world.gates import WorldGates
from kiosk.world.network import Network
from kiosk.world.plug import PlugPulled
from kiosk.world.station import Seed, WorldStation
from kiosk.world.wired import VIRTUAL, wired_devices

BEGINS = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Shanghai."""
PASSABLE = (RoadState.OK, RoadState.SLOW, RoadState.UNRULY)
START_S = 1.0
"""From a process's start to its readiness."""
RESTART_S = 2.0
"""After a start that failed; as `RestartSec` of the unit."""


class NeedsRealTime(Exception):
    """Virtual time cannot do this; the text says what, and what to do."""

    def __init__(self, what: str) -> None:
        super().__init__(f'{what} needs real time: give the scenario `time = "real"`')


class VirtualHouse:
    """Made and started at once; raises `NeedsRealTime`, and what the settings raise. `run` holds its files."""

    def __init__(self, config: Path, run: Path, setting: Setting, seed: int) -> None:
        _possible(setting)
        self.setting = setting
        self.ledger = run / "kiosk" / "ledger.sqlite"
        self.central_database = run / "central.sqlite"
        self.agenda = Agenda(BEGINS)
        self.network = Network(self.agenda, Dice(seed, "network"))
        self.station: WorldStation | None = None
        self.lives = 0
        """How often the kiosk was started."""
        self.clock_off_s = 0.0
        """By how much the kiosk's wall clock is wrong; it goes on while nothing runs."""
        self._roads = dict.fromkeys(RoadEnd, RoadState.OK)
        self._seed = seed
        self._fonts = fonts.folder()
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        self.medium = SimulatedDisk(self.ledger.parent, Dice(seed, "disk"))
        self.medium.plug_in()
        loans = run / "loans.toml"
        lent = [(loan.patron, loan.book, loan.days_ago) for loan in setting.lent]
        waits = [(hold.patron, hold.book) for hold in setting.waits]
        loans.write_text(seed_of_loans(People.read(config), lent, waits), encoding="utf-8")
        self._central = load(CentralSettings, config / "central.toml", {"seed.loans": str(loans)})
        self.settings = load(KioskSettings, config / "kiosk.toml", self._overrides())
        self._lines = VirtualLines(self.agenda)
        beginning = Beginning(setting.on_pad, tuple(loan.book for loan in setting.lent), setting.paper, seed)
        room = with_pad(load_room(config / "simulator.toml"), PadDriver(setting.pad.value))
        self.bench = Workbench(room, run / "devices", beginning, self._lines)
        self._cards = WorldCards(self.agenda)
        self.bench.cards = HandedCards(self._cards, seed)
        self.central = WorldCentral(self.agenda, self.network, self._central, self.central_database)
        self._central_runs = False
        self.bench.plug_in()
        self.gates = WorldGates(self.agenda, self._lines.ends, room.gates)
        if setting.broker is Broker.NONE:
            self.network.up = False
        self.start(Part.CENTRAL)
        self.start(Part.KIOSK)

    @property
    def now_s(self) -> float:
        return self.agenda.now_s

    @property
    def utc(self) -> datetime:
        return self.agenda.utc

    def run_next(self, until_s: float) -> bool:
        """Let the next thing happen; False, at `until_s`, where nothing was due by then."""
        try:
            ran = self.agenda.run_next(until_s)
        except PlugPulled:
            ran = True
            self._died()
        if self.medium.off:
            self._died()
        return ran

    def run_until(self, until_s: float) -> None:
        """Let everything happen that is due by then."""
        while self.run_next(until_s):
            pass

    def guarded(self, do: Callable[[], None]) -> None:
        """Do it; the kiosk may die of it."""
        try:
            do()
        except PlugPulled:
            self._died()
        if self.medium.off:
            self._died()

    def running(self, part: Part) -> bool:
        match part:
            case Part.BROKER:
                return self.network.up
            case Part.CENTRAL:
                return self._central_runs
            case Part.KIOSK:
                return self.station is not None

    def is_whole(self) -> bool:
        """Broker, central and kiosk run, and what they say to each other arrives."""
        roads_open = self.network.stations_road.open and self.network.central_road.open
        return all(self.running(part) for part in Part) and roads_open

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        self.run_until(self.now_s + seconds)

    def start(self, part: Part) -> None:
        """Start it; it is ready when this returns."""
        if self.running(part) and part is not Part.KIOSK:
            return
        match part:
            case Part.BROKER if self.setting.broker is Broker.NONE:
                raise NotReady("this scenario runs without a broker: its setting says so")
            case Part.BROKER:
                self.network.up = True
                if self._central_runs:
                    self.central.start()
            case Part.CENTRAL:
                self.central.start()
                self._central_runs = True
            case Part.KIOSK:
                self._start_kiosk()
        self.run_until(self.now_s + START_S)

    def stop(self, part: Part) -> None:
        """End it. Nobody takes leave here: it is the same as `kill`."""
        match part:
            case Part.BROKER:
                self.network.up = False
                self._line_lost("the broker has gone")
            case Part.CENTRAL:
                self.central.stop()
                self._central_runs = False
            case Part.KIOSK:
                self._died()

    def kill(self, part: Part) -> None:
        """End it as a power cut would."""
        self.stop(part)

    def died_within(self, part: Part, seconds: float) -> bool:
        """Whether it has ended: here nothing takes time to die."""
        return not self.running(part)

    def last_words(self, part: Part) -> str:
        """A part of a world writes no log of its own."""
        return f"{part.value} ended at second {self.now_s:.3f}"

    def power_cut(self) -> None:
        """Broker, central and kiosk end in the same instant, the devices lose their lines; all of them start again."""
        parts = [part for part in Part if self.running(part)]
        for part in reversed(parts):
            self.kill(part)
        self.bench.lose_power()
        self.bench.return_power()
        for part in parts:
            self.start(part)

    def gate_seen(self) -> list[tuple[str, TagPassed]]:
        return [(one.gate, one.event) for one in self.gates.seen if isinstance(one.event, TagPassed)]

    def fill_disk(self) -> None:
        self.medium.trouble = DiskTrouble.FULL

    def free_disk(self) -> None:
        self.medium.trouble = DiskTrouble.OK

    def trouble_disk(self, trouble: DiskTrouble, nth: int) -> None:
        """Let the disk refuse writes or syncs, or (`torn`) lose its power in the middle of the nth write."""
        if trouble is DiskTrouble.TORN:
            self.medium.cut_at_write = nth if self.station is not None else None
        else:
            self.medium.trouble = trouble

    def forget(self) -> None:
        """The broker loses its memory."""
        self.stop(Part.BROKER)
        self.network.forget()
        self.start(Part.BROKER)

    def set_road(self, end: RoadEnd, state: RoadState, delay_s: float) -> None:
        """`ok`, `cut`, `half-open` or `slow`: the line between the broker and `kiosk`, or `central`."""
        self._roads[end] = state
        road = self.network.stations_road if end is RoadEnd.KIOSK else self.network.central_road
        was_open, road.open = road.open, state in PASSABLE
        road.delay_s = delay_s if state == RoadState.SLOW else 0.0
        road.unruly = state is RoadState.UNRULY
        if road is not self.network.stations_road or self.station is None:
            return
        if not road.open:
            station, noticed_s = self.station, 0.0 if state == RoadState.CUT else self.station.missed_in_s()
            self.agenda.after(noticed_s, lambda: None if road.open else station.line_lost("the line is cut"))
        elif not was_open:
            # What was swallowed cannot be said again on the same connection: mending resets it (kiosk/demo/relay.py).
            self._line_lost("the line was reset")

    def road(self, end: RoadEnd) -> RoadState:
        return self._roads[end]

    @property
    def disk(self) -> DiskState:
        return DiskState.FULL if self.medium.trouble is DiskTrouble.FULL else DiskState.OK

    def jump(self, seconds: float) -> None:
        """The kiosk's wall clock is set forward, or back."""
        self.clock_off_s = jumped(self.clock_off_s, seconds)
        if self.station is not None:
            self.station.clock_off_s = self.clock_off_s

    def close(self) -> None:
        """End everything and let go of the files."""
        self._died()
        self.gates.stop()
        self.central.close()
        self.bench.stop()
        self.medium.unplug()

    def _start_kiosk(self) -> None:
        self._died()
        seed = Seed.of(self._seed, self.lives)
        self.lives += 1
        try:
            self.station = WorldStation(
                self.agenda, self.network, self.settings, seed, self._devices, self.clock_off_s, self.medium
            )
        except StorageFailure:  # the process ends with that, and the system starts it again
            self.agenda.after(RESTART_S, self._try_again)

    def _try_again(self) -> None:
        if self.station is None:
            self._start_kiosk()

    def _devices(self, deliver: Deliver) -> Devices:
        return wired_devices(self.agenda, self._lines.ends, self._cards, self.settings, self._fonts, deliver)

    def _line_lost(self, reason: str) -> None:
        station = self.station
        if station is not None:
            self.guarded(lambda: station.line_lost(reason))

    def _died(self) -> None:
        station, self.station = self.station, None
        if station is not None:
            self.medium.power_goes()
            station.stop()
            self.medium.power_returns()

    def _overrides(self) -> dict[str, str]:
        pad = self.setting.pad.value
        own = {
            "ledger.path": str(self.ledger),
            "staff_file": str(demo_staff(self.ledger.parent)),
            "pad.driver": pad,
            "pad.port": f"{VIRTUAL}pad",
            "scanner.port": f"{VIRTUAL}scanner",
            "printer.port": f"{VIRTUAL}printer",
            "signals.1.port": f"{VIRTUAL}{BOARD}",
        }
        return own | {override.key: override.value for override in self.setting.kiosk}


def _possible(setting: Setting) -> None:
    if setting.disk_kb is not None:
        raise NeedsRealTime("a small disk (`disk_kb`)")
    if setting.copies:
        raise NeedsRealTime("a copy to lend by (`copies`)")
    if setting.pad is PadMake.PCSC:
        raise NeedsRealTime('a reader behind the PC/SC service (`pad = "pcsc"`)')
