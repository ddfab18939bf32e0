"""The loop that owns the state. Everything that happens comes through the inbox, one event at a time.

For each event: the reducer decides, its journal rows commit in one transaction, and only then the effects run. When
the commit fails, the step did not happen: the old state hears `StorageFailed`, and then the event again, of which it
only notes what holds on every screen (decision record 0115).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from kiosk.ledger import Ledger, StorageFailure
from kiosk.session.effects import Effect, Journal
from kiosk.session.events import Event, Moment, StorageFailed, StorageRecovered, TimePassed
from kiosk.session.state import Kiosk
from kiosk.session.step import due_s, step
from kiosk.station.effects import Order
from kiosk.station.inbox import Inbox
from kiosk.station.mirror import MirrorOrder

PROBE_STORAGE_S = 2.0
SCREEN_BEAT_S = 0.02
"""How often the window's own queue of touches is looked at while a window is open."""
LONGEST_SLEEP_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """The process is to end: SIGTERM, or the window was closed."""


Message = Event | MirrorOrder | Stop


class Display(Protocol):
    """The screen, as the loop sees it."""

    def show(self, state: Kiosk, now_s: float) -> None: ...

    def poll(self) -> list[Event]: ...

    def next_frame_s(self, now_s: float) -> float | None: ...

    def order(self, order: MirrorOrder) -> Event | None:
        """What the mirror's order comes to, judged by the picture shown now."""
        ...

    @property
    def polls(self) -> bool: ...

    @property
    def closed(self) -> bool: ...


class Hands(Protocol):
    """What carries out the reducer's orders. None of this waits."""

    def carry_out(self, order: Order) -> tuple[Event, ...]:
        """Begin it; returns what is known of its outcome at once."""
        ...

    def facts_stored(self) -> None:
        """The outbox has grown."""
        ...

    def state_is(self, state: Kiosk) -> None:
        """The state after everything that has happened so far."""
        ...


def now() -> Moment:
    """This instant, by both clocks."""
    return Moment(time.monotonic(), datetime.now(UTC))


class Loop:
    """One kiosk's state and the thread that changes it."""

    def __init__(
        self,
        state: Kiosk,
        ledger: Ledger,
        display: Display,
        inbox: Inbox[Message],
        hands: Hands,
        alive: Callable[[], None],
    ) -> None:
        self.state = state
        self._ledger = ledger
        self._display = display
        self._inbox = inbox
        self._hands = hands
        self._alive = alive
        self._own: deque[Event] = deque()
        """What carrying out an order brought up at once; taken up in the next turn, so that no turn is endless."""
        self._probe_s: float | None = None

    def run(self) -> None:
        """Until `Stop` comes or the window is closed."""
        self._display.show(self.state, time.monotonic())
        while self._turn():
            pass

    def _turn(self) -> bool:
        """Take what has happened, show what has become of it; whether to go on."""
        self._alive()
        messages = self._inbox.take(self._sleep_s())
        for _ in range(len(self._own)):
            self._happened(self._own.popleft())
        for message in messages:
            match message:
                case Stop():
                    return False
                case MirrorOrder():
                    self._ordered(message)
                case _:
                    self._happened(message)
        for event in self._display.poll():
            self._happened(event)
        if self._display.closed:
            return False
        self._time_passes()
        self._hands.state_is(self.state)
        self._display.show(self.state, time.monotonic())
        return True

    def _ordered(self, message: MirrorOrder) -> None:
        """A touch through the mirror means the screen that has become of everything before it."""
        self._display.show(self.state, time.monotonic())
        event = self._display.order(message)
        if event is not None:
            self._happened(event)

    def _sleep_s(self) -> float:
        if self._own:
            return 0.0
        moment = time.monotonic()
        wake_s = [moment + LONGEST_SLEEP_S]
        for due in (due_s(self.state), self._display.next_frame_s(moment), self._probe_s):
            if due is not None:
                wake_s.append(due)
        if self._display.polls:
            wake_s.append(moment + SCREEN_BEAT_S)
        return max(0.0, min(wake_s) - moment)

    def _time_passes(self) -> None:
        moment = time.monotonic()
        due = due_s(self.state)
        if due is not None and due <= moment:
            self._happened(TimePassed())
        if self._probe_s is not None and self._probe_s <= moment:
            self._probe()

    def _happened(self, event: Event) -> None:
        moment = now()
        state, effects = step(self.state, event, moment)
        journal = [effect for effect in effects if isinstance(effect, Journal)]
        if journal:
            try:
                committed = self._ledger.commit(journal, moment)
            except StorageFailure as failure:
                self._storage_failed(failure, event)
                return
            if committed.seqs:
                self._hands.facts_stored()
        self._becomes(state, effects)

    def _becomes(self, state: Kiosk, effects: tuple[Effect, ...]) -> None:
        self.state = state
        for effect in effects:
            if not isinstance(effect, Journal):
                self._own.extend(self._hands.carry_out(effect))

    def _storage_failed(self, failure: StorageFailure, event: Event) -> None:
        """The step did not happen, but `event` did: a device that has gone says so only once."""
        log.error("the ledger cannot be written: %s; out of service until it can", failure.detail)
        self._probe_s = time.monotonic() + PROBE_STORAGE_S
        self._without_storage(StorageFailed(failure.detail))
        if not isinstance(event, StorageRecovered):
            self._without_storage(event)

    def _without_storage(self, event: Event) -> None:
        state, effects = step(self.state, event, now())
        assert not any(isinstance(effect, Journal) for effect in effects), "a row while the disk refuses"
        self._becomes(state, effects)

    def _probe(self) -> None:
        """See whether the disk takes rows again."""
        try:
            self._ledger.probe()
        except StorageFailure:
            self._probe_s = time.monotonic() + PROBE_STORAGE_S
            return
        self._probe_s = None
        log.info("the ledger can be written again")
        self._happened(StorageRecovered())
