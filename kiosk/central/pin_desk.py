"""Questions with a PIN, on a thread of their own: looking at one takes as long as many loans, and nobody waits for it.

Like every question they are answered once what they changed is committed; what a full queue turns away, or the store
refuses, is not answered: the kiosk asks again, under the same id.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.answering import Desk
from kiosk.central.handling import Unusable, handle
from kiosk.central.joining import beforehand, has_pin
from kiosk.central.messages import ASK_LIVES, Heard, Telling, question_in
from kiosk.central.store import writing
from kiosk.model.questions import Question
from kiosk.web.own_thread import OwnThread

MOST_WAITING = 200
STOP_S = 5.0
SIGNS = (b'"pin"',)
"""Of these questions."""

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
        self._waiting: queue.Queue[tuple[Heard, Question] | None] = queue.Queue(MOST_WAITING)

    def stop(self) -> None:
        self._stopping.set()
        with suppress(queue.Full):  # else it looks whether it is to stop after the next
            self._waiting.put_nowait(None)
        super().stop()

    def take(self, heard: Heard) -> bool:
        """Take a question in which there is a PIN; False where there is none, or it cannot be read."""
        asked = question_in(heard, SIGNS)
        if asked is None or not has_pin(asked.question):
            return False
        try:
            self._waiting.put_nowait((heard, asked.question))
        except queue.Full:
            log.warning("too many questions with PINs wait: one is not answered")
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            one = self._waiting.get()
            if one is not None and datetime.now(UTC) - one[0].at < ASK_LIVES:
                self._answer(*one)

    def _answer(self, heard: Heard, question: Question) -> None:
        now = datetime.now(UTC)
        unusable = None
        try:
            before = beforehand(self._engine, question, now)
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
