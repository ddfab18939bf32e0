"""Who may use the bench: everybody on this machine, or, where it listens for others, whoever has the token.

Requests of foreign pages are turned away in both cases: by the name that they call us by, and by their origin.
"""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "bench"
LEAST_TOKEN = 16
OTHERS_MAY = 0o077
"""Mode bits by which others than the owner get at a file."""
UNAUTHORIZED, FORBIDDEN, SEE_OTHER = 401, 403, 303
SIGN_IN = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Technician's bench</title><style>body{font:18px system-ui;margin:4rem auto;max-width:24rem;padding:0 1rem}
input,button{font:inherit;padding:.6rem;width:100%;box-sizing:border-box;margin:.4rem 0}</style>
<h1>Technician's bench</h1><form method="post" action="/sign-in"><label>Token
<input name="token" type="password" autofocus autocomplete="current-password"></label><button>Sign in</button></form>
<p>It is in the file that the bench was started with (<code>--token-file</code>).</p></html>"""


class BadToken(Exception):
    """The token file cannot be used; the text says why, and what to do."""


def token_of(path: Path) -> str:
    """The token in a file that nobody else may read; raises `BadToken`."""
    try:
        others = path.stat().st_mode & OTHERS_MAY
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadToken(f"--token-file: {path}: expected a text file that can be read: {trouble}") from None
    if others:
        raise BadToken(f"--token-file: {path}: others may read or change it; chmod 600 {path}")
    if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable():
        raise BadToken(f"--token-file: {path}: expected at least {LEAST_TOKEN} letters, digits and signs of ASCII")
    return token


class SameOrigin:
    """Lets no page of another site give orders."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                refused = JSONResponse({"error": "Origin: a page of another site may not do this"}, FORBIDDEN)
                await refused(scope, receive, send)
                return
        await self._application(scope, receive, send)


class TokenGuard:
    """Asks for the token: as `Authorization: Bearer`, or by a page that sets a cookie."""

    def __init__(self, application: ASGIApp, token: str) -> None:
        self._application = application
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._known(Headers(scope=scope)):
            await self._application(scope, receive, send)
            return
        request = Request(scope, receive)
        if scope["path"] == "/sign-in" and scope["method"] == "POST":
            answer: Response = await self._sign_in(request)
        elif "text/html" in request.headers.get("accept", ""):
            answer = Response(SIGN_IN, UNAUTHORIZED, media_type="text/html")
        else:
            why = "Authorization: expected 'Bearer TOKEN', the token of --token-file"
            answer = JSONResponse({"error": why}, UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        await answer(scope, receive, send)

    async def _sign_in(self, request: Request) -> Response:
        if int(request.headers.get("content-length", "0") or "0") > len(self._token) + 1_000:
            return Response(SIGN_IN, UNAUTHORIZED, media_type="text/html")
        given = parse_qs((await request.body()).decode("latin-1")).get("token", [""])[0]
        if not self._is_token(given):
            return Response(SIGN_IN, UNAUTHORIZED, media_type="text/html")
        welcome = RedirectResponse("/", SEE_OTHER)
        welcome.set_cookie(COOKIE, given, httponly=True, samesite="strict")
        return welcome

    def _known(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(given.strip()):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and self._is_token(cookie.value)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token)
