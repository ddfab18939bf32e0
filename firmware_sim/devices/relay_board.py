"""A relay board on a serial line (LCUS type): frames of four bytes switch its relays, and it says nothing.

Source: devices.md, section 6 (likely): `A0`, channel, state, sum of the three. Boards that answer, or have more states
than on and off, are not simulated: no page shows their bytes.
"""

from __future__ import annotations

from collections.abc import Callable

START = 0xA0
FRAME = 4
OFF, ON = 0x00, 0x01
MOST_RELAYS = 8
"""What such boards have at most."""


class RelayBoard:
    """One board. Its power comes with the line: unplugged, all relays fall back."""

    def __init__(self, relays: int) -> None:
        """`relays`: how many it has, 1 to 8."""
        assert 1 <= relays <= MOST_RELAYS, relays
        self._closed = [False] * relays
        self._received = bytearray()
        self.switched_now: Callable[[], None] = lambda: None
        """Called when a relay has opened or closed."""
        self.switched = 0
        """Frames that were obeyed, also those that changed nothing."""

    @property
    def relays(self) -> tuple[bool, ...]:
        """Which relays are closed, the first channel first."""
        return tuple(self._closed)

    @property
    def kept(self) -> int:
        """Bytes of a frame that has begun."""
        return len(self._received)

    def lose_power(self) -> None:
        """The plug was pulled: every relay opens."""
        self._received.clear()
        if any(self._closed):
            self._closed = [False] * len(self._closed)
            self.switched_now()

    def restart(self, now_s: float) -> None:
        """The power was away for a moment."""
        self.lose_power()

    def receive(self, data: bytes, now_s: float) -> None:
        """Obey frames with a right sum, a channel that is there and a state that is known; pass over the rest."""
        for byte in data:
            self._received.append(byte)
            while self._received and not self._may_begin():
                del self._received[0]
            if len(self._received) == FRAME:
                self._obey(self._received[1], self._received[2])
                self._received.clear()

    def tick(self, now_s: float) -> None:
        """Nothing happens by itself."""

    def due_s(self) -> float | None:
        """Nothing ever is."""
        return None

    def take_outgoing(self) -> bytes:
        """It never says anything."""
        return b""

    def connected(self, now_s: float) -> None:
        """A host has opened the line: the board does not notice."""

    def _may_begin(self) -> bool:
        """What has come may be a frame, as far as can be seen."""
        if self._received[0] != START:
            return False
        return len(self._received) < FRAME or sum(self._received[:3]) & 0xFF == self._received[3]

    def _obey(self, channel: int, state: int) -> None:
        if 1 <= channel <= len(self._closed) and state in (OFF, ON):
            self.switched += 1
            if self._closed[channel - 1] is not (state == ON):
                self._closed[channel - 1] = state == ON
                self.switched_now()
