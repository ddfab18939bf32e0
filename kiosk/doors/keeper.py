"""The loop that owns the state of doors: a step is decided, its rows commit, only then its orders run.

As a kiosk's `Decider`, and under the same promise: when the commit fails, the step did not happen; the old state hears
`StorageFailed`, and then the event again, which it only notes.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from kiosk.doors.happenings import DoorEffect, Happening
from kiosk.ledger import Ledger, StorageFailure
from kiosk.session.effects import Journal
from kiosk.session.events import Moment, StorageFailed, StorageRecovered, TimePassed
from kiosk.station.inbox import Inbox

PROBE_STORAGE_S = 2.0
LONGEST_SLEEP_S = 5.0

State = TypeVar("State")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """SIGTERM."""


DoorMessage = Happening | Stop


class DoorHands(Protocol):
    """What carries out orders. None of this waits."""

    def carry_out(self, order: DoorEffect) -> tuple[Happening, ...]:
        """Begin it; returns what is known of its outcome at once."""
        ...

    def facts_stored(self) -> None:
        """The outbox has grown."""
        ...


@dataclass(slots=True)
class Keeper(Generic[State]):
    """Owned by one thread."""

    state: State
    step: Callable[[State, Happening, Moment], tuple[State, list[DoorEffect]]]
    due_s: Callable[[State], float]
    ledger: Ledger
    hands: DoorHands
    now: Callable[[], Moment]
    _own: deque[Happening] = field(default_factory=deque)
    _probe_s: float | None = None

    def run(self, inbox: Inbox[DoorMessage], alive: Callable[[], None]) -> None:
        """Until `Stop` comes."""
        while True:
            alive()
            messages = inbox.take(self._sleep_s())
            for message in messages:
                if isinstance(message, Stop):
                    return
                self.happened(message)
            self.turned()

    def turned(self) -> None:
        """What orders brought up at once, and what is due by the clock."""
        for _ in range(len(self._own)):
            self.happened(self._own.popleft())
        if self.due_s(self.state) <= self.now().mono_s:
            self.happened(TimePassed())
        if self._probe_s is not None and self._probe_s <= self.now().mono_s:
            self._probe()

    def happened(self, event: Happening) -> None:
        """Decide what `event` means, keep it, and order what follows."""
        moment = self.now()
        state, effects = self.step(self.state, event, moment)
        journal = [effect for effect in effects if isinstance(effect, Journal)]
        if journal:
            try:
                committed = self.ledger.commit(journal, moment)
            except StorageFailure as failure:
                self._storage_failed(failure, event)
                return
            if committed.seqs:
                self.hands.facts_stored()
        self._becomes(state, effects)

    def _becomes(self, state: State, effects: list[DoorEffect]) -> None:
        self.state = state
        for effect in effects:
            if not isinstance(effect, Journal):
                self._own.extend(self.hands.carry_out(effect))

    def _storage_failed(self, failure: StorageFailure, event: Happening) -> None:
        log.error("the ledger cannot be written: %s; doors stay shut until it can", failure.detail)
        self._probe_s = self.now().mono_s + PROBE_STORAGE_S
        self._without_storage(StorageFailed(failure.detail))
        if not isinstance(event, StorageRecovered):
            self._without_storage(event)

    def _without_storage(self, event: Happening) -> None:
        state, effects = self.step(self.state, event, self.now())
        assert not any(isinstance(effect, Journal) for effect in effects), "a row while the disk refuses"
        self._becomes(state, effects)

    def _probe(self) -> None:
        try:
            self.ledger.probe()
        except StorageFailure:
            self._probe_s = self.now().mono_s + PROBE_STORAGE_S
            return
        self._probe_s = None
        log.info("the ledger can be written again")
        self.happened(StorageRecovered())

    def _sleep_s(self) -> float:
        moment = self.now().mono_s
        if self._own:
            return 0.0
        dues = [self.due_s(self.state), moment + LONGEST_SLEEP_S]
        if self._probe_s is not None:
            dues.append(self._probe_s)
        return max(0.0, min(dues) - moment)
