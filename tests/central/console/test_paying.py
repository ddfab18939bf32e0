"""Paying by phone: a code, a signed call, and every call that is forged, doubled, late or about something else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from kiosk.central.accounts import account
from kiosk.central.auditing import audit
from kiosk.central.bookkeeping import balance_cents
from kiosk.central.console.asked import Console
from kiosk.central.copies.board import Board
from kiosk.central.pages.access import Access
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.paying.keys import BadKeys
from kiosk.central.paying.wechat import WeChatPay
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.money_tables import payment_orders, postings
from kiosk.central.store.tables import payments
from kiosk.central.worker import Counts
from kiosk.model.ids import PatronRef
from kiosk.web.changes import Changes
from tests.central.console.desk import Somebody, Web, console_of, somebody, trail
from tests.central.console.till import STRANGER, THEIRS, Till, TillServer
from tests.central.library import DESK

CALLS = "/payments/wechat"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TillServer]:
    with TillServer(tmp_path) as server:
        yield server


@pytest.fixture
def till(server: TillServer) -> Till:
    return server.till


@pytest.fixture
def mei(store: Engine, server: TillServer) -> Somebody:
    """At a desk with a provider; Above owes 10.01."""
    payer = WeChatPay(server.settings)
    console: Console = replace(console_of(store), payers=(payer,))
    changes = Changes()
    live = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True)
    board = Board("main", lambda _: None)
    parts = Parts(store, DESK, Access("t" * 32), live, changes, lambda: {"ok": True}, board, console, None, (payer,))
    who = somebody(store, "circulation")
    who.client = Web(application(parts))
    return who


def orders(who: Somebody, amount: str = "10.01") -> str:
    """An order with its code on the page; its number."""
    who.get("/console/patron?id=above")
    form = who.form("/console/patron/pay").fields
    answer = who.post("/console/order/ask", **{**form, "amount": amount, "provider": "wechat"})
    who.get(answer.headers["location"])
    return answer.headers["location"].partition("id=")[2]


def calls(who: Somebody, body: bytes, headers: Mapping[str, str] | Mapping[str, str | bytes]) -> int:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(who.client.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://library.example.org") as client:
            return await client.post(
                CALLS, content=body, headers=[(name.encode(), _raw(value)) for name, value in headers.items()]
            )

    return asyncio.run(ask()).status_code


def _raw(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def owes(store: Engine) -> int:
    with store.connect() as connection:
        return account(connection, PatronRef("above")).debt_cents


def state(store: Engine, order: str) -> str:
    with store.connect() as connection:
        return str(connection.scalar(select(payment_orders.c.state).where(payment_orders.c.id == order)))


def count(store: Engine) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(payments)) or 0


def test_a_patron_scans_pays_and_owes_nothing(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    assert '<svg class="code"' in mei.page
    assert till.orders[order]["amount"] == {"total": 1001, "currency": "CNY"}
    assert "Pay" not in str(till.orders[order].get("attach", ""))
    assert "above" not in json.dumps(till.orders[order])  # the provider hears no patron
    body = till.call(order)
    assert calls(mei, body, till.signed(body)) == 204
    assert (owes(store), state(store, order)) == (0, "paid")
    assert "paid" in mei.get(f"/console/order?id={order}").text
    assert ("provider:wechat", "order.paid", f"order:{order}") in trail(store)
    with store.connect() as connection:
        assert balance_cents(connection, "patron:above") == 0
        assert balance_cents(connection, "paid:qr") == 1_001


def test_a_call_that_comes_twice_is_entered_once(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    for _ in range(3):
        body = till.call(order)
        assert calls(mei, body, till.signed(body)) == 204
    assert (owes(store), count(store), state(store, order)) == (0, 1, "paid")
    assert [action for _, action, _ in trail(store)] == ["order.place", "order.paid"]


def test_forged_calls_change_nothing(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    body = till.call(order)
    good = till.signed(body)
    forged: dict[str, tuple[bytes, Mapping[str, str] | Mapping[str, str | bytes]]] = {
        "of a stranger's key": (body, till.signed(body, key=STRANGER)),
        "without a signature": (body, {}),
        "with another body": (body.replace(b"EV-1", b"EV-2"), good),
        "of an hour ago": (body, till.signed(body, time.time() - 3_600)),
        "from the future": (body, till.signed(body, time.time() + 3_600)),
        "with another serial": (body, {**good, "Wechatpay-Serial": "0"}),
        "with a time that is none": (body, {**good, "Wechatpay-Timestamp": b"\xb2"}),
        "with a signature that is no base64": (body, {**good, "Wechatpay-Signature": b"\xe9=="}),
        "with another secret": (other := till.call(order, secret="x" * 32), till.signed(other)),
        "for another merchant": (other := till.call(order, mchid="1"), till.signed(other)),
        "for another app": (other := till.call(order, appid="wx1"), till.signed(other)),
        "that did not succeed": (other := till.call(order, trade_state="CLOSED"), till.signed(other)),
        "without an amount": (other := till.call(order, amount={}), till.signed(other)),
        "with a fraction of a cent": (other := till.call(order, amount={"total": 0.5}), till.signed(other)),
        "that is no JSON": (b"\xff{", till.signed(b"\xff{")),
        "that is a list": (b"[]", till.signed(b"[]")),
    }
    for why, (content, headers) in forged.items():
        assert calls(mei, content, headers) == 401, why
    assert calls(mei, b"x" * 70_000, {}) == 413
    assert (owes(store), count(store), state(store, order)) == (1_001, 0, "waiting")


def test_a_call_about_something_else_or_of_an_order_that_is_not_ours(mei: Somebody, store: Engine, till: Till) -> None:
    body = json.dumps({"event_type": "REFUND.SUCCESS", "resource": {}}).encode()
    assert calls(mei, body, till.signed(body)) == 204
    till.orders["0" * 32] = {"amount": {"total": 1, "currency": "CNY"}}
    body = till.call("0" * 32)
    assert calls(mei, body, till.signed(body)) == 404
    assert count(store) == 0


def test_money_that_comes_late_is_entered_and_shown(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    assert "cancelled" in mei.send("/console/order/drop")
    mei.send("/console/patron/pay", amount="10.01", method="cash")
    body = till.call(order)
    assert calls(mei, body, till.signed(body)) == 204
    assert state(store, order) == "paid-late"
    with store.connect() as connection:
        assert account(connection, PatronRef("above")).credit_cents == 1_001
    assert "paid after it had ended" in " ".join(mei.get(f"/console/order?id={order}").text.split())


def test_an_order_whose_time_is_over_shows_no_code(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    with writing(store) as connection:
        connection.execute(update(payment_orders).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
    assert "<svg" not in mei.get(f"/console/order?id={order}").text
    body = till.call(order)
    calls(mei, body, till.signed(body))
    assert (owes(store), state(store, order)) == (0, "paid-late")


def test_another_amount_than_ordered_enters_nothing(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    for amount in ({"total": 1, "currency": "CNY"}, {"total": 1_001, "currency": "USD"}):
        body = till.call(order, amount=amount)
        calls(mei, body, till.signed(body))
    assert (owes(store), count(store), state(store, order)) == (1_001, 0, "wrong-amount")


def test_a_call_that_was_lost_is_asked_for(mei: Somebody, store: Engine, till: Till) -> None:
    order = orders(mei)
    answer = mei.get(f"/console/order/look?id={order}")
    assert (answer.status_code, state(store, order)) == (303, "waiting")
    till.call(order)  # paid, and the call went nowhere
    mei.get(f"/console/order/look?id={order}")
    assert (owes(store), state(store, order)) == (0, "paid")


def test_a_provider_that_is_away_or_does_not_sign_is_said(mei: Somebody, store: Engine, till: Till) -> None:
    till.signs_with = STRANGER
    order = orders(mei)
    assert "The provider cannot be asked" in mei.reads
    assert "<svg" not in mei.page
    till.signs_with = THEIRS
    assert "<svg" in mei.get(f"/console/order?id={order}").text


def test_keys_that_cannot_be_used_are_named(server: TillServer, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    with pytest.raises(BadKeys, match=r"payments\.secret_file .* 32 characters, found 5"):
        WeChatPay(server.settings)
    with pytest.raises(BadKeys, match=r"payments\.key_file"):
        WeChatPay(replace(server.settings, key_file=tmp_path / "nothing.pem"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE postings SET cents = 1",
        "DELETE FROM postings",
        "INSERT INTO postings (at, debit, credit, cents, reference) SELECT at, debit, credit, 0, 'x' FROM postings",
        "INSERT INTO postings (at, debit, credit, cents, reference) SELECT at, debit, debit, 5, 'x' FROM postings",
        "INSERT INTO postings (at, debit, credit, cents, reference) SELECT at, debit, credit, -5, 'x' FROM postings",
    ],
)
def test_the_database_keeps_the_books(store: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError), writing(store) as connection:
        connection.execute(text(statement))
    with store.connect() as connection:
        total = select(func.count(), func.sum(postings.c.cents)).select_from(postings)
        assert tuple(connection.execute(total).one()) == (2, 2_001)


def test_what_was_owed_and_paid_before_is_posted_by_the_migration(empty_url: str) -> None:
    store = open_store(empty_url)
    upgrade(store, "0012")
    now = datetime(2026, 11, 1, tzinfo=UTC).isoformat(sep=" ")
    with writing(store) as connection:
        connection.execute(
            text(
                "INSERT INTO charges (id, patron, kind, amount_cents, paid_cents, at, open) "
                f"VALUES ('c', 'wei', 'overdue', 500, 200, '{now}', :open)"
            ),
            {"open": True},
        )
        connection.execute(
            text(
                "INSERT INTO payments (id, patron, amount_cents, currency, method, at) "
                f"VALUES ('p', 'wei', 200, 'CNY', 'cash', '{now}')"
            )
        )
    upgrade(store)
    with store.connect() as connection:
        assert balance_cents(connection, "patron:wei") == 300
        assert balance_cents(connection, "paid:cash") == 200
    store.dispose()


def test_a_difference_is_found_at_night_and_posted_by_whoever_repairs_it(store: Engine) -> None:
    with writing(store) as connection:
        row = {"at": datetime(2026, 11, 1, tzinfo=UTC), "debit": "patron:wei", "credit": "income:other", "cents": 700}
        connection.execute(insert(postings).values({**row, "reference": "x"}))
    assert audit(store, datetime.now(UTC)) == 1
    boss = somebody(store, "director", name="boss")
    boss.get("/console/findings")
    assert "Double entry differs" in boss.reads
    boss.send("/console/findings/settle", decision="repair")
    with store.connect() as connection:
        assert balance_cents(connection, "patron:wei") == 0
        assert balance_cents(connection, "correction") == 700
    assert audit(store, datetime.now(UTC)) == 0
