"""What a line in trouble does to the messages that pass it. Pure: times are seconds of the line's clock."""

from __future__ import annotations

import random
from collections import deque

from firmware_sim.faults.orders import WELL, FaultOrder
from firmware_sim.faults.spoil import cut_short, half_of, with_noise
from firmware_sim.faults.words import LineFault
from firmware_sim.quirks import Quirks

MOST_POWER_ON_BYTES = 24
"""What a device says that begins anew, where it has no banner of its own."""


def trouble_of(seed: int, name: str, quirks: Quirks, *, both_ways: bool = False) -> LineTrouble:
    """What may go wrong on the line of this device of a bench, which has its own latency and its own first words."""
    return LineTrouble(f"{seed} {name}", both_ways=both_ways, banner=quirks.banner, latency_s=quirks.latency_ms / 1000)


class LineTrouble:
    """Between a device and its end of a line. A message is what the device says at once.

    `both_ways`: noise spoils what the device hears, too, as it hardly ever says anything.
    """

    def __init__(self, seed: str, *, both_ways: bool = False, banner: bytes = b"", latency_s: float = 0.0) -> None:
        """`banner`: what the device says when it begins anew; where none is known, bytes of no meaning. `latency_s`:
        what each message takes longer, with or without trouble.
        """
        self._latency_s = latency_s
        self._luck = random.Random(seed)
        self._both_ways = both_ways
        self._banner = banner
        self._order = WELL
        self._until_s: float | None = None
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._kept = b""
        """A late message."""

    @property
    def fault(self) -> LineFault:
        """The one that it has now."""
        fault = self._order.fault
        assert isinstance(fault, LineFault), fault
        return fault

    @property
    def until_s(self) -> float | None:
        """When it is over by itself."""
        return self._until_s

    @property
    def holds_back(self) -> bool:
        """Messages will come that the device has said already."""
        return bool(self._waiting)

    def begin(self, order: FaultOrder, now_s: float) -> None:
        """Have this trouble instead of any other. What was slow or late is on its way then."""
        self._order = order
        lasts = order.fault in (LineFault.STUCK, LineFault.RESET, LineFault.UNPLUG)
        self._until_s = now_s + order.seconds if lasts and order.seconds is not None else None
        waiting = [message for _, message in self._waiting] + [self._kept] * bool(self._kept)
        self._waiting = deque((now_s, message) for message in waiting)
        self._kept = b""

    def is_over(self, now_s: float) -> bool:
        """It has lasted as long as it should."""
        return self._until_s is not None and self._until_s <= now_s

    def end(self, now_s: float) -> None:
        """All is well again; a device that has begun anew says something that nobody asked for."""
        began_anew = self.fault is LineFault.RESET
        self.begin(WELL, now_s)
        if began_anew:
            self.say(self._banner or self._luck.randbytes(self._luck.randint(1, MOST_POWER_ON_BYTES)), now_s)

    def heard(self, data: bytes) -> bytes:
        """What the device gets of bytes from its host."""
        match self.fault:
            case LineFault.RESET:
                return b""
            case LineFault.WRONG_BAUD:
                return self._luck.randbytes(len(data))
            case LineFault.NOISE if self._both_ways and data and self._spoils():
                return with_noise(data, self._luck)
            case _:
                return data

    def say(self, message: bytes, now_s: float) -> None:
        """The device says something."""
        if not message:
            return
        spoils = self._spoils()
        delay_s = 0.0
        match self.fault:
            case LineFault.RESET:
                message = b""
            case LineFault.WRONG_BAUD:
                message = self._luck.randbytes(len(message))
            case LineFault.NOISE if spoils:
                message = with_noise(message, self._luck)
            case LineFault.TRUNCATE if spoils:
                message = cut_short(message, self._luck)
            case LineFault.HALF_FRAME if spoils:
                message = half_of(message)
            case LineFault.SLOW if spoils:
                delay_s = self._order.seconds or 0.0
            case LineFault.DOUBLED if spoils:
                self._send(message, now_s)
            case LineFault.LATE:
                kept, self._kept = self._kept, message if spoils else b""
                self._send(kept, now_s)
                message = b"" if spoils else message
            case _:
                pass
        self._send(message, now_s + self._latency_s + delay_s)

    def powered(self, now_s: float) -> None:
        """The device has power again, and a host: one that says something then says it."""
        self.say(self._banner, now_s)

    def take(self, now_s: float) -> list[bytes]:
        """The messages that are to be sent now."""
        found: list[bytes] = []
        while self._waiting and self._waiting[0][0] <= now_s:
            found.append(self._waiting.popleft()[1])
        return found

    def due_s(self) -> float | None:
        """When the next message is to be sent, or the trouble is over."""
        times = [self._until_s, self._waiting[0][0] if self._waiting else None]
        return min((time_s for time_s in times if time_s is not None), default=None)

    def clear(self) -> None:
        """The line was cut: what was under way is lost."""
        self._waiting.clear()
        self._kept = b""

    def _send(self, message: bytes, due_s: float) -> None:
        if message:
            self._waiting.append((max(due_s, self._waiting[-1][0]) if self._waiting else due_s, message))

    def _spoils(self) -> bool:
        rate = self._order.rate
        return rate is not None and self._luck.random() < rate
