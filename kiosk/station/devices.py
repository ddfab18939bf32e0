"""From the settings to running devices: each has a thread that moves bytes, and tells the loop what they mean.

An optional device that the settings do not name is simply not there: the session never hears of it, and offers nothing
that needs it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from drivers.cards.pcsc import CardReader
from drivers.cards.phone_code import PhoneCodes
from drivers.health import Faulted, Recovered
from drivers.pads.protocol import PadCommand, WriteAfi
from drivers.ports.pump import Tap
from drivers.printers.events import PrinterCommand
from drivers.scanners.events import ScannerCommand, ScannerEvent
from drivers.signals.protocol import SignalCommand, SignalEvent, Switch
from kiosk.hardware.cards import CardSettings, opened_cards, opened_phone_codes
from kiosk.hardware.pads import opened_pad
from kiosk.hardware.printers import PrinterSettings, opened_printer
from kiosk.hardware.running import Running, Started
from kiosk.hardware.scanners import ScannerSettings, opened_scanner
from kiosk.hardware.signals import OutputSettings, SignalSettings, opened_signals
from kiosk.screens.fonts import REGULAR, file
from kiosk.session.effects import Cue
from kiosk.session.events import Device, DeviceChanged, Event, Health
from kiosk.station.settings import KioskSettings
from kiosk.station.translate import card_event, pad_event, printer_event, scanner_events

TEST_S = 2.0
"""How long lamps are lit when staff try them."""
AGAIN_S = 60.0
"""The same trouble of the same device is written down once in this time."""

log = logging.getLogger(__name__)

Deliver = Callable[[Event], None]
TapOf = Callable[[str], Tap | None]


def no_tap(device: str) -> None:
    """Nobody hears the bytes."""


class Witness:
    """Writes a device's troubles down for the technician, and passes on what it told."""

    def __init__(self, where: str, deliver: Deliver) -> None:
        self._where = where
        self._deliver = deliver
        self._written: tuple[Health, str] | None = None
        self._written_s = 0.0

    def tell(self, event: Event) -> None:
        """Called on the device's own thread; waits while the inbox is full."""
        if isinstance(event, DeviceChanged):
            self._write(event)
        self._deliver(event)

    def _write(self, event: DeviceChanged) -> None:
        code, _, _ = event.detail.partition(":")
        known = self._written == (event.health, code)
        if known and time.monotonic() < self._written_s + AGAIN_S:
            return
        self._written, self._written_s = (event.health, code), time.monotonic()
        level = logging.INFO if event.health is Health.OK else logging.WARNING
        log.log(level, "%s at %s is %s: %s", event.device.value, self._where, event.health.value, event.detail)


