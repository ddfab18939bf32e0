"""The one thread that changes the store: takes what has arrived, commits it, and only then tells the stations.

A store that is away or busy is waited for; meanwhile stations keep their facts and tell them again. A message that the
store refuses by itself is told apart from the others, set aside, and counts as received: it never holds up the rest.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from kiosk.central.answering import Desk
from kiosk.central.handling import greetings, handle_all, one_by_one, set_aside, stripped, take
from kiosk.central.inbox import Inbox, Message, Work
from kiosk.central.messages import ASK_LIVES, Heard, Telling
from kiosk.central.store import writing
from kiosk.logs import about
from kiosk.wire import Channel

LOOK_S = 5.0
"""How long the thread sleeps when nothing comes; it is woken for everything that does."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 5.0
TRIES = 3
"""So often a message may fail by itself, while the store works, before it is the message's own fault."""
STOP_S = 15.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What the worker has seen since it began; read by others without a lock, as each is one number."""

    messages: int = 0
    set_aside: int = 0
    commits: int = 0
    store_failures: int = 0
    store_works: bool = True


class Worker:
    """Begins with `start`. `tell` is called with what is to be published, on this thread; so is `changed`."""

    def __init__(
        self,
        engine: Engine,
        desk: Desk,
        site: str,
        inbox: Inbox,
        tell: Callable[[Telling], None],
        changed: Callable[[], None],
        divert: Callable[[Heard], bool] = lambda _: False,
    ) -> None:
        """`divert` may take a question away, to be answered by somebody else: the library's own system, or the one who
        looks at PINs."""
        self._divert = divert
        self.counts = Counts()
        self._engine = engine
        self._desk = desk
        self._site = site
        self._inbox = inbox
        self._tell = tell
        self._changed = changed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="central-worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the transaction that runs; what waits was not acknowledged and is told again."""
        self._stopping.set()
        self._inbox.wake()
        self._thread.join(STOP_S)

    @property
    def alive(self) -> bool:
        """False when the thread has ended although nobody stopped it."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            work = self._inbox.take(LOOK_S)
            if work:
                self._settle(work)

    def _settle(self, work: Work) -> None:
        """Commit `work`, however long the store is away; never the same failing message for ever."""
        failures, wait_s = 0, FIRST_WAIT_S
        while not self._stopping.is_set():
            try:
                tellings = self._commit(work)
            except DBAPIError as trouble:
                if _is_passing(trouble) and not self._store_works():
                    self._noted_away(trouble)
                    self._stopping.wait(wait_s)
                    wait_s = min(2 * wait_s, LONGEST_WAIT_S)
                    work = _still_wanted(work)
                    continue
                failures += 1
                if failures < TRIES:
                    continue
                self._settle_one_by_one(work, trouble)
                return
            self._committed(work, tellings)
            return

    def _settle_one_by_one(self, work: Work, trouble: DBAPIError) -> None:
        """The store works and refuses this work: find the message that it refuses."""
        if len(work.messages) > 1:
            for message in work.messages:
                self._settle(Work((message,)))
            return
        for message in work.messages:
            self._give_up(message, trouble)

    def _give_up(self, message: Message, trouble: DBAPIError) -> None:
        """Set aside what the store refuses; facts count as received, or they would be told for ever."""
        why = f"the store refuses it: {type(trouble.orig).__name__}"
        log.error("set aside a message that cannot be stored: %s", why)
        self.counts.set_aside += 1
        try:
            with writing(self._engine) as connection:
                set_aside(connection, message, why)
            if isinstance(message, Heard) and message.channel is Channel.FACTS:
                self._take_one_by_one(message, why)
        except DBAPIError as again:
            log.error("could not even set it aside: %s", type(again.orig).__name__)

    def _take_one_by_one(self, heard: Heard, why: str) -> None:
        telling = None
        for single in one_by_one(heard):
            try:
                with writing(self._engine) as connection:
                    telling = take(connection, self._desk, [(heard, single)])[0]
            except DBAPIError:
                with writing(self._engine) as connection:
                    telling = take(connection, self._desk, [(heard, stripped(single, why))])[0]
        if telling is not None:
            self._tell(telling)
            self._changed()

    def _commit(self, work: Work) -> list[Telling]:
        now = datetime.now(UTC)
        tellings: list[Telling] = []
        with writing(self._engine) as connection:
            if work.greeted:
                tellings += greetings(connection, self._desk, self._site, now)
            stay = [message for message in work.messages if not self._goes_away(message)]
            handled = handle_all(connection, self._desk, stay, now)
        for unusable in handled.unusable:
            log.warning("set aside a message: %s", unusable)
        self.counts.set_aside += len(handled.unusable)
        return tellings + handled.tellings

    def _goes_away(self, message: Message) -> bool:
        return isinstance(message, Heard) and message.channel is Channel.ASK and self._divert(message)

    def _committed(self, work: Work, tellings: list[Telling]) -> None:
        back = not self.counts.store_works
        if back:
            log.warning("the store is back")
        self.counts.store_works = True
        self.counts.commits += 1
        self.counts.messages += len(work.messages)
        for telling in tellings:
            if telling.intents:
                log.info("took in facts of %s", telling.station.source, extra=about(telling.intents))
            self._tell(telling)
        if back or not all(map(_is_question, work.messages)):
            self._changed()

    def _noted_away(self, trouble: DBAPIError) -> None:
        self.counts.store_failures += 1
        if self.counts.store_works:
            log.error("the store cannot be written: %s; waiting for it", type(trouble.orig).__name__)
            self.counts.store_works = False
            self._changed()

    def _store_works(self) -> bool:
        """Whether a transaction that writes nothing can be had: then the failure lies with the work."""
        try:
            with writing(self._engine) as connection:
                connection.exec_driver_sql("SELECT 1 FROM progress LIMIT 1").close()
        except DBAPIError:
            return False
        return True


def _is_question(message: Message) -> bool:
    """An answer changes nothing that a page shows or a gate is told; the fact that follows it does."""
    return isinstance(message, Heard) and message.channel is Channel.ASK


def _is_passing(trouble: DBAPIError) -> bool:
    """Busy, gone, deadlock, could not serialize, disk full: it may go well later."""
    return isinstance(trouble, OperationalError | InterfaceError) or trouble.connection_invalidated


def _still_wanted(work: Work) -> Work:
    """Without the questions that nobody waits for any more."""
    oldest = datetime.now(UTC) - ASK_LIVES
    return Work(
        tuple(
            message
            for message in work.messages
            if not (isinstance(message, Heard) and _is_question(message) and message.at < oldest)
        ),
        work.greeted,
    )
