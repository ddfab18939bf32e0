"""Telling gates what has become lent: changes as they are committed, a sign of life without any, and a copy at times.

A thread of its own. What it fails to tell is not lost: a gate sees from the versions that it missed something, and
takes the next copy.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.exc import DBAPIError

from kiosk.central.copies.board import Board
from kiosk.central.lent.copying import Copies
from kiosk.central.lent.log import newest_version
from kiosk.central.messages import Telling
from kiosk.central.store import writing
from kiosk.central.store.tables import lent_log, loans, tags
from kiosk.model.ids import ItemId, Uid
from kiosk.wire import Channel, all_stations
from kiosk.wire.lent_changes import MOST_CHANGES, MOST_UIDS, LentChange, LentChanges, encode_lent_changes
from kiosk.wire.policy import Ready
from kiosk.wire.signing import own_key

BEAT_S = 20.0
"""A gate's copy is known to be current at least so often."""
LOOK_S = 1.0
"""While the broker is away it is looked for so often."""
KEPT_ROWS = 10_000
STOP_S = 15.0

log = logging.getLogger(__name__)


class GateTeller:
    """Begins with `start`. `tell` is called on its thread; `line_up` says whether telling reaches anybody."""

    def __init__(
        self,
        engine: Engine,
        site: str,
        copies: Path | None,
        every_s: float,
        board: Board,
        tell: Callable[[Telling], None],
        line_up: Callable[[], bool],
    ) -> None:
        """`copies`: folder for copies of the ledger, which are announced on `board`, and for the key that signs them
        and all changes; None: only changes are told, unsigned. Raises `BadKey`, `OSError`."""
        self._engine = engine
        self._everybody = all_stations(site)
        self.copies = None if copies is None else Copies(copies)
        self._key = None if copies is None else own_key(copies)
        self._every_s = every_s
        self._board = board
        self._tell = tell
        self._line_up = line_up
        self._told: int | None = None
        """The version that gates were told of last."""
        self._ready: Ready | None = None
        self._made_s = 0.0
        self._said_s = -BEAT_S
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gate-teller", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._woken.set()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self._turn()
            except (DBAPIError, OSError) as trouble:
                log.error("gates are not told just now: %s", type(trouble).__name__)
            self._woken.wait(min(BEAT_S, self._every_s) if self._line_up() else LOOK_S)

    def _turn(self) -> None:
        if self.copies is not None and self._copy_wanted():
            ready = self.copies.make(self._engine, datetime.now(UTC))
            self._ready = ready if self._key is None else ready.signed_by(self._everybody.site, self._key)
            self._made_s = time.monotonic()
            self._board.post(self._ready)
        if self._line_up():
            beats = time.monotonic() - self._said_s >= BEAT_S
            self._tell_changes()
            if beats:
                self._board.tell()

    def _copy_wanted(self) -> bool:
        """At the start, and after a while in which something has changed."""
        if self._ready is None:
            return True
        if time.monotonic() - self._made_s < self._every_s:
            return False
        with self._engine.connect() as connection:
            return newest_version(connection) != self._ready.version

    def _tell_changes(self) -> None:
        """All that is new, in pieces; a sign of life where nothing is."""
        while True:
            with self._engine.connect() as connection:
                if self._told is None:
                    self._told = newest_version(connection)
                rows = connection.execute(
                    select(lent_log).where(lent_log.c.id > self._told).order_by(lent_log.c.id).limit(MOST_CHANGES)
                ).all()
                version = rows[-1].id if rows else self._told
                states = states_of(connection, list(dict.fromkeys(row.item for row in rows)))
            if rows or time.monotonic() - self._said_s >= BEAT_S:
                self._said_s = time.monotonic()
                told = LentChanges(self._told, version, states)
                self._say(Channel.LEDGER, encode_lent_changes(self._everybody.site, told, self._later(), self._key))
            self._told = version
            if len(rows) < MOST_CHANGES:
                break
        if rows:
            self._forget(version)

    def _forget(self, version: int) -> None:
        """Old rows have done their work; the newest stay, so that no version is given twice."""
        if version % KEPT_ROWS < MOST_CHANGES:
            with writing(self._engine) as connection:
                connection.execute(delete(lent_log).where(lent_log.c.id < version - KEPT_ROWS))

    def _later(self) -> datetime:
        """Now; of two messages the second is always later, however quick it follows: gates take no other."""
        self._last_at = max(datetime.now(UTC), self._last_at + timedelta(milliseconds=1))
        return self._last_at

    def _say(self, channel: Channel, payload: bytes) -> None:
        self._tell(Telling(self._everybody, channel, payload))


def states_of(connection: Connection, numbers: Sequence[str]) -> tuple[LentChange, ...]:
    """The state of these items now, and since when."""
    changes: list[LentChange] = []
    for number in numbers:
        last = connection.execute(
            select(loans.c.made_at, loans.c.ended_at)
            .where(loans.c.item == number)
            .order_by(loans.c.ended_at.is_(None).desc(), loans.c.made_at.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            continue
        uids = connection.scalars(select(tags.c.uid).where(tags.c.item == number).limit(MOST_UIDS)).all()
        lent = last.ended_at is None
        at = last.made_at if lent else last.ended_at
        changes.append(LentChange(ItemId(number), tuple(map(Uid, uids)), lent, at))
    return tuple(changes)
