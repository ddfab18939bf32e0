"""Papers in both databases: numbers without a gap, steps one after the other, and a trail that nothing changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from kiosk.central import documents
from kiosk.central.store import writing
from kiosk.central.store.console_tables import audit, waivers
from kiosk.library.documents import Refused, Why, Wish
from kiosk.library.waivers import WAIVER, WaiverAction, WaiverState

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
NEXT_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
"""In London it is still 2026."""


def asks(store: Engine, name: str, now: datetime = NOW) -> str:
    values = {"id": name, "patron": "above", "charge": "old-above", "amount_cents": 1_000, "reason": "flood"}
    with writing(store) as connection:
        return documents.write(connection, WAIVER, waivers, values, who="mei", now=now, reason="flood")


def decides(store: Engine, name: str, action: WaiverAction, version: int) -> WaiverState | Refused[WaiverAction]:
    with writing(store) as connection:
        row = documents.paper_row(connection, waivers, name)
        assert row is not None
        wish = Wish(action, "boss", {"waiver.approve"}, version, "looked at it")
        return documents.step(connection, WAIVER, waivers, row, wish, NOW)


def test_numbers_have_no_gap_and_begin_anew_with_the_year(store: Engine) -> None:
    assert asks(store, "a") == "WV-2026-0001"
    with pytest.raises(DBAPIError):
        asks(store, "a")  # the same id again: rolled back with its number
    assert asks(store, "b") == "WV-2026-0002"
    assert asks(store, "c", NEXT_YEAR) == "WV-2027-0001"


def test_two_people_with_the_same_page_open_decide_once(store: Engine) -> None:
    number = asks(store, "a")
    assert decides(store, "a", WaiverAction.REFUSE, 1) is WaiverState.REFUSED
    late = decides(store, "a", WaiverAction.APPROVE, 1)
    assert isinstance(late, Refused)
    assert late.why is Why.STALE
    with store.connect() as connection:
        told = documents.history(connection, WAIVER.name, number)
    assert [(row.who, row.action) for row in told] == [("mei", "waiver.write"), ("boss", "waiver.refuse")]
    assert told[-1].changes == '{"state": ["asked", "refused"]}'


CHANGES = (
    "UPDATE audit SET reason = 'nothing happened'",
    "DELETE FROM audit",
)
REPLACES = {
    "sqlite": "INSERT OR REPLACE INTO audit (id, at, who, action, subject) "
    "SELECT id, at, 'nobody', action, subject FROM audit",
    "postgresql": "INSERT INTO audit (id, at, who, action, subject) "
    "SELECT id, at, 'nobody', action, subject FROM audit ON CONFLICT (id) DO UPDATE SET who = 'nobody'",
}


def test_the_database_itself_keeps_the_history(store: Engine) -> None:
    asks(store, "a")
    for statement in (*CHANGES, REPLACES[store.dialect.name]):
        with pytest.raises(DBAPIError, match="append-only"), writing(store) as connection:
            connection.execute(text(statement))
    with store.connect() as connection:
        assert connection.scalars(select(audit.c.who)).all() == ["mei"]
