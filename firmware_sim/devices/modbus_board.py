"""A board of relays and inputs on a serial line that answers what hosts of doors ask in Modbus RTU: its inputs, and to
write one coil.

Source: MODBUS over Serial Line V1.02, 2.5.1; MODBUS Application Protocol V1.1b3, 6.2, 6.5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable

from fastcrc import crc16

QUESTION = 8
"""Bytes of either question: address, function, place, number or value, sum."""
ANSWER_S = 0.004
READ_INPUTS, WRITE_COIL, EXCEPTION = 2, 5, 0x80
NO_SUCH_FUNCTION, NO_SUCH_PLACE, BAD_VALUE = 1, 2, 3


class ModbusBoard:
    """One board. Its power comes with the line: unplugged, all relays fall back; inputs are the world's."""

    def __init__(self, relays: int = 8, inputs: int = 8, address: int = 1) -> None:
        """`relays` and `inputs`: how many it has."""
        self._address = address
        self._closed = [False] * relays
        self._inputs = [False] * inputs
        self._received = bytearray()
        self._answers: list[tuple[float, bytes]] = []
        self._outgoing = b""
        self.switched_now: Callable[[int, bool], None] = lambda channel, on: None
        """Called with the channel, from 1, when a relay has opened or closed."""

    @property
    def relays(self) -> tuple[bool, ...]:
        """Which relays are closed, the first channel first."""
        return tuple(self._closed)

    @property
    def inputs(self) -> tuple[bool, ...]:
        """What its inputs are, the first channel first."""
        return tuple(self._inputs)

    def sense(self, channel: int, on: bool) -> None:
        """The world has changed at this input, counted from 1."""
        self._inputs[channel - 1] = on

    def lose_power(self) -> None:
        """The plug was pulled: every relay opens."""
        self._received.clear()
        self._answers.clear()
        for place, closed in enumerate(self._closed):
            if closed:
                self._switch(place, False)

    def restart(self, now_s: float) -> None:
        """The power was away for a moment."""
        self.lose_power()

    def receive(self, data: bytes, now_s: float) -> None:
        """Answer questions to this address; what has a wrong sum, or is somebody else's, is passed over."""
        self._received += data
        while len(self._received) >= QUESTION:
            question = bytes(self._received[:QUESTION])
            if question[0] != self._address or _sum(question[:-2]) != question[-2:]:
                del self._received[0]
                continue
            del self._received[:QUESTION]
            body = self._answered(question)
            self._answers.append((now_s + ANSWER_S, body + _sum(body)))

    def tick(self, now_s: float) -> None:
        """Say what is due."""
        while self._answers and self._answers[0][0] <= now_s:
            self._outgoing += self._answers.pop(0)[1]

    def due_s(self) -> float | None:
        """When the next answer is."""
        return self._answers[0][0] if self._answers else None

    def take_outgoing(self) -> bytes:
        """What it says now."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def connected(self, now_s: float) -> None:
        """A host has opened the line: the board does not notice."""

    def _answered(self, question: bytes) -> bytes:
        head, function = question[:2], question[1]
        place, value = int.from_bytes(question[2:4], "big"), int.from_bytes(question[4:6], "big")
        match function:
            case 2 if value and place + value <= max(8, len(self._inputs)):
                bits = [*self._inputs, *([False] * 8)][place : place + value]
                packed = sum(1 << at for at, on in enumerate(bits) if on)
                size = (value + 7) // 8
                return head + bytes((size,)) + packed.to_bytes(size, "little")
            case 5 if value not in (0x0000, 0xFF00):
                return self._refuse(function, BAD_VALUE)
            case 5 if place < len(self._closed):
                self._switch(place, value == 0xFF00)
                return question[:-2]
            case 2 | 5:
                return self._refuse(function, NO_SUCH_PLACE)
            case _:
                return self._refuse(function, NO_SUCH_FUNCTION)

    def _refuse(self, function: int, why: int) -> bytes:
        return bytes((self._address, function | EXCEPTION, why))

    def _switch(self, place: int, on: bool) -> None:
        if self._closed[place] is not on:
            self._closed[place] = on
            self.switched_now(place + 1, on)


def _sum(body: bytes) -> bytes:
    return crc16.modbus(body).to_bytes(2, "little")
