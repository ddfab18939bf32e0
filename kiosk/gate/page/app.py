"""The guard's page: its files, its stream, what a guard says of an alarm, and the history."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs

from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.gate.events import AlarmAnswered, CheckAnswered, ChecksBegun, Said
from kiosk.gate.history import latest, reading, search
from kiosk.gate.page.access import COOKIE, SESSION_S, GuardAccess, Refused
from kiosk.gate.page.board import Board
from kiosk.gate.page.speaking import FILES, KEPT_S, LANGUAGE_COOKIE, chosen, language_of, rendered
from kiosk.gate.pictures import Album
from kiosk.model.gate_facts import AlarmState, CheckResult
from kiosk.wire import MessageRefused
from kiosk.wire.envelope import parse
from kiosk.wire.fields import Fields, Json, as_fields

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
OPEN_PATHS = frozenset({"/sign-in", "/gate.css", "/gate.svg", "/health"})
"""Answered without a token: they tell nothing."""
LARGEST_BODY = 4_096
MOST_STREAMS = 20
BEAT_S = 10.0
"""With nothing new, a sight is sent this often, so that a page notices a dead line."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}


class Page:
    """The handlers. `answer` puts what a guard says into the loop's inbox."""

    def __init__(
        self, board: Board, access: GuardAccess, ledger: Path, album: Album, answer: Callable[[Said], None]
    ) -> None:
        self._board = board
        self._access = access
        self._ledger = ledger
        self._album = album
        self._answer = answer
        self._streams = 0

    def application(self) -> ASGIApp:
        """The ASGI application."""

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            self._board.attach()
            yield

        app = Starlette(
            routes=[
                Route("/", self._page),
                Route("/live", self._live),
                Route("/alarms/{alarm}", self._answered, methods=["POST"]),
                Route("/checks", self._checks_begun, methods=["POST"]),
                Route("/checks/{gate}", self._check_answered, methods=["POST"]),
                Route("/pictures/{alarm}", self._picture),
                Route("/history", self._history),
                Route("/sign-in", self._sign_in, methods=["GET", "POST"]),
                Route("/health", self._health),
                *(_served(name) for name in ("gate.css", "gate.js", "gate.svg")),
            ],
            exception_handlers={Refused: _refused},
            lifespan=lifespan,
        )
        return Guard(app, self._access)

    async def _page(self, request: Request) -> Response:
        if not self._access.signed_in(request):
            return _kept_language(request, RedirectResponse("/sign-in", 303))
        if chosen(request) is not None:
            return _kept_language(request, RedirectResponse("/", 303))
        return _rendered("guard.html", request)

    async def _live(self, request: Request) -> Response:
        if self._streams >= MOST_STREAMS:
            raise Refused(503, f"{MOST_STREAMS} pages are open already")
        return StreamingResponse(self._stream(), 200, {"cache-control": "no-store"}, "text/event-stream")

    async def _stream(self) -> AsyncIterator[bytes]:
        self._streams += 1
        try:
            while not self._board.over:
                seen = self._board.version
                yield f"data: {json.dumps(self._board.sight, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
                await self._board.after(seen, BEAT_S)
        finally:
            self._streams -= 1

    async def _answered(self, request: Request) -> Response:
        return await self._said(
            request, lambda told, by: AlarmAnswered(request.path_params["alarm"], told.word("state", AlarmState), by)
        )

    async def _checks_begun(self, request: Request) -> Response:
        return await self._said(request, lambda _, by: ChecksBegun(by))

    async def _check_answered(self, request: Request) -> Response:
        return await self._said(
            request, lambda told, by: CheckAnswered(request.path_params["gate"], told.word("result", CheckResult), by)
        )

    async def _said(self, request: Request, of: Callable[[Fields, str], Said]) -> Response:
        """What somebody says at the page, and who it is."""
        try:
            told = as_fields(parse(await _body(request)), "body")
            by = told.text("by", longest=40).strip()
            said = of(told, by)
        except MessageRefused as refused:
            raise Refused(400, str(refused)) from None
        if not by or not by.isprintable():
            raise Refused(400, "body.by: expected who says so, in one line")
        await run_in_threadpool(self._answer, said)
        return Response(status_code=204)

    async def _history(self, request: Request) -> Response:
        words, before = request.query_params.get("words", ""), request.query_params.get("before", "")
        if len(words) > 100 or "\0" in words or (before and not (before.isascii() and before.isdecimal())):
            raise Refused(400, "expected words of at most 100 characters, or before as a number")
        number = int(before[:18]) if before else None
        return _json({"found": await run_in_threadpool(self._look_up, words.strip(), number)})

    def _look_up(self, words: str, before: int | None) -> list[Json]:
        try:
            with reading(self._ledger) as connection:
                return search(connection, words) if words else latest(connection, before)
        except DBAPIError:
            raise Refused(503, "the history cannot be read just now") from None

    async def _picture(self, request: Request) -> Response:
        picture = await run_in_threadpool(self._album.find, request.path_params["alarm"], time.time())
        if picture is None:
            raise Refused(404, "there is no picture of this alarm, or its time is over")
        return Response(picture, 200, {"cache-control": "no-store"}, "image/jpeg")

    async def _sign_in(self, request: Request) -> Response:
        if request.method != "POST":
            return _kept_language(request, _rendered("sign-in.html", request, wrong=False))
        fields = parse_qs((await _body(request)).decode("utf-8", "replace"), max_num_fields=4)
        try:
            cookie = self._access.sign_in(fields.get("token", [""])[0].strip())
        except Refused as refused:
            return _rendered("sign-in.html", request, refused.status, wrong=True)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, cookie, SESSION_S, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def _health(self, request: Request) -> Response:
        return _json({"ok": not self._board.over and self._board.version > 0})


class Guard:
    """Around every request: who may ask, and the headers that every answer has."""

    def __init__(self, app: ASGIApp, access: GuardAccess) -> None:
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

        request = HTTPConnection(scope)
        leads_to_signing_in = request.url.path == "/" and self._access.token is not None
        try:
            if self._access.token is None or (request.url.path not in OPEN_PATHS and not leads_to_signing_in):
                self._access.check(request, scope["method"])
        except Refused as refused:
            await _problem(refused)(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refused(413, f"expected at most {LARGEST_BODY} bytes")
    return body


def _served(name: str) -> Route:
    async def serve(request: Request) -> Response:
        return _file(name)

    return Route(f"/{name}", serve)


def _file(name: str) -> Response:
    path = FILES / name
    return Response(path.read_bytes(), 200, {"cache-control": "no-cache"}, TYPES[path.suffix])


def _rendered(name: str, request: Request, status: int = 200, **values: object) -> Response:
    body = rendered(name, language_of(request), **values)
    return Response(body, status, {"cache-control": "no-store"}, "text/html; charset=utf-8")


def _kept_language(request: Request, response: Response) -> Response:
    """Where a language was chosen, the phone keeps it."""
    language, is_secure = chosen(request), request.url.scheme == "https"
    if language is not None:
        response.set_cookie(LANGUAGE_COOKIE, language.value, KEPT_S, path="/", secure=is_secure, samesite="lax")
    return response


def _json(value: Json, status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, status, {"cache-control": "no-store"}, "application/json")


def _problem(refused: Refused) -> Response:
    return _json({"status": refused.status, "detail": refused.what}, refused.status)


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return _problem(refused)
