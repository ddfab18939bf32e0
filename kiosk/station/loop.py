"""The loop that owns the state. Everything that happens comes through the inbox, one event at a time.

For each event: the reducer decides, its journal rows commit in one transaction, and only then the effects run. When
the commit fails, the step did not happen: the old state goes on with `StorageFailed` in place of the event.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from kiosk.ledger import Ledger, StorageFailure
from kiosk.session.effects import Effect, Journal
from kiosk.session.events import Event, Moment, StorageFailed, StorageRecovered, TimePassed
from kiosk.session.state import Kiosk
from kiosk.session.step import due_s, step
from kiosk.station.inbox import Inbox
from kiosk.station.mirror import MirrorOrder

PROBE_STORAGE_S = 2.0
SCREEN_BEAT_S = 0.02
"""How often the window's own queue of touches is looked at while a window is open."""
LONGEST_SLEEP_S = 5.0


@dataclass(frozen=True, slots=True)
class Stop:
    """The process is to end: SIGTERM, or the window was closed."""


Message = Event | MirrorOrder | Stop


class Display(Protocol):
    """The screen, as the loop sees it."""

    def show(self, state: Kiosk, now_s: float) -> None: ...

    def poll(self) -> list[Event]: ...

    def next_frame_s(self, now_s: float) -> float | None: ...

    @property
    def polls(self) -> bool: ...

    @property
    def closed(self) -> bool: ...


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
        run_effect: Callable[[Effect], None],
        facts_stored: Callable[[], None],
        mirror_order: Callable[[MirrorOrder], Event | None],
        alive: Callable[[], None],
    ) -> None:
        self.state = state
        self._ledger = ledger
        self._display = display
        self._inbox = inbox
        self._run_effect = run_effect
        self._facts_stored = facts_stored
        self._mirror_order = mirror_order
        self._alive = alive
        self._probe_s: float | None = None

    def run(self) -> None:
        """Until `Stop` comes."""
        self._display.show(self.state, time.monotonic())
        while True:
            self._alive()
            for message in self._inbox.take(self._sleep_s()):
                match message:
                    case Stop():
                        return
                    case MirrorOrder():
                        event = self._mirror_order(message)
                        if event is not None:
                            self._happened(event)
                    case _:
                        self._happened(message)
            for event in self._display.poll():
                self._happened(event)
            if self._display.closed:
                return
            self._time_passes()
            self._display.show(self.state, time.monotonic())

    def _sleep_s(self) -> float:
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
                self._storage_failed(failure)
                return
            if committed.seqs:
                self._facts_stored()
        self.state = state
        for effect in effects:
            if not isinstance(effect, Journal):
                self._run_effect(effect)

    def _storage_failed(self, failure: StorageFailure) -> None:
        self._probe_s = time.monotonic() + PROBE_STORAGE_S
        self.state, effects = step(self.state, StorageFailed(failure.detail), now())
        for effect in effects:
            assert not isinstance(effect, Journal), "nothing can be journalled while the disk refuses"
            self._run_effect(effect)

    def _probe(self) -> None:
        """See whether the disk takes rows again."""
        try:
            self._ledger.probe()
        except StorageFailure:
            self._probe_s = time.monotonic() + PROBE_STORAGE_S
            return
        self._probe_s = None
        self._happened(StorageRecovered())
