"""The pages of orders in a frame of our own: who may do what, what is shown, and that what was typed is only text."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, Undefined
from sqlalchemy import Engine, create_engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kiosk.fleet.commands import pages
from kiosk.fleet.commands.issuing import Issuer
from kiosk.wire import Channel, CommandKind, SetAside, Station, decode_command, encode_log_part, parts_of

MAY = {"ann": {pages.READ, pages.ORDER}, "bob": {pages.READ, pages.AGREE}, "guest": {pages.READ}}
TEMPLATES = Path(pages.__file__).with_name("templates")


class PlainFrame:
    """Whoever the header names is signed in."""

    def __init__(self) -> None:
        loader = ChoiceLoader(
            [FileSystemLoader(TEMPLATES), DictLoader({"base.html": "<main>{% block main %}{% endblock %}</main>"})]
        )
        self._templates = Environment(loader=loader, autoescape=True, undefined=Undefined)

    async def allowed(self, request: Request, permission: str) -> str:
        who = request.headers.get("who", "")
        if permission not in MAY.get(who, set()):
            raise HTTPException(403)
        return who

    async def form(self, request: Request) -> Mapping[str, str]:
        return {key: str(value) for key, value in (await request.form()).items()}

    def page(self, request: Request, template: str, context: Mapping[str, object], status: int = 200) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(**context), status)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = create_engine(f"sqlite:///{tmp_path / 'fleet.sqlite'}")
    yield found
    found.dispose()


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
def issuer(engine: Engine, heard: list[bytes]) -> Issuer:
    def publish(station: Station, channel: Channel, payload: bytes) -> bool:
        heard.append(payload)
        return True

    return Issuer(engine, "main", Ed25519PrivateKey.generate(), publish)


@dataclass(frozen=True)
class Browser:
    """Asks the pages without a socket, and follows where it is sent."""

    application: Starlette

    def request(
        self, method: str, path: str, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)
            async with httpx.AsyncClient(transport=transport, base_url="http://x", follow_redirects=True) as client:
                return await client.request(method, path, data=data, headers=headers)

        return asyncio.run(asked())

    def get(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        return self.request("GET", path, None, headers)

    def post(self, path: str, headers: Mapping[str, str], data: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("POST", path, data, headers)


@pytest.fixture
def client(engine: Engine, issuer: Issuer) -> Browser:
    return Browser(Starlette(routes=pages.routes(PlainFrame(), engine, lambda: datetime.now(UTC))))


def as_(who: str) -> dict[str, str]:
    return {"who": who}


def test_ann_orders_bob_agrees_and_the_page_tells_all_of_it(client: Browser, issuer: Issuer) -> None:
    form = {"kind": "restart", "stations": "kiosk-1 kiosk-2"}
    page = client.post("/orders", data=form, headers=as_("ann"))
    assert page.status_code == 200
    assert "<strong>asked</strong>" in page.text
    path = str(page.url.path)
    assert client.post(f"{path}/agree", headers=as_("ann")).status_code == 403
    agreed = client.post(f"{path}/agree", headers=as_("bob"))
    assert "bob\n  agreed" in agreed.text or "bob agreed" in " ".join(agreed.text.split())
    issuer.tick(datetime.now(UTC))
    told = client.get(path, headers=as_("guest"))
    assert "2 of 2 stations" in told.text
    assert client.post(f"{path}/agree", headers=as_("bob")).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/orders"), ("post", "/orders"), ("get", "/orders/x"), ("post", "/orders/x/stop"), ("get", "/logs/x")],
)
def test_a_stranger_gets_nothing(client: Browser, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 403


def test_an_order_that_makes_no_sense_is_shown_again_with_what_is_wrong(client: Browser) -> None:
    page = client.post("/orders", data={"kind": "update", "stations": "<b>", "url": "x"}, headers=as_("ann"))
    assert page.status_code == 400
    assert "arguments.sha256" in page.text
    assert "<b>" not in page.text
    assert "&lt;b&gt;" in page.text
    assert client.post("/orders", data={"kind": "dance"}, headers=as_("ann")).status_code == 400
    assert client.get("/orders/none", headers=as_("ann")).status_code == 404


def test_a_log_is_handed_out_as_text(client: Browser, issuer: Issuer, heard: list[bytes]) -> None:
    client.post("/orders", data={"kind": "log", "stations": "kiosk-1"}, headers=as_("ann"))
    issuer.tick(datetime.now(UTC))
    told = decode_command(heard[0])
    assert not isinstance(told, SetAside)
    assert told.command.kind is CommandKind.LOG
    for part in parts_of(told.command.id, "<script>alert(1)</script>\n"):
        now = datetime.now(UTC)
        issuer.heard(told.command.station, Channel.LOG, encode_log_part(told.command.station, part, now), now)
    log = client.get(f"/logs/{told.command.id}", headers=as_("guest"))
    assert log.text == "<script>alert(1)</script>\n"
    assert log.headers["content-type"].startswith("text/plain")
    assert log.headers["content-disposition"].startswith("attachment")
    assert client.get("/logs/none", headers=as_("guest")).status_code == 404
