"""Notices on the console: what became of each, what a person decides, and texts with a preview."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, insert, select

from kiosk.central.store import writing
from kiosk.central.store.notice_tables import notice_templates, notices
from tests.central.console.desk import Somebody, somebody, trail

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
BODY = "Dear {{ name }}: {% for book in late %}{{ book.title }} <b>{% endfor %}"


@pytest.fixture
def boss(store: Engine) -> Somebody:
    return somebody(store, "director", name="boss")


def kept(store: Engine, state: str) -> None:
    row = {"kind": "overdue", "patron": "wei", "subject": "", "day": date(2026, 11, 27), "made_at": NOW, "due_at": NOW}
    with writing(store) as connection:
        connection.execute(insert(notices).values({**row, "state": state, "trouble": "550 5.1.1"}))


@pytest.mark.parametrize(("decision", "state"), [("again", "queued"), ("drop", "void")])
def test_a_person_decides_about_what_may_not_have_arrived(
    store: Engine, boss: Somebody, decision: str, state: str
) -> None:
    kept(store, "unsure")
    boss.get("/console/")
    assert "1 notice that may not have arrived" in boss.reads
    assert "550 5.1.1" in boss.get("/console/notices?state=unsure").text
    assert "Ask the patron" in boss.get("/console/notice?id=1").text
    boss.send("/console/notice/settle", decision=decision)
    with store.connect() as connection:
        assert connection.scalar(select(notices.c.state)) == state
    assert trail(store) == [("boss", f"notice.{decision}", "notice:1")]


def test_what_was_sent_is_not_sent_again_by_a_form_that_is_too_old(store: Engine, boss: Somebody) -> None:
    kept(store, "sent")
    csrf = boss.get("/console/").text.partition('name="csrf" value="')[2].partition('"')[0]
    boss.post("/console/notice/settle", csrf=csrf, id="1", decision="again")
    with store.connect() as connection:
        assert connection.scalar(select(notices.c.state)) == "sent"


def test_a_text_is_previewed_kept_and_given_back(store: Engine, boss: Somebody) -> None:
    boss.get("/console/notices/text?kind=overdue&language=en")
    assert "The Snow Leopard, due" in boss.reads
    typed = {"subject": "Late at {{ library }}", "body": BODY}
    told = boss.send("/console/notices/text/keep", decision="preview", **typed)
    assert "Late at Library" in told
    assert "&lt;b&gt;" in boss.page
    with store.connect() as connection:
        assert connection.execute(select(notice_templates)).all() == []
    assert "Saved" in boss.send("/console/notices/text/keep", decision="keep", **typed)
    assert "Late at Library" in boss.reads
    bad = boss.send("/console/notices/text/keep", decision="keep", subject="x", body="{{ name * 9999999 }}")
    assert "mul cannot be used here" in bad
    assert "{{ name * 9999999 }}" in boss.page
    assert "Saved" in boss.send("/console/notices/text/keep", decision="shipped")
    with store.connect() as connection:
        row = connection.execute(select(notice_templates)).one()
    assert (row.version, "Overdue:" in row.subject) == (2, True)
    assert [subject for _, _, subject in trail(store)] == ["notice-text:overdue/en"] * 2


def test_two_people_at_one_text_lose_nothing(store: Engine, boss: Somebody) -> None:
    zoe = somebody(store, "director", name="zoe")
    for who in (boss, zoe):
        who.get("/console/notices/text?kind=overdue&language=en")
    boss.send("/console/notices/text/keep", decision="keep", subject="Mine", body=BODY)
    told = zoe.send("/console/notices/text/keep", decision="keep", subject="Hers", body=BODY + "zoe")
    assert "boss changed this text" in told
    assert "Mine" in told
    assert zoe.form("/console/notices/text/keep").fields["subject"] == "Hers"
    assert "Saved" in zoe.send("/console/notices/text/keep", decision="keep", subject="Hers", body=BODY + "zoe")
