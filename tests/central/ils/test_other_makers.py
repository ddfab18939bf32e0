"""Our client at a SIP2 server that nobody here wrote (PyPI's pysip2), on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import pytest
from pysip2 import (
    CHECKIN,
    CHECKOUT,
    ITEM_INFORMATION,
    LOGIN,
    PATRON_INFORMATION,
    CheckinRequest,
    CheckinResponse,
    CheckoutRequest,
    CheckoutResponse,
    ItemInformationRequest,
    ItemInformationResponse,
    LoginRequest,
    LoginResponse,
    PatronInformationRequest,
    PatronInformationResponse,
    RequestContext,
    SIP2Server,
)

from kiosk.central.ils.connection import Address
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from kiosk.settings import load
from tests.real_parts import PATIENCE_S

PROFILE = load(Profile, Path(__file__).parents[3] / "config" / "ils" / "pysip2.toml")
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


def library(lent: dict[str, str]) -> SIP2Server:
    """Lends and takes back, as its handlers say."""
    app = SIP2Server(institution_id="MAIN")

    @app.route(LOGIN)
    def login(req: LoginRequest, ctx: RequestContext[LoginRequest, LoginResponse]) -> LoginResponse:
        return LoginResponse(ok="1" if req.login_password == "secret" else "0")

    @app.route(CHECKOUT)
    def checkout(req: CheckoutRequest, ctx: RequestContext[CheckoutRequest, CheckoutResponse]) -> CheckoutResponse:
        ok = lent.setdefault(req.item_identifier, req.patron_identifier) == req.patron_identifier
        return CheckoutResponse(
            ok="1" if ok else "0",
            renewal_ok="N",
            magnetic_media="N",
            desensitize="Y" if ok else "N",
            transaction_date=ctx.now_18(),
            institution_id="MAIN",
            patron_identifier=req.patron_identifier,
            item_identifier=req.item_identifier,
            title_identifier="Dune",
            due_date="20261222    235900",
        )

    @app.route(CHECKIN)
    def checkin(req: CheckinRequest, ctx: RequestContext[CheckinRequest, CheckinResponse]) -> CheckinResponse:
        was = lent.pop(req.item_identifier, None) is not None
        return CheckinResponse(
            ok="1" if was else "0",
            resensitize="Y",
            magnetic_media="N",
            alert="N",
            transaction_date=ctx.now_18(),
            institution_id="MAIN",
            item_identifier=req.item_identifier,
            permanent_location="east",
        )

    _tells(app, lent)
    return app


def _tells(app: SIP2Server, lent: dict[str, str]) -> None:
    """What may be asked."""

    @app.route(ITEM_INFORMATION)
    def item(
        req: ItemInformationRequest, ctx: RequestContext[ItemInformationRequest, ItemInformationResponse]
    ) -> ItemInformationResponse:
        return ItemInformationResponse(
            circulation_status="04" if req.item_identifier in lent else "03",
            security_marker="00",
            fee_type="01",
            transaction_date=ctx.now_18(),
            item_identifier=req.item_identifier,
            title_identifier="Dune",
        )

    @app.route(PATRON_INFORMATION)
    def patron(
        req: PatronInformationRequest, ctx: RequestContext[PatronInformationRequest, PatronInformationResponse]
    ) -> PatronInformationResponse:
        has = tuple(number for number, who in lent.items() if who == req.patron_identifier)
        return PatronInformationResponse(
            patron_status=" " * 14,
            language="001",
            transaction_date=ctx.now_18(),
            hold_items_count="0000",
            overdue_items_count="0000",
            charged_items_count=f"{len(has):04d}",
            fine_items_count="0000",
            recall_items_count="0000",
            unavailable_holds_count="0000",
            institution_id="MAIN",
            patron_identifier=req.patron_identifier,
            personal_name="Paul",
            valid_patron="Y",
            charged_items=has,
        )


@pytest.fixture
def lent() -> dict[str, str]:
    return {}


@pytest.fixture
def ils(lent: dict[str, str]) -> Iterator[Sip2Ils]:
    ready, ended = threading.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with library(lent).start("127.0.0.1", 0) as port:
            ports.append(port)
            ready.set()
            while not ended.is_set():
                await anyio.sleep(0.01)

    thread = threading.Thread(target=anyio.run, args=(serve,), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    settings = IlsSettings(
        profile=Path("unused"), port=ports[0], user="kiosk", answer_s=PATIENCE_S, patience_s=PATIENCE_S
    )
    pool = Pool(Address(settings, PROFILE, "secret"))
    yield Sip2Ils(pool, PROFILE, "MAIN", ZoneInfo("Asia/Shanghai"))
    ended.set()
    thread.join(PATIENCE_S)


def test_it_is_lent_asked_about_and_taken_back(ils: Sip2Ils, lent: dict[str, str]) -> None:
    made = ils.lend("200123", "880002", told=None, at=NOW)
    assert (made.done, made.open_tag, made.title) == (True, True, "Dune")
    assert ils.patron("200123").charged == ("880002",)
    assert ils.item("880002").is_lent
    assert not ils.lend("other", "880002", told=None, at=NOW).done
    assert ils.take_back("880002", NOW).done
    assert lent == {}


def test_what_it_does_not_support_is_a_plain_no(ils: Sip2Ils) -> None:
    assert not ils.renew("200123", "880002", NOW).done
    assert not ils.reserve("200123", item="880002", title="", pickup="", at=NOW)
    assert not ils.pay("200123", 500, "p-1", NOW)
