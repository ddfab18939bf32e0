"""An LSP2 pedestal of the tests' own, and the pump's work in virtual time. Shares no code with the driver.

Written from github GallusMax/libdanrfid `LSP2.java` and `DBRecord.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from drivers.gates.lsp2.core import Lsp2Gate
from drivers.gates.protocol import GateEvent

ROUND_TRIP_S = 0.01
REOPEN_S = 0.2
BOOK = bytes.fromhex("11010131313232333334340000000000000000513E4445373035000000000000")
"""An item of the vector file in its own order of bytes, its CRC right."""
MORNING = bytes((11, 24, 26, 10, 3, 11))
"""2026-11-24, 10:03:11."""


def record(number: int, memory: bytes = BOOK, time: bytes = MORNING) -> bytes:
    """As the gate keeps it: time, two bytes, blocks from the last to the first."""
    blocks = [memory[at : at + 4] for at in range(0, 32, 4)]
    return time[:5] + bytes((number % 60,)) + b"\0\1" + b"".join(blocks[::-1])


@dataclass
class Pedestal:
    first_index: int = 0
    records: list[bytes] = field(default_factory=list)
    people: int = 0
    clock: bytes = MORNING
    alive: bool = True
    asked: list[str] = field(default_factory=list)

    def answers(self, question: bytes) -> bytes:
        self.asked.append(question.hex())
        start, command, length = question[:3]
        assert start == 0x1E
        assert len(question) == 3 + length
        match command:
            case 0x0A:
                return self._framed(command, self.clock)
            case 0x2D:
                return self._framed(command, len(self.records).to_bytes(2) + b"\0")
            case 0x2E:
                place = int.from_bytes(question[3:]) - self.first_index
                return self._framed(command, self.records[place] if 0 <= place < len(self.records) else b"")
            case 0x32:
                return self._framed(command, (self.people & 0xFFFF).to_bytes(2))
            case _:
                raise AssertionError(f"the driver asks {command:02X}")

    @staticmethod
    def _framed(command: int, content: bytes) -> bytes:
        return bytes((0x1E, command, len(content))) + content


class Desk:
    """The core, a clock, and what the pump does between core and line."""

    def __init__(self, core: Lsp2Gate, pedestal: Pedestal) -> None:
        self.core = core
        self.pedestal = pedestal
        self.now_s = 10.0
        self.events: list[GateEvent] = []
        self.pieces: Callable[[bytes], Iterable[bytes]] = lambda answer: [answer]
        """What arrives of an answer."""
        self.reopened = 0
        self._arriving: list[tuple[float, bytes]] = []
        self._reopens_s: float | None = None

    def open(self) -> None:
        self._arriving.clear()
        self._reopens_s = None
        self.events += self.core.port_opened(self.now_s)

    def lose(self, reason: str = "unplugged") -> None:
        self._arriving.clear()
        self._reopens_s = None
        self.events += self.core.port_lost(reason, self.now_s)

    def hears(self, data: bytes) -> None:
        self.events += self.core.receive(data, self.now_s)
        self._serve()

    def run(self, for_s: float) -> None:
        end_s = self.now_s + for_s
        for _ in range(200_000):
            self._serve()
            dues = [each for each in (self.core.due_s(), self._reopens_s) if each is not None]
            dues += [at_s for at_s, _ in self._arriving[:1]]
            if not dues or min(dues) > end_s:
                break
            self.now_s = max(self.now_s, min(dues))
            self._step()
        else:
            raise AssertionError("the core wants to be called without an end")
        self.now_s = end_s

    def _step(self) -> None:
        if self._reopens_s is not None and self._reopens_s <= self.now_s:
            self.reopened += 1
            self.open()
        while self._arriving and self._arriving[0][0] <= self.now_s:
            self.events += self.core.receive(self._arriving.pop(0)[1], self.now_s)
        due_s = self.core.due_s()
        if due_s is not None and due_s <= self.now_s:
            self.events += self.core.tick(self.now_s)

    def _serve(self) -> None:
        question = self.core.take_outgoing()
        if question and self.pedestal.alive:
            answer = self.pedestal.answers(question)
            self._arriving += [(self.now_s + ROUND_TRIP_S, piece) for piece in self.pieces(answer)]
        reason = self.core.close_wanted()
        if reason is not None and self._reopens_s is None:
            self.lose(reason)
            self._reopens_s = self.now_s + REOPEN_S
