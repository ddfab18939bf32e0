"""Renewing at the library's own system: a renewal without an answer is asked about, and never sent twice.

Source: 3M SIP 2.00 has no question whether a renewal was made; the item's due date (17) tells it.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from kiosk.central.ils.port import Ils, IlsLoan, IlsUnsure

FOR_ASKING_S = 0.6
"""Kept back of the kiosk's patience, to ask what became of a renewal."""
MOST_UNSURE = 1_024


class Renewals:
    """Which renewals went without an answer, and the due date that each item had before. Used by several threads."""

    def __init__(self, ils: Ils) -> None:
        self._ils = ils
        self._unsure: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()

    def renew(self, card: str, item: str, was: datetime | None, by_s: float) -> IlsLoan:
        """Renew by `by_s` (`time.monotonic`) a loan that was due at `was`, where that is known. Raises `IlsAway`, and
        `IlsUnsure` where nobody can say whether it was done."""
        with self._lock:
            before = self._unsure.get((card, item))
        if before is not None:
            done = self._done_since(card, item, before, by_s)
            if done is not None:
                return done
            self._forget(card, item)
        was = was or self._ils.details(item, by_s - FOR_ASKING_S).due
        try:
            return self._ils.renew(card, item, datetime.now(UTC), by_s - FOR_ASKING_S)
        except IlsUnsure:
            if was is None:
                raise
            with self._lock:
                if len(self._unsure) >= MOST_UNSURE:
                    del self._unsure[next(iter(self._unsure))]
                self._unsure[card, item] = was
        done = self._done_since(card, item, was, by_s)
        if done is None:
            raise IlsUnsure("the renewal was sent, and is not there yet")
        return done

    def _done_since(self, card: str, item: str, was: datetime, by_s: float) -> IlsLoan | None:
        """The renewal, where the item is due later than before; None where it is not."""
        told = self._ils.details(item, by_s)
        if told.due is None or told.due <= was:
            return None
        self._forget(card, item)
        return IlsLoan(done=True, due=told.due, title=told.title, renewed=True)

    def _forget(self, card: str, item: str) -> None:
        with self._lock:
            self._unsure.pop((card, item), None)
