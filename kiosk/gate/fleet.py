"""The fleet's side of a gate controller: restart, settings, software, log, and how its gates are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from drivers.health import Faulted, Recovered
from kiosk.gate.settings import GateControllerSettings
from kiosk.gate.state import FieldTrouble
from kiosk.gate.translate import STILL_HEARD
from kiosk.settings import Fault, load, read_faults
from kiosk.station.orders.book import Kept
from kiosk.station.orders.cut_off import cut_off_faults
from kiosk.station.orders.desk import STARTED_ANEW, Outcome
from kiosk.station.orders.fleet_side import FleetSide, SideParts, fleet_side
from kiosk.station.orders.logs import LogKept
from kiosk.station.telemetry import Telemetry
from kiosk.wire import CommandKind, CommandState, DeviceState, Station


@dataclass(frozen=True, slots=True)
class RestartOrdered:
    """The fleet wants the controller started anew: for some seconds nobody watches, which is written down."""


class Restarting:
    """Nobody is in the middle of anything at a gate, so it is done at once."""

    def __init__(self, put: Callable[[RestartOrdered], None]) -> None:
        self._put = put

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome | None:
        running("starts anew")
        self._put(RestartOrdered())
        return None

    def at_start(self, kept: Kept) -> Outcome | None:
        return Outcome(CommandState.DONE, STARTED_ANEW)


def gate_side(
    settings: GateControllerSettings, file: Path | None, log: LogKept, put: Callable[[RestartOrdered], None]
) -> FleetSide:
    """A gate controller's, not started. Raises `SettingsRefused` for keys that cannot be used, `StorageFailure`."""
    station = Station(settings.site, settings.station)
    parts = SideParts(
        station=station,
        settings=settings.fleet,
        file=file,
        folder=settings.ledger.parent,
        check=lambda path: gate_faults(path, station),
        restart=lambda command: put(RestartOrdered()),
        log=log,
    )
    return fleet_side(parts, lambda tell: {CommandKind.RESTART: Restarting(put)})


def gate_faults(file: Path, station: Station) -> list[Fault]:
    """Every fault of a `gate.toml` that was pushed to `station`."""
    faults = read_faults(GateControllerSettings, file)
    if faults:
        return faults
    settings = load(GateControllerSettings, file)
    return cut_off_faults(file, station, Station(settings.site, settings.station), settings.fleet)


def note_gate(telemetry: Telemetry, gate: str, event: object) -> None:
    """What a gate's driver tells of its health."""
    match event:
        case Faulted(code, detail) if code in STILL_HEARD:
            telemetry.device_is(gate, DeviceState.DEGRADED, f"{code.value}: {detail}")
        case Faulted(code, detail):
            telemetry.device_is(gate, DeviceState.GONE, f"{code.value}: {detail}")
        case Recovered(detail):
            telemetry.device_is(gate, DeviceState.OK, detail)
        case _:
            pass


def note_field(telemetry: Telemetry, gate: str, troubles: Sequence[FieldTrouble]) -> None:
    """How well a gate hears, by its own reports."""
    if troubles:
        telemetry.device_is(gate, DeviceState.DEGRADED, " ".join(troubles))
    else:
        telemetry.device_is(gate, DeviceState.OK, "")
