"""One kiosk's state, and what changes it: the reducer decides, its journal rows commit, only then its orders run.

All rows of one step commit in one transaction. When the commit fails, the step did not happen: the old state hears
`StorageFailed`, and then the event again, of which it only notes what holds on every screen (decision record 0115).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.ledger import Committed, Ledger, StorageFailure
from kiosk.logs import about
from kiosk.session.effects import Effect, Ending, EndStation, Journal
from kiosk.session.events import Event, Moment, StorageFailed, StorageRecovered, TimePassed
from kiosk.session.orders import Ordered
from kiosk.session.state import Kiosk
from kiosk.session.step import due_s, step
from kiosk.station.effects import Order

PROBE_STORAGE_S = 2.0

log = logging.getLogger(__name__)


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


class Decider:
    """Owned by one thread, or by one agenda of virtual time. `now` is this instant by both clocks."""

    def __init__(
        self,
        state: Kiosk,
        ledger: Ledger,
        hands: Hands,
        now: Callable[[], Moment],
        kept: Callable[[Sequence[Journal]], None] = lambda rows: None,
    ) -> None:
        """`kept` is told of rows that are on the disk."""
        self.state = state
        self._kept = kept
        self.ending: Ending | None = None
        """Staff have ordered the program's end."""
        self._ledger = ledger
        self._hands = hands
        self._now = now
        self._own: deque[Event] = deque()
        """What carrying out an order brought up at once; taken up in the next turn, so that no turn is endless."""
        self._probe_s: float | None = None

    def due_s(self) -> float | None:
        """The monotonic instant at which `turned` has something to do by itself; None while only events can change
        anything."""
        if self._own:
            return self.state.around.now_s
        dues = [due for due in (due_s(self.state), self._probe_s) if due is not None]
        return min(dues, default=None)

    def take_up(self) -> None:
        """Hear what the last turn's orders brought up at once."""
        for _ in range(len(self._own)):
            self.happened(self._own.popleft())

    def turned(self) -> None:
        """Everything that had happened was heard: what is due by the clock follows, and the hands see the outcome."""
        moment = self._now()
        due = due_s(self.state)
        if due is not None and due <= moment.mono_s:
            self.happened(TimePassed())
        if self._probe_s is not None and self._probe_s <= moment.mono_s:
            self._probe()
        self._hands.state_is(self.state)

    def happened(self, event: Event | Ordered) -> None:
        """Decide what `event` means, keep it, and order what follows."""
        moment = self._now()
        state, effects = step(self.state, event, moment)
        journal = [effect for effect in effects if isinstance(effect, Journal)]
        if journal:
            try:
                committed = self._ledger.commit(journal, moment)
            except StorageFailure as failure:
                self._storage_failed(failure, event)
                return
            self._kept(journal)
            if committed.seqs:
                _tell(journal, committed)
                self._hands.facts_stored()
        self._becomes(state, effects)

    def _becomes(self, state: Kiosk, effects: tuple[Effect, ...]) -> None:
        self.state = state
        for effect in effects:
            if isinstance(effect, EndStation):
                self.ending = effect.ending
            elif not isinstance(effect, Journal):
                self._own.extend(self._hands.carry_out(effect))

    def _storage_failed(self, failure: StorageFailure, event: Event | Ordered) -> None:
        """The step did not happen, but `event` did: a device that has gone says so only once."""
        log.error("the ledger cannot be written: %s; out of service until it can", failure.detail)
        self._probe_s = self._now().mono_s + PROBE_STORAGE_S
        self._without_storage(StorageFailed(failure.detail))
        if not isinstance(event, StorageRecovered):
            self._without_storage(event)

    def _without_storage(self, event: Event | Ordered) -> None:
        state, effects = step(self.state, event, self._now())
        assert not any(isinstance(effect, Journal) for effect in effects), "a row while the disk refuses"
        self._becomes(state, effects)

    def _probe(self) -> None:
        """See whether the disk takes rows again."""
        try:
            self._ledger.probe()
        except StorageFailure:
            self._probe_s = self._now().mono_s + PROBE_STORAGE_S
            return
        self._probe_s = None
        log.info("the ledger can be written again")
        self.happened(StorageRecovered())


def _tell(journal: Sequence[Journal], committed: Committed) -> None:
    """One line for whoever follows a loan: what became a fact, under the id that central names it by, too."""
    facts = [effect.fact for effect in journal if effect.fact is not None]
    named = (getattr(fact, "intent", None) for fact in facts)
    intents = [str(intent) for intent in named if intent is not None]
    kinds, last = ", ".join(fact.type for fact in facts), committed.seqs[-1]
    log.info("kept for central: %s, up to fact %d", kinds, last, extra=about(intents))
