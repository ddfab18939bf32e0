"""Paying by Alipay beside WeChat Pay: a code, and calls that are right, forged, doubled, late or another's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from sqlalchemy import Engine, func, select

from kiosk.central.accounts import account
from kiosk.central.copies.board import Board
from kiosk.central.pages.access import Access
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.paying.alipay import Alipay
from kiosk.central.paying.keys import BadKeys
from kiosk.central.paying.wechat import WeChatPay
from kiosk.central.store.money_tables import payment_orders
from kiosk.central.store.tables import payments
from kiosk.central.worker import Counts
from kiosk.model.ids import PatronRef
from kiosk.web.changes import Changes
from tests.central.console.alipay_till import Gateway, GatewayServer
from tests.central.console.desk import Somebody, Web, console_of, somebody, trail
from tests.central.console.till import OURS, STRANGER, THEIRS, TillServer
from tests.central.library import DESK


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GatewayServer]:
    with GatewayServer(tmp_path) as server:
        yield server


@pytest.fixture
def gateway(server: GatewayServer) -> Gateway:
    return server.gateway


@pytest.fixture
def till(tmp_path: Path) -> Iterator[TillServer]:
    with TillServer(tmp_path) as till:
        yield till


@pytest.fixture
def mei(store: Engine, server: GatewayServer, till: TillServer) -> Somebody:
    """At a desk with both providers; Above owes 10.01."""
    payers = (WeChatPay(till.settings), Alipay(server.settings))
    changes = Changes()
    live, board = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True), Board("main", lambda _: None)
    console = replace(console_of(store), payers=payers)
    parts = Parts(store, DESK, Access("t" * 32), live, changes, lambda: {"ok": True}, board, console, None, payers)
    who = somebody(store, "circulation")
    who.client = Web(application(parts))
    return who


def orders(who: Somebody, amount: str = "10.01") -> str:
    who.get("/console/patron?id=above")
    form = who.form("/console/patron/pay").fields
    answer = who.post("/console/order/ask", **{**form, "amount": amount, "provider": "alipay"})
    who.get(answer.headers["location"])
    return answer.headers["location"].partition("id=")[2]


def calls(who: Somebody, body: bytes, provider: str = "alipay") -> tuple[int, str]:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(who.client.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://library.example.org") as client:
            headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
            return await client.post(f"/payments/{provider}", content=body, headers=headers)

    answer = asyncio.run(ask())
    return answer.status_code, answer.text


TAKEN = (200, "success")


def stands(store: Engine, order: str) -> tuple[int, int, str]:
    """Owed, payments, the order's state."""
    with store.connect() as connection:
        state = connection.scalar(select(payment_orders.c.state).where(payment_orders.c.id == order))
        count = connection.scalar(select(func.count()).select_from(payments)) or 0
        return account(connection, PatronRef("above")).debt_cents, count, str(state)


