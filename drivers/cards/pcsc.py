"""The patron card reader: a thread that waits for the PC/SC service and tells what happens on one reader.

PC/SC is no stream of bytes, so this is a port of its own kind. It blocks in the service until something changes, and
survives a service or a reader that goes away and comes back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drivers.cards.atr import parse_atr
from drivers.cards.events import CardEvent, CardPresented, CardUnreadable
from drivers.cards.exchange import NoToken, Tapped, Unreadable
from drivers.cards.presence import READER_HOLD_S, Presence
from drivers.cards.reading import TokenReader
from drivers.cards.service import ReaderState, Service, ServiceGone
from drivers.cards.sources import UID, TokenSource
from drivers.health import FaultCode, Faulted, Recovered

_WAIT_S = 1.0
_TRIES = 3
_BETWEEN_TRIES_S = 0.1
_BACK_OFF_S, _BACK_OFF_LIMIT_S = 0.25, 2.0
_STOP_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class CardSettings:
    """Which reader, and what of a card is the token."""

    reader: str = ""
    """A piece of the reader's name, upper and lower case alike; empty takes the first reader."""
    source: TokenSource = UID


class CardReader:
    """Watches one reader from `start` to `stop`. `deliver` is called in the reader's own thread and must not block."""

    def __init__(
        self,
        settings: CardSettings,
        deliver: Callable[[CardEvent], None],
        tap: Callable[[Literal["out", "in"], bytes], None] | None = None,
    ) -> None:
        """`tap` sees every command and answer; keys and patrons' data are in them."""
        self._settings = settings
        self._tap = tap
        self._deliver = deliver
        self._tokens = TokenReader(settings.source)
        self._presence = Presence()
        self._stopping = threading.Event()
        self._service: Service | None = None
        self._fault: FaultCode | None = None
        self._thread = threading.Thread(target=self._run, name="card reader", daemon=True)

    def start(self) -> None:
        """Begin to watch; a missing service or reader is a `Faulted`, not an exception."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns at once, or after 5 s when a card hangs in an exchange."""
        self._stopping.set()
        until_s = time.monotonic() + _STOP_LIMIT_S
        while self._thread.is_alive() and time.monotonic() < until_s:
            service = self._service
            if service is not None:
                service.cancel()
            self._thread.join(0.02)

    def _run(self) -> None:
        back_off_s = _BACK_OFF_S
        while not self._stopping.is_set():
            try:
                with Service() as service:
                    self._service = service
                    back_off_s = _BACK_OFF_S
                    self._watch(service)
            except ServiceGone as gone:
                self._lost(FaultCode.SERVICE_GONE, f"the PC/SC service (pcscd) does not answer: {gone}")
            finally:
                self._service = None
            self._stopping.wait(back_off_s)
            self._tell(self._presence.tick(time.monotonic()))
            back_off_s = min(back_off_s * 2, _BACK_OFF_LIMIT_S)

    def _watch(self, service: Service) -> None:
        while not self._stopping.is_set():
            reader = self._find(service.readers())
            if reader is None:
                wanted = f"named like {self._settings.reader!r}" if self._settings.reader else "at all"
                self._lost(FaultCode.PORT_GONE, f"the PC/SC service knows no reader {wanted}")
                service.wait(None, 0, self._timeout_s())
                self._tell(self._presence.tick(time.monotonic()))
            else:
                self._found(reader)
                self._watch_reader(service, reader)

    def _watch_reader(self, service: Service, reader: str) -> None:
        """Follow one reader until it goes away."""
        self._tokens.reader_attached()
        state = service.wait(reader, 0, 0)
        seen: tuple[bool, int] | None = None
        while state is not None and not self._stopping.is_set():
            if seen != (state.card_present, state.changes):
                seen = (state.card_present, state.changes)
                self._changed(service, reader, state)
            self._tell(self._presence.tick(time.monotonic()))
            state = service.wait(reader, state.raw, self._timeout_s())

    def _changed(self, service: Service, reader: str, state: ReaderState) -> None:
        if not state.card_present:
            self._presence.card_away(time.monotonic())
            return
        seen = self._read(service, reader, state)
        match seen:
            case CardPresented():
                self._found(reader)
                self._tell(self._presence.card_read(seen))
            case CardUnreadable():
                if seen.why is Unreadable.READER:
                    self._ill(FaultCode.DEVICE_ERROR, seen.detail)
                self._tell(self._presence.card_unreadable(seen))

    def _read(self, service: Service, reader: str, state: ReaderState) -> CardPresented | CardUnreadable:
        """Read the card, again when it was disturbed."""
        if state.mute:
            return CardUnreadable(Unreadable.GARBLED, "the card does not answer; is it the right way round?")
        for left in reversed(range(_TRIES)):
            try:
                with service.connect(reader) as card:
                    token = self._tokens.read(card if self._tap is None else Tapped(card, self._tap))
            except NoToken as failure:
                if failure.why is not Unreadable.PULLED_AWAY or not left or self._stopping.wait(_BETWEEN_TRIES_S):
                    return CardUnreadable(failure.why, failure.detail)
            else:
                atr = parse_atr(state.atr)
                return CardPresented(token, atr.kind() if atr is not None else "card")
        raise AssertionError("the last try returns")

    def _find(self, readers: list[str]) -> str | None:
        wanted = self._settings.reader.casefold()
        return next((name for name in readers if wanted in name.casefold()), None)

    def _timeout_s(self) -> float:
        due_s = self._presence.due_s()
        return _WAIT_S if due_s is None else min(max(due_s - time.monotonic(), 0.0) + 0.001, _WAIT_S)

    def _found(self, reader: str) -> None:
        if self._fault is not None:
            self._fault = None
            self._deliver(Recovered(reader))

    def _lost(self, code: FaultCode, detail: str) -> None:
        self._presence.card_away(time.monotonic(), READER_HOLD_S)
        self._ill(code, detail)

    def _ill(self, code: FaultCode, detail: str) -> None:
        if self._fault is not code:
            self._fault = code
            self._deliver(Faulted(code, detail))

    def _tell(self, events: list[CardEvent]) -> None:
        for event in events:
            self._deliver(event)
