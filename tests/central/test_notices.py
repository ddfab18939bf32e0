"""Notices to a real mail server: who is told what, once, in their language; and what happens when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert, select, update

from kiosk.central.housekeeping import Housekeeping
from kiosk.central.mail.settings import MailSettings
from kiosk.central.notices.gathering import gather
from kiosk.central.notices.queue import BACK_OFF, boot_of, recover, take
from kiosk.central.notices.sender import Sender
from kiosk.central.notices.settings import NoticeSettings
from kiosk.central.store import lazily, writing
from kiosk.central.store.notice_tables import notice_templates, notices
from kiosk.central.store.running import Duty, InUse, on_duty
from kiosk.central.store.tables import holds, loans, patrons
from tests.central.library import DESK
from tests.central.mail_server import MailServer
from tests.real_parts import free_port

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer(free_port()) as server:
        yield server


def morning(days: int = 0) -> datetime:
    """Nine o'clock at the library, today and so many days on."""
    return datetime.combine(datetime.now(ZONE).date() + timedelta(days), datetime.min.time(), ZONE).replace(hour=9)


DAY_AND_NIGHT = NoticeSettings(until_hour=24, from_hour=0)


def line_to(mail: MailServer) -> MailSettings:
    return MailSettings("library@example.org", "市图书馆", "City Library", port=mail.port)


@pytest.fixture
def sender(store: Engine, mail: MailServer) -> Sender:
    """Wei reads Chinese, Amy English; both have an address, Bao has none."""
    with writing(store) as connection:
        for who in ("wei", "amy"):
            connection.execute(update(patrons).where(patrons.c.id == who).values(email=f"{who}@example.org"))
    return Sender(store, line_to(mail), DAY_AND_NIGHT, "Asia/Shanghai", lambda: None)


def lent(store: Engine, patron: str, item: str, days: int) -> None:
    """Due at the end of the day so many days from now."""
    due = morning(days).replace(hour=23, minute=59)
    row = {"intent": f"{patron}-{item}", "patron": patron, "item": item, "station": "kiosk-1", "seq": 1}
    with writing(store) as connection:
        connection.execute(insert(loans).values({**row, "made_at": due - timedelta(28), "due": due, "opened": True}))


def gathers(store: Engine, days: int = 0) -> int:
    with writing(store) as connection:
        return gather(connection, DAY_AND_NIGHT, ZONE, morning(days))


def sends(store: Engine, sender: Sender) -> int:
    """As if everything were due by now."""
    with writing(store) as connection:
        connection.execute(update(notices).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))
    return sender.send_all(boot_of(store))


def states(store: Engine) -> dict[str, str]:
    with store.connect() as connection:
        return {row.patron: row.state for row in connection.execute(select(notices).order_by(notices.c.id))}


def test_each_is_told_once_in_their_language(store: Engine, mail: MailServer, sender: Sender) -> None:
    lent(store, "wei", "snow", -7)
    lent(store, "wei", "zahir", 2)
    lent(store, "amy", "river", 3)
    lent(store, "bao", "dune", -7)
    lent(store, "above", "atlas", -7)
    assert gathers(store) == 2
    assert gathers(store) == 0
    assert sends(store, sender) == 2
    assert sorted(mail.post.to()) == ["amy@example.org", "wei@example.org"]
    told = dict(mail.post.letters)
    wei, amy = told["wei@example.org"], told["amy@example.org"]
    assert wei["subject"] == "市图书馆：1 册图书已逾期"
    assert "snow" in wei.get_content()
    assert "zahir" in wei.get_content()  # what is due soon stands in the same notice
    assert amy["subject"] == "Due soon: 1 from City Library"
    assert amy["from"] == "library@example.org"
    assert amy["message-id"].endswith("@example.org>")
    assert sender.send_all(boot_of(store)) == 0
    assert set(states(store).values()) == {"sent"}