def test_a_patron_chooses_alipay_scans_and_owes_nothing(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    mei.get("/console/patron?id=above")
    assert "WeChat Pay Alipay" in mei.reads
    order = orders(mei)
    assert '<svg class="code"' in mei.page
    assert gateway.orders[order]["total_amount"] == "10.01"
    assert "above" not in str(gateway.orders[order])  # the provider hears no patron
    assert calls(mei, gateway.call(order)) == TAKEN
    assert stands(store, order) == (0, 1, "paid")
    assert ("provider:alipay", "order.paid", f"order:{order}") in trail(store)


def test_a_call_that_comes_again_for_a_day_is_entered_once(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    order = orders(mei)
    for told in ("2026-11-27 18:00:05", "2026-11-27 18:04:05", "2026-11-28 19:00:00"):
        assert calls(mei, gateway.call(order, notify_time=told)) == TAKEN
    assert calls(mei, gateway.call(order, trade_status="TRADE_FINISHED")) == TAKEN
    assert stands(store, order) == (0, 1, "paid")


def test_forged_calls_change_nothing(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    order = orders(mei)
    body = gateway.call(order)
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    forged = {
        "of a stranger's key": gateway.call(order, key=STRANGER),
        "signed with our own key": gateway.call(order, key=OURS),
        "without a signature": urlencode({**fields, "sign": ""}).encode(),
        "that says RSA": urlencode({**fields, "sign_type": "RSA"}).encode(),
        "with another amount than was signed": urlencode({**fields, "total_amount": "0.01"}).encode(),
        "with a field more": urlencode({**fields, "receipt_amount": "1"}).encode(),
        "with a field twice": body + b"&trade_status=TRADE_SUCCESS",
        "for another app": gateway.call(order, app_id="1"),
        "for another seller": gateway.call(order, seller_id="2088"),
        "without an amount": gateway.call(order, total_amount=""),
        "with an amount that is none": gateway.call(order, total_amount="10.010"),
        "with an amount in other digits": gateway.call(order, total_amount="１０.01"),
        "that is no form": b"\xff\xfe",
        "that is empty": b"",
    }
    for why, content in forged.items():
        assert calls(mei, content)[0] == 401, why
    assert calls(mei, b"x" * 70_000)[0] == 413
    assert stands(store, order) == (1_001, 0, "waiting")


def test_a_call_about_a_refund_or_of_an_order_that_is_not_its_own(
    mei: Somebody, store: Engine, gateway: Gateway
) -> None:
    order = orders(mei)
    assert calls(mei, gateway.call(order, trade_status="WAIT_BUYER_PAY")) == TAKEN
    assert calls(mei, gateway.call(order, refund_fee="10.01")) == TAKEN
    assert stands(store, order) == (1_001, 0, "waiting")
    mei.get("/console/patron?id=above")
    form = mei.form("/console/patron/pay").fields
    answer = mei.post("/console/order/ask", **{**form, "amount": "10.01", "provider": "wechat"})
    others = answer.headers["location"].partition("id=")[2]
    for unknown in (others, "0" * 32):
        gateway.orders[unknown] = {"total_amount": "10.01"}
        assert calls(mei, gateway.call(unknown))[0] == 404
    assert stands(store, others) == (1_001, 0, "waiting")


def test_another_amount_than_ordered_enters_nothing(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    order = orders(mei)
    assert calls(mei, gateway.call(order, total_amount="10.00")) == TAKEN
    assert stands(store, order) == (1_001, 0, "wrong-amount")


def test_money_that_comes_late_is_entered(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    order = orders(mei)
    mei.send("/console/order/drop")
    assert calls(mei, gateway.call(order)) == TAKEN
    assert stands(store, order) == (0, 1, "paid-late")


def test_a_call_that_was_lost_is_asked_for(mei: Somebody, store: Engine, gateway: Gateway) -> None:
    order = orders(mei)
    mei.get(f"/console/order/look?id={order}")
    assert stands(store, order) == (1_001, 0, "waiting")
    gateway.call(order)  # paid, and the call went nowhere
    mei.get(f"/console/order/look?id={order}")
    assert stands(store, order) == (0, 1, "paid")


def test_an_answer_that_it_did_not_sign_is_not_believed(mei: Somebody, gateway: Gateway) -> None:
    gateway.signs_with = STRANGER
    order = orders(mei)
    assert "The provider cannot be asked" in mei.reads
    assert "<svg" not in mei.page
    gateway.signs_with = THEIRS
    assert "<svg" in mei.get(f"/console/order?id={order}").text


def test_keys_that_cannot_be_used_are_named(server: GatewayServer, tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match=r"alipay\.alipay_key_file"):
        Alipay(replace(server.settings, alipay_key_file=tmp_path / "nothing.pem"))
    with pytest.raises(ValueError, match="https"):
        replace(server.settings, gateway="http://openapi.alipay.com/gateway.do")
