"""REST as a desk uses it: lending, returning, holds, payments, exceptions; and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select

from kiosk.central.copies.board import Board
from kiosk.central.pages.access import Access
from kiosk.central.pages.api.keys import Scope, caller_of, make
from kiosk.central.pages.api.openapi import full_path
from kiosk.central.pages.api.serving import OPERATIONS
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.store import writing
from kiosk.central.store.tables import pins
from kiosk.central.worker import Counts
from kiosk.web.changes import Changes
from tests.central.library import DESK, MONDAY, Central, Kiosk, made
from tests.central.test_rest import Client


@pytest.fixture
def client(store: Engine, central: Central) -> Client:
    """This machine, where no token is set: it may do everything."""
    changes = Changes()
    live = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True)

    def key(offered: str) -> Any:
        with store.connect() as connection:
            return caller_of(connection, offered, MONDAY)

    board = Board("main", lambda _: None)
    parts = Parts(store, DESK, Access(None, key), live, changes, lambda: {"ok": True}, board)
    return Client(application(parts), "http://127.0.0.1")


def post(client: Client, path: str, body: object = None, **headers: str) -> httpx.Response:
    return client.send(f"/api/v1{path}", json.dumps({} if body is None else body).encode(), headers)


def test_a_book_goes_out_and_comes_back(client: Client, central: Central) -> None:
    lent = post(client, "/loans", {"patron": "wei", "item": "snow"}).json()
    assert (lent["allowed"], lent["renewed"], lent["reasons"]) == (True, False, [])
    assert central.on_loan() == {"snow": "wei"}
    refused = post(client, "/loans", {"patron": "amy", "item": "snow"}).json()
    assert (refused["allowed"], refused["reasons"][0]["code"]) == (False, "lent-to-another")
    again = post(client, f"/loans/{lent['loan']}/renew").json()
    assert (again["allowed"], again["renewed"]) == (False, None) or again["allowed"]
    back = post(client, "/items/snow/return").json()
    assert (back["was_lent"], back["keep_for"], back["fine_cents"]) == (True, None, 0)
    assert central.on_loan() == {}


def test_a_hold_is_placed_found_and_cancelled(client: Client) -> None:
    placed = post(client, "/holds", {"patron": "card:Bar-20230002", "item": "snow"}).json()
    assert placed["allowed"]
    (hold,) = client.get("/api/v1/holds?patron=amy").json()["holds"]
    assert (hold["item"], hold["state"]) == ("snow", "waiting")
    assert post(client, "/items/snow/return").json()["keep_for"] == "amy"
    assert post(client, f"/holds/{hold['id']}/cancel").json()["state"] == "cancelled"
    assert post(client, f"/holds/{hold['id']}/cancel").status_code == 200
    assert post(client, "/holds", {"patron": "wei"}).status_code == 400


def test_a_payment_is_entered_once_and_a_waiver_says_why(client: Client) -> None:
    paid = {"id": "p1", "patron": "above", "amount_cents": 1, "method": "cash"}
    assert post(client, "/payments", paid).json()["entered"] is True
    assert post(client, "/payments", paid).json()["entered"] is False
    assert client.get("/api/v1/patrons/above").json()["debt_cents"] == 1_000
    waived = {"id": "w1", "patron": "above", "amount_cents": 1_000, "method": "waived"}
    assert post(client, "/payments", waived).json()["where"] == "body.reference"
    assert post(client, "/payments", waived | {"reference": "a mistake of ours"}).json()["entered"]
    (charge,) = client.get("/api/v1/charges?patron=above").json()["charges"]
    assert (charge["open"], charge["paid_cents"]) == (False, 1_001)


def test_an_exception_has_an_owner_and_a_history(client: Client, central: Central) -> None:
    kiosk = Kiosk()
    kiosk.does(made("i1", "nobody", "snow"))
    central.hears(kiosk)
    (found,) = client.get("/api/v1/exceptions?open=true").json()["exceptions"]
    path = f"/exceptions/{found['id']}"
    assert post(client, f"{path}/take", {"text": "asking at the desk"}).json()["owner"] == "this machine"
    post(client, f"{path}/note", {"text": "a new card"})
    post(client, f"{path}/close")
    post(client, f"{path}/close")
    told = client.get(f"/api/v1{path}").json()
    assert told["open"] is False
    assert [(entry["did"], entry["text"]) for entry in told["history"]] == [
        ("taken", "asking at the desk"),
        ("noted", "a new card"),
        ("closed", ""),
    ]
    assert post(client, f"{path}/reopen").json()["open"] is True


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/loans", {"patron": "wei"}, "body.item"),
        ("/loans", {"patron": "wei", "item": 5}, "body.item"),
        ("/loans", {"patron": "wei", "item": "snow", "colour": "red"}, "body.colour"),
        ("/loans", {"patron": "wei", "item": "snow", "renew": "yes"}, "body.renew"),
        ("/loans", ["wei"], "body"),
        ("/loans", {"patron": "wei", "item": "a\nb"}, "body.item"),
        ("/payments", {"id": "p", "patron": "wei", "amount_cents": -1, "method": "cash"}, "body.amount_cents"),
        ("/payments", {"id": "p", "patron": "wei", "amount_cents": True, "method": "cash"}, "body.amount_cents"),
        ("/payments", {"id": "p", "patron": "wei", "amount_cents": 1, "method": "gold"}, "body.method"),
    ],
)
def test_a_body_that_is_wrong_says_where(client: Client, path: str, body: object, where: str) -> None:
    answer = post(client, path, body)
    assert (answer.status_code, answer.json()["where"]) == (400, where)
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_there_and_what_is_no_json(client: Client) -> None:
    assert post(client, "/loans", {"patron": "none", "item": "snow"}).status_code == 404
    assert post(client, "/items/never/return").status_code == 404
    assert client.send("/api/v1/loans", b"{", {}).json()["where"] == "body"
    assert client.send("/api/v1/loans", b"[" * 100_000, {}).status_code in (400, 413)


def test_every_operation_asks_for_its_scope(client: Client, store: Engine) -> None:
    """Deny by default: a key without scopes gets nothing, whatever the route; one with the scope is let in."""
    with writing(store) as connection:
        bare = make(connection, "bare", [], MONDAY, None)
        keys = {scope: make(connection, scope, [scope], MONDAY, None) for scope in Scope}
    for one in OPERATIONS:
        path = full_path(one).replace("{", "").replace("}", "")
        for key, allowed in ((bare, False), (keys[one.scope], True)):
            headers = {"authorization": f"Bearer {key}"}
            answer = client.get(path, **headers) if one.method == "GET" else client.send(path, b"{}", headers)
            assert (answer.status_code == 403) is not allowed, (one.method, path, answer.text)


def test_a_key_that_has_ended_or_is_none_is_refused(client: Client, store: Engine) -> None:
    with writing(store) as connection:
        key = make(connection, "old", list(Scope), MONDAY.replace(year=2025), 1)
    assert client.get("/api/v1/items", authorization=f"Bearer {key}").status_code == 401
    assert client.get("/api/v1/items", authorization="Bearer lk_0000000000000000_" + "x" * 43).status_code == 401


def test_the_openapi_document_has_every_operation(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(one.method, full_path(one)) for one in OPERATIONS}
    page = client.get("/api/v1/docs").text
    assert all(full_path(one) in page for one in OPERATIONS)


def test_a_patron_s_pin_is_set_and_taken_away_and_never_told(client: Client, store: Engine) -> None:
    assert post(client, "/patrons/wei/pin", {"pin": "48151623"}).json() == {"patron": "wei", "pin": True}
    with store.connect() as connection:
        assert connection.scalar(select(pins.c.hash).where(pins.c.patron == "wei")) is not None
    assert "48151623" not in client.get("/api/v1/patrons/wei").text
    refused = post(client, "/patrons/wei/pin", {"pin": "12ab"})
    assert refused.status_code == 400
    assert "12ab" not in refused.text
    assert post(client, "/patrons/nobody/pin", {"pin": "4815"}).status_code == 404
    for _ in range(2):
        assert post(client, "/patrons/wei/pin/clear").json() == {"patron": "wei", "pin": False}
    with store.connect() as connection:
        assert connection.execute(select(pins)).all() == []