@dataclass(frozen=True, slots=True)
class Devices:
    """The machine's parts. None where the settings name no such device."""

    pad: Running[PadCommand]
    scanner: Running[ScannerCommand] | None = None
    printer: Running[PrinterCommand] | None = None
    cards: Started | None = None
    rings_at: int | None = None
    """The AFI with which the chip's EAS bit is set, and cleared with any other; None where EAS is not used."""
    boards: tuple[Board, ...] = ()

    @classmethod
    def of(cls, settings: KioskSettings, fonts_folder: Path, deliver: Deliver, tap_of: TapOf = no_tap) -> Devices:
        """Devices as configured, not started. `fonts_folder` holds the prepared fonts; `tap_of` gives for a device's
        name what hears the bytes of its line. Raises `BadSetting`."""
        phones = None if settings.phone_codes is None else opened_phone_codes(settings.phone_codes)
        return cls(
            _pad(settings, deliver, tap_of),
            None if settings.scanner is None else _scanner(settings.scanner, phones, deliver, tap_of),
            None
            if settings.printer is None
            else _printer(settings.printer, file(fonts_folder, REGULAR), deliver, tap_of),
            None if settings.cards is None else _cards(settings.cards, deliver, tap_of),
            settings.marks.in_stock if settings.pad.eas else None,
            tuple(map(Board.of, settings.signals)),
        )

    def write_afi(self, uid: str, afi: int) -> bool:
        """Order a tag secured or opened, by AFI and, where the library uses it, EAS; whether the order was taken."""
        eas = None if self.rings_at is None else afi == self.rings_at
        return self.pad.offer(WriteAfi(uid, afi, eas))

    def want_codes(self, scanning: ScannerCommand) -> None:
        """Tell an engine that has a trigger whether somebody is expected to show a code."""
        if self.scanner is not None:
            self.scanner.offer(scanning)

    def show(self, cue: Cue) -> None:
        """Light the lamps that follow this cue."""
        for board in self.boards:
            board.show(cue)

    def light(self) -> None:
        """Switch every lamp on for a moment, so that staff see them."""
        for board in self.boards:
            board.light(TEST_S)

    def start(self) -> None:
        """A device that is not there says so by an event, and comes when it can."""
        for device in (self.pad, self.scanner, self.printer, self.cards, *(board.running for board in self.boards)):
            if device is not None:
                device.start()

    def stop(self) -> None:
        """Close every port. Nobody may be waiting in the inbox any more."""
        for device in (*(board.running for board in self.boards), self.cards, self.printer, self.scanner, self.pad):
            if device is not None:
                device.stop()


def _pad(settings: KioskSettings, deliver: Deliver, tap_of: TapOf) -> Running[PadCommand]:
    witness = Witness(settings.pad.port, deliver)
    owners = settings.library.owners
    return opened_pad(
        settings.pad, settings.marks, lambda event: witness.tell(pad_event(event, owners)), tap_of(Device.PAD.value)
    )


def _scanner(
    settings: ScannerSettings, phones: PhoneCodes | None, deliver: Deliver, tap_of: TapOf
) -> Running[ScannerCommand]:
    witness = Witness(settings.port, deliver)

    def tell(told: ScannerEvent) -> None:
        for event in scanner_events(told, phones, time.time()):
            witness.tell(event)

    return opened_scanner(settings, tell, tap_of(Device.SCANNER.value))


def _printer(settings: PrinterSettings, font: Path, deliver: Deliver, tap_of: TapOf) -> Running[PrinterCommand]:
    witness = Witness(settings.port, deliver)
    heard = settings.back_channel
    return opened_printer(
        settings,
        font,
        lambda event: witness.tell(printer_event(event, back_channel=heard)),
        tap_of(Device.PRINTER.value),
    )


def _cards(settings: CardSettings, deliver: Deliver, tap_of: TapOf) -> CardReader:
    witness = Witness(settings.reader, deliver)
    return opened_cards(settings, lambda event: witness.tell(card_event(event)), tap_of(Device.CARDS.value))


@dataclass(frozen=True, slots=True)
class Board:
    """A board of lamps, and which of its outputs follow the kiosk."""

    running: Running[SignalCommand]
    outputs: tuple[OutputSettings, ...]

    @classmethod
    def of(cls, settings: SignalSettings) -> Board:
        """Not started. What the board tells is for the technician alone: no visit depends on a lamp."""
        where = settings.port or settings.topic
        return cls(opened_signals(settings, lambda event: _note_signal(where, event)), settings.outputs)

    def show(self, cue: Cue) -> None:
        """Switch on what follows this cue."""
        for output in self.outputs:
            if output.on is cue:
                self.running.offer(Switch(output.name, True, output.for_s))

    def light(self, for_s: float) -> None:
        """Switch everything on for so long."""
        for output in self.outputs:
            self.running.offer(Switch(output.name, True, for_s))


def _note_signal(where: str, event: SignalEvent) -> None:
    match event:
        case Faulted():
            log.warning("signals at %s: %s: %s", where, event.code.value, event.detail)
        case Recovered():
            log.info("signals at %s are well: %s", where, event.detail)
        case _:
            pass
