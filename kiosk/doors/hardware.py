"""Pads, boards and a card reader of doors, and the line to central: what carries out a reducer's orders."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drivers.cards.events import CardEvent
from drivers.health import Faulted, Recovered
from drivers.pads import protocol as pads
from drivers.scanners.events import ScannerEvent
from drivers.signals.protocol import Sensed, SignalCommand, SignalEvent, Switch
from kiosk.doors.happenings import (
    AtPad,
    BoardChanged,
    DoorEffect,
    Happening,
    InputTold,
    PadChanged,
    Put,
    ToPad,
)
from kiosk.hardware.cards import CardSettings, opened_cards
from kiosk.hardware.pads import PadSettings, opened_pad
from kiosk.hardware.running import Running, Started
from kiosk.hardware.scanners import ScannerSettings, opened_scanner
from kiosk.hardware.signals import SignalSettings, opened_signals
from kiosk.model.circulation import SecurityMarks
from kiosk.model.ids import AskId
from kiosk.model.questions import Question
from kiosk.session.effects import Ask, Journal, WriteAfi
from kiosk.session.events import (
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CodeScanned,
    DeviceChanged,
    Health,
    TagGone,
    TagKind,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    WriteTrouble,
)
from kiosk.station.translate import GONE, card_event, pad_event, scanner_events

log = logging.getLogger(__name__)

Deliver = Callable[[Happening], None]


class Boards:
    """All boards of a station's doors. One that has gone is as if all had: a door without its sensor is not opened."""

    def __init__(self, settings: Sequence[SignalSettings], deliver: Deliver) -> None:
        """Not started. Raises `BadSetting`."""
        self._deliver = deliver
        self._running: list[Running[SignalCommand]] = []
        self._outputs: dict[str, Running[SignalCommand]] = {}
        self._well: dict[int, bool] = {}
        self._inverted: frozenset[str] = frozenset(
            one.name for board in settings for one in board.inputs if one.inverted
        )
        for number, board in enumerate(settings):
            running = opened_signals(board, self._listener(number, board.port or board.topic))
            self._running.append(running)
            self._well[number] = False
            self._outputs |= {output.name: running for output in board.outputs}

    def start(self) -> None:
        for board in self._running:
            board.start()

    def stop(self) -> None:
        for board in self._running:
            board.stop()

    def put(self, order: Put) -> None:
        """Switch an output. A board that takes no orders says so by an event of its own."""
        self._outputs[order.output].offer(Switch(order.output, order.on, order.for_s))

    def _listener(self, number: int, where: str) -> Callable[[SignalEvent], None]:
        return lambda event: self._heard(number, where, event)

    def _heard(self, number: int, where: str, event: SignalEvent) -> None:
        """On the board's own thread."""
        match event:
            case Sensed():
                self._deliver(InputTold(event.input, event.on is not (event.input in self._inverted)))
            case Faulted() if event.code in GONE:
                log.warning("doors at %s: %s: %s", where, event.code.value, event.detail)
                self._told(number, False)
            case Recovered():
                log.info("doors at %s are well: %s", where, event.detail)
                self._told(number, True)
            case _:
                pass

    def _told(self, number: int, ok: bool) -> None:
        self._well[number] = ok
        self._deliver(BoardChanged(all(self._well.values())))


class Pads:
    """Pads by name."""

    def __init__(
        self,
        settings: Mapping[str, PadSettings],
        marks: SecurityMarks,
        owners: Sequence[str],
        deliver: Deliver,
    ) -> None:
        """Not started. Raises `BadSetting`."""
        self._marks = marks
        self._eas = {name: one.eas for name, one in settings.items()}
        self._running = {
            name: opened_pad(one, marks, _listener(name, one.port, owners, deliver)) for name, one in settings.items()
        }

    def start(self) -> None:
        for pad in self._running.values():
            pad.start()

    def stop(self) -> None:
        for pad in self._running.values():
            pad.stop()

    def order(self, order: ToPad) -> tuple[Happening, ...]:
        """Give a pad its order; what a pad that takes none would have answered."""
        pad, uid = self._running[order.pad], order.order.uid
        if isinstance(order.order, WriteAfi):
            rings = order.order.afi == self._marks.in_stock if self._eas[order.pad] else None
            taken = pad.offer(pads.WriteAfi(uid, order.order.afi, rings))
            return () if taken else (AtPad(order.pad, TagNotWritten(uid, WriteTrouble.READER, None)),)
        taken = pad.offer(pads.ReadAgain(uid))
        return () if taken else (AtPad(order.pad, TagRead(uid, TagKind.BROKEN, None, "", None)),)


def _listener(name: str, where: str, owners: Sequence[str], deliver: Deliver) -> Callable[[pads.PadEvent], None]:
    def heard(told: pads.PadEvent) -> None:
        event = pad_event(told, owners)
        match event:
            case DeviceChanged():
                log.info("pad %s at %s is %s: %s", name, where, event.health.value, event.detail)
                if event.health in (Health.OK, Health.GONE):
                    deliver(PadChanged(name, event.health is Health.OK))
            case TagSeen() | TagRead() | TagGone() | TagWritten() | TagNotWritten():
                deliver(AtPad(name, event))
            case _:
                pass

    return heard


def readers_of_cards(cards: CardSettings | None, scanner: ScannerSettings | None, deliver: Deliver) -> list[Started]:
    """What patrons hold their cards to, not started; a scanned code is a card. Raises `BadSetting`."""

    def heard_card(told: CardEvent) -> None:
        event = card_event(told)
        if isinstance(event, CardPresented | CardLifted | CardNotRead):
            deliver(event)

    def heard_code(told: ScannerEvent) -> None:
        for event in scanner_events(told, None, time.time()):
            if isinstance(event, CodeScanned):
                deliver(CardPresented(event.code))

    readers: list[Started] = []
    if cards is not None:
        readers.append(opened_cards(cards, heard_card))
    if scanner is not None:
        readers.append(opened_scanner(scanner, heard_code))
    return readers


class ToCentral(Protocol):
    """The line to central, as the hands use it. Nothing waits."""

    def ask(self, ask: AskId, question: Question) -> bool:
        """Put a question; whether it was taken."""
        ...

    def wake(self) -> None:
        """Facts were committed."""
        ...


@dataclass(slots=True)
class Hands:
    """`DoorHands`."""

    pads: Pads
    boards: Boards
    uplink: ToCentral

    def carry_out(self, order: DoorEffect) -> tuple[Happening, ...]:
        """Begin it."""
        match order:
            case Put():
                self.boards.put(order)
                return ()
            case ToPad():
                return self.pads.order(order)
            case Ask():
                return () if self.uplink.ask(order.id, order.question) else (AskExpired(order.id),)
            case Journal():
                raise AssertionError("rows are committed, not carried out")

    def facts_stored(self) -> None:
        self.uplink.wake()
