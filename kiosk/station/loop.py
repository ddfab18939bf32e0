"""The loop that owns the state. Everything that happens comes through the inbox, one event at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from kiosk.screens.guide import Key
from kiosk.session.events import Event, Moment
from kiosk.session.orders import Ordered
from kiosk.session.state import Kiosk
from kiosk.station.deciding import Decider
from kiosk.station.inbox import Inbox
from kiosk.station.keypad import KeyWent
from kiosk.station.mirror import MirrorOrder

SCREEN_BEAT_S = 1 / 60
"""How often a window's queue of touches is looked at: once for each picture of a display."""
QUIET_BEAT_S = 0.025
"""The same while nobody touches anything: the next touch is still seen within two pictures, for one third less work."""
QUIET_AFTER_S = 10.0
LONGEST_SLEEP_S = 5.0


@dataclass(frozen=True, slots=True)
class Stop:
    """The process is to end: SIGTERM, or the window was closed."""


Message = Event | Ordered | MirrorOrder | KeyWent | Stop


class Display(Protocol):
    """The screen, as the loop sees it."""

    def show(self, state: Kiosk, now_s: float) -> None: ...

    def poll(self) -> list[Event]: ...

    def key(self, key: Key) -> Event | None:
        """What a key of the keypad comes to, judged by the picture shown now."""
        ...

    def next_frame_s(self, now_s: float) -> float | None: ...

    def order(self, order: MirrorOrder) -> Event | None:
        """What the mirror's order comes to, judged by the picture shown now."""
        ...

    @property
    def polls(self) -> bool: ...

    @property
    def closed(self) -> bool: ...


def now() -> Moment:
    """This instant, by both clocks."""
    return Moment(time.monotonic(), datetime.now(UTC))


class Loop:
    """The thread that changes one kiosk's state."""

    def __init__(self, decider: Decider, display: Display, inbox: Inbox[Message], alive: Callable[[], None]) -> None:
        self._decider = decider
        self._display = display
        self._inbox = inbox
        self._alive = alive
        self._due_s = 0.0
        """When something is due without anything having happened."""
        self._touched_s = 0.0
        """When somebody touched something the last time."""

    def run(self) -> None:
        """Until `Stop` comes, the window is closed or staff end it."""
        self._show()
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Take what has happened, show what has become of it; whether to go on."""
        self._alive()
        messages = self._inbox.take(self._sleep_s())
        touched = self._display.poll()
        if touched:
            self._touched_s = time.monotonic()
        if self._display.closed:
            return False
        if not messages and not touched and time.monotonic() < self._due_s:
            return True  # the window was looked at, and nobody had touched it
        self._decider.take_up()
        for message in messages:
            match message:
                case Stop():
                    return False
                case MirrorOrder():
                    self._ordered(message)
                case KeyWent(key):
                    self._pressed(key)
                case _:
                    self._decider.happened(message)
        for event in touched:
            self._decider.happened(event)
        self._decider.turned()
        self._show()
        return self._decider.ending is None

    def _ordered(self, message: MirrorOrder) -> None:
        """A touch through the mirror means the screen that has become of everything before it."""
        self._show()
        event = self._display.order(message)
        if event is not None:
            self._decider.happened(event)

    def _pressed(self, key: Key) -> None:
        """A key means the screen that has become of everything before it."""
        self._show()
        event = self._display.key(key)
        if event is not None:
            self._decider.happened(event)

    def _show(self) -> None:
        moment = time.monotonic()
        self._display.show(self._decider.state, moment)
        dues = (self._decider.due_s(), self._display.next_frame_s(moment))
        self._due_s = min((due for due in dues if due is not None), default=moment + LONGEST_SLEEP_S)

    def _sleep_s(self) -> float:
        moment = time.monotonic()
        wake_s = min(self._due_s, moment + LONGEST_SLEEP_S)
        if self._display.polls:
            quiet = moment - self._touched_s > QUIET_AFTER_S
            wake_s = min(wake_s, moment + (QUIET_BEAT_S if quiet else SCREEN_BEAT_S))
        return max(0.0, wake_s - moment)
