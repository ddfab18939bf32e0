"""Central is killed while it sends, and starts again: nobody gets a notice twice, and nobody is forgotten."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select

from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import loans, patrons
from tests.central.mail_server import MailServer
from tests.central.running import CentralProcess
from tests.real_parts import free_port, wait_until

PEOPLE, KILLED_AT = 60, 25


def fill(store: Engine) -> None:
    now = datetime.now(UTC)
    names = [f"p{number:03}" for number in range(PEOPLE)]
    due = now - timedelta(7)
    with writing(store) as connection:
        people = [
            {"given_name": "Wei", "category": "adult", "id": name, "email": f"{name}@example.org"} for name in names
        ]
        connection.execute(insert(patrons), people)
        lent = {"station": "kiosk-1", "made_at": due - timedelta(28), "due": due, "opened": True}
        rows = [{**lent, "intent": name, "patron": name, "item": name, "seq": at} for at, name in enumerate(names)]
        connection.execute(insert(loans), rows)


def test_nobody_gets_a_notice_twice_across_a_kill(tmp_path: Path, central_process: CentralProcess) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'running.sqlite'}")
    upgrade(store)
    fill(store)
    with MailServer(free_port()) as mail:
        at_last = threading.Event()

        def kill() -> None:
            if len(mail.post.letters) == KILLED_AT:
                assert central_process.process is not None
                central_process.process.kill()  # before it hears that this one was taken
                at_last.set()

        mail.post.after_taking = kill
        own = {"mail.sender": "a@example.org", "mail.library_zh": "馆", "mail.library_en": "L"}
        own |= {"notices.from_hour": "0", "notices.until_hour": "24"}
        central_process.settings |= own
        central_process.settings["mail.port"] = str(mail.port)
        central_process.start()
        assert at_last.wait(30)
        central_process.kill()
        central_process.start()
        wait_until(lambda: len(mail.post.letters) >= PEOPLE)
        central_process.stop()
    assert max(Counter(mail.post.to()).values()) == 1
    with store.connect() as connection:
        query = select(notices.c.state, func.count().label("many")).group_by(notices.c.state)
        counted = {row.state: row.many for row in connection.execute(query)}
    assert counted == {"sent": PEOPLE - 1, "unsure": 1}
    store.dispose()
