"""All the processes of the demo on free loopback ports: broker, central, simulated devices, kiosk, gate, fleet."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from kiosk.demo.children import Child, NotReady
from kiosk.demo.gate_witness import GateWitness
from kiosk.demo.people import People, seed_of_loans
from kiosk.demo.roads import Roads
from kiosk.demo.scenario import Broker, PadMake, Part, RoadEnd, Setting
from kiosk.demo.staff import demo_staff
from kiosk.demo.wall_clock import WallClock
from kiosk.hardware.gates import GateFile
from kiosk.settings.files import load_part
from kiosk.station.copies import COPY
from kiosk.wire.signing import PUBLIC_KEY, own_key

READY_S = 30.0
LOOK_S = 0.05
DEMO_CONFIG = Path(__file__).resolve().parents[2] / "config" / "demo"
SIMULATOR = "simulator"
SIMULATOR_FILE = "simulator.toml"
BOARD = "desk"
"""The simulator's relay board, which the kiosk of the demo drives."""
FLEET = "fleet"
"""The operator's page."""
GATE = "gate"
DROP, LOCKER = "drop", "locker"
"""The word of the command, the file and the furniture in the simulator's room."""
"""The gate controller, and the relay board that it drives."""
COPY_EVERY_MIN = 0.25
"""Of the ledger, for the gate: somebody who tries it out does not wait."""
PAD_READER = "Kiosk pad reader"
"""Name of the simulated desk reader behind the PC/SC service."""


class AtGates(Enum):
    """Who listens to the simulated gates: each takes one listener."""

    WITNESS = auto()
    """For scenarios: it keeps what the gates tell, and judges by the tags alone."""
    CONTROLLER = auto()
    """`kiosk gate`, as in a library."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The loopback ports of one demo, free when they were chosen."""

    broker: int
    central: int
    bench: int
    mirror: int
    cards: int
    house: int
    """Of the control socket."""
    guard: int
    """Of the guard's page."""
    fleet: int
    """Of the fleet page."""

    @classmethod
    def free(cls) -> Ports:
        """Ask the kernel for ports that nobody has."""
        holders = [socket.socket() for _ in range(8)]
        try:
            for holder in holders:
                holder.bind(("127.0.0.1", 0))
            return cls(*(holder.getsockname()[1] for holder in holders))
        finally:
            for holder in holders:
                holder.close()


