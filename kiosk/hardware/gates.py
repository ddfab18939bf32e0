"""Security gates: settings (`gate.toml`), and the driver of each maker on its port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, assert_never

from drivers.conversation import Conversation
from drivers.gates.feig.settings import Acknowledge, BlockOrder
from drivers.gates.protocol import GateCommand, GateEvent
from drivers.ports.address import open_port
from drivers.ports.pump import Pump, Tap
from drivers.ports.serial import LineSettings, Parity
from kiosk.hardware.ports import Baud, is_stream, speed_baud
from kiosk.hardware.running import Running
from kiosk.model.limits import NAME, NOT_EMPTY, Limit, within

LISTENING = "tcp-listen://"
GatePort = Annotated[
    str, Limit("tcp://host:port, a path such as /dev/ttyUSB0, or tcp-listen://host:port?peer=ADDRESS", is_stream)
]


class GateDriver(StrEnum):
    """Wire protocols of gates; docs/hardware.md tells makes and models."""

    LSP2 = "lsp2"
    FEIG_BUFFERED = "feig-buffered"
    FEIG_NOTIFYING = "feig-notifying"
    """The reader connects to us: port = "tcp-listen://…"."""
    LLRP = "llrp"


class Reports(StrEnum):
    """Which tags a gate tells of."""

    EVERY_TAG = "every-tag"
    ALARMS = "alarms"
    """Only those that its own test rings for: a reader that is set to ask for the AFI of items in stock."""


@dataclass(frozen=True, slots=True)
class GateSettings:
    """One gate."""

    driver: GateDriver
    port: GatePort
    name: Annotated[str, NAME] = "gate"
    """Its name on pages and in messages; each gate of a controller has its own."""
    outward: Annotated[int, within(0, 255)] | None = None
    """The gate's own number for the direction out of the library; without it, no direction is told."""
    reports: Reports = Reports.EVERY_TAG
    """How the reader is set; `lsp2` gates tell alarms in any case."""
    baud: Baud = 38_400
    """Speed of a serial line (`feig-buffered`)."""
    first_index: Annotated[int, within(0, 1)] | None = None
    """`lsp2`: number of the gate's first record, 0 or 1: compare with the gate's own list at installation."""
    block_order: BlockOrder = BlockOrder.REVERSED
    """`feig-…`: `as-on-tag` where a tag's memory reads backwards otherwise."""
    keep_alive_s: float | None = None
    """`feig-notifying`: the reader's own setting; without it a gate that is off cannot be told from a quiet one."""
    acknowledge: Acknowledge = Acknowledge.AFTER_STORED
    """`feig-notifying`: as the reader is set."""
    antennas: tuple[Annotated[int, within(0, 255)], ...] = (0,)
    """`llrp`: numbers of the antennas, from 1; 0 alone stands for all."""

    def __post_init__(self) -> None:
        if (self.driver is GateDriver.LSP2) == (self.first_index is None):
            raise ValueError("expected first_index (0 or 1) with the driver lsp2, and with no other")
        if (self.driver is GateDriver.FEIG_NOTIFYING) != self.port.startswith(LISTENING):
            raise ValueError(f"expected port {LISTENING}… with the driver feig-notifying, and with no other")


@dataclass(frozen=True, slots=True)
class GateFile:
    """`gate.toml`: the gates of one controller."""

    gates: Annotated[tuple[GateSettings, ...], NOT_EMPTY]


def opened_gate(
    settings: GateSettings, deliver: Callable[[GateEvent], None], tap: Tap | None = None
) -> Running[GateCommand]:
    """The gate, not started. Raises `BadSetting`."""
    port = open_port(settings.port, LineSettings(settings.baud, Parity.EVEN))
    return Pump(gate_core(settings), port, deliver, name="gate", tap=tap)


def gate_core(settings: GateSettings) -> Conversation[GateEvent, GateCommand]:
    """Its driver, without a port."""
    match settings.driver:
        case GateDriver.LSP2:
            from drivers.gates.lsp2.core import Lsp2Gate
            from drivers.gates.lsp2.settings import Lsp2Settings

            return Lsp2Gate(Lsp2Settings(settings.first_index or 0))
        case GateDriver.FEIG_BUFFERED:
            from drivers.gates.feig.buffered import FeigBufferedGate
            from drivers.gates.feig.settings import BufferedSettings

            speed = speed_baud(settings.port, settings.baud)
            return FeigBufferedGate(BufferedSettings(speed_baud=speed, block_order=settings.block_order))
        case GateDriver.FEIG_NOTIFYING:
            from drivers.gates.feig.notifying import FeigNotifyingGate
            from drivers.gates.feig.settings import NotifyingSettings

            notifying = NotifyingSettings(settings.keep_alive_s, settings.acknowledge, block_order=settings.block_order)
            return FeigNotifyingGate(notifying)
        case GateDriver.LLRP:
            from drivers.gates.llrp import LlrpGate
            from drivers.llrp.settings import LlrpSettings

            return LlrpGate(LlrpSettings(antennas=settings.antennas))
        case _:
            assert_never(settings.driver)


def protocol_of_gate(settings: GateSettings) -> str:
    """As `kiosk wire decode` names it."""
    match settings.driver:
        case GateDriver.LSP2 | GateDriver.LLRP:
            return settings.driver.value
        case GateDriver.FEIG_BUFFERED | GateDriver.FEIG_NOTIFYING:
            return "feig"
        case _:
            assert_never(settings.driver)
