"""Requests to the fleet's pages: who asks, whether they may, whether the form is ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.database.engine import writing
from kiosk.fleet.pages.all_pages import MENU, PAGES
from kiosk.fleet.pages.book import WORDS, Asked, Moved, Page, Parts, Refused, Shown, Told
from kiosk.fleet.pages.live import MOST_STREAMS, Streams
from kiosk.fleet.pages.metrics import metrics_answer
from kiosk.fleet.pages.words_of import word_functions
from kiosk.fleet.traces import PATTERN
from kiosk.model.circulation import Language
from kiosk.web import sessions
from kiosk.web.forms import HEADERS, NO_STORE, SHARED, same_origin
from kiosk.web.roles import Permission
from kiosk.web.sessions import Session, TooManyTries
from kiosk.words.sentences import CONSOLE_LANGUAGES, words

HERE = Path(__file__).parent
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = ("tokens.css", "console.css", "central.svg", "fleet.css", "fleet.js", "moving.js")
COOKIE = "__Host-kiosk-fleet"
LARGEST_SIGN_IN = 16 * 1024
SIGN_IN = "/sign-in"


class Pages:
    """All routes."""

    def __init__(self, parts: Parts, more: Sequence[Page] = (), open_to_all: Sequence[BaseRoute] = ()) -> None:
        """`more`: pages of commands and enrolment; `open_to_all`: routes that look for themselves who asks."""
        self._open_to_all = open_to_all
        self._parts = parts
        self._streams = Streams(parts)
        self._pages = (*PAGES, *more)
        folders = [HERE / "templates", *parts.folders]
        self._templates = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[BaseRoute]:
        return [
            *(_static(name) for name in STATIC),
            Route(SIGN_IN, self._sign_in, methods=["GET", "POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            Route("/changes", self._changes),
            Route("/metrics", self._metrics),
            Route("/health", self._health),
            *self._open_to_all,
            *(Route(one.path, self._endpoint(one), methods=["POST" if one.writes else "GET"]) for one in self._pages),
        ]

    def _endpoint(self, page: Page) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            request.scope[PATTERN] = page.path
            session = await run_in_threadpool(self._session, request)
            if session is None:
                return RedirectResponse(SIGN_IN, 303, NO_STORE)
            fields = await _fields(request, page.largest_form) if page.writes else {}
            asked = self._asked(request, session, fields)
            if page.writes and (fields.get("csrf") != session.csrf or not same_origin(request)):
                return self._say(asked, "problem.form", 403)
            if page.permission not in asked.may:
                return self._say(asked, "problem.permission", 403)
            try:
                return await run_in_threadpool(self._do, page, asked)
            except Refused as refused:
                return self._say(asked, refused.key, refused.status)
            except (DBAPIError, TimeoutError):
                return self._say(asked, "problem.store", 503)

        return endpoint

    def _do(self, page: Page, asked: Asked) -> Response:
        match page.does(asked):
            case Moved(to):
                return RedirectResponse(to, 303, NO_STORE)
            case Told(content, kind, file):
                headers = NO_STORE | ({"content-disposition": f'attachment; filename="{file}"'} if file else {})
                return Response(content, 200, headers, kind)
            case Shown() as shown:
                return self._shown(asked, shown)

    def _shown(self, asked: Asked, shown: Shown) -> Response:
        there = {page.path for page in self._pages}
        menu = [(name, to) for name, to, needs in MENU if needs in asked.may and to in there]
        common: dict[str, object] = {
            "session": asked.session,
            "csrf": asked.session.csrf,
            "menu": menu,
            "here": asked.at,
            "may": {one.value for one in asked.may},
            "now": asked.now,
            "broker": asked.parts.fleet.listening_since is not None,
            "store": asked.parts.watch.counts.store_works,
            **word_functions(asked.words, asked.zone, asked.now),
        }
        body = self._templates.get_template(shown.template).render(common | dict(shown.values))
        return Response(body, shown.status, NO_STORE, "text/html; charset=utf-8")

    def _say(self, asked: Asked, key: str, status: int) -> Response:
        return self._shown(asked, Shown("problem.html", {"said": asked.words.say(key)}, status))

    def _asked(self, request: Request, session: Session, fields: dict[str, str]) -> Asked:
        query = {name: value.replace("\0", "") for name, value in request.query_params.items()}
        may = self._parts.roles.permissions(session.staff.roles)
        told = words(session.staff.language, WORDS)
        return Asked(
            self._parts, session, may, told, datetime.now(UTC), request.url.path, request.path_params, query, fields
        )

    def _session(self, request: Request) -> Session | None:
        return self._session_of(request.cookies.get(COOKIE, ""))

    def _session_of(self, cookie: str) -> Session | None:
        now, engine = datetime.now(UTC), self._parts.engine
        if not cookie:
            return None
        with engine.connect() as connection:
            found = sessions.session_of(connection, cookie, self._parts.limits, now)
        if found is None:
            return None
        session, is_stale = found
        if is_stale:
            with writing(engine) as connection:
                sessions.seen(connection, session, now)
        return session

    async def _changes(self, request: Request) -> Response:
        """The stream of the grid: a page that is open counts as somebody who is there."""
        session = await run_in_threadpool(self._session, request)
        if session is None:
            return Response("", 401, NO_STORE)
        if self._streams.open >= MOST_STREAMS:
            return Response("", 503, NO_STORE)
        since = request.headers.get("last-event-id") or request.query_params.get("since", "0")
        asked = self._asked(request, session, {})
        if Permission.FLEET_READ not in asked.may:
            return Response("", 403, NO_STORE)
        cookie = request.cookies.get(COOKIE, "")
        version = int(since) if since.isdecimal() and len(since) < 16 else 0
        told = self._streams.changes(asked.words, version, lambda: self._session_of(cookie) is not None)
        return StreamingResponse(told, 200, NO_STORE, "text/event-stream")

    async def _metrics(self, request: Request) -> Response:
        return await run_in_threadpool(metrics_answer, self._parts, request.headers.get("authorization", ""))

    async def _health(self, request: Request) -> Response:
        watch = self._parts.watch
        ok = watch.alive and watch.counts.store_works and self._parts.fleet.listening_since is not None
        return Response('{"ok": true}' if ok else '{"ok": false}', 200 if ok else 503, NO_STORE, "application/json")

    async def _sign_in(self, request: Request) -> Response:
        language = _language(request)
        if request.method != "POST":
            return self._sign_in_page(language, "", 200)
        fields = await _fields(request)
        if not same_origin(request):
            return self._sign_in_page(language, "problem.form", 403)
        client = request.client.host if request.client is not None else ""
        name, password = fields.get("name", "").strip().lower(), fields.get("password", "")
        try:
            cookie = await run_in_threadpool(self._enter, name, password, client)
        except TooManyTries as slow:
            return self._sign_in_page(language, "sign-in.wait", 429, slow.wait_s)
        except DBAPIError:
            return self._sign_in_page(language, "problem.store", 503)
        if cookie is None:
            return self._sign_in_page(language, "sign-in.wrong", 401)
        response = RedirectResponse("/", 303, NO_STORE)
        longest = int(self._parts.limits.whole.total_seconds())
        response.set_cookie(COOKIE, cookie, longest, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _enter(self, name: str, password: str, address: str) -> str | None:
        now, engine = datetime.now(UTC), self._parts.engine
        with engine.connect() as connection:
            kept = sessions.check(connection, name, address, now)
        right = sessions.compare(kept, password)
        with writing(engine) as connection:
            sessions.end_old(connection, self._parts.limits, now)
            return sessions.sign_in(connection, name, address, right=right, now=now)

    def _sign_in_page(self, language: Language, key: str, status: int, seconds: int = 0) -> Response:
        told = words(language, WORDS)
        said = told.say(key, **({"seconds": seconds} if seconds else {})) if key else ""
        values = {"t": told.say, "said": said, "lang": "zh-Hans" if language is Language.ZH else "en"}
        body = self._templates.get_template("sign-in.html").render(values)
        return Response(body, status, NO_STORE, "text/html; charset=utf-8")

    async def _sign_out(self, request: Request) -> Response:
        session = await run_in_threadpool(self._session, request)
        fields = await _fields(request)
        if session is not None and fields.get("csrf") == session.csrf and same_origin(request):
            await run_in_threadpool(self._end, session)
        response = RedirectResponse(SIGN_IN, 303, NO_STORE)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _end(self, session: Session) -> None:
        with writing(self._parts.engine) as connection:
            sessions.sign_out(connection, session, datetime.now(UTC))


def application(parts: Parts, more: Sequence[Page] = (), open_to_all: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI application; the rest as `Pages` has it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        parts.changes.attach()
        yield

    app = Starlette(routes=Pages(parts, more, open_to_all).routes(), lifespan=lifespan)
    return WithHeaders(GZipMiddleware(app, minimum_size=1_000, compresslevel=5))


@dataclass(frozen=True, slots=True)
class WithHeaders:
    """The headers that every answer has."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *((name.encode(), value.encode()) for name, value in HEADERS.items()),
                ]
            await send(message)

        await self.app(scope, receive, told)


async def _fields(request: Request, largest: int = LARGEST_SIGN_IN) -> dict[str, str]:
    """A form of ours: a few short fields. One that is too large has none."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > largest:
        return {}
    try:
        async with request.form(max_files=0, max_fields=50) as form:
            return {name: value.replace("\0", "") for name, value in form.items() if isinstance(value, str)}
    except HTTPException:
        return {}


def _static(name: str) -> Route:
    path = HERE / "files" / name
    content = (path if path.exists() else SHARED / name).read_bytes()

    async def serve(request: Request) -> Response:
        return Response(content, 200, {"cache-control": "no-cache"}, TYPES[Path(name).suffix])

    return Route(f"/{name}", serve)


def _language(request: Request) -> Language:
    """Before anybody is known: what the address or the browser says."""
    asked = request.query_params.get("lang", "")
    if asked in CONSOLE_LANGUAGES:
        return Language(asked)
    return Language.ZH if request.headers.get("accept-language", "zh").lower().startswith("zh") else Language.EN
