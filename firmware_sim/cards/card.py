"""The virtual card: a TCP client of vpcd, the reader driver inside pcscd.

Connecting lays the card on the reader, closing lifts it. Messages are two bytes of length, high byte first, and
content; one byte of content is control (0 power off, 1 power on, 2 reset, 4 asks for the ATR), anything else an APDU.
Source: vsmartcard, `virtualsmartcard/src/vpcd`, and its manual.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum

from firmware_sim.cards.apdu import is_uid_question
from firmware_sim.cards.chip import Chip
from firmware_sim.devices.work import Work
from firmware_sim.lines.wire_log import Direction

LENGTH_BYTES = 2
POWER_ON, RESET, ASKS_ATR = b"\x01", b"\x02", b"\x04"
CONTROL_BYTES = 1
PIECE_BYTES = 4096

TORN_BYTES = 1
"""vpcd hands on what it has of a torn answer. Two bytes would look like a status word; a reader never passes such."""


class Heard(Enum):
    """What came of the bytes that the reader sent, or of the time that has passed."""

    NOTHING = "nothing"
    UID_TOLD = "uid-told"
    TORN = "torn"
    """Pulled away in the middle of an answer."""
    GONE = "gone"
    """The connection was closed, by a pcscd that stops."""


def never(command: bytes) -> bool:
    """A card that nobody tears away."""
    return False


def nothing() -> None:
    """Nobody minds that it was torn away."""


def unheard(direction: Direction, apdu: bytes) -> None:
    """Nobody listens to the reader."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A card as it is laid down, and who has an interest in it.

    `lock` guards the chip. The card is pulled away in the middle of its answer to the first C-APDU for which `tears` is
    true, and `torn` is told; `heard` is told every APDU, each way.
    """

    chip: Chip
    lock: threading.Lock
    tears: Callable[[bytes], bool] = never
    torn: Callable[[], None] = nothing
    heard: Callable[[Direction, bytes], object] = unheard


class VirtualCard:
    """One card, from being laid down to being lifted. Never blocks."""

    def __init__(self, line: socket.socket, laid: Laid) -> None:
        """`line` is connected to vpcd's port."""
        self._laid = laid
        self._chip = laid.chip
        self._lock = laid.lock
        self._incoming = b""
        self._asked = b""
        self._work: Work[bytes] = Work()
        self._socket = line
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._acknowledge_at_once()
        with self._lock:
            self._chip.power_up()

    def fileno(self) -> int:
        """For a selector."""
        return self._socket.fileno()

    def lift(self) -> None:
        """Take the card off the reader: a command under way is not finished."""
        self._socket.close()

    def due_s(self) -> float | None:
        """When the command under way goes on."""
        return self._work.due_s()

    def hear(self, now_s: float) -> Heard:
        """Take what the reader has sent and begin to answer it."""
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
        return self.tick(now_s)

    def tick(self, now_s: float) -> Heard:
        """Go on with the command under way, and with those that wait behind it."""
        heard = Heard.NOTHING
        try:
            while True:
                with self._lock:
                    answer = self._work.advance(now_s)
                if answer is not None:
                    heard = self._answered(answer)
                    if heard is Heard.TORN:
                        return heard
                if self._work.busy or (message := self._take_message()) is None:
                    return heard
                self._begin(message, now_s)
        except OSError:
            return Heard.GONE

    def _begin(self, message: bytes, now_s: float) -> None:
        if message == ASKS_ATR:
            self._send(self._chip.atr)
        elif len(message) > CONTROL_BYTES:
            self._asked = message
            self._laid.heard(Direction.FROM_HOST, message)
            self._work.begin(self._exchange(message), now_s)
        elif message in (POWER_ON, RESET):
            with self._lock:
                self._chip.power_up()

    def _exchange(self, message: bytes) -> Generator[float, None, bytes]:
        return (yield from self._chip.exchange(message))

    def _answered(self, answer: bytes) -> Heard:
        if self._laid.tears(self._asked):
            self._socket.sendall(len(answer).to_bytes(LENGTH_BYTES, "big") + answer[:TORN_BYTES])
            return Heard.TORN
        self._laid.heard(Direction.FROM_DEVICE, answer)
        self._send(answer)
        return Heard.UID_TOLD if is_uid_question(self._asked) else Heard.NOTHING

    def _send(self, content: bytes) -> None:
        self._socket.sendall(len(content).to_bytes(LENGTH_BYTES, "big") + content)

    def _take_message(self) -> bytes | None:
        size = int.from_bytes(self._incoming[:LENGTH_BYTES], "big")
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
