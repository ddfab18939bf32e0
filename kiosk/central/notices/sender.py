"""The worker: it queues what is due to be told, and sends it, alone among all processes on this database."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.central.mail.line import Away, Mailer, Message, Verdict
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.gathering import gather
from kiosk.central.notices.queue import NoticeRow, Outcome, boot_of, marking, put_back, recover, take
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.notices.telling import Letter, letters, tell_staff
from kiosk.central.store import writing
from kiosk.central.store.running import Duty, InUse, on_duty
from kiosk.web.own_thread import OwnThread

LOOK_EVERY_S = 30.0
STOP_S = 30.0
PAUSE = timedelta(minutes=1)
"""After the mail server was away."""

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
        """Everything that is due; how many the mail server took."""
        sent, mailer = 0, None
        try:
            while not self._stopping.is_set() and (rows := take(self._engine, boot, datetime.now(UTC))):
                try:
                    mailer = mailer or Mailer(self._mail)
                except Away as away:
                    self._wait(rows, away)
                    break
                told, is_there = self._send(mailer, rows)
                sent += told
                if not is_there:
                    break
        finally:
            if mailer is not None:
                mailer.close()
        if sent:
            log.info("%d notices sent", sent)
        return sent

    def _wait(self, rows: Sequence[NoticeRow], away: Away) -> None:
        log.warning("notices wait: %s", away)
        put_back(self._engine, [int(str(row.id)) for row in rows], datetime.now(UTC) + PAUSE)

    def _send(self, mailer: Mailer, rows: Sequence[NoticeRow]) -> tuple[int, bool]:
        """A batch; how many were taken, and whether the server is still there."""
        now = datetime.now(UTC)
        with self._engine.connect() as connection:
            words = letters(connection, self._mail, self._settings, self._zone)
            ready = words.of(connection, rows, now)
        if words.failed:
            with writing(self._engine) as connection:
                tell_staff(connection, words.failed)
        sent, before = 0, None
        with marking(self._engine) as marks:
            for place, row in enumerate(rows):
                number, now = int(str(row.id)), datetime.now(UTC)
                if self._stopping.is_set():
                    marks.turn(before, None, now)
                    put_back(self._engine, [int(str(one.id)) for one in rows[place:]], now)
                    return sent, False
                marks.turn(before, number, now)
                try:
                    before = self._hand_over(mailer, row, ready.get(number), now)
                except Away as away:
                    marks.turn(Outcome(number, int(str(row.tries)), Verdict.LATER, str(away)), None, now)
                    self._wait(rows[place + 1 :], away)
                    return sent, False
                sent += before.verdict is Verdict.TAKEN
            marks.turn(before, None, datetime.now(UTC))
        return sent, before is None or before.verdict is not Verdict.UNSURE

    def _hand_over(self, mailer: Mailer, row: NoticeRow, letter: Letter | None, now: datetime) -> Outcome:
        number, tries = int(str(row.id)), int(str(row.tries))
        if letter is None:
            return Outcome(number, tries, Verdict.NOTHING)
        message = Message(f"notice-{number}", letter.to, letter.text.subject, letter.text.body)
        said = mailer.send(message, now)
        return Outcome(number, tries, said.verdict, said.trouble)
