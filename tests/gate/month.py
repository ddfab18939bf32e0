"""A gate controller in virtual time: its own loop, ledger and scribe, on a disk that can be full.

What is not ours is played: two gates whose lines break, people who go through, clocks, and whoever stops or kills the
process. `truth` is what really happened; what the controller told is read from its ledger, as central does.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from drivers.gates.protocol import GateEvent, PeopleCounted
from drivers.health import FaultCode, Faulted, Recovered
from kiosk.gate.copy.lent_copy import LentCopy
from kiosk.gate.effects import Hush, Signal
from kiosk.gate.history import reading
from kiosk.gate.loop import FromGate, GateLoop, GateMessage, GateParts
from kiosk.gate.page.board import Board
from kiosk.gate.pictures import Album, Photographer
from kiosk.gate.process import first_state
from kiosk.gate.scribe import Scribe
from kiosk.gate.settings import GateControllerSettings
from kiosk.gate.translate import Hearing
from kiosk.hardware.gates import GateDriver, GateSettings
from kiosk.ledger import Ledger, LedgerRefused, StorageFailure
from kiosk.ledger.schema import outbox
from kiosk.model.facts import Fact
from kiosk.session.events import Moment
from kiosk.station.inbox import Inbox
from kiosk.wire import SetAside, Station, fact_of
from tests.gate.building import OPENING

STATION = Station("main", "gate-1")
GATES = ("exit", "yard")
ROUND = 1 << 16
"""LSP2's counters have 16 bits."""
A_TURN = timedelta(seconds=60)
STILL_S = 90.0


@dataclass
class Lights:
    shown: int = 0

    def show(self, signal: Signal, now: datetime) -> None:
        self.shown += 1

    def hush(self, hush: Hush) -> None:
        pass


@dataclass
class House:
    """One controller's life, from start to start."""

    folder: Path
    """A small file system."""
    now: Moment = field(default_factory=lambda: Moment(1_000.0, OPENING))
    loop: GateLoop | None = None
    up: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(GATES, True))
    """Whether the line to each gate holds."""
    counters: dict[str, list[int]] = field(default_factory=lambda: {gate: [65_000, 7] for gate in GATES})
    people: int = 0
    """Everybody who went through, in and out."""
    truth: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=lambda: {gate: [] for gate in GATES})
    """When really nobody watched."""
    _since: dict[str, datetime] = field(default_factory=dict)
    _open: list[Ledger | LentCopy | Scribe] = field(default_factory=list)

    @property
    def settings(self) -> GateControllerSettings:
        gates = tuple(GateSettings(GateDriver.LSP2, "tcp://10.0.0.8:4001", name, first_index=0) for name in GATES)
        return GateControllerSettings(gates=gates, site="main", station="gate-1", ledger=self.folder / "gate.sqlite")

    def start(self) -> bool:
        """Whether it came up: on a full disk it may not."""
        settings = self.settings
        alive = settings.ledger.with_name(settings.ledger.name + ".alive")
        try:
            ledger = Ledger.open(settings.ledger, STATION)
        except (StorageFailure, LedgerRefused):
            return False
        copy = LentCopy(self.folder.parent / "copy", 86_400.0)
        scribe = Scribe(ledger, lambda _: None)
        scribe.start()
        self._open = [scribe, copy, ledger]
        parts = GateParts(
            station=STATION,
            hearings={one.name: Hearing(one, ()) for one in settings.gates},
            lights=Lights(),
            copy=copy,
            scribe=scribe,
            fetcher=None,
            pictures=Photographer(Album(self.folder.parent / "pictures", 0.0), {}, lambda _: None),
            board=Board(),
            central_key=None,
            station_keys=None,
            alive_file=alive,
            time_zone="Asia/Shanghai",
        )
        state = first_state(settings, alive, self.now)
        self.loop = GateLoop(state, parts, Inbox[GateMessage](), lambda: None, lambda: self.now, STILL_S)
        for gate in GATES:
            if self.up[gate]:
                self.turn(FromGate(gate, Recovered("LSP2")), self._told(gate))
        for gate in GATES:
            if self.up[gate]:
                self._watched(gate)
        return True

    def is_told(self) -> None:
        """Central has everything until now."""
        for part in self._open:
            if isinstance(part, Ledger):
                outbox = part.outbox()
                outbox.release(outbox.last_seq(), self.now.utc)
                outbox.close()

    def stop(self, *, orderly: bool) -> None:
        """End it in order, or by the plug."""
        assert self.loop is not None
        if orderly:
            self.loop.end()
        self._shut()
        for gate in GATES:
            self._unwatched(gate)

    def close(self) -> None:
        if self.loop is not None:
            self._shut()

    def _shut(self) -> None:
        self.loop = None
        for part in self._open:
            part.stop() if isinstance(part, Scribe) else part.close()

    def breaks(self, gate: str) -> None:
        if self.up[gate]:
            self.up[gate] = False
            self._unwatched(gate)
            self.turn(FromGate(gate, Faulted(FaultCode.PORT_GONE, "cable")))

    def mends(self, gate: str) -> None:
        if not self.up[gate]:
            self.up[gate] = True
            self.turn(FromGate(gate, Recovered("LSP2")), self._told(gate))
            if self.loop is not None:
                self._watched(gate)

    def stands_still(self, seconds: float) -> None:
        """SIGSTOP, or a machine that sleeps."""
        watched = [gate for gate in GATES if gate not in self._since]
        for gate in watched:
            self._unwatched(gate)
        self.wait(seconds)
        for gate in watched:
            self._watched(gate)
        self.turn()

    def goes_through(self, gate: str, inward: int, outward: int) -> None:
        self.people += inward + outward
        for way, count in enumerate((inward, outward)):
            self.counters[gate][way] = (self.counters[gate][way] + count) % ROUND

    def tells_people(self) -> None:
        self.turn(*(self._told(gate) for gate in GATES if self.up[gate]))

    def wait(self, seconds: float) -> None:
        self.now = Moment(self.now.mono_s + seconds, self.now.utc + timedelta(seconds=seconds))

    def turn(self, *messages: FromGate) -> None:
        """One turn, and then as far as the disk lets it."""
        if self.loop is not None:
            self.loop.turn(messages)
            scribe = self.loop.parts.scribe
            while scribe.unwritten_since is not None and not scribe.trouble:
                time.sleep(0)

    def facts(self) -> Iterator[Fact]:
        with reading(self.settings.ledger) as connection:
            for row in connection.execute(select(outbox.c.type, outbox.c.data).order_by(outbox.c.seq)):
                fact = fact_of(row.type, row.data)
                assert not isinstance(fact, SetAside)
                yield fact

    def _told(self, gate: str) -> FromGate:
        event: GateEvent = PeopleCounted(tuple(self.counters[gate]))
        return FromGate(gate, event)

    def _unwatched(self, gate: str) -> None:
        self._since.setdefault(gate, self.now.utc)

    def _watched(self, gate: str) -> None:
        since = self._since.pop(gate, None)
        if since is not None:
            self.truth[gate].append((since, self.now.utc))


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """Nothing more fits on the disk."""
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4_096))
    try:
        yield
    finally:
        filling.unlink()
