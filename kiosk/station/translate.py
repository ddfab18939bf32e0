"""From what drivers and the uplink tell to what the reducer is told. Pure but for the technician's lines; a device's
fault becomes a state of its health."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import assert_never

from drivers.cards import events as cards
from drivers.cards.phone_code import Accepted, PhoneCodes, is_phone_code
from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads import protocol as pads
from drivers.printers import events as printers
from drivers.scanners import events as scanners
from kiosk.model.ids import Uid
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeNotRead,
    CodeScanned,
    Device,
    DeviceChanged,
    Event,
    Health,
    LinkChanged,
    Paper,
    PaperChanged,
    Printed,
    PrintFailed,
    TagGone,
    TagKind,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    WriteTrouble,
)
from kiosk.station.tags import recognise
from kiosk.station.uplink_events import (
    AnswerArrived,
    AskDeadline,
    BrokerUp,
    CommandHeard,
    CopiesPublished,
    LinkDown,
    LinkUp,
    Sidelined,
    UplinkEvent,
)

log = logging.getLogger(__name__)

GONE = frozenset({FaultCode.PORT_GONE, FaultCode.NO_ANSWER, FaultCode.WRONG_DEVICE, FaultCode.SERVICE_GONE})
"""Faults with which a device does none of its work; with the others it does some."""

TROUBLE = {
    pads.WriteFailure.TAG_AWAY: WriteTrouble.AWAY,
    pads.WriteFailure.LOCKED: WriteTrouble.LOCKED,
    pads.WriteFailure.NOT_TAKEN: WriteTrouble.NOT_TAKEN,
    pads.WriteFailure.READER: WriteTrouble.READER,
}


def health(device: Device, event: Faulted | Recovered) -> DeviceChanged:
    """A fault or recovery as the device's health."""
    match event:
        case Recovered():
            return DeviceChanged(device, Health.OK, event.detail)
        case Faulted():
            state = Health.GONE if event.code in GONE else Health.DEGRADED
            return DeviceChanged(device, state, f"{event.code.value}: {event.detail}")
        case _:
            assert_never(event)


def pad_event(event: pads.PadEvent, owners: Collection[str]) -> Event:
    """What a pad told. `owners` are our ISILs."""
    match event:
        case pads.TagSeen():
            return TagSeen(Uid(event.uid))
        case pads.TagRead():
            return recognise(event, owners)
        case pads.TagUnreadable():
            return TagRead(Uid(event.uid), TagKind.BROKEN, None, "", None)
        case pads.TagGone():
            return TagGone(Uid(event.uid))
        case pads.WriteDone():
            return TagWritten(Uid(event.uid), event.afi)
        case pads.WriteFailed():
            return TagNotWritten(Uid(event.uid), TROUBLE[event.why], event.afi)
        case Faulted() | Recovered():
            return health(Device.PAD, event)
        case _:
            assert_never(event)


def scanner_events(event: scanners.ScannerEvent, phones: PhoneCodes | None, now_s: float) -> tuple[Event, ...]:
    """What a scanner told at `now_s` (seconds since 1970). A phone's code is a card that was shown and taken away."""
    match event:
        case scanners.CodeScanned():
            if phones is None or not is_phone_code(event.code):
                return (CodeScanned(event.code),)
            judged = phones.judge(event.code, now_s)
            if isinstance(judged, Accepted):
                return CardPresented(judged.card), CardLifted()
            log.info("a phone's code was refused: %s", judged.why.value)
            return (CodeNotRead(),)
        case scanners.CodeRejected():
            return (CodeNotRead(),)
        case Faulted() | Recovered():
            return (health(Device.SCANNER, event),)
        case _:
            assert_never(event)


def card_event(event: cards.CardEvent) -> Event:
    """What the card reader told."""
    match event:
        case cards.CardPresented():
            return CardPresented(event.token)
        case cards.CardUnreadable():
            return CardNotRead()
        case cards.CardRemoved():
            return CardLifted()
        case Faulted() | Recovered():
            return health(Device.CARDS, event)
        case _:
            assert_never(event)


def printer_event(event: printers.PrinterEvent, *, back_channel: bool) -> Event:
    """What the printer told. Without a back channel nothing is known of it, and printing is offered all the same."""
    match event:
        case printers.Printed():
            return Printed(event.job_id)
        case printers.PrintFailed():
            return PrintFailed(event.job_id)
        case printers.PrinterStatus():
            return PaperChanged(_paper(event, back_channel=back_channel))
        case Faulted() | Recovered():
            return health(Device.PRINTER, event)
        case _:
            assert_never(event)


def uplink_event(event: UplinkEvent) -> Event | None:
    """What the line to central told; None where the reducer is not concerned."""
    match event:
        case LinkUp():
            log.info("central answers: on line")
            return LinkChanged(online=True)
        case LinkDown():
            log.warning("off line: %s", event.reason)
            return LinkChanged(online=False)
        case AnswerArrived():
            return Answered(event.ask, event.answer)
        case AskDeadline():
            return AskExpired(event.ask)
        case CopiesPublished() | BrokerUp() | CommandHeard():
            return None
        case Sidelined():
            log.error("somebody has to look: %s", event.reason)
            return None
        case _:
            assert_never(event)


def _paper(status: printers.PrinterStatus, *, back_channel: bool) -> Paper:
    if not status.known:
        return Paper.NONE if back_channel else Paper.OK
    if status.paper is printers.Paper.OUT or status.cover_open or status.cutter_error or status.offline or status.error:
        return Paper.NONE
    return Paper.LOW if status.paper is printers.Paper.LOW else Paper.OK