def test_days_that_central_was_down_are_caught_up_and_no_step_is_told_twice(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    lent(store, "wei", "snow", -5)
    assert gathers(store) == 0
    assert gathers(store, days=4) == 1  # day 7 was two days ago
    assert gathers(store, days=5) == 0
    assert gathers(store, days=9) == 1  # day 14


def test_nobody_is_written_to_at_night_or_against_their_wish_but_for_holds(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    lent(store, "amy", "river", -7)
    hold = {"id": "h1", "patron": "amy", "item": "snow", "trapped": "snow", "state": "ready", "placed_at": morning()}
    with writing(store) as connection:
        connection.execute(update(patrons).where(patrons.c.id == "amy").values(no_reminders=True))
        connection.execute(insert(holds).values({**hold, "expires": date(2026, 12, 9), "pickup": "East"}))
    by_day = NoticeSettings()
    with writing(store) as connection:
        assert gather(connection, by_day, ZONE, morning().replace(hour=22)) == 0
        assert gather(connection, by_day, ZONE, morning()) == 1
        assert gather(connection, by_day, ZONE, morning(1)) == 0
    assert sends(store, sender) == 1
    ((_, letter),) = mail.post.letters
    assert "snow (East), kept until 2026-12-09" in letter.get_content()


def test_what_came_back_meanwhile_is_not_told(store: Engine, mail: MailServer, sender: Sender) -> None:
    lent(store, "wei", "snow", -7)
    gathers(store)
    with writing(store) as connection:
        connection.execute(update(loans).values(ended_at=morning()))
    assert sends(store, sender) == 0
    assert mail.post.letters == []
    assert states(store) == {"wei": "void"}


def test_refused_for_now_is_tried_again_with_growing_pauses_and_then_given_up(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    lent(store, "wei", "snow", -7)
    lent(store, "amy", "river", -7)
    mail.post.answers = {"wei@example.org": "450 4.2.1 busy wei@example.org", "amy@example.org": "550 5.1.1 no amy"}
    gathers(store)
    for pause in BACK_OFF:
        before = datetime.now(UTC)
        assert sends(store, sender) == 0
        with store.connect() as connection:
            row = connection.execute(select(notices).where(notices.c.patron == "wei")).one()
        assert row.state == "queued"
        assert before + pause <= row.due_at <= datetime.now(UTC) + pause
        assert row.trouble == "450 4.2.1"  # no address is kept with it
    sends(store, sender)
    assert states(store) == {"wei": "given-up", "amy": "given-up"}


def test_a_server_that_is_away_costs_no_try(store: Engine, mail: MailServer, sender: Sender) -> None:
    lent(store, "wei", "snow", -7)
    gathers(store)
    mail.close()
    for _ in range(6):
        assert sends(store, sender) == 0
    mail.open()
    assert states(store) == {"wei": "queued"}
    assert sends(store, sender) == 1


def test_what_the_server_took_while_we_were_killed_is_never_sent_again_by_itself(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    """The mark `handed` stands before the first byte of the message, and survives the process."""
    seen = []
    for who in ("wei", "amy"):
        lent(store, who, f"book-{who}", -7)
    gathers(store)
    mail.post.after_taking = lambda: seen.append(states(store))
    sends(store, sender)
    assert seen == [{"amy": "handed", "wei": "taken"}, {"amy": "sent", "wei": "handed"}]
    with writing(store) as connection:  # as a kill at that instant would leave it
        connection.execute(update(notices).where(notices.c.patron == "wei").values(state="handed"))
    assert recover(store, boot_of(store)) == 1
    assert sender.send_all(boot_of(store)) == 0
    assert states(store) == {"amy": "sent", "wei": "unsure"}


def test_a_batch_that_was_taken_goes_on_after_a_kill_and_waits_for_a_person_after_a_power_cut(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    lent(store, "wei", "snow", -7)
    gathers(store)
    with writing(store) as connection:
        connection.execute(update(notices).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(take(store, boot_of(store), datetime.now(UTC))) == 1
    assert recover(store, boot_of(store)) == 0
    assert states(store) == {"wei": "queued"}
    take(store, "another boot", datetime.now(UTC))
    assert recover(store, boot_of(store)) == 1
    assert states(store) == {"wei": "unsure"}


def test_only_one_process_sends_each_kind_and_neither_waits_for_the_other(store: Engine) -> None:
    duties = (Duty.TELLING, Duty.NOTIFYING, Duty.MAILING)
    with ExitStack() as held:
        for duty in duties:
            held.enter_context(on_duty(store, duty))
        for duty in duties:
            with pytest.raises(InUse), on_duty(store, duty):
                pass


def test_marks_are_flushed_with_the_next_commit_and_the_connection_goes_back_as_it_was(store: Engine) -> None:
    ask = "PRAGMA synchronous" if store.dialect.name == "sqlite" else "SHOW synchronous_commit"

    def how() -> object:
        with store.connect() as connection:
            return connection.exec_driver_sql(ask).scalar()

    before = how()
    with lazily(store) as connection, connection.begin():
        assert connection.exec_driver_sql(ask).scalar() in (1, "off")
    assert how() == before


def test_a_text_that_fails_is_replaced_by_the_shipped_one_and_staff_are_told(
    store: Engine, mail: MailServer, sender: Sender
) -> None:
    lent(store, "amy", "river", -7)
    gathers(store)
    values = {"kind": "overdue", "language": "en", "subject": "Late", "body": "{{ nobody }}", "version": 1}
    with writing(store) as connection:
        connection.execute(insert(notice_templates).values({**values, "changed_by": "x", "changed_at": morning()}))
    assert sends(store, sender) == 1
    assert mail.post.letters[0][1]["subject"] == "Overdue: 1 from City Library"
    with store.connect() as connection:
        assert "nobody" in str(connection.scalar(select(notice_templates.c.trouble)))


def test_notices_are_forgotten_in_their_time(store: Engine, mail: MailServer, sender: Sender) -> None:
    lent(store, "wei", "snow", -7)
    gathers(store)
    Housekeeping(store, DESK, 90, lambda: None).once(morning(120))
    assert states(store) == {}
