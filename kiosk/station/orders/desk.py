"""Takes commands from the line, has them carried out once, and tells what became of them.

What was believed is on the disk before it is begun, and what has an effect outside is kept as *running* before the
effect: a power cut leaves each command accepted (done at the next start, if its time is not over), or running (the next
start tells how it ended, as far as anybody can know).
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.ledger import StorageFailure
from kiosk.station.orders.book import Book, Kept
from kiosk.station.orders.judging import Known, judged
from kiosk.wire import (
    Channel,
    CommandKind,
    CommandResult,
    CommandState,
    MessageRefused,
    SetAside,
    Station,
    decode_command,
    encode_result,
)

TOLD_AGAIN = timedelta(hours=1)
"""Results as young as this are told again whenever the line comes up."""
TOLD_MOST = 20
REFUSALS_A_MINUTE = 30
"""More are counted and not told: nobody may have a station flood the fleet."""
STARTED_ANEW = "the station has started anew"
CUT_OFF = "the station stopped in the middle; nobody can say whether it was done"
OFF = "the station was not running until its time was over"
STOP_S = 15.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What carrying out a command has come to."""

    state: CommandState
    reason: str = ""
    details: tuple[tuple[str, str], ...] = ()


class Doer(Protocol):
    """Carries out commands of some kinds, on the desk's own thread; it may take its time."""

    def begin(self, kept: Kept, running: Callable[[str], None]) -> Outcome | None:
        """`running` keeps that something outside is about to change, with a word about what. None: somebody else tells
        the end by `Desk.told`."""
        ...

    def at_start(self, kept: Kept) -> Outcome | None:
        """What became of a command that was accepted or running when the process ended; None: begin it (again)."""
        ...


@dataclass(slots=True)
class _Refusals:
    count: int = 0
    minute: int = 0
    told: int = 0

    def may_tell(self) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self.minute:
            self.minute, self.told = minute, 0
        self.told += 1
        return self.told <= REFUSALS_A_MINUTE


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What a desk works with."""

    station: Station
    keys: Mapping[str, Ed25519PublicKey]
    book: Book
    doers: Mapping[CommandKind, Doer]
    tell: Callable[[Channel, bytes], None]
    """Publish, where the line is up; does not wait."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


class Desk:
    """One station's. `heard` and `line_up` are called on the line's thread, `told` on any."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._refusals = _Refusals()
        self._work: queue.Queue[Kept | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="commands", daemon=True)

    @property
    def refused(self) -> int:
        """Commands that were not believed since the process began."""
        return self._refusals.count

    def start(self) -> None:
        """Take up what the last run left, and begin to work."""
        for kept in self._parts.book.open():
            self._taken_up(kept)
        self._thread.start()

    def stop(self) -> None:
        self._work.put(None)
        self._thread.join(STOP_S)

    def newest(self) -> tuple[tuple[str, str], ...]:
        """The last commands and how far they are, for the heartbeat."""
        try:
            return tuple((kept.id, kept.state.value) for kept in self._parts.book.last(8))
        except StorageFailure:
            return ()

    def heard(self, payload: bytes) -> None:
        """Somebody says a command."""
        try:
            told = decode_command(payload)
        except MessageRefused as refused:
            self._refuse("", str(refused))
            return
        if isinstance(told, SetAside):
            self._refuse("", told.reason)
            return
        parts, command = self._parts, told.command
        try:
            known = Known(parts.station, parts.keys, parts.now(), parts.book.newest(), parts.book.lost_at())
            refusal = judged(told, known, heard_before=parts.book.heard(command.id, command.nonce))
            if refusal is not None:
                state = CommandState.EXPIRED if refusal.expired else CommandState.REFUSED
                self._refuse(command.id, refusal.why, state)
                return
            if command.kind not in parts.doers:
                self._refuse(command.id, f"{command.kind} is nothing for this station")
                return
            kept = parts.book.accept(command, parts.now())
        except StorageFailure as failure:
            self._refuse(command.id, f"the disk does not take it: {failure.detail}")
            return
        log.info("the fleet orders %s (%s)", command.kind, command.id)
        self._publish(kept.result)
        self._work.put(kept)

    def told(self, id_: str, outcome: Outcome) -> None:
        """How far a command is; on the disk when this returns, as far as the disk takes anything."""
        result = CommandResult(id_, outcome.state, self._parts.now(), outcome.reason, outcome.details)
        try:
            news = self._parts.book.note(result)
        except StorageFailure as failure:
            log.error("what became of command %s could not be kept: %s", id_, failure.detail)
            news = True
        if news:
            log.info("command %s: %s %s", id_, outcome.state, outcome.reason)
            self._publish(result)

    def line_up(self) -> None:
        """Somebody may have missed what was told last."""
        try:
            last = self._parts.book.last(TOLD_MOST)
        except StorageFailure:
            return
        for kept in reversed(last):
            if self._parts.now() - kept.result.at < TOLD_AGAIN:
                self._publish(kept.result)

    def _taken_up(self, kept: Kept) -> None:
        outcome = self._parts.doers[kept.kind].at_start(kept) if kept.kind in self._parts.doers else None
        if outcome is None and self._parts.now() >= kept.expires:
            outcome = Outcome(CommandState.EXPIRED, OFF)
        if outcome is None:
            self._work.put(kept)
        else:
            self.told(kept.id, outcome)

    def _run(self) -> None:
        while (kept := self._work.get()) is not None:
            if self._parts.now() >= kept.expires:
                self.told(kept.id, Outcome(CommandState.EXPIRED, "others took until its time was over"))
                continue
            outcome = self._begun(kept)
            if outcome is not None:
                self.told(kept.id, outcome)

    def _begun(self, kept: Kept) -> Outcome | None:
        def running(about: str) -> None:
            self.told(kept.id, Outcome(CommandState.RUNNING, about))

        try:
            return self._parts.doers[kept.kind].begin(kept, running)
        except MessageRefused as refused:
            return Outcome(CommandState.FAILED, str(refused))
        except (OSError, StorageFailure) as trouble:
            return Outcome(CommandState.FAILED, f"{trouble}")

    def _refuse(self, id_: str, why: str, state: CommandState = CommandState.REFUSED) -> None:
        self._refusals.count += 1
        log.warning("a command is %s: %s", state, why)
        if self._refusals.may_tell():
            self._publish(CommandResult(id_, state, self._parts.now(), why))

    def _publish(self, result: CommandResult) -> None:
        self._parts.tell(Channel.RESULT, encode_result(self._parts.station, result))
