"""What kiosks look for, one question a key, on a thread and a connection of its own: it changes nothing.

Questions are taken off the broker's thread, before they come to the worker: no search waits for a transaction of facts,
and no fact for a search. A kiosk waits for its last question of a kind only, so the newest takes the place of the one
before in the line. What the store cannot answer is not answered: the next key asks again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.answering import Desk, answer
from kiosk.central.messages import ASK_LIVES, Heard, Telling, question_in
from kiosk.model.finding import AskFind, AskTitle
from kiosk.model.ids import AskId
from kiosk.web.own_thread import OwnThread
from kiosk.wire import Channel, encode_answer

MOST_WAITING = 2_000
"""Kiosks and kinds of questions."""
STOP_S = 5.0
SIGNS = (b'"search"', b'"title"')
"""Of these questions."""

log = logging.getLogger(__name__)
Looked = AskFind | AskTitle


@dataclass(frozen=True, slots=True)
class _Question:
    heard: Heard
    ask: AskId
    asked: Looked


class SearchDesk(OwnThread):
    """`tell` publishes an answer, from this thread."""

    def __init__(self, engine: Engine, desk: Desk, tell: Callable[[Telling], None]) -> None:
        super().__init__("searches", STOP_S)
        self._engine = engine
        self._desk = desk
        self._tell = tell
        self._waiting: dict[tuple[str, type[Looked]], _Question] = {}
        self._changed = threading.Condition()

    def stop(self) -> None:
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        super().stop()

    def take(self, heard: Heard) -> bool:
        """Take a question about titles; never waits. False where it is none, or it cannot be read."""
        asked = question_in(heard, SIGNS) if heard.channel is Channel.ASK else None
        if asked is None or not isinstance(asked.question, Looked):
            return False
        place = (heard.station.station, type(asked.question))
        with self._changed:
            if place in self._waiting or len(self._waiting) < MOST_WAITING:
                self._waiting[place] = _Question(heard, asked.ask, asked.question)
            self._changed.notify()
        return True

    def _run(self) -> None:
        while (one := self._next()) is not None:
            if datetime.now(UTC) - one.heard.at < ASK_LIVES:
                self._answer(one)

    def _next(self) -> _Question | None:
        """The one that waits longest, as its kiosk asks it now; None when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or self._waiting)
            if self._stopping.is_set():
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def _answer(self, one: _Question) -> None:
        now, station = datetime.now(UTC), one.heard.station
        try:
            with self._engine.connect() as connection:
                said = answer(connection, self._desk, station.station, one.ask, one.asked, now)
        except DBAPIError as trouble:
            log.error("a search is not answered: %s", type(trouble.orig).__name__)
            return
        self._tell(Telling(station, Channel.ANSWER, encode_answer(self._desk.source, one.ask, said, now), one.ask))
