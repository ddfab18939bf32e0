"""A scan engine in packet mode, of the tests' own, and the line between it and a core; in virtual time.

It does what the guides say: waits 2 s for an acknowledgement, sends a packet again twice with the bit that says so, and
at once when it is asked to. It reads nothing from the driver.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import Enum, auto

from drivers.scanners.events import ScannerEvent
from drivers.scanners.ssi_scanner import SsiCore

WAIT_S = 2.0
RESENDS = 2
ACK, NAK, START, STOP, DECODE = 0xD0, 0xD1, 0xE4, 0xE5, 0xF3
AGAIN, MORE = 1, 2
ROOM = 250


def packet(opcode: int, content: bytes = b"", status: int = 0) -> bytes:
    body = bytes([4 + len(content), opcode, 0, status]) + content
    return body + (0x10000 - sum(body) & 0xFFFF).to_bytes(2)


class Engine:
    """The scanner."""

    def __init__(self) -> None:
        self.session = False
        self.gave_up = 0
        self.due_s: float | None = None
        self._queue: deque[tuple[bytes, int]] = deque()
        self._sent = 0

    def scan(self, code: str, now_s: float, code_type: int = 3) -> bytes:
        """A code comes before the window."""
        raw = code.encode()
        pieces = [raw[at : at + ROOM] for at in range(0, len(raw), ROOM)]
        for number, piece in enumerate(pieces, start=1):
            self._queue.append((bytes([code_type]) + piece, MORE if number < len(pieces) else 0))
        self.session = False
        return self._send(now_s) if self.due_s is None else b""

    def hear(self, data: bytes, now_s: float) -> bytes:
        """The host says something; what the engine says at once."""
        said = b""
        while len(data) >= 6 and len(data) >= data[0] + 2:
            size = data[0] + 2
            said += self._hear_one(data[:size], now_s)
            data = data[size:]
        return said

    def _hear_one(self, message: bytes, now_s: float) -> bytes:
        if (sum(message[:-2]) + int.from_bytes(message[-2:])) & 0xFFFF or message[2] != 4:
            return packet(NAK, b"\x01")
        match message[1]:
            case 0xE4 | 0xE5:
                self.session = message[1] == START
                return packet(ACK)
            case 0xD0 if self.due_s is not None:
                self._queue.popleft()
                self.due_s, self._sent = None, 0
                return self._send(now_s)
            case 0xD1 if self.due_s is not None:
                return self._again(now_s)
            case _:
                return b""

    def tick(self, now_s: float) -> bytes:
        """Nobody acknowledged in time."""
        return self._again(now_s) if self.due_s is not None and now_s >= self.due_s else b""

    def _again(self, now_s: float) -> bytes:
        if self._sent <= RESENDS:
            return self._send(now_s)
        self.gave_up += 1
        self._queue.clear()
        self.due_s, self._sent = None, 0
        return b""

    def _send(self, now_s: float) -> bytes:
        if not self._queue:
            return b""
        content, more = self._queue[0]
        again = AGAIN if self._sent else 0
        self._sent += 1
        self.due_s = now_s + WAIT_S
        return packet(DECODE, content, more | again)


class Weather(Enum):
    """What the line does to one piece that passes it."""

    FAIR = auto()
    LOST = auto()
    GARBLED = auto()
    CUT = auto()


class Wire:
    """The line, and the time on it."""

    def __init__(self, core: SsiCore, engine: Engine, weather: Iterable[Weather] = ()) -> None:
        self.core, self.engine = core, engine
        self.now_s = 0.0
        self.heard: list[ScannerEvent] = []
        self._weather = iter(weather)

    def pass_time(self, seconds: float) -> None:
        """Let both do what they have to, until this much later."""
        until_s = self.now_s + seconds
        while True:
            self._talk(b"")
            dues = [due for due in (self.core.due_s(), self.engine.due_s) if due is not None and due <= until_s]
            if not dues:
                break
            self.now_s = max(self.now_s, min(dues))
            self.heard += self.core.tick(self.now_s)
            self._talk(self.engine.tick(self.now_s))
        self.now_s = until_s

    def scan(self, code: str) -> None:
        self._talk(self.engine.scan(code, self.now_s))

    def _talk(self, to_host: bytes) -> None:
        to_engine = self._through(self.core.take_outgoing())
        while to_host or to_engine:
            self.heard += self.core.receive(self._through(to_host), self.now_s)
            to_host = self.engine.hear(to_engine, self.now_s)
            to_engine = self._through(self.core.take_outgoing())

    def _through(self, piece: bytes) -> bytes:
        if not piece:
            return piece
        match next(self._weather, Weather.FAIR):
            case Weather.FAIR:
                return piece
            case Weather.LOST:
                return b""
            case Weather.GARBLED:
                middle = len(piece) // 2
                return piece[:middle] + bytes([piece[middle] ^ 0x41]) + piece[middle + 1 :]
            case Weather.CUT:
                return piece[: len(piece) // 2]