class House:
    """Starts, watches, stops and restarts the processes. `run` is the folder for everything that they write."""

    def __init__(
        self,
        config: Path,
        run: Path,
        setting: Setting,
        *,
        mode: str,
        disk_kb: int | None = None,
        at_gates: AtGates = AtGates.WITNESS,
    ) -> None:
        """`disk_kb`: size of the kiosk's disk, where the setting does not say."""
        self.ports = Ports.free()
        self.roads = Roads(self.ports.broker)
        self.run = run
        self.setting = setting
        self.orders = threading.RLock()
        """Whoever stops or starts a part has it: one at a time."""
        self.down: set[str] = set()
        """Parts that were stopped or killed by order."""
        self.clock = WallClock(run)
        self.ledger = run / "kiosk" / "ledger.sqlite"
        self.central_database = run / "central.sqlite"
        self.fleet_database = run / "fleet.sqlite"
        self._config = config
        self._mode = mode
        self._at_gates = at_gates
        self.gates: GateWitness | None = None
        """Stands at the gates since everything is ready, where no controller does."""
        self.has_small_disk = False
        self._disk_kb = disk_kb if setting.disk_kb is None else setting.disk_kb
        self._loans = run / "loans.toml"
        self._copies = run / "copies"
        pcsc = {"PCSCLITE_CSOCK_NAME": str(run / "devices" / "pcscd" / "pcscd.comm")}
        self.children: dict[str, Child] = {
            name: Child(name, command, run / f"{name}.log", dict(pcsc)) for name, command in self._commands().items()
        }

    def start(self) -> None:
        """Start everything and return when all of it is ready; stop what was started when something is not."""
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        self._write_loans()
        if self.setting.copies:
            own_key(self._copies)  # the kiosk wants its public half before central has begun
        try:
            self._small_disk()
            self.roads.start()
            self.clock.build()
            self.children[Part.KIOSK.value].environment |= self.clock.environment()
            for child in self.children.values():
                child.start()
            for child in self.children.values():
                child.wait_ready(READY_S)
            if self.setting.copies:
                self._await_copy()
            self._man_the_gates()
        except (NotReady, OSError):
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, the kiosk first."""
        with self.orders:
            for child in reversed(self.children.values()):
                child.stop()
            self.roads.stop()
            if self.gates is not None:
                self.gates.stop()
            if self.has_small_disk:
                subprocess.run(["umount", str(self.ledger.parent)], check=False)
                self.has_small_disk = False

    def dead(self) -> list[Child]:
        """Processes that ended although nobody ordered it."""
        return [child for name, child in self.children.items() if not child.running and name not in self.down]

    def part(self, part: Part) -> Child:
        """The process behind a scenario's word."""
        child = self.children.get(part.value)
        if child is None:
            raise NotReady(f"this scenario runs without {part.value}: its setting says so")
        return child

    @property
    def simulator(self) -> dict[str, object]:
        """What the simulator said when it was ready: its devices, and how cards come."""
        told = self.children[SIMULATOR].announced.get("ready")
        return told if isinstance(told, dict) else {}

    def _gate_addresses(self) -> dict[str, str]:
        gates = self.simulator.get("gates")
        return {name: str(address) for name, address in gates.items()} if isinstance(gates, dict) else {}

    def _man_the_gates(self) -> None:
        """Last of all, with the fleet page: where the gates are is known when the simulator is ready."""
        addresses = self._gate_addresses()
        if self._at_gates is AtGates.WITNESS:
            self.gates = GateWitness(self._config / SIMULATOR_FILE, addresses)
            self.gates.start()
            return
        commands = {GATE: self._gate_command(addresses), FLEET: self._fleet_command(), **self._door_commands()}
        for name, command in commands.items():
            child = self.children[name] = Child(name, command, self.run / f"{name}.log")
            child.start()
        for name in commands:
            self.children[name].wait_ready(READY_S)

    def _door_commands(self) -> dict[str, list[str]]:
        """Of the book-drop and the lockers, where the configuration has them."""
        devices = self.run / "devices"
        ports = {
            DROP: {
                "front.port": devices / f"{DROP}-front",
                "pad.port": devices / f"{DROP}-tray",
                "signals.1.port": devices / f"{DROP}-board",
            },
            LOCKER: {
                "scanner.port": devices / f"{LOCKER}-scanner",
                "signals.1.port": devices / f"{LOCKER}-board",
                "boxes.1.pad.port": devices / f"{LOCKER}-1",
                "boxes.2.pad.port": devices / f"{LOCKER}-2",
                "staff_file": self.run / "staff-cards",
            },
        }
        commands: dict[str, list[str]] = {}
        for name, words in ports.items():
            if (self._config / f"{name}.toml").exists():
                own = {"broker.port": self.ports.broker, "ledger": self.run / name / "ledger.sqlite", **words}
                head = [sys.executable, "-m", "kiosk", name, "--config", str(self._config)]
                commands[name] = [*head, *set_words(own)]
        return commands

    def _fleet_command(self) -> list[str]:
        words = {
            "broker.port": str(self.ports.broker),
            "database.url": f"sqlite:///{self.fleet_database}",
            "http.port": str(self.ports.fleet),
        }
        return [sys.executable, "-m", "kiosk", "fleet", "--config", str(self._config), *set_words(words)]

    def _gate_command(self, addresses: Mapping[str, str]) -> list[str]:
        settings = load_part(GateFile, self._config / "gate.toml", "gates").gates
        places = {f"gates.{number}.port": addresses[one.name] for number, one in enumerate(settings, start=1)}
        words = places | {
            "broker.port": str(self.ports.broker),
            "ledger": str(self.run / GATE / "gate.sqlite"),
            "copy.path": str(self.run / GATE / "copy"),
            "pictures.path": str(self.run / GATE / "pictures"),
            "central.url": f"http://127.0.0.1:{self.ports.central}",
            "central.public_key_file": str(self.run / "copies" / PUBLIC_KEY),
            "page.port": str(self.ports.guard),
            "signals.1.port": str(self.run / "devices" / GATE),
        }
        folders = (self.ledger.parent, self.run / DROP, self.run / LOCKER)  # as the settings name their stations
        for number, folder in enumerate(folders, start=1):
            own_key(folder)  # the gate wants its public half before a door has begun
            words[f"stations.{number}.public_key_file"] = str(folder / PUBLIC_KEY)
        return [sys.executable, "-m", "kiosk", "gate", "--config", str(self._config), *set_words(words)]

    def addresses(self) -> dict[str, str]:
        """Where a browser finds what is running."""
        found = {
            "bench (the kiosk's screen, the books, the cards)": f"http://127.0.0.1:{self.ports.bench}/",
            "central (loans as they arrive)": f"http://127.0.0.1:{self.ports.central}/",
            "staff console": f"http://127.0.0.1:{self.ports.central}/console/sign-in",
        }
        if self._at_gates is AtGates.CONTROLLER:
            found["guard (alarms of the gate, people counted)"] = f"http://127.0.0.1:{self.ports.guard}/"
            found["fleet (which machines are well)"] = f"http://127.0.0.1:{self.ports.fleet}/"
        return found

    def _commands(self) -> dict[str, list[str]]:
        python, ports = sys.executable, self.ports
        central = self._broker_of(RoadEnd.CENTRAL) | {
            "http.port": str(ports.central),
            "database.url": f"sqlite:///{self.central_database}",
            "seed.loans": str(self._loans),
            "console.photos": str(self.run / "photos"),
            "objects.folder": str(self.run / "objects"),
            "objects.replica": str(self.run / "objects-replica"),
        }
        if self.setting.copies:
            central["copies.folder"] = str(self._copies)
        if self._at_gates is AtGates.CONTROLLER:
            central |= {"gates.copies": str(self.run / "copies"), "gates.every_min": str(COPY_EVERY_MIN)}
        kiosk = self._broker_of(RoadEnd.KIOSK) | {
            "ledger.path": str(self.ledger),
            "staff_file": str(demo_staff(self.run)),
            "screen.mode": self._mode,
            "mirror.port": str(ports.mirror),
            "pad.port": str(self.run / "devices" / "pad"),
            "pad.driver": self.setting.pad.value,
            "scanner.port": str(self.run / "devices" / "scanner"),
            "printer.port": str(self.run / "devices" / "printer"),
            "signals.1.port": str(self.run / "devices" / BOARD),
        }
        if self.setting.pad is PadMake.PCSC:
            kiosk["pad.port"] = f"pcsc:{PAD_READER}"
        if self.setting.copies:
            kiosk["central.url"] = f"http://127.0.0.1:{ports.central}"
            kiosk["central.public_key_file"] = str(self._copies / PUBLIC_KEY)
        kiosk |= {override.key: override.value for override in self.setting.kiosk}
        simulator = str(Path(python).parent / "firmware-sim")
        commands = {
            Part.BROKER.value: [python, "-m", "kiosk.demo.broker", "--port", str(ports.broker)]
            + ["--kind", self.setting.broker.value, "--data", str(self.run / "broker")],
            Part.CENTRAL.value: [python, "-m", "kiosk", "central", "--config", str(self._config), *set_words(central)],
            SIMULATOR: [simulator, "serve", str(self._config / SIMULATOR_FILE), "--folder", str(self.run / "devices")]
            + ["--bench-port", str(ports.bench), "--card-port", str(ports.cards), "--mirror-port", str(ports.mirror)]
            + ["--house-port", str(ports.house)]
            + ["--paper", self.setting.paper, "--pad", self.setting.pad.value]
            + [word for book in self.setting.on_pad for word in ("--on-pad", book)]
            + [word for loan in self.setting.lent for word in ("--on-loan", loan.book)],
            Part.KIOSK.value: [python, "-m", "kiosk", "run", "--config", str(self._config), *set_words(kiosk)],
        }
        if self.setting.broker is not Broker.NONE:
            commands[SIMULATOR] += ["--broker", f"127.0.0.1:{ports.broker}"]
        else:
            del commands[Part.BROKER.value]
        return commands

    def _broker_of(self, end: RoadEnd) -> dict[str, str]:
        return {"broker.host": "127.0.0.1", "broker.port": str(self.roads.port(end))}

    def _write_loans(self) -> None:
        """The loans that central has from the beginning, as its seed."""
        lent = [(loan.patron, loan.book, loan.days_ago) for loan in self.setting.lent]
        waits = [(hold.patron, hold.book) for hold in self.setting.waits]
        self._loans.write_text(seed_of_loans(People.read(self._config), lent, waits), encoding="utf-8")

    def _await_copy(self) -> None:
        """Return when the kiosk has what it lends by without central. Raises `NotReady`."""
        copy, end_s = self.ledger.with_name(COPY), time.monotonic() + READY_S
        while not copy.exists():
            if time.monotonic() > end_s:
                raise NotReady(f"{copy}: the kiosk has not fetched it in {READY_S:.0f} s; see kiosk.log, central.log")
            time.sleep(LOOK_S)

    def _small_disk(self) -> None:
        """Give the kiosk a disk of its own that can be filled."""
        if self._disk_kb is None:
            return
        if os.geteuid() != 0:
            raise NotReady("a small disk (`disk_kb`, --disk-kb) has to be mounted, which only root can do")
        size = f"size={self._disk_kb}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.ledger.parent)], check=True)
        self.has_small_disk = True


def set_words(overrides: Mapping[str, object]) -> list[str]:
    """Key paths and their values as words of a command line."""
    return [word for key, value in overrides.items() for word in ("--set", f"{key}={value}")]
