"""A relay board on a serial line, LCUS type, as a conversation. 9,600 baud 8N1.

The board does not answer: an open port is all that is known of it, and each state is told anew from time to time, so
that a frame lost on the line does not leave a lamp on. Source: `devices.md` section 6 (frame); github
Pebble94464/lcus-usb-relay-module-controller `demo1.py` (a pause between frames, found in use). Its query FF and the
feedback codes 2 to 5 of `DeviceB.py` there differ from board to board and are not used.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.condition import Condition
from drivers.errors import BadSetting
from drivers.health import FaultCode
from drivers.signals.outputs import Output, Wishes, check_outputs
from drivers.signals.protocol import SignalCommand, SignalEvent, Switched, SwitchRefused

START = 0xA0
LAST_CHANNEL = 255
"""The channel is one byte; boards with 1 to 16 relays are sold."""
PAUSE_S = 0.02
"""From frame to frame: four bytes take 4.2 ms at 9,600 baud, and boards want 10 ms between two."""
_REFUSALS_KEPT = 64
_NAME = "serial relay board (it does not answer: its port is open)"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How the board was wired at installation. Raises `BadSetting`."""

    outputs: tuple[Output, ...]
    refresh_s: float = 30.0
    """Each output is told its state again after this time."""

    def __post_init__(self) -> None:
        check_outputs(self.outputs, LAST_CHANNEL)
        if not 1 <= self.refresh_s <= 3_600:
            raise BadSetting(f"refresh of the relays is {self.refresh_s} s: give 1 to 3600")


def frame(channel: int, on: bool) -> bytes:
    """Start, channel, state, and the sum of the three."""
    body = bytes((START, channel, on))
    return body + bytes((sum(body) & 0xFF,))


class SerialRelay:
    """`Conversation[SignalEvent, SignalCommand]`."""

    def __init__(self, settings: RelaySettings) -> None:
        self._settings = settings
        self._wishes = Wishes(settings.outputs)
        self._condition = Condition()
        self._refused: list[SwitchRefused] = []
        self._open = False
        self._untold: dict[str, None] = {}
        """Outputs whose state the board has not been told, in the order of the wishes."""
        self._quietly: set[str] = set()
        """Those of them that are told only to be sure."""
        self._free_s = 0.0
        self._refresh_s = 0.0
        self._outgoing = b""

    def port_opened(self, now_s: float) -> list[SignalEvent]:
        """Tell every output its state: the board may have been on when the port was lost, or when we started."""
        self._open = True
        self._free_s = now_s
        self._outgoing = b""
        self._wishes.expire(now_s)
        self._tell_all(now_s)
        self._quietly.clear()
        return [*self._condition.well(_NAME)]

    def port_lost(self, reason: str, now_s: float) -> list[SignalEvent]:
        """Wishes stay, and their time runs on."""
        self._open = False
        self._outgoing = b""
        return [*self._condition.is_(FaultCode.PORT_GONE, reason)]

    def submit(self, command: SignalCommand, now_s: float) -> None:
        """Take an order; one for an output that is not there is refused with the next `tick`."""
        refused = self._wishes.take(command, now_s)
        if refused is None:
            self._untold[command.output] = None
            self._quietly.discard(command.output)
        elif len(self._refused) < _REFUSALS_KEPT:
            self._refused.append(refused)

    def receive(self, data: bytes, now_s: float) -> list[SignalEvent]:
        """What a board says is not understood, and dropped."""
        return []

    def tick(self, now_s: float) -> list[SignalEvent]:
        """Put off what is over, and tell the board the next state."""
        events: list[SignalEvent] = [*self._refused]
        self._refused.clear()
        for name in self._wishes.expire(now_s):
            self._untold[name] = None
            self._quietly.discard(name)
        if not self._open:
            return events
        if now_s >= self._refresh_s and not self._untold:
            self._tell_all(now_s)
            self._quietly = set(self._untold)
        return events + self._tell_next(now_s)

    def due_s(self) -> float | None:
        """The next frame, the next output whose time is over, or the next refreshing."""
        if self._refused:
            return self._free_s
        expires_s = self._wishes.due_s()
        if not self._open:
            return expires_s
        next_s = self._free_s if self._untold else self._refresh_s
        return next_s if expires_s is None else min(next_s, expires_s)

    def take_outgoing(self) -> bytes:
        """The frame that is due, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def _tell_all(self, now_s: float) -> None:
        self._untold = dict.fromkeys(self._wishes)
        self._refresh_s = now_s + self._settings.refresh_s

    def _tell_next(self, now_s: float) -> list[SignalEvent]:
        if not self._untold or now_s < self._free_s or self._outgoing:
            return []
        name = min(self._untold, key=self._quietly.__contains__)  # the oldest order; what is told to be sure comes last
        del self._untold[name]
        on = self._wishes.is_on(name)
        self._outgoing = frame(self._wishes.channel(name), on)
        self._free_s = now_s + PAUSE_S
        if name in self._quietly:
            self._quietly.discard(name)
            return []
        return [Switched(name, on, confirmed=False)]
