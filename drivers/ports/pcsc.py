"""A PC/SC reader as a port of APDUs: what is written goes to the card, and what can be read then is its answer.

Where no card lies there, or it went in the middle, the answer is what a reader says of that: 6401, no data. So a core
sees one kind of answer, and a card that is back is only spoken to after the core has heard that it was away.
Source: PC/SC part 3, 3.2 (status words) and part 5 (services).
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

from drivers.cards.exchange import NoToken
from drivers.cards.service import ReaderState, Service, ServiceCard, ServiceGone
from drivers.errors import PortGone, ServiceDown

CARD_AWAY = bytes.fromhex("6401")
_LONGEST_ANSWER = 65_538


class PcscPort:
    """One reader of the PC/SC service. A write lasts as long as the card's answer takes."""

    def __init__(self, reader: str) -> None:
        """`reader` is a piece of its name, upper and lower case alike; empty takes the first one."""
        self._wanted = reader
        self._name = ""
        self._service: Service | None = None
        self._card: ServiceCard | None = None
        self._service_held, self._card_held = ExitStack(), ExitStack()
        self._changes = 0
        """How often cards had come and gone when this one was connected."""
        self._ends: tuple[socket.socket, socket.socket] | None = None
        """Answers wait in between, one message each, so that the reader's side can be selected on."""

    def open(self) -> None:
        """Raises `ServiceDown` where pcscd does not answer, `PortGone` where it knows no such reader."""
        self.close()
        try:
            self._service = self._service_held.enter_context(Service())
            self._name = self._find(self._service.readers())
        except ServiceGone as gone:
            raise _down(gone) from None
        self._ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in self._ends:
            end.setblocking(False)

    def fileno(self) -> int:
        return self._opened()[0].fileno()

    def read(self) -> bytes:
        try:
            return self._opened()[0].recv(_LONGEST_ANSWER)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Send one whole APDU and keep its answer. Raises `ServiceDown` and `PortGone`."""
        answers = self._opened()[1]
        try:
            answer = self._transmit(data)
        except ServiceGone as gone:
            raise _down(gone) from None
        answers.send(answer)
        return len(data)

    def close(self) -> None:
        self._drop_card()
        for end in self._ends or ():
            end.close()
        self._service = self._ends = None
        self._service_held.close()

    def _opened(self) -> tuple[socket.socket, socket.socket]:
        if self._ends is None:
            raise PortGone("the PC/SC reader is not open")
        return self._ends

    def _find(self, names: list[str]) -> str:
        wanted = self._wanted.casefold()
        found = next((name for name in names if wanted in name.casefold()), None)
        if found is None:
            like = f"named like {self._wanted!r}" if self._wanted else "at all"
            raise PortGone(f"the PC/SC service knows no reader {like}")
        return found

    def _transmit(self, apdu: bytes) -> bytes:
        state = self._state()
        if self._card is not None and (not state.card_present or state.changes != self._changes):
            self._drop_card()
            return CARD_AWAY
        if not state.card_present or state.mute:
            return CARD_AWAY
        try:
            return self._connected(state).transmit(apdu)
        except NoToken:
            self._drop_card()
            return CARD_AWAY

    def _state(self) -> ReaderState:
        state = None if self._service is None else self._service.wait(self._name, 0, 0)
        if state is None:
            raise PortGone(f"the PC/SC reader {self._name!r} went away")
        return state

    def _connected(self, state: ReaderState) -> ServiceCard:
        if self._card is None and self._service is not None:
            self._card = self._card_held.enter_context(self._service.connect(self._name))
            self._changes = state.changes
        assert self._card is not None
        return self._card

    def _drop_card(self) -> None:
        self._card = None
        self._card_held.close()


def _down(gone: ServiceGone) -> ServiceDown:
    return ServiceDown(f"the PC/SC service (pcscd) does not answer: {gone}")
