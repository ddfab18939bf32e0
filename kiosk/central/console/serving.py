"""Requests to pages: who asks, whether they may, whether the form is ours; each page runs in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from python_multipart.exceptions import FormParserError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kiosk.central.console import oidc_pages
from kiosk.central.console.asked import Answer, Asked, BadField, Console, Moved, Nothing, Page, Shown, Upload
from kiosk.central.console.book import PAGES
from kiosk.central.console.frame import render, render_alone, words_of
from kiosk.central.standing_in import roles_with
from kiosk.central.store import writing
from kiosk.model.circulation import Language
from kiosk.web import sessions
from kiosk.web.forms import NO_STORE, same_origin
from kiosk.web.listing import BadQuery
from kiosk.web.sessions import COOKIE, Note, Session, TooManyTries
from kiosk.words.sentences import CONSOLE_LANGUAGES

LARGEST_FORM = 64 * 1024
LARGEST_UPLOAD = 10_000_000 + LARGEST_FORM
"""What a file may have is said by whoever takes it; this is before it is read."""
MOST_FIELDS = 200
HOME = "/console/"
SIGN_IN = "/console/sign-in"


@dataclass(frozen=True, slots=True)
class Sent:
    """A form."""

    fields: Mapping[str, str]
    ticked: Mapping[str, list[str]]
    upload: Upload | None = None


NO_FORM = Sent({}, {})


class TooLarge(Exception):
    """A form that is larger than any of ours."""


class Pages:
    """The routes under `/console`."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> list[BaseRoute]:
        """In the order of the book; signing in and out are the only ones that it does not have."""
        return [
            Route("/sign-in", self._sign_in, methods=["GET", "POST"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
            *self._by_provider(),
            *(Route(one.path, self._endpoint(one), methods=["POST" if one.writes else "GET"]) for one in PAGES),
            Route("/{path:path}", self._nowhere, methods=["GET"]),
        ]

    async def _nowhere(self, request: Request) -> Response:
        """A page that is not there is said to be so only to who is signed in, in their language."""
        session = await run_in_threadpool(self._session, request)
        if session is None:
            return RedirectResponse(SIGN_IN, 303, NO_STORE)
        if request.url.path == HOME.rstrip("/"):
            return RedirectResponse(HOME, 303, NO_STORE)
        return await self._say(request, session, "problem.place", 404)

    def _by_provider(self) -> list[BaseRoute]:
        oidc = self._console.oidc
        return (
            [] if oidc is None else oidc_pages.routes(self._console, oidc, _language, self._sign_in_page, self._welcome)
        )

    def _welcome(self, cookie: str) -> Response:
        """The session begins."""
        response = RedirectResponse(HOME, 303, NO_STORE)
        longest = int(self._console.limits.whole.total_seconds())
        response.set_cookie(COOKIE, cookie, longest, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _endpoint(self, page: Page) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            session = await run_in_threadpool(self._session, request)
            if session is None:
                return RedirectResponse(SIGN_IN, 303, NO_STORE)
            try:
                sent = await form_of(request) if page.writes else NO_FORM
            except TooLarge:
                return await self._say(request, session, "problem.too-large", 413)
            if page.writes and (sent.fields.get("csrf") != session.csrf or not same_origin(request)):
                return await self._say(request, session, "problem.form", 403)
            may = self._console.may(session.staff)
            if page.permission is not None and page.permission not in may:
                return await self._say(request, session, "problem.permission", 403)
            if page.prepares is not None and sent.upload is not None:
                sent = replace(sent, upload=await run_in_threadpool(page.prepares, self._console, sent.upload))
            try:
                return await run_in_threadpool(self._do, page, request, session, sent)
            except Nothing as nothing:
                return await self._say(request, session, nothing.key, 404)
            except BadQuery:
                return await self._say(request, session, "problem.address", 400)
            except BadField as bad:
                return await self._say(request, session, bad.key, 422)
            except DBAPIError:
                return await self._say(request, session, "problem.store", 503)

        return endpoint

    def _do(self, page: Page, request: Request, session: Session, sent: Sent) -> Response:
        console, now = self._console, datetime.now(UTC)
        query = {name: value.replace("\0", "") for name, value in request.query_params.items()}
        with self._opened(writes=page.writes) as connection:
            may = console.may(session.staff)
            form = (sent.fields, sent.ticked, sent.upload)
            asked = Asked(console, connection, session, may, now, query, *form)
            answer = page.does(asked)
        if page.writes:
            console.changed()
        return self._answered(request, session, answer, now)

    def _opened(self, *, writes: bool) -> AbstractContextManager[Connection]:
        return writing(self._console.engine) if writes else self._console.engine.connect()

    def _answered(self, request: Request, session: Session, answer: Answer, now: datetime) -> Response:
        match answer:
            case Moved(to):
                return RedirectResponse(to, 303, NO_STORE)
            case Shown():
                notes = self._notes(session)
                body = render(self._console, session, request.url.path, answer, notes, now)
                return _page(body, answer.status)
            case _:
                said = f"attachment; filename*=UTF-8''{quote(answer.name)}"
                headers = {**NO_STORE, "content-disposition": said}
                return StreamingResponse(answer.content, 200, headers, answer.media_type)

    async def _say(self, request: Request, session: Session, key: str, status: int) -> Response:
        """A page with one sentence: what is wrong and what to do."""
        said = words_of(session.staff.language).say(key)
        shown = Shown("problem.html", {"said": said}, status)
        return _page(render(self._console, session, request.url.path, shown, [], datetime.now(UTC)), status)

    def _session(self, request: Request) -> Session | None:
        cookie, now = request.cookies.get(COOKIE, ""), datetime.now(UTC)
        if not cookie:
            return None
        with self._console.engine.connect() as connection:
            found = sessions.session_of(connection, cookie, self._console.limits, now)
        if found is None:
            return None
        session, is_stale = found
        session = self._with_roles(session, now)
        if is_stale:
            with writing(self._console.engine) as connection:
                sessions.seen(connection, session, now)
        return session

    def _with_roles(self, session: Session, now: datetime) -> Session:
        """Of whoever they stand in for today as well."""
        console, today = self._console, now.astimezone(ZoneInfo(self._console.time_zone)).date()
        with console.engine.connect() as connection:
            held = roles_with(connection, session.staff.name, session.staff.roles, console.roles, today)
        return replace(session, staff=replace(session.staff, roles=held))

    def _notes(self, session: Session) -> list[Note]:
        with self._console.engine.connect() as connection:
            if not sessions.has_notes(connection, session):
                return []
        with writing(self._console.engine) as connection:
            return sessions.take_notes(connection, session)

    async def _sign_in(self, request: Request) -> Response:
        language = _language(request)
        if request.method != "POST":
            return self._sign_in_page(language, "", 200)
        try:
            sent = await form_of(request)
        except TooLarge:
            return self._sign_in_page(language, "sign-in.wrong", 413)
        if not same_origin(request):
            return self._sign_in_page(language, "problem.form", 403)
        name, password = sent.fields.get("name", "").strip().lower(), sent.fields.get("password", "")
        client = request.client.host if request.client is not None else ""
        try:
            cookie = await run_in_threadpool(self._enter, name, password, client)
        except TooManyTries as slow:
            return self._sign_in_page(language, "sign-in.wait", 429, seconds=slow.wait_s)
        except DBAPIError:
            return self._sign_in_page(language, "problem.store", 503)
        if cookie is None:
            return self._sign_in_page(language, "sign-in.wrong", 401, name=name[:64])
        return self._welcome(cookie)

    def _enter(self, name: str, password: str, address: str) -> str | None:
        now = datetime.now(UTC)
        name = name.replace("\0", "")
        with self._console.engine.connect() as connection:
            kept = sessions.check(connection, name, address, now)
        with_right = sessions.compare(kept, password)
        with writing(self._console.engine) as connection:
            sessions.end_old(connection, self._console.limits, now)
            return sessions.sign_in(connection, name, address, right=with_right, now=now)

    def _sign_in_page(self, language: Language, key: str, status: int, name: str = "", seconds: int = 0) -> Response:
        said = words_of(language).say(key, **({"seconds": seconds} if seconds else {})) if key else ""
        by = "" if self._console.oidc is None else self._console.oidc.settings.name
        body = render_alone(self._console, language, "sign-in.html", {"said": said, "name": name, "by": by})
        return _page(body, status)

    async def _sign_out(self, request: Request) -> Response:
        session = await run_in_threadpool(self._session, request)
        if session is None:
            return RedirectResponse(SIGN_IN, 303, NO_STORE)
        try:
            sent = await form_of(request)
        except TooLarge:
            return await self._say(request, session, "problem.too-large", 413)
        if sent.fields.get("csrf") != session.csrf or not same_origin(request):
            return await self._say(request, session, "problem.form", 403)
        await run_in_threadpool(self._end, session)
        response = RedirectResponse(SIGN_IN, 303, {**NO_STORE, "clear-site-data": '"cache"'})
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response

    def _end(self, session: Session) -> None:
        with writing(self._console.engine) as connection:
            sessions.sign_out(connection, session, datetime.now(UTC))


async def form_of(request: Request) -> Sent:
    """The form; one that makes no sense is none, and lacks the token that all of ours have. Raises `TooLarge` before it
    is read."""
    kind = request.headers.get("content-type", "")
    most = LARGEST_UPLOAD if kind.startswith("multipart/form-data") else LARGEST_FORM
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        raise TooLarge
    try:
        async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LARGEST_FORM) as form:
            upload = None
            ticked: dict[str, list[str]] = {}
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    upload = Upload((value.filename or "")[:200], await value.read())
                else:
                    ticked.setdefault(name, []).append(value.replace("\0", ""))
    except HTTPException:
        raise TooLarge from None
    except (FormParserError, MultiPartException):
        return NO_FORM
    return Sent({name: values[-1] for name, values in ticked.items()}, ticked, upload)


def _language(request: Request) -> Language:
    """Before anybody is known: what the address or the browser says."""
    asked = request.query_params.get("lang", "")
    if asked in CONSOLE_LANGUAGES:
        return Language(asked)
    return Language.ZH if request.headers.get("accept-language", "zh").lower().startswith("zh") else Language.EN


def _page(body: str, status: int) -> Response:
    return Response(body, status, NO_STORE, "text/html; charset=utf-8")
