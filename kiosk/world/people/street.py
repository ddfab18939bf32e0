"""Several kiosks on real processes: one broker, one central, and for each kiosk its simulated devices and itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path

from kiosk.demo.bench_client import BenchClient
from kiosk.demo.children import Child
from kiosk.demo.house import Ports, set_words
from kiosk.demo.mirror_client import MirrorClient
from kiosk.rules.policy import Line
from kiosk.rules.terms import Period
from kiosk.world.people.branch import Branch
from kiosk.world.people.year import RULES

READY_S = 120.0
"""Ten kiosks that start at once on two cores take a while."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One kiosk of the street: where it writes, and the ways to its room and its screen."""

    name: str
    branch: Branch
    ledger: Path
    bench: BenchClient
    mirror: MirrorClient


class Street:
    """A context manager: everything runs inside, and is ended after it. `run` is the folder for what they write."""

    def __init__(self, config: Path, run: Path, branches: Sequence[Branch]) -> None:
        self.central_database = run / "central.sqlite"
        self.standing: list[Standing] = []
        self._config = config
        self._run = run
        self._branches = branches
        self._ports = [Ports.free() for _ in branches]
        self._open = ExitStack()

    def __enter__(self) -> Street:
        """Raises `NotReady`, naming the process and its last words."""
        with ExitStack() as started:
            children = [self._broker(), self._central()]
            for number in range(len(self._branches)):
                children += self._kiosk(number)
            for child in children:
                started.callback(child.stop)
                child.start()
            for child in children:
                child.wait_ready(READY_S)
            for number, (branch, ports) in enumerate(zip(self._branches, self._ports, strict=True)):
                bench, mirror = BenchClient(ports.bench), MirrorClient(ports.mirror)
                started.callback(bench.close)
                started.callback(mirror.close)
                name, folder = _name(number), self._folder(number)
                self.standing.append(Standing(name, branch, folder / "ledger.sqlite", bench, mirror))
            self._open = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _folder(self, number: int) -> Path:
        return self._run / _name(number)

    def _broker(self) -> Child:
        words = ["-m", "kiosk.demo.broker", "--port", str(self._ports[0].broker), "--kind", "best"]
        return self._child("broker", [sys.executable, *words, "--data", str(self._run / "broker")])

    def _central(self) -> Child:
        folder = self._run / "config"
        folder.mkdir(parents=True)
        (folder / "central.toml").write_text(central_toml(), encoding="utf-8")
        for file in ("items.toml", "patrons.toml"):
            (folder / file).write_text("", encoding="utf-8")
        for branch in self._branches:
            items, patrons = branch.seed()
            with (folder / "items.toml").open("a", encoding="utf-8") as into:
                into.write(items)
            with (folder / "patrons.toml").open("a", encoding="utf-8") as into:
                into.write(patrons)
        ports = self._ports[0]
        keys = {
            "broker.port": ports.broker,
            "http.port": ports.central,
            "database.url": f"sqlite:///{self.central_database}",
        }
        command = [sys.executable, "-m", "kiosk", "central", "--config", str(folder), *set_words(keys)]
        return self._child("central", command)

    def _kiosk(self, number: int) -> list[Child]:
        """Its devices, and itself."""
        name, ports, folder = _name(number), self._ports[number], self._folder(number)
        folder.mkdir(parents=True)
        devices = folder / "devices"
        room = folder / "simulator.toml"
        room.write_text(room_toml(self._branches[number]), encoding="utf-8")
        serve = [str(Path(sys.executable).parent / "firmware-sim"), "serve", str(room), "--folder", str(devices)]
        serve += ["--bench-port", str(ports.bench), "--card-port", str(ports.cards)]
        serve += ["--mirror-port", str(ports.mirror)]
        keys = {
            "station": name,
            "broker.host": "127.0.0.1",
            "broker.port": self._ports[0].broker,
            "ledger.path": folder / "ledger.sqlite",
            "screen.mode": "headless",
            "mirror.port": ports.mirror,
            "pad.port": devices / "pad",
            "scanner.port": devices / "scanner",
            "printer.port": devices / "printer",
        }
        run = [sys.executable, "-m", "kiosk", "run", "--config", str(self._config), *set_words(keys)]
        cards = {"PCSCLITE_CSOCK_NAME": str(devices / "pcscd" / "pcscd.comm")}
        return [self._child(f"{name}-devices", serve), self._child(name, run, cards)]

    def _child(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Child:
        return Child(name, command, self._run / f"{name}.log", environment or {})


def room_toml(branch: Branch) -> str:
    """The copies and cards of a branch, as the simulator reads them."""
    copies = (
        f'[[item]]\nnumber = "{copy.number}"\ntitle = "{copy.title}"\n[[item.tag]]\nuid = "{copy.tag.uid.hex()}"\n'
        f'afi = {copy.tag.afi}\ndsfid = {copy.tag.dsfid}\nmemory = "{copy.tag.memory.rstrip(bytes(1)).hex()}"\n'
        for copy in branch.copies.values()
    )
    cards = (f'[[card]]\nname = "{one.card}"\nnumber = "{one.card}"\nuid = "{one.card}"\n' for one in branch.readers)
    return "".join(("[printer]\nbaud = 115200\n", *copies, *cards))


def central_toml() -> str:
    """The rules of the days in virtual time."""
    return "".join(
        ('site = "main"\ntime_zone = "Asia/Shanghai"\n', *map(_rule, RULES.line))
        + ('[seed]\nitems = "items.toml"\npatrons = "patrons.toml"\n',)
    )


def _rule(rule: Line) -> str:
    keys = ((one.name, getattr(rule, one.name)) for one in fields(rule))
    lines = (f"{name} = {_toml(value)}\n" for name, value in keys if value is not None)
    return "".join(("[[rules.line]]\n", *lines))


def _toml(value: object) -> str:
    if isinstance(value, Period):
        return f'{{ n = {value.n}, unit = "{value.unit}" }}'
    return f'"{value}"' if isinstance(value, str) else str(value)


def _name(number: int) -> str:
    return f"kiosk-{number + 1}"
