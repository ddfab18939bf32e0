"""Somebody at the console: signed in, asking for pages and sending forms as a browser without JavaScript does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import httpx
from sqlalchemy import Engine, insert, select
from starlette.routing import Route
from starlette.types import ASGIApp

from kiosk.central.console.asked import Console
from kiosk.central.copies.board import Board
from kiosk.central.pages.access import Access
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.store import writing
from kiosk.central.store.console_tables import audit, staff
from kiosk.central.worker import Counts
from kiosk.settings import load
from kiosk.web import sessions
from kiosk.web.changes import Changes
from kiosk.web.roles import SHIPPED, RolesFile
from kiosk.web.sessions import COOKIE, Limits
from kiosk.web.staff import find
from tests.central.library import DESK

ROLES = load(RolesFile, SHIPPED)
LIMITS = Limits(timedelta(hours=12), timedelta(minutes=60))
HERE = "http://127.0.0.1"


def console_of(store: Engine, *, may_lend: bool = True) -> Console:
    return Console(store, DESK, ROLES, LIMITS, "Asia/Shanghai", "CNY", may_lend=may_lend, changed=lambda: None)


@dataclass(slots=True)
class Web:
    """The application without a socket. It keeps no cookies and follows no redirect."""

    app: ASGIApp

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self._ask("GET", path, headers)

    def post(
        self,
        path: str,
        data: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> httpx.Response:
        return self._ask("POST", path, headers, data, files)

    def post_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """As no browser sends it."""
        return self._ask("POST", path, headers, content=body)

    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HERE) as client:
                return await client.request(method, path, headers=headers, data=data, files=files, content=content)

        return asyncio.run(ask())


BOARD = Board("main", lambda _: None)


def web(store: Engine, console: Console | None = None, token: str | None = None, public: Sequence[Route] = ()) -> Web:
    """All of central's web application; `public`: what everybody may ask for."""
    changes = Changes()
    live = Live(store, "Asia/Shanghai", changes, Counts(), lambda: True)
    parts = Parts(store, DESK, Access(token), live, changes, lambda: {"ok": True}, BOARD, console or console_of(store))
    return Web(application(parts, public))


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and what it sends if nothing is typed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told["action"]))
        elif tag == "input" and self.forms and "name" in told and told.get("type") != "checkbox":
            self.forms[-1].fields[told["name"]] = told.get("value", "")
        elif tag == "option" and "selected" in told and self.forms:
            self.forms[-1].fields.setdefault("selected", told.get("value", ""))


def forms_of(page: str) -> list[Form]:
    parser = _Forms()
    parser.feed(page)
    return parser.forms


def words_of(page: str) -> str:
    """What a reader of the page sees: no tags, one blank between words."""
    body = page.partition("<body")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


@dataclass(slots=True)
class Somebody:
    """One signed-in browser."""

    client: Web
    cookie: str
    page: str = ""

    def get(self, path: str) -> httpx.Response:
        answer = self.client.get(path, headers={"cookie": f"{COOKIE}={self.cookie}"})
        self.page = answer.text
        return answer

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.upload(path, fields, None)

    def upload(
        self, path: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None
    ) -> httpx.Response:
        headers = {"cookie": f"{COOKIE}={self.cookie}", "origin": HERE, "sec-fetch-site": "same-origin"}
        return self.client.post(path, fields, headers, files)

    def form(self, action: str) -> Form:
        """The form of the page that goes there."""
        return next(form for form in forms_of(self.page) if form.action == action)

    def send(self, action: str, /, **typed: str) -> str:
        """Fill in a form of the page, send it, go where it leads; what is read there."""
        answer = self.post(action, **{**self.form(action).fields, **typed})
        if answer.status_code == 303:
            answer = self.get(answer.headers["location"])
        self.page = answer.text
        return self.reads

    @property
    def reads(self) -> str:
        return words_of(self.page)


def somebody(store: Engine, *roles: str, name: str = "mei", language: str = "en", branch: str = "") -> Somebody:
    """An account with these roles, signed in. Its password is nobody's: to hash one takes a third of a second."""
    now = datetime.now(UTC)
    with writing(store) as connection:
        if find(connection, name) is None:
            connection.execute(
                insert(staff).values(
                    name=name,
                    full_name=name.title(),
                    roles=" ".join(roles),
                    branch=branch,
                    language=language,
                    password="",
                    made_at=now,
                )
            )
        cookie = sessions.entered(connection, name, now)
    return Somebody(web(store), cookie)


def trail(store: Engine) -> list[tuple[str, str, str]]:
    """Who did what to what, the oldest first; signing in is left out."""
    with store.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.action != "sign-in").order_by(audit.c.id)).all()
    return [(row.who, row.action, row.subject) for row in rows]
