"""The devices of a kiosk in virtual time: real drivers on virtual wires to the simulated devices of a bench."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from drivers.errors import BadSetting
from drivers.pads.protocol import PadCommand, PadEvent
from drivers.printers.events import PrinterCommand, PrinterEvent
from drivers.scanners.events import ScannerCommand, ScannerEvent
from drivers.signals.serial_relay import SerialRelay
from firmware_sim.catalogue import DeviceName
from firmware_sim.lines.virtual_end import VirtualEnd
from kiosk.hardware.cards import card_source, opened_phone_codes
from kiosk.hardware.pads import pad_core
from kiosk.hardware.printers import PrinterSettings, printer_core
from kiosk.hardware.scanners import ScannerSettings, scanner_core
from kiosk.hardware.signals import SignalSettings
from kiosk.screens.fonts import REGULAR, file
from kiosk.station.devices import Board, Deliver, Devices
from kiosk.station.settings import KioskSettings
from kiosk.station.translate import card_event, pad_event, printer_event, scanner_events
from kiosk.world.agenda import Agenda
from kiosk.world.cards import WorldCards
from kiosk.world.wires import Wire

VIRTUAL = "/virtual/"
"""Begins a port of these settings: a serial line's, so that drivers reckon with its speed."""


def wired_devices(
    agenda: Agenda,
    ends: Mapping[str, VirtualEnd],
    cards: WorldCards,
    settings: KioskSettings,
    fonts_folder: Path,
    deliver: Deliver,
) -> Devices:
    """As configured, not started. Raises `BadSetting`."""
    if settings.cards is not None:
        cards.serve(card_source(settings.cards), lambda event: deliver(card_event(event)))
    return Devices(
        pad=_pad(agenda, ends[DeviceName.PAD], settings, deliver),
        scanner=None
        if settings.scanner is None
        else _scanner(agenda, ends[DeviceName.SCANNER], settings, settings.scanner, deliver),
        printer=None
        if settings.printer is None
        else _printer(agenda, ends[DeviceName.PRINTER], settings.printer, file(fonts_folder, REGULAR), deliver),
        cards=None if settings.cards is None else cards,
        rings_at=settings.marks.in_stock if settings.pad.eas else None,
        boards=tuple(_board(agenda, ends, board) for board in settings.signals),
    )


def _board(agenda: Agenda, ends: Mapping[str, VirtualEnd], settings: SignalSettings) -> Board:
    """A serial board on its virtual wire; what it tells is for the technician alone. Raises `BadSetting`."""
    core = settings.core()
    if not isinstance(core, SerialRelay):
        raise BadSetting(f"signals {settings.topic}: a board at a broker needs real time")
    end = ends[(settings.port or "").removeprefix(VIRTUAL)]
    return Board(Wire(agenda, core, end, lambda event: None, settings.baud), settings.outputs)


def _pad(agenda: Agenda, end: VirtualEnd, settings: KioskSettings, deliver: Deliver) -> Wire[PadEvent, PadCommand]:
    owners = settings.library.owners
    core = pad_core(settings.pad, settings.marks)
    return Wire(agenda, core, end, lambda event: deliver(pad_event(event, owners)), settings.pad.line.speed_baud)


def _scanner(
    agenda: Agenda, end: VirtualEnd, kiosk: KioskSettings, settings: ScannerSettings, deliver: Deliver
) -> Wire[ScannerEvent, ScannerCommand]:
    phones = None if kiosk.phone_codes is None else opened_phone_codes(kiosk.phone_codes)

    def tell(told: ScannerEvent) -> None:
        for event in scanner_events(told, phones, agenda.utc.timestamp()):
            deliver(event)

    return Wire(agenda, scanner_core(settings), end, tell, settings.baud)


def _printer(
    agenda: Agenda, end: VirtualEnd, settings: PrinterSettings, font: Path, deliver: Deliver
) -> Wire[PrinterEvent, PrinterCommand]:
    heard = settings.back_channel
    core = printer_core(settings, font)
    return Wire(agenda, core, end, lambda event: deliver(printer_event(event, back_channel=heard)), settings.baud)
