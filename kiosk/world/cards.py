"""The patron card reader in virtual time: the real reading of a card, on its simulated chip, without PC/SC."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from drivers.cards.atr import parse_atr
from drivers.cards.events import CardEvent, CardPresented, CardUnreadable
from drivers.cards.exchange import NoToken, Unreadable
from drivers.cards.presence import Presence
from drivers.cards.reading import TokenReader
from drivers.cards.sources import UID, TokenSource
from drivers.health import FaultCode, Faulted, Recovered
from firmware_sim.cards.chip import Chip
from firmware_sim.cards.table import TAP_AFTER_READING_S
from firmware_sim.faults.words import CardFault
from kiosk.world.agenda import Agenda

NOTICED_S = 0.2
"""From a card that is laid down to its reading: half the time between two looks of pcscd."""
TAPPED_S = NOTICED_S + TAP_AFTER_READING_S
HAND_S = 0.5
"""From a card that is lifted to the next one: longer than what the driver takes for a flicker."""
WELL = Recovered("the reader answers")
TROUBLES = {
    CardFault.UNPLUG: Faulted(FaultCode.PORT_GONE, "the reader was unplugged"),
    CardFault.SERVICE_STOP: Faulted(FaultCode.SERVICE_GONE, "the PC/SC service was stopped"),
}


class ChipOnReader:
    """A connected card, as the driver sees it. `takes_s` is the time that was spent on the air."""

    def __init__(self, chip: Chip, *, torn: bool) -> None:
        self.takes_s = 0.0
        self._chip = chip
        self._torn = torn
        chip.power_up()

    def transmit(self, command: bytes) -> bytes:
        if self._torn:
            raise NoToken(Unreadable.PULLED_AWAY, "the card went away")
        exchange = self._chip.exchange(command)
        while True:
            try:
                self.takes_s += next(exchange)
            except StopIteration as done:
                answer: bytes = done.value
                return answer


class WorldCards:
    """One reader; a `CardHand` for the bench, and a driver for the kiosk, which may come and go under it."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._serve(UID, lambda _: None)
        self._running = False
        self._fault = CardFault.NONE
        self._chip: Chip | None = None
        self._free_s = 0.0
        """From when on a hand can lay another card down."""
        self._puts = 0
        """How often something was laid down or lifted: a reading that was overtaken tells nothing."""

    def serve(self, source: TokenSource, deliver: Callable[[CardEvent], None]) -> None:
        """Another kiosk, which knows nothing of what lies here, is to be started."""
        self._serve(source, deliver)

    def start(self) -> None:
        self._running = True
        self._tokens.reader_attached()
        self._agenda.after(0.0, lambda: self._tell([TROUBLES.get(self._fault, WELL)]))
        self._agenda.after(NOTICED_S, self._notice)

    def stop(self) -> None:
        self._running = False

    def tapped(self, chip: Chip) -> None:
        self._free_s = self._when_free(lambda: self._tap(chip)) + TAPPED_S + HAND_S

    def laid(self, chip: Chip) -> None:
        self._when_free(lambda: self._put(chip))

    def torn(self, chip: Chip) -> None:
        self._free_s = self._when_free(lambda: self._tear(chip)) + NOTICED_S + HAND_S

    def lifted(self) -> None:
        self._lift(self._puts)
        self._free_s = self._agenda.now_s + HAND_S

    def spoilt(self, fault: CardFault) -> None:
        before, self._fault = self._fault, fault
        if fault is before:
            return
        if fault is not CardFault.NONE:
            self._tell([TROUBLES[fault]])
            return
        self._tokens.reader_attached()
        self._tell([WELL])
        self._notice()

    def _serve(self, source: TokenSource, deliver: Callable[[CardEvent], None]) -> None:
        self._tokens, self._deliver, self._presence = TokenReader(source), deliver, Presence()

    def _when_free(self, do: Callable[[], None]) -> float:
        """One card after the other: returns when this one comes to lie there."""
        at_s = max(self._agenda.now_s, self._free_s)
        self._agenda.at(at_s, do)
        return at_s

    def _tap(self, chip: Chip) -> None:
        self._put(chip)
        put = self._puts
        self._agenda.after(TAPPED_S, lambda: self._lift(put))

    def _put(self, chip: Chip) -> None:
        self._chip = chip
        self._puts += 1
        self._agenda.after(NOTICED_S, self._notice)

    def _tear(self, chip: Chip) -> None:
        self._puts += 1
        put = self._puts
        self._agenda.after(NOTICED_S, lambda: self._read(chip, put, torn=True))
        self._agenda.after(NOTICED_S, lambda: self._lift(put))

    def _lift(self, put: int) -> None:
        """Unless another hand has moved a card meanwhile."""
        if self._puts != put:
            return
        self._chip = None
        self._puts += 1
        self._presence.card_away(self._agenda.now_s)
        self._look_again()

    def _notice(self) -> None:
        if self._chip is not None:
            self._read(self._chip, self._puts, torn=False)

    def _read(self, chip: Chip, put: int, *, torn: bool) -> None:
        if not self._running or self._fault is not CardFault.NONE or put != self._puts:
            return
        card = ChipOnReader(chip, torn=torn)
        try:
            token = self._tokens.read(card)
        except NoToken as failure:
            self._tell(self._presence.card_unreadable(CardUnreadable(failure.why, failure.detail)))
            return
        atr = parse_atr(chip.atr)
        self._tell(self._presence.card_read(CardPresented(token, atr.kind() if atr is not None else "card")))

    def _look_again(self) -> None:
        due_s = self._presence.due_s()
        if due_s is not None:
            self._agenda.at(due_s, lambda: self._tell(self._presence.tick(self._agenda.now_s)))

    def _tell(self, events: Iterable[CardEvent]) -> None:
        if self._running:
            for event in events:
                self._deliver(event)
