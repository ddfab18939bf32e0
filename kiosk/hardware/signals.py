"""Lamps and buzzers: settings, and the driver of each board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, assert_never

from drivers.errors import BadSetting
from drivers.ports.address import open_port
from drivers.ports.mqtt import Broker, MqttPump
from drivers.ports.pump import Pump
from drivers.ports.serial import LineSettings
from drivers.signals.modbus import ModbusBoard, ModbusSettings
from drivers.signals.outputs import Output
from drivers.signals.protocol import SignalCommand, SignalEvent
from drivers.signals.serial_relay import RelaySettings, SerialRelay
from drivers.signals.tasmota import Tasmota, TasmotaSettings
from kiosk.hardware.ports import Baud, is_stream
from kiosk.hardware.running import Running
from kiosk.model.limits import NOT_EMPTY, PORT_NUMBER, Limit, within
from kiosk.session.effects import Cue

LONGEST_S = 3_600


class SignalDriver(StrEnum):
    """Boards that switch outputs."""

    SERIAL_RELAY = "serial-relay"
    TASMOTA = "tasmota"
    MODBUS = "modbus"
    """The one with inputs: what has doors needs it."""


ON_A_LINE = frozenset({SignalDriver.SERIAL_RELAY, SignalDriver.MODBUS})


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """One output of a board."""

    name: Annotated[str, NOT_EMPTY]
    channel: Annotated[int, within(1, 255)]
    """As the board counts: the first is 1."""
    on: Cue | None = None
    """Switched on by the kiosk when something is `done`, or wants a `look`; never by itself where it is not given."""
    for_s: Annotated[float, within(0, LONGEST_S)] = 3.0
    """Off again after so long."""


@dataclass(frozen=True, slots=True)
class InputSettings:
    """One input of a board."""

    name: Annotated[str, NOT_EMPTY]
    channel: Annotated[int, within(1, 32)]
    """As the board counts: the first is 1."""
    inverted: bool = False
    """The contact is closed while what its name says is not so."""


@dataclass(frozen=True, slots=True)
class SignalBroker:
    """The broker of a Tasmota board."""

    host: Annotated[str, NOT_EMPTY] = "127.0.0.1"
    port: Annotated[int, PORT_NUMBER] = 1883
    username: str | None = None
    password_file: Path | None = None

    def opened(self) -> Broker:
        """With the password out of its file. Raises `BadSetting`."""
        if self.password_file is None:
            return Broker(self.host, self.port, self.username)
        try:
            password = self.password_file.read_text(encoding="utf-8").strip()
        except OSError as trouble:
            raise BadSetting(f"the password file {self.password_file} cannot be read: {trouble.strerror}") from None
        return Broker(self.host, self.port, self.username, password)


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """One board of lamps, buzzers or other outputs."""

    driver: SignalDriver
    outputs: Annotated[tuple[OutputSettings, ...], NOT_EMPTY]
    inputs: tuple[InputSettings, ...] = ()
    """`modbus`: its sensors."""
    port: Annotated[str, Limit("a path such as /dev/relays, or tcp://host:port", is_stream)] | None = None
    """`serial-relay`, `modbus`: its serial line."""
    address: Annotated[int, within(1, 247)] = 1
    """`modbus`: the board's address on its line."""
    baud: Baud = 9_600
    topic: str = ""
    """`tasmota`: the board's Topic."""
    broker: SignalBroker = field(default_factory=SignalBroker)

    def __post_init__(self) -> None:
        if (self.driver in ON_A_LINE) != (self.port is not None):
            raise ValueError("expected port with the drivers serial-relay and modbus, and with no other")
        if self.inputs and self.driver is not SignalDriver.MODBUS:
            raise ValueError("expected inputs with the driver modbus, and with no other")
        try:
            self.core()
        except BadSetting as bad:
            raise ValueError(f"expected outputs that the board has; {bad}") from None

    def core(self) -> SerialRelay | Tasmota | ModbusBoard:
        """The board's driver. Raises `BadSetting`."""
        outputs = tuple(Output(each.name, each.channel) for each in self.outputs)
        match self.driver:
            case SignalDriver.SERIAL_RELAY:
                return SerialRelay(RelaySettings(outputs))
            case SignalDriver.TASMOTA:
                return Tasmota(TasmotaSettings(self.topic, outputs))
            case SignalDriver.MODBUS:
                inputs = tuple(Output(each.name, each.channel) for each in self.inputs)
                return ModbusBoard(ModbusSettings(outputs, inputs, self.address))
            case _:
                assert_never(self.driver)


def opened_signals(settings: SignalSettings, deliver: Callable[[SignalEvent], None]) -> Running[SignalCommand]:
    """The board, not started. Raises `BadSetting`."""
    match settings.core():
        case SerialRelay() | ModbusBoard() as relay:
            assert settings.port is not None
            return Pump(relay, open_port(settings.port, LineSettings(settings.baud)), deliver, name="signals")
        case Tasmota() as board:
            return MqttPump(board, settings.broker.opened(), deliver, name="signals")
