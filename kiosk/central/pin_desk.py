"""Questions with a PIN, on a thread of their own: looking at one takes as long as many loans, and nobody waits for it.

Like every question they are answered once what they changed is committed; what a full queue turns away, or the store
refuses, is not answered: the kiosk asks again, under the same id.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.answering import Desk
from kiosk.central.handling import Unusable, handle
from kiosk.central.joining import beforehand, is_secret
from kiosk.central.messages import Heard, Telling
from kiosk.central.store import writing
from kiosk.web.own_thread import OwnThread
from kiosk.wire import AskMessage, MessageRefused, decode_ask

MOST_WAITING = 200
STOP_S = 5.0
SIGN = b'"pin"'
"""Stands in every question that is taken here; others are not read twice for nothing."""
TOO_OLD = timedelta(seconds=10)
"""Nobody waits for the answer any more."""

log = logging.getLogger(__name__)


class PinDesk(OwnThread):
    """`tell` publishes, from any thread; `changed`: somebody has a card, or another address."""

    def __init__(
        self, engine: Engine, desk: Desk, tell: Callable[[Telling], None], changed: Callable[[], None]
    ) -> None:
        super().__init__("pins", STOP_S)
        self._engine = engine
        self._desk = desk
        self._tell = tell
        self._changed = changed
        self._waiting: queue.Queue[Heard | None] = queue.Queue(MOST_WAITING)

    def stop(self) -> None:
        self._stopping.set()
        with suppress(queue.Full):  # else it looks whether it is to stop after the next
            self._waiting.put_nowait(None)
        super().stop()

    def take(self, heard: Heard) -> bool:
        """Take a question in which there is a PIN; False where there is none, or it cannot be read."""
        if SIGN not in heard.payload:
            return False
        try:
            asked = decode_ask(heard.station, heard.payload, heard.correlation)
        except MessageRefused:
            return False
        if not isinstance(asked, AskMessage) or not is_secret(asked.question):
            return False
        try:
            self._waiting.put_nowait(heard)
        except queue.Full:
            log.warning("too many questions with PINs wait: one is not answered")
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            heard = self._waiting.get()
            if heard is not None and datetime.now(UTC) - heard.at < TOO_OLD:
                self._answer(heard)

    def _answer(self, heard: Heard) -> None:
        asked = decode_ask(heard.station, heard.payload, heard.correlation)
        assert isinstance(asked, AskMessage), "it was read when it was taken"
        now = datetime.now(UTC)
        unusable = None
        try:
            before = beforehand(self._engine, asked.question, now)
            with writing(self._engine) as connection:
                try:
                    telling = handle(connection, self._desk, heard, now, before)
                except Unusable as refused:
                    unusable, telling = refused, None
        except DBAPIError as trouble:
            log.error("a question with a PIN is not answered: %s", type(trouble.orig).__name__)
            return
        if unusable is not None:
            log.warning("set aside a message: %s", unusable)
        if telling is not None:
            self._tell(telling)
            self._changed()
