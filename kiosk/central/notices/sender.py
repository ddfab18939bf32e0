"""The worker: it queues what is due to be told, and sends it, alone among all processes on this database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.mail.line import Verdict
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.gathering import gather
from kiosk.central.notices.lines import Lines
from kiosk.central.notices.queue import NoticeRow, boot_of, marking, put_back, recover, take
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.notices.telling import letters, tell_staff
from kiosk.central.store import writing
from kiosk.central.store.running import Duty, InUse, on_duty
from kiosk.web.own_thread import OwnThread

LOOK_EVERY_S = 30.0
STOP_S = 30.0
PAUSE = timedelta(minutes=1)
"""After a channel was away."""

log = logging.getLogger(__name__)


class Sender(OwnThread):
    """A thread of its own. `changed` when something was sent."""

    def __init__(
        self, engine: Engine, mail: MailSettings, settings: NoticeSettings, time_zone: str, changed: Callable[[], None]
    ) -> None:
        super().__init__("notices", STOP_S)
        self._engine = engine
        self._mail = mail
        self._settings = settings
        self._zone = ZoneInfo(time_zone)
        self._changed = changed

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with on_duty(self._engine, Duty.NOTIFYING) as still_alone:
                    self._work(still_alone)
            except InUse:
                pass  # another process sends them
            except (OSError, DBAPIError) as trouble:
                log.error("notices wait: the database cannot be used (%s)", type(trouble).__name__)
            self._stopping.wait(LOOK_EVERY_S)

    def _work(self, still_alone: Callable[[], None]) -> None:
        boot = boot_of(self._engine)
        unsure = recover(self._engine, boot)
        if unsure:
            log.warning("whether %d notices were sent is not known: see Notices on the console", unsure)
        while not self._stopping.is_set():
            still_alone()
            now = datetime.now(UTC)
            with writing(self._engine) as connection:
                gather(connection, self._settings, self._zone, now)
            if self.send_all(boot):
                self._changed()
            self._stopping.wait(LOOK_EVERY_S)

    def send_all(self, boot: str) -> int:
        """Everything that is due; how many were taken. A channel that is away keeps no other one waiting."""
        sent, lines = 0, Lines(self._mail, self._settings)
        try:
            while not self._stopping.is_set() and (rows := take(self._engine, boot, datetime.now(UTC))):
                sent += self._send(lines, rows)
        finally:
            lines.close()
        if sent:
            log.info("%d notices sent", sent)
        return sent

    def _send(self, lines: Lines, rows: Sequence[NoticeRow]) -> int:
        """A batch; how many were taken."""
        now = datetime.now(UTC)
        with self._engine.connect() as connection:
            words = letters(connection, self._mail, self._settings, self._zone)
            ready = words.of(connection, rows, now)
        if words.failed:
            with writing(self._engine) as connection:
                tell_staff(connection, words.failed)
        sent, before, wait, left = 0, None, list[int](), [int(str(row.id)) for row in rows]
        with marking(self._engine) as marks:
            for row in rows:
                number, tries, now = int(str(row.id)), int(str(row.tries)), datetime.now(UTC)
                if self._stopping.is_set():
                    break
                left.remove(number)
                letter = ready.get(number)
                if letter is not None and not lines.has(letter.channel):
                    wait.append(number)
                    continue
                marks.turn(before, number, now)
                before = lines.hand_over(number, tries, letter, now)
                sent += before.verdict is Verdict.TAKEN
            marks.turn(before, None, datetime.now(UTC))
        put_back(self._engine, wait, datetime.now(UTC) + PAUSE)
        put_back(self._engine, left, datetime.now(UTC))
        return sent
