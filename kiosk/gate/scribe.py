"""Writes down what has happened, on a thread of its own: a slow disk must not stand between a tag and the lamp.

Rows commit in order. Only then is a gate told to forget what it told, and others are told. While the disk is full or
fails, rows wait here, and are tried again (docs/adr/0150).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kiosk.ledger import Ledger, StorageFailure
from kiosk.model.circulation import Item
from kiosk.session.effects import Journal
from kiosk.session.events import Moment
from kiosk.wire import Channel

AGAIN_S = 1.0
MOST_WAITING = 5_000
"""Rows that wait for a disk; of more, the oldest are dropped, and that is said."""
STOP_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one turn of the loop has brought."""

    moment: Moment
    rows: Sequence[Journal] = ()
    stored: Mapping[str, int] = field(default_factory=dict)
    """Gate → number of the last tag that it may forget once the rows are on the disk."""
    told: Sequence[tuple[Channel, bytes]] = ()
    titles: Sequence[Item] = ()
    """To be remembered: they may be lost."""


class Scribe:
    """Owns the ledger from `start` to `stop`. `committed` is called on its thread after each commit."""

    def __init__(self, ledger: Ledger, committed: Callable[[Entry], None]) -> None:
        self.trouble = ""
        """`disk-full`, `disk`, or `rows-lost`; empty while all is written."""
        self._lost: tuple[datetime, datetime] | None = None
        self._ledger = ledger
        self._committed = committed
        self._waiting: deque[Entry] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, entry: Entry) -> None:
        """Hand over; never waits."""
        with self._changed:
            self._waiting.append(entry)
            self._changed.notify()

    @property
    def unwritten_since(self) -> datetime | None:
        """The instant of the oldest entry that is not on the disk, aware; None where all is written. Rows that were
        dropped count until `take_lost` has told of them."""
        with self._changed:
            if self._lost is not None:
                return self._lost[0]
            return next((entry.moment.utc for entry in self._waiting if entry.rows), None)

    def take_lost(self) -> tuple[datetime, datetime] | None:
        """From when until when rows were dropped, once, when the disk is well again."""
        with self._changed:
            if self.trouble or self._lost is None:
                return None
            lost, self._lost = self._lost, None
            return lost

    def stop(self) -> None:
        """Write what is left, once, and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if not self._waiting:
                    return
                entry = self._waiting[0]
            if self._write(entry):
                with self._changed:
                    self._waiting.popleft()
                continue
            with self._changed:
                self._drop_oldest()
                if self._changed.wait_for(lambda: self._stopping, AGAIN_S):
                    log.error("%d turns could not be written down before the end", len(self._waiting))
                    return

    def _write(self, entry: Entry) -> bool:
        try:
            if entry.rows:
                self._ledger.commit(entry.rows, entry.moment)
            for title in entry.titles:
                self._ledger.remember(title)
        except StorageFailure as failure:
            if not self.trouble:
                log.error("the history cannot be written: %s", failure)
            self.trouble = "disk-full" if failure.disk_full else "disk"
            return False
        if self.trouble:
            log.warning("the history is written again")
        self.trouble = ""
        self._committed(entry)
        return True

    def _drop_oldest(self) -> None:
        rows = sum(len(entry.rows) for entry in self._waiting)
        while rows > MOST_WAITING:
            gone = self._waiting.popleft()
            rows -= len(gone.rows)
            since = gone.moment.utc if self._lost is None else self._lost[0]
            self._lost = (since, gone.moment.utc)
            self.trouble = "rows-lost"
