"""The web application: the live page, its stream, signing in, and REST."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.central import feeds
from kiosk.central.answering import Desk
from kiosk.central.console.asked import Console
from kiosk.central.console.serving import Pages
from kiosk.central.copies.board import Board
from kiosk.central.lent.copying import Copies
from kiosk.central.objects.showing import HARVEST, PATH
from kiosk.central.pages.access import COOKIE, SESSION_S, Access
from kiosk.central.pages.answers import Wrong, refused
from kiosk.central.pages.api.keys import Scope as KeyScope
from kiosk.central.pages.api.serving import Rest
from kiosk.central.pages.live import MOST_STREAMS, Live
from kiosk.central.pages.reading import Told
from kiosk.central.paying import hearing
from kiosk.central.paying.provider import Provider
from kiosk.web.changes import Changes
from kiosk.web.forms import HEADERS, SHARED

FILES = Path(__file__).parent / "files"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = ("tokens.css", "central.css", "console.css", "central.js", "central.svg")
OPEN_PATHS = frozenset({"/sign-in", "/tokens.css", "/central.css", "/console.css", "/central.svg", "/api/v1/health"})
"""Answered without a token: they tell nothing of anybody."""
PUBLIC_PATHS = (PATH, HARVEST, feeds.PATH)
CONSOLE_PATH = "/console"
LARGEST_FORM = 4_096


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pages are made of."""

    engine: Engine
    desk: Desk
    access: Access
    live: Live
    changes: Changes
    health: Callable[[], Told]
    board: Board
    """What central hands to its stations as files."""
    console: Console | None = None
    copies: Copies | None = None
    """What gates fetch."""
    payers: Sequence[Provider] = ()
    """Who calls when something was paid by phone."""


def application(parts: Parts, public: Sequence[Route] = ()) -> ASGIApp:
    """The ASGI application. `public`: what everybody may ask for, without a token."""
    rest = Rest(parts.engine, parts.desk, parts.health, parts.changes.note, parts.copies)

    async def page(request: Request) -> Response:
        if parts.access.token is not None and not parts.access.signed_in(request):
            return RedirectResponse("/sign-in", 303)
        return _file("live.html")

    async def live(request: Request) -> Response:
        if parts.live.streams >= MOST_STREAMS:
            raise Wrong(503, f"{MOST_STREAMS} pages are open already")
        return StreamingResponse(parts.live.stream(), 200, {"cache-control": "no-store"}, "text/event-stream")

    async def sign_in(request: Request) -> Response:
        if request.method != "POST":
            return _file("sign-in.html")
        try:
            cookie = parts.access.sign_in(await _offered(request))
        except Wrong as wrong:
            return _file("sign-in-again.html", wrong.status)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, cookie, SESSION_S, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def sign_out(request: Request) -> Response:
        parts.access.sign_out(request)
        return RedirectResponse("/sign-in", 303)

    async def copy(request: Request) -> Response:
        if KeyScope.COPIES_READ not in request.state.caller.scopes:
            raise Wrong(403, f"this key lacks the scope {KeyScope.COPIES_READ}", "header.authorization")
        path = parts.board.find(request.path_params["name"], request.path_params["version"])
        if path is None:
            raise Wrong(404, "there is a newer copy, or none", "path.version")
        return FileResponse(path, media_type="application/octet-stream", headers={"cache-control": "no-store"})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        parts.changes.attach()
        yield

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/live", live),
            Route("/sign-in", sign_in, methods=["GET", "POST"]),
            Route("/sign-out", sign_out, methods=["POST"]),
            *(_served(name) for name in STATIC),
            Route("/copies/{name}/{version}", copy),
            Mount("/api/v1", routes=rest.routes()),
            *public,
            *(hearing.route(payer, parts.engine, parts.changes.note) for payer in parts.payers),
            *([] if parts.console is None else [Mount(CONSOLE_PATH, routes=Pages(parts.console).routes())]),
        ],
        exception_handlers={Wrong: _wrong, HTTPException: _not_found},
        lifespan=lifespan,
    )
    return Guard(app, parts.access)


class Guard:
    """Around every request: who may ask, and the headers that every answer has. Streams pass through."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", []), *extra]
            await send(message)

        try:
            self._check(HTTPConnection(scope), scope["method"])
        except Wrong as wrong:
            await refused(wrong)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _check(self, request: HTTPConnection, method: str) -> None:
        path = request.url.path
        page_asks_itself = path == "/" and self._access.token is not None  # it leads to signing in
        has_own_sign_in = path == CONSOLE_PATH or path.startswith(f"{CONSOLE_PATH}/")
        if path.startswith((hearing.PATH, *PUBLIC_PATHS)):
            return  # who may call there is judged by the signature; what is public tells nothing of anybody
        if self._access.token is None or not (path in OPEN_PATHS or page_asks_itself or has_own_sign_in):
            request.state.caller = self._access.check(request, method)


async def _offered(request: Request) -> str:
    """The token of the form. Read by hand: one field needs no parser of uploads."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Wrong(413, f"expected at most {LARGEST_FORM} bytes", "body")
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=4)
    return fields.get("token", [""])[0].strip()


def _served(name: str) -> Route:
    async def serve(request: Request) -> Response:
        return _file(name)

    return Route(f"/{name}", serve)


def _file(name: str, status: int = 200) -> Response:
    path = FILES / name if (FILES / name).exists() else SHARED / name
    return Response(path.read_bytes(), status, {"cache-control": "no-cache"}, TYPES[path.suffix])


async def _wrong(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, Wrong)
    return refused(wrong)


async def _not_found(request: Request, trouble: Exception) -> Response:
    assert isinstance(trouble, HTTPException)
    words = {404: "there is nothing under this path", 405: "this path takes another method"}
    return refused(Wrong(trouble.status_code, words.get(trouble.status_code, trouble.detail), "path"))
