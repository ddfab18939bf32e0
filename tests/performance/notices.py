"""Notices a second to a mail server on this machine, and what a kill in the middle leaves.

`python -m tests.performance.notices [--notices N]`. The server is a process of its own that keeps no letter.
"""

from __future__ import annotations

import argparse
import multiprocessing
import smtplib
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import func, insert, select

from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.gathering import gather
from kiosk.central.notices.queue import boot_of
from kiosk.central.notices.sender import Sender
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import loans, patrons
from tests.real_parts import free_port

ZONE = "Asia/Shanghai"


class Sink:
    """Takes everything."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 taken"


def _serve(port: int, is_up: Event, ends: Event) -> None:
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    is_up.set()
    ends.wait()
    controller.stop()


def main() -> None:
    """Print both figures: the bare exchange, and ours with the database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=5_000)
    parser.add_argument("--url", help="database; a new SQLite file unless given")
    wanted = parser.parse_args()
    port, is_up, ends = free_port(), multiprocessing.Event(), multiprocessing.Event()
    server = multiprocessing.Process(target=_serve, args=(port, is_up, ends), daemon=True)
    server.start()
    is_up.wait()
    with tempfile.TemporaryDirectory() as folder:
        url = wanted.url or f"sqlite:///{Path(folder) / 'central.sqlite'}"
        bare = _rate(wanted.notices, lambda: _bare(port, wanted.notices))
        ours = _rate(wanted.notices, _ours(url, port, wanted.notices))
    print(f"bare smtplib, one connection: {bare:,.0f} a second")
    print(f"notices with queue and marks: {ours:,.0f} a second ({ours / bare:.2f} of the bare exchange)")
    ends.set()
    server.join()


def _rate(count: int, do: Callable[[], None]) -> float:
    begun_s = time.perf_counter()
    do()
    return count / (time.perf_counter() - begun_s)


def _bare(port: int, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(count):
            line.sendmail("a@example.org", [f"p{number}@example.org"], b"Subject: x\r\n\r\ntext\r\n" * 10)


def _ours(url: str, port: int, count: int) -> Callable[[], None]:
    store = open_store(url)
    upgrade(store)
    now = datetime.now(UTC)
    due = now - timedelta(7)
    settings = NoticeSettings(from_hour=0, until_hour=24)
    mail = MailSettings("a@example.org", "馆", "Library", port=port)
    with writing(store) as connection:
        names = [f"p{number:06}" for number in range(count)]
        people = [
            {"given_name": "Wei", "category": "adult", "id": name, "email": f"{name}@example.org"} for name in names
        ]
        connection.execute(insert(patrons), people)
        lent = {"station": "kiosk-1", "made_at": due - timedelta(28), "due": due, "opened": True}
        rows = [{**lent, "intent": name, "patron": name, "item": name, "seq": at} for at, name in enumerate(names)]
        connection.execute(insert(loans), rows)
        gather(connection, settings, ZoneInfo(ZONE), now)
    sender = Sender(store, mail, settings, ZONE, lambda: None)

    def send() -> None:
        sender.send_all(boot_of(store))
        with store.connect() as connection:
            sent = connection.scalar(select(func.count()).select_from(notices).where(notices.c.state == "sent"))
        assert sent == count, f"{sent} of {count} were sent"

    return send


if __name__ == "__main__":
    main()
