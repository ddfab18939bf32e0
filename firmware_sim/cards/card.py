"""The virtual card: a TCP client of vpcd, the reader driver inside pcscd.

Connecting lays the card on the reader, closing lifts it. Messages are two bytes of length, high byte first, and
content; one byte of content is control (0 power off, 1 power on, 2 reset, 4 asks for the ATR), anything else an APDU.
Source: vsmartcard, `virtualsmartcard/src/vpcd`, and its manual.
"""

from __future__ import annotations

import socket
from enum import Enum

from firmware_sim.cards.answers import answer_of, atr_of, is_uid_question

LENGTH_BYTES = 2
ASKS_ATR = b"\x04"
CONTROL_BYTES = 1
CONNECT_S = 2.0
PIECE_BYTES = 4096

TORN_BYTES = 1
"""vpcd hands on what it has of a torn answer. Two bytes would look like a status word; a reader never passes such."""


class Heard(Enum):
    """What came of the bytes that the reader sent."""

    NOTHING = "nothing"
    UID_ASKED = "uid-asked"
    GONE = "gone"
    """The connection has ended: torn by us, or closed by a pcscd that stops."""


class VirtualCard:
    """One card, from being laid down to being lifted. Never blocks once it lies."""

    def __init__(self, port: int, uid: bytes, tears: bool = False) -> None:
        """Lay the card with this UID on the reader of vpcd's `port`; raises OSError where nobody listens.

        A card that `tears` is pulled away in the middle of its answer to the question for its UID.
        """
        self._uid = uid
        self._tears = tears
        self._incoming = b""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._acknowledge_at_once()

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def lift(self) -> None:
        """Take the card off the reader."""
        self._socket.close()

    def hear(self) -> Heard:
        """Take what the reader has sent and answer it."""
        self._acknowledge_at_once()
        try:
            piece = self._socket.recv(PIECE_BYTES)
        except BlockingIOError:
            return Heard.NOTHING
        except OSError:
            return Heard.GONE
        self._acknowledge_at_once()
        if not piece:
            return Heard.GONE
        self._incoming += piece
        heard = Heard.NOTHING
        while (message := self._take_message()) is not None:
            try:
                told = self._answer(message)
            except OSError:
                return Heard.GONE
            if told is not Heard.NOTHING:
                heard = told
        return heard

    def _answer(self, message: bytes) -> Heard:
        if message == ASKS_ATR:
            self._send(atr_of(self._uid))
        elif len(message) > CONTROL_BYTES:
            answer = answer_of(self._uid, message)
            if is_uid_question(message):
                if self._tears:
                    self._socket.sendall(len(answer).to_bytes(LENGTH_BYTES) + answer[:TORN_BYTES])
                    return Heard.GONE
                self._send(answer)
                return Heard.UID_ASKED
            self._send(answer)
        return Heard.NOTHING

    def _send(self, content: bytes) -> None:
        self._socket.sendall(len(content).to_bytes(LENGTH_BYTES) + content)

    def _take_message(self) -> bytes | None:
        size = int.from_bytes(self._incoming[:LENGTH_BYTES])
        end = LENGTH_BYTES + size
        if len(self._incoming) < LENGTH_BYTES or len(self._incoming) < end:
            return None
        message, self._incoming = self._incoming[LENGTH_BYTES:end], self._incoming[end:]
        return message

    def _acknowledge_at_once(self) -> None:
        """vpcd sends length and content apart: with Linux's delayed acknowledgement each APDU takes 40 ms.

        The kernel takes the option back by itself, so it is set around every read.
        """
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
