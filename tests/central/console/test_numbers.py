"""The one search box takes the number of every paper, as somebody reads it off a page or a letter, if they may look."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from kiosk.central.documents import next_number
from kiosk.central.paying.orders import cancel, order_row, place
from kiosk.central.store import writing
from kiosk.central.store.notice_tables import notices
from kiosk.model.ids import PatronRef
from tests.central.console.desk import Somebody, somebody

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
ORDER = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def mei(store: Engine) -> Somebody:
    with writing(store) as connection:
        for name in (ORDER, "f" * 32):
            place(
                connection,
                name,
                PatronRef("above"),
                500,
                "CNY",
                [],
                lasts=timedelta(minutes=15),
                provider="wechat",
                who="mei",
                now=NOW,
            )
        told = {"kind": "overdue", "patron": "wei", "subject": "", "day": date(2026, 11, 25), "state": "sent"}
        connection.execute(insert(notices).values(**told, made_at=NOW, due_at=NOW))
    return somebody(store, "circulation")


def leads(who: Somebody, typed: str) -> str:
    who.get("/console/")
    answer = who.post("/console/search", **{**who.form("/console/search").fields, "q": typed})
    return str(answer.headers.get("location", ""))


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("PY-2026-0001", f"/console/order?id={ORDER}"),
        ("py-2026-0002", f"/console/order?id={'f' * 32}"),
        ("ＰＹ－２０２６－０００１", f"/console/order?id={ORDER}"),
        (ORDER.upper(), f"/console/order?id={ORDER}"),
        ("NT-1", "/console/notice?id=1"),
        ("nt-1", "/console/notice?id=1"),
    ],
)
def test_a_number_leads_to_its_page(mei: Somebody, typed: str, page: str) -> None:
    assert leads(mei, typed) == page
    assert mei.get(page).status_code == 200


@pytest.mark.parametrize(
    "typed", ["PY-2026-0003", "NT-2", "NT-99999999999999999", "IP-2026-0001", "XX-2026-0001", "#7"]
)
def test_a_number_that_nothing_has_leads_nowhere(mei: Somebody, typed: str) -> None:
    assert leads(mei, typed) == ""


def test_who_may_not_look_is_not_led_there(store: Engine, mei: Somebody) -> None:
    for role in ("cataloguer", "stranger"):
        who = somebody(store, role, name=role)
        for typed in ("PY-2026-0001", ORDER, "NT-1"):
            assert leads(who, typed) == "", (role, typed)


def test_an_order_keeps_its_number_and_one_sent_twice_takes_no_second(store: Engine, mei: Somebody) -> None:
    with writing(store) as connection:
        place(
            connection,
            ORDER,
            PatronRef("above"),
            500,
            "CNY",
            [],
            lasts=timedelta(minutes=15),
            provider="wechat",
            who="mei",
            now=NOW,
        )
        row = order_row(connection, ORDER)
        assert row is not None
        assert cancel(connection, row, "mei", NOW)
        assert row.number == "PY-2026-0001"
        assert next_number(connection, "order", 2026) == 3
